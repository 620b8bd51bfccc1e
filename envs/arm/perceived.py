"""What the arm worlds let a policy observe of what modules report: `perceived`."""

from autonomy.errors import InputError
from envs.arm.task import Task

_THING = ("object_x_m", "object_y_m", "object_z_m", "object_yaw_rad")
_GOAL = ("goal_x_m", "goal_y_m", "goal_z_m")


def quantity_names(task: Task) -> tuple[str, ...]:
    """Return what modules report for a task, with units: places in the robot's base frame.

    Raises:
        InputError: The task has more than one thing, or a goal that is not one place.
    """
    if task.objects > 1 or task.goal_size != len(_GOAL) or task.unit != "m":
        raise InputError(
            "what is perceived must be one place and at most one thing, "
            f"got a task with {task.objects} things and {task.goal_size} numbers in "
            f"{task.unit} as its goal"
        )
    return _THING * task.objects + _GOAL
