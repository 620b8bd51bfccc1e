"""What the cameras see: meshes, colours, light, and the cameras themselves."""
