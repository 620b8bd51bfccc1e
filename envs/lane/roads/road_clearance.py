"""How near a line comes to itself: the search behind crossing checks and embankments."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled

CLEARANCE = 4.3
"""[m] of height that a bridge leaves free, of which AASHTO's Policy on Design Standards, Interstate
System (2016) asks at least in towns."""

DECK = 0.7
"""[m] of a bridge, between that height and the road on it."""

SEPARATION = CLEARANCE + DECK
"""[m] by which a road passes over another."""

_BLOCK = 8  # stations judged together before single ones are
_STRIDE = 4  # stations between the cross-sections that are measured
_ROUNDING = 1e-6  # [m]


class Strip(NamedTuple):
    """A line and how much land beside it is taken."""

    line: NDArray[np.float64]  # (S, 3) stations [m]
    normal: NDArray[np.float64]  # (S, 2) unit vectors to the left
    sides: NDArray[np.float64]  # (S, 2) how far the road extends to the right and to the left [m]
    spacing: float  # [m] between stations
    closed: bool  # whether the last station joins the first


class Passing(NamedTuple):
    """Which stations of a road are near another leg of it."""

    over: NDArray[np.bool_]  # (S,) that pass over one
    under: NDArray[np.bool_]  # (S,) that pass under one


def touching_stations(strip: Strip, gap: float = 0.0) -> tuple[int, int] | None:
    """Find two stations on different legs whose surroundings come nearer than `gap` [m].

    Two stations D apart as the crow flies are on different legs when the way between them is
    longer than the half circle of diameter D: no bend wider than D joins them so late. Legs of
    which one passes over the other, `SEPARATION` higher, do not touch.

    Returns:
        The station numbers of such a pair, the lower first, or None.
    """
    here, there = _first_touching(strip, gap)
    return None if here < 0 else (here, there)


def passing_stations(strip: Strip, gap: float) -> Passing:
    """Tell which stations pass over or under another leg, or less than `gap` [m] beside one.

    None do on a road that crosses itself nowhere.
    """
    over, under = np.zeros((2, len(strip.line)), np.bool_)
    if np.ptp(strip.line[:, 2]) >= SEPARATION - _ROUNDING:
        crosses = _mark_passing(strip, 0.0, Passing(over, under))
        if crosses:
            _mark_passing(strip, gap, Passing(over, under))
    return Passing(over, under)


@compiled
def _first_touching(strip: Strip, gap: float) -> tuple[int, int]:
    """Return the first such pair, block by block, or -1 twice."""
    count = len(strip.line)
    for one, other in _near_blocks(strip, gap):
        for i in range(one * _BLOCK, min((one + 1) * _BLOCK, count)):
            for j in range(other * _BLOCK, min((other + 1) * _BLOCK, count)):
                if abs(_above(strip.line, i, j)) >= SEPARATION - _ROUNDING:
                    continue
                if _is_near(strip, i, j, gap):
                    return i, j
    return -1, -1


@compiled
def _mark_passing(strip: Strip, gap: float, passing: Passing) -> bool:
    """Mark the stations that pass over or under others; tell whether any do."""
    count, some = len(strip.line), False
    for one, other in _near_blocks(strip, gap):
        for i in range(one * _BLOCK, min((one + 1) * _BLOCK, count)):
            for j in range(other * _BLOCK, min((other + 1) * _BLOCK, count)):
                above = _above(strip.line, i, j)
                if abs(above) < SEPARATION - _ROUNDING:
                    continue
                if _is_near(strip, i, j, gap):
                    some = True
                    passing.over[i if above > 0.0 else j] = True
                    passing.under[j if above > 0.0 else i] = True
    return some


@compiled
def _near_blocks(strip: Strip, gap: float) -> list[tuple[int, int]]:
    """Return the pairs of blocks in which there may be stations of two legs that are near."""
    line, spacing = strip.line, strip.spacing
    count, blocks = len(line), (len(line) + _BLOCK - 1) // _BLOCK
    within = 1.1 * _BLOCK * spacing  # no pair of two blocks is nearer than their middles, but by so
    far = 2.0 * strip.sides.max() + gap + within
    shortest = 0.5 * math.pi * (2.0 * strip.sides.min() + gap) - within
    middles = np.empty((blocks, 2))
    for block in range(blocks):
        middles[block] = line[min(block * _BLOCK + _BLOCK // 2, count - 1), :2]
    pairs: list[tuple[int, int]] = []
    for one in range(blocks):
        for other in range(one + 1, blocks):
            x, y = middles[one, 0] - middles[other, 0], middles[one, 1] - middles[other, 1]
            if x * x + y * y >= far * far:
                continue
            if _way((other - one) * _BLOCK, count, strip.closed) * spacing > shortest:
                pairs.append((one, other))
    return pairs


@compiled
def _is_near(strip: Strip, i: Index, j: Index, gap: float) -> bool:
    """Tell whether two stations are on different legs, and their roads nearer than `gap` [m]."""
    line, sides = strip.line, strip.sides
    x, y = line[j, 0] - line[i, 0], line[j, 1] - line[i, 1]
    widest = max(sides[i, 0], sides[i, 1]) + max(sides[j, 0], sides[j, 1]) + gap
    if x * x + y * y >= widest * widest:
        return False
    if _way(int(j - i), len(line), strip.closed) * strip.spacing <= 0.5 * math.pi * widest:
        return False
    allowed = max(_side(strip, i, x, y) + _side(strip, j, -x, -y) + gap, 0.0)
    return x * x + y * y < allowed * allowed


@compiled
def _side(strip: Strip, i: Index, x: float, y: float) -> float:
    """Return how far the road extends to the side of a station on which a direction is [m]."""
    to_left = x * strip.normal[i, 0] + y * strip.normal[i, 1]
    return strip.sides[i, 1] if to_left > 0.0 else strip.sides[i, 0]


@compiled
def _above(line: NDArray[np.float64], i: Index, j: Index) -> float:
    """Return how high a station lies above another [m]."""
    return line[i, 2] - line[j, 2]


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
    passing: Passing,
) -> NDArray[np.float64]:
    """Distance from each station to the medial axis of the line, to the right and the left.

    The circle that touches the line at p with unit normal n and passes through q has radius
    |q - p|^2 / (2 (q - p) . n); the smallest over all q reaches the medial axis. Up to it,
    every point of the normal has p as its nearest station, so normals do not meet. What passes
    over a station takes none of its land, nor does what passes under it.

    Args:
        line: (S, 2) stations [m].
        normal: (S, 2) unit vectors to the left.
        curvature: (S,) [1/m], positive to the left.
        limit: the largest distance of interest [m].
        closed: whether the last station joins the first.
        passing: which stations pass over or under others.

    Returns:
        (S, 2) distances [m], at most `limit`.
    """
    stations = np.unique(np.append(np.arange(0, len(line), _STRIDE), len(line) - 1))
    levels = Passing(passing.over[stations], passing.under[stations])
    sides = _sharpest_circles(line[stations], normal[stations], limit, levels)
    sides = _widest_neighbour(np.maximum(sides, 1 / limit), closed)
    along = np.arange(len(line))
    right, left = (np.interp(along, stations, sides[:, side]) for side in (0, 1))
    coarse = np.stack([right, left], axis=1)
    own = np.stack([-curvature, curvature], axis=1)
    return 1 / np.maximum(coarse, own)


@compiled
def _sharpest_circles(
    points: NDArray[np.float64], normals: NDArray[np.float64], limit: float, passing: Passing
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
            if passing.over[i] & passing.under[j] or passing.under[i] & passing.over[j]:
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
