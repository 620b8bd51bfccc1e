"""Poses as URDF and SDF give them: turned about x, y and z one after another, then moved."""

import math

from autonomy.envs.arm.descriptions.description import Pose, Vector

Turn = tuple[Vector, Vector, Vector]
"""Rows of a rotation matrix."""


def turn_of(rpy: Vector) -> Turn:
    """Return the rotation of roll, pitch and yaw [rad]."""
    (cr, cp, cy), (sr, sp, sy) = map(math.cos, rpy), map(math.sin, rpy)
    return (
        (cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr),
        (sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr),
        (-sp, cp * sr, cp * cr),
    )


def relative(outer: Pose, inner: Pose) -> Pose:
    """Return one pose in the frame of another, both given in a third."""
    (a, b, c), own = _columns(turn_of(outer.rpy)), turn_of(inner.rpy)
    away = _difference(inner.position, outer.position)
    turn = tuple(tuple(_product(row, column) for column in _columns(own)) for row in (a, b, c))
    position = _product(a, away), _product(b, away), _product(c, away)
    return Pose(position, _rpy_of(turn))


def _rpy_of(turn: tuple[tuple[float, ...], ...]) -> Vector:
    pitch = math.asin(max(-1.0, min(1.0, -turn[2][0])))
    if abs(turn[2][0]) > 1.0 - 1e-12:  # roll and yaw turn about one axis
        return 0.0, pitch, math.atan2(-turn[0][1], turn[1][1])
    return math.atan2(turn[2][1], turn[2][2]), pitch, math.atan2(turn[1][0], turn[0][0])


def _columns(turn: Turn) -> Turn:
    (a, b, c), (d, e, f), (g, h, i) = turn
    return (a, d, g), (b, e, h), (c, f, i)


def _difference(one: Vector, other: Vector) -> Vector:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _product(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
