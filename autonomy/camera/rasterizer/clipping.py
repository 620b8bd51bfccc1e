"""Triangles that reach behind the camera, and which side of one is seen."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.optics import Optics
from autonomy.compiled import Index, compiled

Corner = tuple[float, float, float, float]
"""Image x and y [px], nearness (1 / depth) [1/m], sunlight in [0, 1]."""


@compiled
def faces_camera(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> bool:
    """Tell whether corners run counter-clockwise as seen, which is clockwise with y down.

    In double precision, so that rounding drops no sliver that covers a pixel's centre.
    """
    left, top = np.float64(ax), np.float64(ay)
    return (bx - left) * (cy - top) - (cx - left) * (by - top) < 0.0


@compiled
def clip(
    vertices: NDArray[np.float32],
    triangle: tuple[int, int, int],
    optics: Optics,
    count: Index,
    corners: NDArray[np.float32],
) -> Index:
    """Cut a triangle at the near plane (Sutherland and Hodgman, 1974); append what is left.

    Args:
        vertices: `(7, V)` the rows camera x, y, z [m], image x, y [px], nearness [1/m], sunlight.
        triangle: Its three vertices.
        optics: The camera.
        count: How many triangles there are.
        corners: `(12, K)` receives the corners of one or two more.

    Returns:
        How many there are then.
    """
    cut = np.empty((4, 4), np.float32)
    (a, b, c), near = triangle, optics.near
    kept = 0
    for here, after in ((a, b), (b, c), (c, a)):
        if vertices[2, here] >= near:
            for k in range(4):
                cut[kept, k] = vertices[3 + k, here]
            kept += 1
        if (vertices[2, here] >= near) != (vertices[2, after] >= near):
            # Always from the end in front, so that triangles that share the edge cut it alike.
            front, back = (here, after) if vertices[2, here] >= near else (after, here)
            crossing = _crossing(vertices, front, back, optics)
            for k in range(4):
                cut[kept, k] = crossing[k]
            kept += 1
    for k in range(1, kept - 1):
        if faces_camera(cut[0, 0], cut[0, 1], cut[k, 0], cut[k, 1], cut[k + 1, 0], cut[k + 1, 1]):
            for column in range(4):
                corners[column, count] = cut[0, column]
                corners[4 + column, count] = cut[k, column]
                corners[8 + column, count] = cut[k + 1, column]
            count += 1
    return count


@compiled
def _crossing(vertices: NDArray[np.float32], front: int, back: int, optics: Optics) -> Corner:
    """Where an edge meets the near plane.

    In double precision: a point 0.01 mm off the near plane is nearness 0.02 / m off, as much as
    what is seen at 50 m has of it.
    """
    lens, near = optics.lens, optics.near
    ahead = np.float64(vertices[2, front])
    share = (ahead - near) / (ahead - np.float64(vertices[2, back]))
    right = _between(vertices[0, front], vertices[0, back], share)
    down = _between(vertices[1, front], vertices[1, back], share)
    sunlight = _between(vertices[6, front], vertices[6, back], share)
    return (lens[0] * right / near + lens[2], lens[1] * down / near + lens[3], 1.0 / near, sunlight)


@compiled
def _between(front: float, back: float, share: float) -> float:
    return np.float64(front) + share * (np.float64(back) - np.float64(front))
