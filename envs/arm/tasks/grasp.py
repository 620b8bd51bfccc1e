"""How plans take a thing and bring it somewhere."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.quaternions import inverse, turned
from autonomy.envs.arm.physics.tool_control import STEP
from autonomy.envs.arm.tasks.plan import CLOSED, NEAR, OPEN, Aim, first_of, length
from autonomy.envs.arm.tasks.situation import Situation

_BETWEEN = 0.02  # [m] from the middle between jaws, where a thing is that a lone one holds
_LOOSE = 0.005  # [m] by which a lone jaw may stand farther off than the thing is wide
_OFF_THE_TABLE = 0.02  # [m]
_CAREFUL = 0.5 * STEP  # [m] in a control step


def grasp_and_carry(now: Situation, thing: Array, goal: Array, number: int = 0) -> Aim:
    """Open above a thing, come down on it, close, and carry its middle to a place.

    The only jaw of a gripper that moves pushes things aside and holds them by its tip: the hand
    goes after them until it has them, and then carries them off the table and slowly.

    Args:
        now: How N worlds are.
        thing: `(N, 3)` where the thing is.
        goal: `(N, 3)` where it is to go.
        number: Which of the things it is.
    """
    tool, has_lone_jaw = now.bodies.tool_position, now.grip.any(axis=1)
    off = tool + now.grip - thing
    is_over = length(off[:, :2]) < 0.01
    near = np.where(has_lone_jaw, _BETWEEN, NEAR)
    is_around = (length(off[:, :2]) < near) & (np.abs(off[:, 2]) < near)
    is_tight = _width(now) < _extent(now, number) + _LOOSE
    holds = is_around & is_tight & (np.abs(now.opening_rate) < 0.25) & ~is_open(now)
    place = first_of(
        (holds & has_lone_jaw, tool + _carefully(now, thing, goal, number)),
        (holds, goal + (tool - thing)),
        (is_around & is_tight, now.bodies.command[:, :3]),
        (is_around | is_over, thing - now.grip),
        otherwise=thing - now.grip + np.array((0.0, 0.0, 0.1)),
    )
    return place, np.where(is_around, CLOSED, OPEN)


def _width(now: Situation) -> Array:
    """Return how far apart the jaws are `(N,)`, if one of them stays [m]; else 0."""
    return 2.0 * length(now.grip[:, :2])


def _extent(now: Situation, number: int) -> Array:
    """Return how far the box around a thing extends from jaw to jaw `(N,)` [m]."""
    level = now.grip * (1.0, 1.0, 0.0)
    way = level / np.maximum(length(level), 1e-9)[:, np.newaxis]
    own = turned(way, inverse(now.bodies.object_pose[:, number, 3:]))
    return (np.abs(own) * now.size[:, number]).sum(axis=1)


def _carefully(now: Situation, thing: Array, goal: Array, number: int) -> Array:
    """Return the step `(N, 3)` that brings a thing off the table, and over it to its goal."""
    standing = now.size[:, number, 2] / 2
    rise = np.maximum(standing + _OFF_THE_TABLE - goal[:, 2], 0.0)
    way = over_and_down(thing, goal, rise) - thing
    return way * np.minimum(1.0, _CAREFUL / np.maximum(length(way), 1e-9))[:, np.newaxis]


def over_and_down(thing: Array, goal: Array, clearance: Array | float) -> Array:
    """Return where a thing goes next on its way to a place: up, across, and down on it."""
    above = goal.copy()
    above[:, 2] += clearance
    return first_of(
        (length(goal[:, :2] - thing[:, :2]) < 0.01, goal),
        (thing[:, 2] > above[:, 2] - 0.015, above),
        otherwise=np.column_stack([thing[:, :2], above[:, 2]]),
    )


def is_open(now: Situation) -> NDArray[np.bool_]:
    """Return `(N,)` whether the gripper is as open as it goes."""
    return now.opening > 0.965
