"""What the arm worlds let a policy observe of what modules report: `perceived`."""

from typing import NamedTuple

import numpy as np

from autonomy.envs.arm.options import PERCEPTION_CAMERAS
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError
from autonomy.perception.in_world.filtering import STILL, Motion
from autonomy.perception.in_world.loop import Known, Perceivable

THING = ("object_x_m", "object_y_m", "object_z_m", "object_yaw_rad")
GOAL = ("goal_x_m", "goal_y_m", "goal_z_m")

# a thing on the table rests until the hand takes it
_PLACE = Motion(speed=0.1, acceleration=2.0)
_YAW = Motion(speed=0.1, acceleration=2.0, period=np.pi / 2)


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


def from_base(known: Known, base: tuple[float, float, float]) -> Perceived:
    """Return in the world frame what is known as seen from a robot that stands at `base` [m]."""
    mean, rate = known
    shape = (len(mean), mean.shape[1] // len(THING), len(THING))
    things, rates = (values[:, : -len(GOAL)].reshape(shape) for values in (mean, rate))
    goal = mean[:, -len(GOAL) :] + base
    return Perceived(things[:, :, :3] + base, things[:, :, 3], rates[:, :, :3], goal)


def perceivable(task: ArmTask, base: tuple[float, float, float]) -> Perceivable:
    """Return what can be perceived of a task with a robot that stands at `base` [m].

    Raises:
        InputError: As `quantity_names`.
    """
    motions = {
        name: STILL if name in GOAL else _YAW if name.endswith("_rad") else _PLACE
        for name in quantity_names(task)
    }
    return Perceivable(PERCEPTION_CAMERAS, motions, base)


def quantity_names(task: ArmTask) -> tuple[str, ...]:
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
