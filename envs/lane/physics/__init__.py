"""What moves in the lane world, and where on the roads it is."""
