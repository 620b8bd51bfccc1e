"""How near a line comes to itself: the search behind crossing checks and embankments."""

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
    count = len(line)
    station = np.arange(0, count, _BLOCK)[:, None] + np.arange(_BLOCK)
    station = np.minimum(station, count - 1)  # (blocks, stations of a block)
    here, there = _near_blocks(line, reach, spacing, closed, gap)
    i, j = station[here][:, :, None], station[there][:, None, :]
    x, y = line.T
    allowed = reach[i] + reach[j] + gap
    apart = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
    way = _way(i, j, count, closed) * spacing
    found = np.argwhere((apart < allowed**2) & (way > np.pi / 2 * allowed))
    if not len(found):
        return None
    pair, first, second = found[0]
    return int(station[here[pair], first]), int(station[there[pair], second])


def _near_blocks(
    line: NDArray[np.float64],
    reach: NDArray[np.float64],
    spacing: float,
    closed: bool,
    gap: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of blocks of stations that could hold a touching pair."""
    centre = np.minimum(np.arange(0, len(line), _BLOCK) + _BLOCK // 2, len(line) - 1)
    x, y = (line[centre] - line[0]).astype(np.float32).T
    far = 2 * reach.max() + gap + 1.1 * _BLOCK * spacing
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 < far * far
    i, j = np.nonzero(near)
    way = _way(centre[i], centre[j], len(line), closed) * spacing
    shortest = np.pi / 2 * (2 * reach.min() + gap) - 1.1 * _BLOCK * spacing
    candidate = (i < j) & (way > shortest)
    return i[candidate], j[candidate]


def _way(
    i: NDArray[np.intp], j: NDArray[np.intp], count: int, closed: bool
) -> NDArray[np.signedinteger]:
    """Steps along the line from station i to station j, the shorter way round."""
    steps = np.abs(i - j)
    return np.minimum(steps, count - steps) if closed else steps


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
    sides = _sharpest_circles(line[stations], normal[stations])
    sides = _widest_neighbour(np.maximum(sides, 1 / limit), closed)
    along = np.arange(len(line))
    right, left = (np.interp(along, stations, sides[:, side]) for side in (0, 1))
    coarse = np.stack([right, left], axis=1)
    own = np.stack([-curvature, curvature], axis=1)
    return 1 / np.maximum(coarse, own)


@compiled
def _sharpest_circles(
    points: NDArray[np.float64], normals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`(M, 2)` the largest 1 / radius of circles through another point, right and left [1/m]."""
    sides = np.zeros((len(points), 2))
    for i in range(len(points)):
        for j in range(len(points)):
            east, north = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
            apart = max(east * east + north * north, 1e-6)
            bend = 2.0 * (east * normals[i, 0] + north * normals[i, 1]) / apart
            sides[i, 0], sides[i, 1] = max(sides[i, 0], -bend), max(sides[i, 1], bend)
    return sides


def _widest_neighbour(bend: NDArray[np.float64], closed: bool) -> NDArray[np.float64]:
    """(M, 2) the sharpest bend among a station and its two neighbours."""
    padded = np.pad(bend, ((1, 1), (0, 0)), mode="wrap" if closed else "edge")
    return np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
