"""The lane world: roads, a car on them, and the task of staying in a lane."""
