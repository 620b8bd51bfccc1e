"""Things on the table as lines on a map."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.quaternions import turned
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.physics.table import TABLE_MIDDLE, TABLE_SIZE

_ROUND = np.linspace(0.0, 2.0 * math.pi, 24, endpoint=False)
_CORNERS = {
    "box": np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
    "cylinder": np.array([(math.cos(angle), math.sin(angle)) for angle in _ROUND]),
}
"""Of half of what a solid of a kind measures along x and y."""


def outline(shape: Shape, pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outline `(K, 2)` [m], from above, of a shape at a pose `(7,)`; it is closed."""
    level, half = _CORNERS[shape.kind], np.array(shape.size) / 2
    ends = [np.insert(level, 2, end, axis=1) * half for end in (-1.0, 1.0)]
    corners = np.concatenate(ends)
    seen = pose[:2] + turned(corners, np.tile(pose[3:], (len(corners), 1)))[:, :2]
    around = cv2.convexHull(seen.astype(np.float32))[:, 0].astype(np.float64)
    return np.concatenate([around, around[:1]])


def _table_edge() -> NDArray[np.float64]:
    corners = _CORNERS["box"] * TABLE_SIZE[:2] / 2 + TABLE_MIDDLE[:2]
    return np.concatenate([corners, corners[:1]])


TABLE_EDGE = _table_edge()
"""`(5, 2)` [m]."""
