"""Where a robot is to stand, how it begins and how far it gets, found from its joints alone."""

from itertools import product as every
from typing import NamedTuple

import numpy as np

from autonomy.compiled import compiled
from autonomy.envs.arm.physics.chain import Chain, reached
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.tool_control import step_towards
from autonomy.envs.arm.tasks.layout import AHEAD, ASIDE
from autonomy.linear_algebra import product

_DOWN = np.array((0.0, 0.0, -1.0))
_STEPS = 60
_NEAR = 0.005  # [m] from a place, where the tool is there
_FARTHEST = 0.1  # [m] for which one step aims
_LARGEST = 0.5  # [rad or m] that a joint moves in one step
_STARTS = 40
_HEIGHTS = (0.2, 0.15, 0.1, 0.07)  # [m] over the table, of the tool at home
_STRAIGHT = 0.985  # cosine of the tilt with which a tool points down
_TILTED = 0.7  # with which it still gets at things
_DISTANCES = np.arange(0.14, 0.72, 0.04)  # [m] from the table's middle, where a base may stand
_ABOUT_AS_MANY = 0.03  # of the share of places
_LOW = 0.03  # [m] where things are pushed
_ON = tuple(every((-AHEAD, 0.0, AHEAD), (-ASIDE, 0.0, ASIDE)))
_OVER = tuple(every((-AHEAD, AHEAD), (-2 * ASIDE, 0.0, 2 * ASIDE), (0.05, 0.35)))
_TURNS, _REACHED_HEIGHTS = (-0.6, 0.0, 0.6), (0.03, 0.2, 0.35)  # [rad], [m]
_FINE, _LONGEST = 0.02, 0.8  # [m]


class Home(NamedTuple):
    """Joints with which an episode may begin."""

    joints: Array  # (n,) [rad or m]
    quality: float  # in [0, 1], of how free the tool is there to go anywhere


def approach_of(chain: Chain) -> Array:
    """Return `(3,)` along which the tool approaches things, in its link's frame.

    That is the last joint's axis, away from the arm; or, where the tool stands out to the side of
    that axis, the way to the tool.
    """
    tool, axis, last = chain.tool[:, 3], chain.axes[-1], chain.points[-1]
    outwards, length = tool - last, np.sqrt(((tool - last) ** 2).sum())
    along = float((axis * outwards).sum())
    if length > 0.02 and abs(along) < 0.5 * length:
        axis, along = outwards / length, 1.0
    if abs(along) < 0.005:
        along = _away(chain)
    return product(chain.tool[:, :3].T.copy(), np.copysign(1.0, along) * axis.reshape(3, 1))[:, 0]


def _away(chain: Chain) -> float:
    """Return how far the last joint's axis leads away from the joints before it."""
    ways = (chain.points[-1] - chain.points[:-1]) @ chain.axes[-1]
    far = ways[np.abs(ways) > 0.005]
    return float(far[-1]) if len(far) else 1.0


@compiled
def brought(chain: Chain, start: Array, place: Array, approach: Array) -> tuple[Array, float, float]:
    """Bring the tool to a place, and as far as the joints can pointing down.

    Args:
        chain: What carries it.
        start: `(n,)` joints.
        place: `(3,)` [m].
        approach: `(3,)` which way it points, in its link's frame.

    Returns:
        The joints; how far the tool is from the place [m]; the cosine of its tilt.
    """
    joints = start.copy()
    middle = np.where(np.isfinite(chain.upper - chain.lower), (chain.lower + chain.upper) / 2, 0.0)
    for _ in range(_STEPS):
        now = reached(chain, joints)
        points = product(now.tool[:, :3].copy(), approach.reshape(3, 1)).ravel()
        away = place - now.tool[:, 3]
        far = np.sqrt((away * away).sum())
        error = np.zeros(6)
        error[:3] = away * min(1.0, _FARTHEST / max(far, 1e-9))
        error[3:] = _to_down(points)
        jacobian = now.jacobian.copy()
        # how it is turned about the way that it points does not matter
        jacobian[3:] -= product(points.reshape(3, 1), product(points.reshape(1, 3), jacobian[3:]))
        step = step_towards(
            jacobian, error, 0.1 * (middle - joints), chain.lower - joints, chain.upper - joints
        )
        joints = joints + step * min(1.0, _LARGEST / max(np.abs(step).max(), 1e-9))
        if far < 0.1 * _NEAR and np.abs(step).max() < 1e-3:
            break
    now = reached(chain, joints)
    away = place - now.tool[:, 3]
    points = product(now.tool[:, :3].copy(), approach.reshape(3, 1)).ravel()
    return joints, np.sqrt((away * away).sum()), -points[2]


