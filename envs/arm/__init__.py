"""A robot arm at its table: PyBullet's physics, the project's own cameras."""
