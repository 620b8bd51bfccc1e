"""What the arm worlds let a policy observe of what modules report: `perceived`."""

from typing import NamedTuple

import numpy as np

from autonomy.errors import InputError
from envs.arm.control import Array
from envs.arm.task import Task

THING = ("object_x_m", "object_y_m", "object_z_m", "object_yaw_rad")
GOAL = ("goal_x_m", "goal_y_m", "goal_z_m")


class Perceived(NamedTuple):
    """What is known of N worlds, whoever found it out; places in the world frame."""

    place: Array  # (N, O, 3) of things [m]
    yaw: Array  # (N, O) as far as one can see [rad], see `symmetric_yaw`
    velocity: Array  # (N, O, 3) [m/s]
    goal: Array  # (N, 3) [m]

    def vector(self, tool: Array) -> Array:
        """Return what is observed `(N, 10 O + 3)`.

        Of each thing its place, yaw, velocity and place as seen from the tool `(N, 3)`, which the
        arm knows of itself; and the goal's place.
        """
        beside = self.place - tool[:, np.newaxis]
        yaw = self.yaw[:, :, np.newaxis]
        things = np.concatenate([self.place, yaw, self.velocity, beside], axis=2)
        return np.concatenate([things.reshape(len(tool), -1), self.goal], axis=1)


def quantity_names(task: Task) -> tuple[str, ...]:
    """Return what modules report for a task, with units: places in the robot's base frame.

    Raises:
        InputError: The task has more than one thing, or a goal that is not one place.
    """
    if task.objects > 1 or task.goal_size != len(GOAL) or task.unit != "m":
        raise InputError(
            "what is perceived must be one place and at most one thing, "
            f"got a task with {task.objects} things and {task.goal_size} numbers in "
            f"{task.unit} as its goal"
        )
    return THING * task.objects + GOAL
