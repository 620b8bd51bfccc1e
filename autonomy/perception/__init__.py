"""What camera frames mean: modules that turn them into classes, quantities, boxes and poses."""
