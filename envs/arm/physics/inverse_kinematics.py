"""Joints that bring a tool to a place: inverse kinematics, with the steps of the controller."""

import numpy as np

from autonomy.compiled import compiled
from autonomy.envs.arm.physics.chain import Chain, reached
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.tool_control import HOMING, step_towards
from autonomy.linear_algebra import product

NEAR = 0.005
"""[m] From a place, where the tool is there."""

_STEPS = 60
_FARTHEST = 0.1  # [m] for which one step aims
_LARGEST = 0.5  # [rad or m] that a joint moves in one step


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
    ways = ((chain.points[-1] - chain.points[:-1]) * chain.axes[-1]).sum(axis=1)
    far = ways[np.abs(ways) > 0.005]
    return float(far[-1]) if len(far) else 1.0


@compiled
def brought(
    chain: Chain, start: Array, place: Array, approach: Array
) -> tuple[Array, float, float]:
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
            jacobian, error, HOMING * (middle - joints), chain.lower - joints, chain.upper - joints
        )
        joints = joints + step * min(1.0, _LARGEST / max(np.abs(step).max(), 1e-9))
        if far < 0.1 * NEAR and np.abs(step).max() < 1e-3:
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
