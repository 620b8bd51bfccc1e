"""What a block of triangles needs to be filled row by row: how its edges and values run."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.compiled import Index, compiled

# Places in one flat array, each with one value for each triangle of a block. The corners are
# sorted from top to bottom, edges are x per row, and nearness is per column, per row, and its
# constant.
_KINDS = 11
(
    TOP_X,
    TOP_Y,
    MIDDLE_X,
    MIDDLE_Y,
    BOTTOM,
    LONG_EDGE,
    UPPER_EDGE,
    LOWER_EDGE,
    NEARNESS_DX,
    NEARNESS_DY,
    NEARNESS,
) = (np.uint64(kind) * BLOCK for kind in range(_KINDS))


@compiled
def room_for_edges() -> NDArray[np.float64]:
    """Make room for one block."""
    return np.empty(_KINDS * BLOCK)


@compiled
def find_edges(triangles: Triangles, first: Index, edges: NDArray[np.float64]) -> None:
    """Fill `edges` and the light's planes for the block of triangles that begins with `first`.

    In double precision, from the same corners to the same bits, whichever triangle an edge is of.
    """
    corners, planes = triangles.corners, triangles.planes
    for one in range(BLOCK):
        row = np.uint64(first) + one
        ax, ay, aw = _corner(corners, 0, row)
        bx, by, bw = _corner(corners, 4, row)
        cx, cy, cw = _corner(corners, 8, row)
        scale = 1.0 / ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
        sides = bx - ax, by - ay, cx - ax, cy - ay

        dx, dy = slope(bw - aw, cw - aw, sides, scale)
        edges[NEARNESS_DX + one] = dx
        edges[NEARNESS_DY + one] = dy
        edges[NEARNESS + one] = aw - ax * dx - ay * dy

        al, bl, cl = aw * corners[3, row], bw * corners[7, row], cw * corners[11, row]
        dx, dy = slope(bl - al, cl - al, sides, scale)
        planes[0, row] = dx
        planes[1, row] = dy
        planes[2, row] = al - ax * dx - ay * dy

        ax, ay, bx, by = (bx, by, ax, ay) if by < ay else (ax, ay, bx, by)
        ax, ay, cx, cy = (cx, cy, ax, ay) if cy < ay else (ax, ay, cx, cy)
        bx, by, cx, cy = (cx, cy, bx, by) if cy < by else (bx, by, cx, cy)
        edges[TOP_X + one] = ax
        edges[TOP_Y + one] = ay
        edges[MIDDLE_X + one] = bx
        edges[MIDDLE_Y + one] = by
        edges[BOTTOM + one] = cy
        edges[LONG_EDGE + one] = (cx - ax) / (cy - ay)
        # an edge along a row is never asked where it meets one
        edges[UPPER_EDGE + one] = (bx - ax) / (by - ay) if by > ay else 0.0
        edges[LOWER_EDGE + one] = (cx - bx) / (cy - by) if cy > by else 0.0


@compiled
def _corner(
    corners: NDArray[np.float32], first: Index, row: Index
) -> tuple[np.float64, np.float64, np.float64]:
    """Return x, y and nearness; Numba's `float` would leave them in single precision."""
    return (
        np.float64(corners[first, row]),
        np.float64(corners[first + 1, row]),
        np.float64(corners[first + 2, row]),
    )


@compiled
def slope(
    to_b: float, to_c: float, sides: tuple[float, float, float, float], scale: float
) -> tuple[float, float]:
    """How a value grows per column and per row, from how it grows along a triangle's two sides.

    The sides are x and y from a to b, then from a to c; `scale` is 1 over twice the triangle's
    signed area.
    """
    bx, by, cx, cy = sides
    return (to_b * cy - to_c * by) * scale, (to_c * bx - to_b * cx) * scale