@compiled
def _to_down(points: Array) -> Array:
    """Return the rotation vector `(3,)` from the way that the tool points to straight down."""
    across = np.array((-points[1], points[0], 0.0))
    length = np.sqrt((across * across).sum())
    if length < 1e-6:
        return np.array((0.0 if points[2] < 0.0 else 1.0, 0.0, 0.0))
    return across * (np.arctan2(length, -points[2]) / length)


def best_distance(chain: Chain, approach: Array) -> float:
    """Return how far before the middle of the table [m] a base serves best.

    That is where most places of the table and above are reached; the middle of such distances, if
    there are several.
    """
    covered = np.array([_covered(chain, approach, distance) for distance in _DISTANCES])
    best = np.flatnonzero(covered > covered.max() - _ABOUT_AS_MANY)
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(runs, key=len)
    return float(_DISTANCES[longest[len(longest) // 2]])


def _covered(chain: Chain, approach: Array, distance: float) -> float:
    """Return the share of places that the tool gets to from a home, things' tilted a little."""
    home = find_home(chain, approach, (distance, 0.0, 0.0))
    if home is None:
        return 0.0
    low = [_comes(chain, home.joints, approach, (distance + x, y, _LOW), _TILTED) for x, y in _ON]
    high = [_comes(chain, home.joints, approach, (distance + x, y, z), -1.0) for x, y, z in _OVER]
    return (float(np.mean(low)) + float(np.mean(high))) / 2.0


def find_home(chain: Chain, approach: Array, middle: tuple[float, float, float]) -> Home | None:
    """Return the best joints for a tool that points down over the middle of the table.

    Args:
        chain: What carries it.
        approach: `(3,)` which way it points, in its link's frame.
        middle: Of the table's top, in the frame of the robot's base [m].

    Returns:
        The highest of some heights at which it points down, or None if it does nowhere.
    """
    starts = _starts(chain)
    for height in _HEIGHTS:
        place = np.array(middle) + (0.0, 0.0, height)
        found = [brought(chain, start, place, approach) for start in starts]
        homes = [
            Home(joints, _quality(chain, joints))
            for joints, distance, down in found
            if distance < _NEAR and down > _STRAIGHT
        ]
        best = max(homes, key=lambda home: home.quality, default=None)
        if best is not None and best.quality > 0.0:
            return best
    return None


def longest_reach(chain: Chain, approach: Array, home: Array, middle: Array) -> float:
    """Return how far from the base's axis the tool gets in every direction and height [m]."""
    distance = float(np.hypot(middle[0], middle[1]))
    ahead = float(np.arctan2(middle[1], middle[0]))
    reach = _LONGEST
    for turn, height in every(_TURNS, _REACHED_HEIGHTS):
        joints, radius = home, distance
        while radius + _FINE <= reach:
            x, y = radius * np.cos(ahead + turn), radius * np.sin(ahead + turn)
            joints, away, _ = brought(chain, joints, np.array((x, y, middle[2] + height)), approach)
            if away > _NEAR:
                break
            radius += _FINE
        reach = min(reach, radius - _FINE)
    return reach


def _comes(
    chain: Chain, home: Array, approach: Array, place: tuple[float, float, float], down: float
) -> bool:
    _, distance, straight = brought(chain, home, np.array(place), approach)
    return distance < _NEAR and straight >= down


def _starts(chain: Chain) -> Array:
    low, high = np.maximum(chain.lower, -np.pi), np.minimum(chain.upper, np.pi)
    uniform = np.random.default_rng(0).random((_STARTS, len(low)))
    return low + (high - low) * uniform


def _quality(chain: Chain, joints: Array) -> float:
    """Return how far joints are from limits, singular places and the table, in [0, 1]."""
    now = reached(chain, joints)
    span = chain.upper - chain.lower
    room = np.where(
        np.isfinite(span), np.minimum(joints - chain.lower, chain.upper - joints) / span, 0.5
    )
    free = float(np.linalg.svd(now.jacobian[:3], compute_uv=False)[-1])
    longest = float(np.linalg.norm(now.jacobian[:3], axis=0).max())
    height = float(now.points[1:, 2].min(initial=1.0))
    return min(
        max(4.0 * float(room.min()), 0.05), 1.0, 2.0 * free / longest, max(height / 0.05, 0.0)
    )
