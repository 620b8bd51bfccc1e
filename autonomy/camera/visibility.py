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
    spans: NDArray[np.int32],
) -> Index:
    """Fill the visibility buffer of one frame; return the first row where anything is seen.

    A pixel belongs to a triangle when its centre does. Every edge is evaluated from its upper
    end, so two triangles that share it agree to the bit: no pixel twice, none left out.

    Args:
        count: Number K of triangles.
        corners: `(K, 12)` image x, y, nearness, sunlight of each triangle's corners.
        nearness: `(H, W)` receives 1 / depth [1/m], 0 where nothing is seen.
        seen: `(H, W)` receives the triangle, -1 where nothing is seen.
        planes: `(K, 3)` receives sunlight / depth: per column, per row, and its constant.
        spans: `(2, H)` working room.
    """
    height, width = seen.shape
    nearness[:] = 0.0
    seen[:] = -1
    highest = np.int64(height)
    for row in range(count):
        ax, ay, bx, by, cx, cy = _image_corners(corners, row)
        aw, bw, cw = float(corners[row, 2]), float(corners[row, 6]), float(corners[row, 10])
        scale = 1.0 / ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
        edges = bx - ax, by - ay, cx - ax, cy - ay
        dx, dy = _slope(bw - aw, cw - aw, edges, scale)
        origin = aw - ax * dx - ay * dy
        step = np.float32(dx)

        al, bl, cl = aw * corners[row, 3], bw * corners[row, 7], cw * corners[row, 11]
        light_dx, light_dy = _slope(bl - al, cl - al, edges, scale)
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
        top = math.ceil(max(ay, 0.0))
        bottom = math.ceil(min(cy, float(height)))
        highest = min(highest, top)
        _find_spans((ax, ay, bx, by, cx, cy), top, bottom, float(width), spans)
        for y in range(top, bottom):
            left, right = spans[0, y], spans[1, y]
            if left >= right:
                continue
            start = np.float32(origin + y * dy)
            for x in range(np.uint64(left), np.uint64(right)):
                value = start + step * np.float32(np.int32(x))
                nearer = value > nearness[y, x]
                # written in any case: a loop without branches is vectorised
                seen[y, x] = np.int32(row) if nearer else seen[y, x]
                nearness[y, x] = value if nearer else nearness[y, x]
    return highest


@compiled
def _slope(
    to_b: float, to_c: float, edges: tuple[float, float, float, float], scale: float
) -> tuple[float, float]:
    """How a value grows per column and per row, from how it grows along a triangle's two edges.

    The edges are x and y from a to b, then from a to c; `scale` is 1 over twice the triangle's
    signed area.
    """
    bx, by, cx, cy = edges
    return (to_b * cy - to_c * by) * scale, (to_c * bx - to_b * cx) * scale


@compiled
def _find_spans(
    corners: tuple[float, float, float, float, float, float],
    top: int,
    bottom: int,
    width: float,
    spans: NDArray[np.int32],
) -> None:
    """Fill the first column and the one after the last of each row of a triangle.

    Its corners run from top to bottom. Most rows of thin triangles hold no pixel, so finding that
    out costs more than filling the others; this loop is vectorised.
    """
    ax, ay, bx, by, cx, cy = corners
    long_edge = (cx - ax) / (cy - ay)
    upper_edge = (bx - ax) / (by - ay) if by > ay else 0.0
    lower_edge = (cx - bx) / (cy - by) if cy > by else 0.0
    for row in range(np.uint64(top), np.uint64(bottom)):
        y = float(np.int32(row))
        one = ax + (y - ay) * long_edge
        upper, lower = ax + (y - ay) * upper_edge, bx + (y - by) * lower_edge
        other = upper if y < by else lower
        spans[0, row] = np.int32(np.ceil(max(min(one, other), 0.0)))
        spans[1, row] = np.int32(np.ceil(min(max(one, other), width)))


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
