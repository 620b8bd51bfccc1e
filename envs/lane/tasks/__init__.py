"""What may be asked of a car on the road."""

TASKS = {"lane_follow": "autonomy.envs.lane.tasks.lane_follow:LaneFollow"}
"""Where the tasks are, by name."""
