"""What can be trained: networks that say what frames show."""
