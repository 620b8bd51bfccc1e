"""The camera: meshes and poses in, RGB, depth, semantic and instance images out."""
