"""Lines on a map: what of them is in sight, in as few points as show it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.reporting.witnessed import Drawn

_ROUND = 0.12  # of a map's side, on each side of what happened
_SMALLEST = 0.2  # [m] a map's side
_MOST = 120  # points of a line

Line = NDArray[np.float64]
"""`(K, 2)` [m]."""


class Extent(NamedTuple):
    """A square part of a map [m]."""

    left: float
    right: float
    bottom: float
    top: float


def extent_of(drawn: Drawn) -> Extent:
    """Return the part of a map in which an episode's way lies, with marks around it."""
    marks = [line for own in drawn.lines.values() for line in own if len(line) == 1]
    points = np.concatenate([drawn.path, *marks])
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(float((high - low).max()), _SMALLEST) * (0.5 + _ROUND)
    x, y = ((low + high) / 2).tolist()
    return Extent(x - half, x + half, y - half, y + half)


def within(line: Line, extent: Extent) -> Iterator[Line]:
    """Yield the pieces of a line that are in sight, each with a point beyond at its ends."""
    line = _refined(line, (extent.right - extent.left) / _MOST)
    x, y = line.T
    seen = (extent.left <= x) & (x <= extent.right) & (extent.bottom <= y) & (y <= extent.top)
    near = seen.copy()
    near[1:] |= seen[:-1]
    near[:-1] |= seen[1:]
    starts = np.flatnonzero(near & ~np.insert(near[:-1], 0, False))
    ends = np.flatnonzero(near & ~np.append(near[1:], False)) + 1
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield line[start:end]


def _refined(line: Line, apart: float) -> Line:
    """Return a line whose points are no farther apart than that [m]."""
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    counts = np.maximum(np.ceil(lengths / apart), 1).astype(np.intp)
    number = np.arange(len(line))
    parts = np.repeat(1.0 / counts, counts)
    at = np.concatenate([[0.0], np.cumsum(parts)])
    return np.stack([np.interp(at, number, own) for own in line.T], axis=1)


def thinned(line: Line, most: int = _MOST) -> Line:
    """Return a line with at most so many of its points, its ends among them."""
    if len(line) <= most:
        return line
    return line[np.linspace(0, len(line) - 1, most).round().astype(np.intp)]
