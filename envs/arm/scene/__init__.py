"""What the cameras see of an arm world."""
