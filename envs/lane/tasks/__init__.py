"""What may be asked of a car on the road."""
