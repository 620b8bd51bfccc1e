"""What frames of the arm world mean, worked out from poses and exact images."""
