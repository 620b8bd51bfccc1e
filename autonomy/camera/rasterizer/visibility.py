"""First pass: which triangle each pixel sees, and how near that is.

Nearness is 1 / depth. It is linear across the image of a plane, so it is exact at every pixel.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rasterizer.blocks import BLOCK
from autonomy.camera.rasterizer.edges import (
    BOTTOM,
    LONG_EDGE,
    LOWER_EDGE,
    MIDDLE_X,
    MIDDLE_Y,
    NEARNESS,
    NEARNESS_DX,
    NEARNESS_DY,
    TOP_X,
    TOP_Y,
    UPPER_EDGE,
    find_edges,
    room_for_edges,
)
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.compiled import Index, compiled

_ROWS = np.uint64(16)  # as many rows of a triangle are found at once


class VisibilityBuffer(NamedTuple):
    """What each pixel of one frame sees; its rows have room for one block more."""

    nearness: NDArray[np.float32]  # (H, W) 1 / depth [1/m], 0 where nothing is seen
    seen: NDArray[np.int32]  # (H, W) triangle, -1 where nothing is seen


@compiled
def rasterize(count: Index, triangles: Triangles, width: int, buffer: VisibilityBuffer) -> Index:
    """Fill the visibility buffer of one frame; return the first row where anything is seen.

    A pixel belongs to a triangle when its centre does. Every edge is evaluated from its upper
    end, so two triangles that share it agree to the bit: no pixel twice, none left out, unless its
    centre lies within rounding, 1e-15 px or so, of a corner.

    Args:
        count: Number K of triangles.
        triangles: Their corners; receives the planes of their sunlight.
        width: Number W of columns [px].
        buffer: Receives what is seen.
    """
    buffer.nearness[:] = 0.0
    buffer.seen[:] = -1
    height = buffer.seen.shape[0]
    highest = np.int64(height)
    edges, spans = room_for_edges(), np.empty(2 * _ROWS, np.int32)
    for first in range(0, count, BLOCK):
        find_edges(triangles, first, edges)
        for triangle in range(first, min(first + np.int64(BLOCK), count)):
            one = np.uint64(triangle - first)
            top = math.ceil(max(edges[TOP_Y + one], 0.0))
            bottom = math.ceil(min(edges[BOTTOM + one], float(height)))
            highest = min(highest, top)
            for y in range(top, bottom, _ROWS):
                stop = min(y + np.int64(_ROWS), bottom)
                _find_spans(edges, one, y, float(width), spans)
                _fill_spans(edges, one, triangle, (y, stop), spans, buffer)
    return highest


@compiled
def _find_spans(
    edges: NDArray[np.float64], one: Index, top: Index, width: float, spans: NDArray[np.int32]
) -> None:
    """Fill the first column and the one after the last of some rows of a triangle.

    Most rows of thin triangles hold no pixel, so finding that out costs more than filling the
    others; this loop is vectorised.
    """
    ax, ay = edges[TOP_X + one], edges[TOP_Y + one]
    bx, by = edges[MIDDLE_X + one], edges[MIDDLE_Y + one]
    long_edge, upper_edge = edges[LONG_EDGE + one], edges[UPPER_EDGE + one]
    lower_edge = edges[LOWER_EDGE + one]
    for row in range(_ROWS):
        y = float(np.int32(top) + np.int32(row))
        long = ax + (y - ay) * long_edge
        upper, lower = ax + (y - ay) * upper_edge, bx + (y - by) * lower_edge
        short = upper if y < by else lower
        spans[row] = np.int32(np.ceil(min(max(min(long, short), 0.0), width)))
        spans[_ROWS + row] = np.int32(np.ceil(max(min(max(long, short), width), 0.0)))


@compiled
def _fill_spans(
    edges: NDArray[np.float64],
    one: Index,
    triangle: Index,
    rows: tuple[Index, Index],
    spans: NDArray[np.int32],
    buffer: VisibilityBuffer,
) -> None:
    """Show a triangle in some rows, where it is nearer than what is seen there."""
    nearness, seen = buffer.nearness, buffer.seen
    top, bottom = rows
    origin, dy = edges[NEARNESS + one], edges[NEARNESS_DY + one]
    step = np.float32(edges[NEARNESS_DX + one])
    for row in range(bottom - top):
        left, right = spans[row], spans[int(_ROWS) + row]
        if left >= right:
            continue
        y = np.uint64(top + row)
        start = np.float32(origin + float(top + row) * dy)
        for first in range(np.uint64(left), np.uint64(right), BLOCK):
            for lane in range(BLOCK):
                x = first + lane
                value = start + step * np.float32(np.int32(x))
                nearer = (value > nearness[y, x]) & (np.int32(x) < right)
                # written in any case: a loop without branches is vectorised
                seen[y, x] = np.int32(triangle) if nearer else seen[y, x]
                nearness[y, x] = value if nearer else nearness[y, x]
