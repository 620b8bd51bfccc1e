"""What moves in an arm world, and how: robot, table and things in PyBullet."""
