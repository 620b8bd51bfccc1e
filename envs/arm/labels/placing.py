"""Where things may be while an arm is at work: on the table, in the hand, near the goal."""

from typing import NamedTuple

import numpy as np

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.postures import Postures
from autonomy.envs.arm.tasks.layout import Layout, spread

_SHARES = {"table": 0.3, "tool": 0.2, "hand": 0.35, "goal": 0.15}  # of samples, where a thing is
_WIDER = 1.3  # than where episodes begin, as things are pushed about
_BESIDE_TOOL = 0.04  # [m]
_IN_HAND = 0.006  # [m] standard deviation of a held thing's middle from the tool
_ALIGNED = 0.06  # [rad] standard deviation of a held thing's turn from the hand's
_NEAR_GOAL = 0.02  # [m] standard deviation
_NEIGHBOURS = 0.03  # share of the postures, to each side of the one whose opening fits best


class Placed(NamedTuple):
    """How n samples are arranged."""

    posture: np.ndarray  # (n,) int64 of the robot
    place: Array  # (n, O, 3) of things [m]
    turn: Array  # (n, O) about the vertical [rad]
    held: np.ndarray  # (n,) bool whether a thing is in the hand


def place_things(
    postures: Postures,
    layout: Layout,
    sizes: Array,
    stroke: float,
    random: np.random.Generator,
) -> Placed:
    """Choose postures, and where the thing of each of n samples is.

    Args:
        postures: What there is to choose from.
        layout: How episodes begin; a thing may still be there, or elsewhere.
        sizes: `(n, O, 3)` of things [m]; O is 0 or 1.
        stroke: Of the gripper [m]; 0 where nothing can be held.
        random: Where it comes from.
    """
    count, things = sizes.shape[:2]
    pool = len(postures.opening)
    posture = random.integers(pool, size=count)
    if not things:
        nothing = np.zeros(count, np.bool_)
        return Placed(posture, layout.object_place, layout.object_turn, nothing)
    shares = np.array(list(_SHARES.values()))
    kind = random.choice(len(shares), size=count, p=shares)
    where = {name: kind == number for number, name in enumerate(_SHARES)}
    where["table"] |= where["hand"] & (stroke == 0.0)
    where["hand"] &= stroke > 0.0
    fitting = np.searchsorted(postures.opening, sizes[:, 0, 1] / max(stroke, 1e-6))
    aside = random.integers(-int(_NEIGHBOURS * pool), int(_NEIGHBOURS * pool) + 1, size=count)
    posture = np.where(where["hand"], np.clip(fitting + aside, 0, pool - 1), posture)
    tool = postures.bodies.tool_position[posture]
    place = _places(where, tool, layout, sizes[:, 0, 2] / 2, random)
    turn = np.where(
        where["hand"], _ALIGNED * random.standard_normal(count), layout.object_turn[:, 0]
    )
    return Placed(posture, place[:, np.newaxis], turn[:, np.newaxis], where["hand"])


def _places(
    where: dict[str, np.ndarray],
    tool: Array,
    layout: Layout,
    half_height: Array,
    random: np.random.Generator,
) -> Array:
    """Return `(n, 3)` where things are, none of them within the table [m]."""
    normal = random.standard_normal(tool.shape)
    on_table = layout.object_place[:, 0] * (_WIDER, _WIDER, 1.0)
    under = tool + spread(random.random(tool.shape), -_BESIDE_TOOL, _BESIDE_TOOL)
    under[:, 2] = half_height
    goal = layout.goal + _NEAR_GOAL * normal
    place = np.select(
        [where[name][:, np.newaxis] for name in ("table", "tool", "hand")],
        [on_table, under, tool + _IN_HAND * normal],
        default=goal,
    )
    place[:, 2] = np.maximum(place[:, 2], half_height)
    return place
