"""What the scripted experts' plans have in common: what they know, and how they choose places."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.robot import Robot

OPEN, CLOSED = 1.0, -1.0
"""What the gripper is told."""


class Truth(NamedTuple):
    """What experts know."""

    bodies: Bodies
    setup: Setup
    size: Array  # (N, O, 3) of each thing [m]
    goal: Array  # (N, G)
    opening: Array  # (N,) of the gripper: 0 closed, 1 open
    opening_rate: Array  # (N,) [1/s]


Plan = Callable[[Truth], tuple[Array, Array]]
"""Places `(N, 3)` [m] that the tool is to go to, and openings of the gripper `(N,)` in [-1, 1]."""


def gripper_opening(robot: Robot, bodies: Bodies) -> tuple[Array, Array]:
    """Return how far the gripper is open `(N,)`, 0 closed and 1 open, and how fast that changes."""
    if not robot.gripper_joints:
        nothing = np.zeros(len(bodies.joint_position))
        return nothing, nothing
    first, shut = -len(robot.gripper_joints), robot.gripper_closed[0]
    span = robot.gripper_open[0] - shut
    opening = (bodies.joint_position[:, first] - shut) / span
    return opening, bodies.joint_velocity[:, first] / span


def first_of(*cases: tuple[NDArray[np.bool_], Array], otherwise: Array) -> Array:
    """Return `(N, 3)`: in each row the place of the first case whose mask `(N,)` is true."""
    masks = [mask[:, np.newaxis] for mask, _ in cases]
    return np.select(masks, [place for _, place in cases], otherwise)


def at_height(places: Array, height: Array | float) -> Array:
    """Add a height [m] to places `(N, 2)`."""
    return np.column_stack([places, np.broadcast_to(height, len(places))])


def length(vectors: Array) -> Array:
    """Return the lengths `(...)` of vectors `(..., K)`."""
    return np.linalg.norm(vectors, axis=-1)
