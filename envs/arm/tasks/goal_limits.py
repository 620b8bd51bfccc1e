"""Which places goals may have."""

import numpy as np

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.table import TABLE_MIDDLE, TABLE_SIZE
from autonomy.envs.arm.physics.tool_control import TOOL_HIGH, TOOL_LOW, nearest_in_reach
from autonomy.envs.arm.robot import Robot, Standing

_EDGE = 0.15  # [m] of the table, where a thing would soon fall off
AROUND = 0.06
"""[m] That a tool needs around a thing within its reach, to push it from behind."""
_HIGHEST = 0.05  # [m] of the middle of a thing that stands on the table


def out_of_reach(places: Array, robot: Robot) -> str:
    """Say where a goal's places `(K, 3)` should be that the tool cannot reach; else nothing."""
    standing = robot.standing
    if all(np.allclose(place, nearest_in_reach(place, standing), atol=1e-6) for place in places):
        return ""
    (x0, y0, z0), (x1, y1, z1) = TOOL_LOW, TOOL_HIGH
    base_x, base_y, _ = standing.base
    return (
        f"in reach (up to {standing.reach} m from the robot's axis at x = {base_x}, "
        f"y = {base_y} m, with x of {x0} to {x1}, y of {y0} to {y1} and z of {z0} to {z1} m)"
    )


def brought_in_reach(places: Array, standing: Standing, room: float) -> Array:
    """Move those of places `(..., 3)` that a tool cannot reach straight to where it can.

    Args:
        places: [m].
        standing: How the robot stands.
        room: How far within its reach they are to be [m].
    """
    base = np.array(standing.base[:2])
    away, longest = places[..., :2] - base, standing.reach - room
    shortest = min(standing.nearest + room, longest) if standing.nearest else 0.0
    length = np.sqrt((away * away).sum(axis=-1, keepdims=True))
    in_reach = base + away * (np.clip(length, shortest, longest) / np.maximum(length, 1e-9))
    is_there = (length >= shortest) & (length <= longest)
    moved = places.copy()
    moved[..., :2] = np.where(is_there, places[..., :2], in_reach)
    return moved


def off_the_table(place: Array) -> str:
    """Say where a place `(3,)` should be at which no thing can stand; else nothing."""
    middle, half = np.array(TABLE_MIDDLE[:2]), np.array(TABLE_SIZE[:2]) / 2 - _EDGE
    if (np.abs(place[:2] - middle) <= half).all() and 0.0 <= place[2] <= _HIGHEST:
        return ""
    (x0, y0), (x1, y1) = (middle - half).round(3).tolist(), (middle + half).round(3).tolist()
    return f"on the table (x of {x0} to {x1}, y of {y0} to {y1} and z of 0.0 to {_HIGHEST} m)"
