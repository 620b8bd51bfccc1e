"""What frames of the lane world mean, worked out from poses, roads and exact images."""
