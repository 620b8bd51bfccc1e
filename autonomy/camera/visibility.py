"""First pass: which triangle each pixel sees, and how near that is.

Nearness is 1 / depth. It is linear across the image of a plane, so it is exact at every pixel.
"""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled


@compiled
def rasterize(
    count: Index,
    corners: NDArray[np.float32],
    nearness: NDArray[np.float32],
    seen: NDArray[np.int32],
    planes: NDArray[np.float32],
) -> None:
    """Fill the visibility buffer of one frame.

    A pixel belongs to a triangle when its centre does. Every edge is evaluated from its upper
    end, so two triangles that share it agree to the bit: no pixel twice, none left out.

    Args:
        count: Number K of triangles.
        corners: `(K, 12)` image x, y, nearness, sunlight of each triangle's corners.
        nearness: `(H, W)` receives 1 / depth [1/m], 0 where nothing is seen.
        seen: `(H, W)` receives the triangle, -1 where nothing is seen.
        planes: `(K, 3)` receives sunlight / depth: per column, per row, and its constant.
    """
    height, width = seen.shape
    nearness[:] = 0.0
    seen[:] = -1
    for row in range(count):
        ax, ay, bx, by, cx, cy = _image_corners(corners, row)
        aw, bw, cw = float(corners[row, 2]), float(corners[row, 6]), float(corners[row, 10])
        scale = 1.0 / ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
        dx = ((bw - aw) * (cy - ay) - (cw - aw) * (by - ay)) * scale
        dy = ((cw - aw) * (bx - ax) - (bw - aw) * (cx - ax)) * scale
        origin = aw - ax * dx - ay * dy
        step = np.float32(dx)

        al, bl, cl = aw * corners[row, 3], bw * corners[row, 7], cw * corners[row, 11]
        light_dx = ((bl - al) * (cy - ay) - (cl - al) * (by - ay)) * scale
        light_dy = ((cl - al) * (bx - ax) - (bl - al) * (cx - ax)) * scale
        planes[row, 0] = light_dx
        planes[row, 1] = light_dy
        planes[row, 2] = al - ax * light_dx - ay * light_dy

        # from here on a is the top corner, b the middle one, c the bottom one
        if by < ay:
            ax, ay, bx, by = bx, by, ax, ay
        if cy < ay:
            ax, ay, cx, cy = cx, cy, ax, ay
        if cy < by:
            bx, by, cx, cy = cx, cy, bx, by
        long_edge = (cx - ax) / (cy - ay)
        upper_edge = (bx - ax) / (by - ay) if by > ay else 0.0
        lower_edge = (cx - bx) / (cy - by) if cy > by else 0.0
        for y in range(math.ceil(max(ay, 0.0)), math.ceil(min(cy, float(height)))):
            one = ax + (y - ay) * long_edge
            other = ax + (y - ay) * upper_edge if y < by else bx + (y - by) * lower_edge
            left = math.ceil(max(min(one, other), 0.0))
            right = math.ceil(min(max(one, other), float(width)))
            start = np.float32(origin + y * dy)
            for x in range(np.uint64(left), np.uint64(max(left, right))):
                value = start + step * np.float32(np.int32(x))
                if value > nearness[y, x]:
                    nearness[y, x] = value
                    seen[y, x] = row


@compiled
def _image_corners(
    corners: NDArray[np.float32], row: int
) -> tuple[float, float, float, float, float, float]:
    """Image positions of a triangle's corners, in double precision."""
    return (
        float(corners[row, 0]),
        float(corners[row, 1]),
        float(corners[row, 4]),
        float(corners[row, 5]),
        float(corners[row, 8]),
        float(corners[row, 9]),
    )
