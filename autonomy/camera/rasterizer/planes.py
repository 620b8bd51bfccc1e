"""Where pictures lie on triangles, as seen through the pixels of a frame."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.edges import slope
from autonomy.compiled import Index, compiled


@compiled
def find_plane(
    corners: NDArray[np.float32],
    triangle: Index,
    rays: NDArray[np.float32],
    plane: NDArray[np.float32],
) -> None:
    """Fill how a triangle's picture follows from its pixels and their depth.

    Args:
        corners: `(12, K)` of all triangles, see `Triangles`.
        triangle: Which one.
        rays: `(3, 4)` of the frame's pixels on the triangle's body, see `turn_rays`.
        plane: `(10,)` receives for both axes of that plane of the body with which the triangle is
            most level their rows of `rays`, and then how nearness [1/m] changes per column and
            per row.
    """
    points = np.empty((3, 3))
    for k in range(3):
        x, y = np.float64(corners[4 * k, triangle]), np.float64(corners[4 * k + 1, triangle])
        depth = 1.0 / np.float64(corners[4 * k + 2, triangle])
        for axis in range(3):
            points[k, axis] = depth * (rays[axis, 0] * x + rays[axis, 1] * y + rays[axis, 2])
    size = np.empty(3)  # of its shadow along each axis
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        size[axis] = abs(
            (points[1, i] - points[0, i]) * (points[2, j] - points[0, j])
            - (points[2, i] - points[0, i]) * (points[1, j] - points[0, j])
        )
    if size[2] >= size[0] and size[2] >= size[1]:
        u, v = 0, 1
    else:
        u, v = (1, 2) if size[0] >= size[1] else (0, 2)
    plane[:4], plane[4:8] = rays[u], rays[v]
    plane[8], plane[9] = _nearness_slope(corners, triangle)


@compiled
def turn_rays(
    rays: NDArray[np.float32], pose: NDArray[np.float64], own: NDArray[np.float32]
) -> None:
    """Express the world's rays `(3, 4)`, see `world_rays`, in the frame of a body."""
    for axis in range(3):
        for column in range(4):
            value = np.float64(0.0)
            for i in range(3):
                start = pose[i, 3] if column == 3 else 0.0
                value += pose[i, axis] * (np.float64(rays[i, column]) - start)
            own[axis, column] = value


@compiled
def _nearness_slope(corners: NDArray[np.float32], triangle: Index) -> tuple[np.float32, np.float32]:
    """Return how nearness grows per column and per row."""
    ax, ay = np.float64(corners[0, triangle]), np.float64(corners[1, triangle])
    bx, by = np.float64(corners[4, triangle]) - ax, np.float64(corners[5, triangle]) - ay
    cx, cy = np.float64(corners[8, triangle]) - ax, np.float64(corners[9, triangle]) - ay
    aw = np.float64(corners[2, triangle])
    to_b, to_c = np.float64(corners[6, triangle]) - aw, np.float64(corners[10, triangle]) - aw
    dx, dy = slope(to_b, to_c, (bx, by, cx, cy), 1.0 / (bx * cy - cx * by))
    return np.float32(dx), np.float32(dy)
