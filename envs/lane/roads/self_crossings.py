"""Where a circuit crosses itself, and for how long each of the two ways is near the other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import Index, compiled
from autonomy.envs.lane.roads.road import BESIDE, Road
from autonomy.errors import InputError

_BLOCK = 8  # stations judged together before single ones are
_MOST = 128  # crossings of a circuit
_LONGEST = 75.0  # [m] that two ways which cross are near each other, to either side


class Passage(NamedTuple):
    """One of the two ways through a crossing."""

    at: int  # station before it
    first: int  # station that is near the other way; it may lie before the circuit's start
    last: int  # likewise; it may lie beyond the circuit's end


class Crossing(NamedTuple):
    """A place where a circuit crosses itself."""

    earlier: Passage
    later: Passage


def find_crossings(road: Road) -> list[Crossing]:
    """Return the crossings of a closed road with itself, in the order in which they come first.

    Raises:
        InputError: There are too many, or one is so slanting that no bridge is as long.
    """
    line = road.position[:, :2]
    count, stations = _crossings(line, road.spacing, _MOST)
    if count > _MOST:
        raise InputError(
            f"road {road.name} must cross itself at most {_MOST} times, as no circuit of several "
            "laps does: give one lap of a smooth line"
        )
    return [_crossing(road, *pair) for pair in sorted(map(tuple, stations[:count].tolist()))]


def _crossing(road: Road, earlier: int, later: int) -> Crossing:
    return Crossing(_passage(road, earlier, later), _passage(road, later, earlier))


def _passage(road: Road, at: int, other: int) -> Passage:
    """Return how long the way through a station is near that through another."""
    line, reach = road.position[:, :2], road.reach
    farthest = int(_LONGEST / road.spacing)
    after = _steps_near(line, reach, at + 1, other, 1, farthest)
    before = _steps_near(line, reach, at, other, -1, farthest)
    if max(after, before) == farthest:
        here, there = at * road.spacing, other * road.spacing
        raise InputError(
            f"road {road.name} must not lie on itself lengthwise, but it does for more than "
            f"{_LONGEST:.0f} m from where it crosses itself {here:.0f} m and {there:.0f} m along "
            "it: give one lap only, or let it cross itself at a larger angle or with less width"
        )
    return Passage(at, at - before, at + 1 + after)


@compiled
def _crossings(
    line: NDArray[np.float64], spacing: float, room: int
) -> tuple[int, NDArray[np.int64]]:
    """Return how many crossings there are, at least, and the stations `(room, 2)` before each.

    A piece of the line owns its first end, so that none is found twice.
    """
    count, blocks, found = len(line), (len(line) + _BLOCK - 1) // _BLOCK, 0
    stations = np.zeros((room, 2), np.int64)
    far = 1.2 * (_BLOCK + 1) * spacing  # between the middles of blocks whose pieces may meet
    middles = np.empty((blocks, 2))
    for block in range(blocks):
        middles[block] = line[min(block * _BLOCK + _BLOCK // 2, count - 1)]
    for one in range(blocks):
        for other in range(one, blocks):
            x, y = middles[one, 0] - middles[other, 0], middles[one, 1] - middles[other, 1]
            if x * x + y * y >= far * far:
                continue
            for i in range(one * _BLOCK, min((one + 1) * _BLOCK, count)):
                for j in range(max(other * _BLOCK, i + 2), min((other + 1) * _BLOCK, count)):
                    if (j + 1) % count == i or not _is_crossing(line, i, j):
                        continue
                    if found == room:
                        return found + 1, stations
                    stations[found] = i, j
                    found += 1
    return found, stations


@compiled
def _is_crossing(line: NDArray[np.float64], i: Index, j: Index) -> bool:
    """Tell whether the pieces from two stations to the next ones cross."""
    i_end, j_end = (i + 1) % len(line), (j + 1) % len(line)
    return (_is_left(line, i, i_end, j) != _is_left(line, i, i_end, j_end)) and (
        _is_left(line, j, j_end, i) != _is_left(line, j, j_end, i_end)
    )


@compiled
def _is_left(line: NDArray[np.float64], start: Index, end: Index, point: Index) -> bool:
    """Tell whether a point is to the left of the line from one to another."""
    east, north = line[end, 0] - line[start, 0], line[end, 1] - line[start, 1]
    to_east, to_north = line[point, 0] - line[start, 0], line[point, 1] - line[start, 1]
    return east * to_north - north * to_east > 0.0


@compiled
def _steps_near(
    line: NDArray[np.float64],
    reach: NDArray[np.float64],
    here: Index,
    there: Index,
    step: int,
    farthest: int,
) -> int:
    """Walk from a station until it is no longer near the other way, which begins `there`.

    Returns:
        How many steps that takes, or `farthest`.
    """
    count = len(line)
    for steps in range(farthest):
        i = (here + steps * step) % count
        there = _nearest(line, i, there)
        x, y = line[i, 0] - line[there, 0], line[i, 1] - line[there, 1]
        allowed = reach[i] + reach[there] + BESIDE
        if x * x + y * y >= allowed * allowed:
            return steps
    return farthest


@compiled
def _nearest(line: NDArray[np.float64], i: Index, start: Index) -> Index:
    """Walk from a station towards another as long as that comes nearer; return where it ends."""
    count, nearest = len(line), start
    best = np.inf
    for step in (1, -1):
        k = start
        for _ in range(count):
            x, y = line[i, 0] - line[k, 0], line[i, 1] - line[k, 1]
            apart = x * x + y * y
            if apart > best:
                break
            best, nearest = apart, k
            k = (k + step) % count
    return nearest
