"""How plans take a thing and bring it somewhere."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.tasks.plan import CLOSED, NEAR, OPEN, Aim, first_of, length
from autonomy.envs.arm.tasks.situation import Situation


def grasp_and_carry(now: Situation, thing: Array, goal: Array) -> Aim:
    """Open above a thing, come down on it, close, and carry its middle to a place."""
    tool = now.bodies.tool_position
    is_over = length(tool[:, :2] - thing[:, :2]) < 0.01
    is_around = (length(tool[:, :2] - thing[:, :2]) < NEAR) & (
        np.abs(tool[:, 2] - thing[:, 2]) < NEAR
    )
    holds = is_around & (np.abs(now.opening_rate) < 0.25) & ~is_open(now)
    place = first_of(
        (holds, goal + (tool - thing)),
        (is_around, now.bodies.command[:, :3]),
        (is_over, thing),
        otherwise=thing + np.array((0.0, 0.0, 0.1)),
    )
    return place, np.where(is_around, CLOSED, OPEN)


def over_and_down(thing: Array, goal: Array, clearance: float) -> Array:
    """Return where a thing goes next on its way to a place: up, across, and down on it."""
    above = goal + np.array((0.0, 0.0, clearance))
    return first_of(
        (length(goal[:, :2] - thing[:, :2]) < 0.01, goal),
        (thing[:, 2] > above[:, 2] - 0.015, above),
        otherwise=np.column_stack([thing[:, :2], above[:, 2]]),
    )


def is_open(now: Situation) -> NDArray[np.bool_]:
    """Return `(N,)` whether the gripper is as open as it goes."""
    return now.opening > 0.965
