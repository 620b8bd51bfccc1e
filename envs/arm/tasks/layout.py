"""How episodes begin: what lies where, and what is to be reached."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autonomy.elementary import cos, sin
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape, ShapeRange

AHEAD, ASIDE = 0.12, 0.15  # [m] to each side of the middle, where things lie
KINDS = 4  # shapes of a kind in a split's catalogue; each costs time, lying about or not
BOXES = ShapeRange("box", (0.036, 0.036, 0.036), (0.052, 0.052, 0.052))
CYLINDERS = ShapeRange("cylinder", (0.036, 0.036, 0.04), (0.052, 0.052, 0.06))

_NO_PLACE, _NO_TURN = np.zeros((1, 0, 3)), np.zeros((1, 0))
_NO_SHIFT, _STILL = np.zeros((1, 1, 3)), np.zeros((1, 1))


class Layout(NamedTuple):
    """How n episodes begin, and what they are to reach; all but the goal may be `(1, ...)`.

    Fixtures stand where they say, but for a shift and a turn; `F` and `K` may be 1 for all.
    """

    goal: Array  # (n, G)
    object_place: Array = _NO_PLACE  # (n, O, 3) [m]
    object_turn: Array = _NO_TURN  # (n, O) about the vertical [rad]
    fixture_shift: Array = _NO_SHIFT  # (n, F, 3) [m]
    fixture_turn: Array = _STILL  # (n, F) about the vertical through where each stands [rad]
    fixture_joints: Array = _STILL  # (n, K) from where their joints rest [m or rad]


def spread(uniform: Array, low: float, high: float) -> Array:
    """Spread numbers in [0, 1) over a range."""
    return low + (high - low) * uniform


def on_table(uniform: Array) -> Array:
    """Spread `(n, 2)` numbers in [0, 1) over where things lie."""
    return spread(uniform, -1.0, 1.0) * (AHEAD, ASIDE)


def half_heights(shapes: list[tuple[Shape, ...]]) -> Array:
    """Return `(n, O)` how high the middles of things are that stand on the table [m]."""
    return np.array([[shape.half_height for shape in own] for own in shapes])


def away_from(places: Array, others: Array, distance: float) -> Array:
    """Move places `(n, 2)` straight away from `others` `(n, 2)` to at least a distance [m]."""
    between = places - others
    length = np.linalg.norm(between, axis=1, keepdims=True)
    direction = np.where(length > 1e-6, between / np.maximum(length, 1e-6), (1.0, 0.0))
    return others + direction * np.maximum(length, distance)


def upright_poses(places: Array, turns: Array) -> Array:
    """Return poses `(n, O, 7)` at places `(n, O, 3)` [m], turned about the vertical [rad]."""
    level = np.zeros((*turns.shape, 2))
    turned = np.stack([sin(turns / 2.0), cos(turns / 2.0)], axis=-1)
    return np.concatenate([places, level, turned], axis=-1)


def standing_poses(fixtures: Sequence[Fixture], layout: Layout) -> Array:
    """Return the poses `(n, F, 7)` of fixtures in the episodes of a layout."""
    shape = (len(layout.goal), len(fixtures))
    places = np.array([own.position for own in fixtures]).reshape(-1, 3) + layout.fixture_shift
    turns = np.array([own.yaw for own in fixtures]) + layout.fixture_turn
    return upright_poses(np.broadcast_to(places, (*shape, 3)), np.broadcast_to(turns, shape))
