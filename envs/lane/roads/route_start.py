"""Where on a road a route begins."""

from collections.abc import Sequence
from typing import NamedTuple

from autonomy.envs.lane.roads.road import Road
from autonomy.errors import InputError

ROUTE_START_DRAWS = 4
"""How many random numbers the start of a route takes."""

UNDRIVEN = 110.0
"""[m] of an open road that no route drives: `_RUN_UP` and `_RUN_OUT`."""

_RUN_UP = 10.0  # [m] of an open road behind the start
_RUN_OUT = UNDRIVEN - _RUN_UP  # [m] of an open road beyond the end, so that it is never seen
_APPROACH = 50.0  # [m] at most, before a bend
_BEND_SHARE = 0.5


class RouteStart(NamedTuple):
    """Where a route begins."""

    lane: int  # counted from right to left
    station: int  # of the road


def draw_start(
    road: Road, lanes: Sequence[int], length: float, seeks_bends: bool, uniform: Sequence[float]
) -> RouteStart:
    """Draw where a route of some length [m] begins.

    Args:
        road: The road.
        lanes: Those of its lanes that may be driven.
        length: Of the route [m].
        seeks_bends: Let half of the routes begin shortly before a bend, because bends are rare and
            hard; all others begin anywhere.
        uniform: `ROUTE_START_DRAWS` random numbers in [0, 1).

    Raises:
        InputError: The road is open and too short for the route.
    """
    lane, place, kind, approach = uniform
    before = approach * _APPROACH if seeks_bends and kind < _BEND_SHARE else None
    return RouteStart(lanes[int(lane * len(lanes))], _station(road, length, place, before))


def check_room(length: float, shortest: float) -> None:
    """Check that routes of some length [m] have room on open roads of at least `shortest` [m].

    Raises:
        InputError: They have not.
    """
    if shortest < length + UNDRIVEN:
        raise InputError(
            f"open roads must be {UNDRIVEN:.0f} m longer than the route, got "
            f"{shortest:.0f} m for a route of {length:.0f} m"
        )


def _station(road: Road, length: float, place: float, before: float | None) -> int:
    """Return a station, `place` in [0, 1) along the route's room; or `before` [m] a bend."""
    first, last = 0, road.station_count
    if not road.closed:
        check_room(length, road.length)
        first = int(_RUN_UP / road.spacing)
        last = int((road.length - length - _RUN_OUT) / road.spacing) + 1
    if before is None:
        return first + int(place * (last - first))
    start = _bend(road, first, last, place) - int(before / road.spacing)
    return start % road.station_count if road.closed else max(start, first)


def _bend(road: Road, first: int, last: int, place: float) -> int:
    """Return a station in a bend: each is met as often as its curvature squared."""
    bending = road.bending
    low, high = bending[first], bending[last - 1]
    return int(bending.searchsorted(low + place * (high - low)))
