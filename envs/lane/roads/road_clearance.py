"""How near a line comes to itself: the search behind crossing checks and embankments."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

_BLOCK = 8  # stations judged together before single ones are
_STRIDE = 4  # stations between the cross-sections that are measured


def touching_stations(
    line: NDArray[np.float64],
    reach: NDArray[np.float64],
    spacing: float,
    closed: bool,
    gap: float = 0.0,
) -> tuple[int, int] | None:
    """Find two stations on different legs whose surroundings come nearer than `gap`.

    Two stations D apart as the crow flies are on different legs when the way between them is
    longer than the half circle of diameter D: no bend wider than D joins them so late.

    Args:
        line: (S, 2) stations [m].
        reach: (S,) how far the road extends to either side of each station [m].
        spacing: between stations [m].
        closed: whether the last station joins the first.
        gap: free land demanded between the two edges [m].

    Returns:
        The station numbers of such a pair, the lower first, or None.
    """
    here, there = _first_touching(line, reach, spacing, closed, gap)
    return None if here < 0 else (here, there)


@compiled
def _first_touching(
    line: NDArray[np.float64], reach: NDArray[np.float64], spacing: float, closed: bool, gap: float
) -> tuple[int, int]:
    """Return the first such pair, block by block, or -1 twice."""
    count, blocks = len(line), (len(line) + _BLOCK - 1) // _BLOCK
    within = 1.1 * _BLOCK * spacing  # no pair of two blocks is nearer than their middles, but by so
    far = 2.0 * reach.max() + gap + within
    shortest = 0.5 * math.pi * (2.0 * reach.min() + gap) - within
    middles = np.empty((blocks, 2))
    for block in range(blocks):
        middles[block] = line[min(block * _BLOCK + _BLOCK // 2, count - 1)]
    for one in range(blocks):
        for other in range(one + 1, blocks):
            x, y = middles[one, 0] - middles[other, 0], middles[one, 1] - middles[other, 1]
            if x * x + y * y >= far * far:
                continue
            if _way((other - one) * _BLOCK, count, closed) * spacing <= shortest:
                continue
            for i in range(one * _BLOCK, min((one + 1) * _BLOCK, count)):
                for j in range(other * _BLOCK, min((other + 1) * _BLOCK, count)):
                    allowed = reach[i] + reach[j] + gap
                    x, y = line[i, 0] - line[j, 0], line[i, 1] - line[j, 1]
                    is_near = x * x + y * y < allowed * allowed
                    if is_near and _way(j - i, count, closed) * spacing > 0.5 * math.pi * allowed:
                        return i, j
    return -1, -1


@compiled
def _way(steps: int, count: int, closed: bool) -> int:
    """Return how many steps apart two stations are, the shorter way round."""
    return min(steps, count - steps) if closed else steps


def free_distance(
    line: NDArray[np.float64],
    normal: NDArray[np.float64],
    curvature: NDArray[np.float64],
    limit: float,
    closed: bool,
) -> NDArray[np.float64]:
    """Distance from each station to the medial axis of the line, to the right and the left.

    The circle that touches the line at p with unit normal n and passes through q has radius
    |q - p|^2 / (2 (q - p) . n); the smallest over all q reaches the medial axis. Up to it,
    every point of the normal has p as its nearest station, so normals do not meet.

    Args:
        line: (S, 2) stations [m].
        normal: (S, 2) unit vectors to the left.
        curvature: (S,) [1/m], positive to the left.
        limit: the largest distance of interest [m].
        closed: whether the last station joins the first.

    Returns:
        (S, 2) distances [m], at most `limit`.
    """
    stations = np.unique(np.append(np.arange(0, len(line), _STRIDE), len(line) - 1))
    sides = _sharpest_circles(line[stations], normal[stations], limit)
    sides = _widest_neighbour(np.maximum(sides, 1 / limit), closed)
    along = np.arange(len(line))
    right, left = (np.interp(along, stations, sides[:, side]) for side in (0, 1))
    coarse = np.stack([right, left], axis=1)
    own = np.stack([-curvature, curvature], axis=1)
    return 1 / np.maximum(coarse, own)


@compiled
def _sharpest_circles(
    points: NDArray[np.float64], normals: NDArray[np.float64], limit: float
) -> NDArray[np.float64]:
    """`(M, 2)` the largest 1 / radius of circles through another point, right and left [1/m].

    Those of a radius of more than `limit` may be left out.
    """
    sides, farthest = np.zeros((len(points), 2)), 2.001 * limit
    for i in range(len(points)):
        right, left = 0.0, 0.0
        for j in range(len(points)):
            east, north = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
            apart = max(east * east + north * north, 1e-6)
            if apart > farthest * farthest:
                continue
            bend = 2.0 * (east * normals[i, 0] + north * normals[i, 1]) / apart
            right, left = max(right, -bend), max(left, bend)
        sides[i] = right, left
    return sides


def _widest_neighbour(bend: NDArray[np.float64], closed: bool) -> NDArray[np.float64]:
    """(M, 2) the sharpest bend among a station and its two neighbours."""
    before, after = (bend[-1:], bend[:1]) if closed else (bend[:1], bend[-1:])
    padded = np.concatenate([before, bend, after])
    return np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
