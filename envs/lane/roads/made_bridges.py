"""Heights for circuits that cross themselves and tell none: bridges, and ramps up to them.

A ramp is a sag curve, a straight slope and a crest curve, parabolas as roads have them. Its numbers
are those of AASHTO, A Policy on Geometric Design of Highways and Streets (2018), section 3.4, for a
design speed of 50 km/h: rates of vertical curvature of 7 m for each per cent of grade over crests
and of 13 m in sags, and a grade below the 7 to 12 % that it names as the steepest.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.bridge_levels import passages_over
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_clearance import SEPARATION
from autonomy.envs.lane.roads.self_crossings import Passage, find_crossings

GRADE = 0.06
CREST = 700.0
"""[m] smallest radius of curvature over the top of a ramp."""
SAG = 1300.0
"""[m] smallest radius of curvature at the foot of a ramp."""
RAMP = SEPARATION / GRADE + GRADE * (CREST + SAG) / 2
"""[m] length of a ramp, from the ground to a bridge."""


class _Bridge(NamedTuple):
    """A level stretch up in the air, over one or several other ways."""

    first: int  # station; it may lie before the circuit's start
    last: int  # likewise; it may lie beyond the circuit's end
    over: tuple[tuple[int, int], ...]  # stations where it crosses: its own, and that below


def bridged(road: Road) -> tuple[Road, list[str]]:
    """Lead a flat closed road over bridges where it crosses itself.

    Returns:
        The road, and what is to say about each bridge: a sentence that lacks its subject.

    Raises:
        InputError: There is no room for the ramps; or the road lies on itself lengthwise.
    """
    crossings = find_crossings(road)
    if not crossings:
        return road, []
    later_over = passages_over(road, crossings, RAMP)
    ways = [
        (crossing.later, crossing.earlier) if later else (crossing.earlier, crossing.later)
        for crossing, later in zip(crossings, later_over, strict=True)
    ]
    bridges = _joined(road, ways)
    position, grade = road.position.copy(), road.grade.copy()
    for bridge in bridges:
        height, slope = _hump(road, bridge)
        position[:, 2] += height
        grade += slope
    return replace(road, position=position, grade=grade), [_said(road, own) for own in bridges]


def _joined(road: Road, ways: Sequence[tuple[Passage, Passage]]) -> list[_Bridge]:
    """Make bridges of ways over others; those with no room for two ramps between them are one."""
    count, room = road.station_count, 2 * RAMP / road.spacing
    bridges: list[_Bridge] = []
    for over, under in sorted(ways):
        pair = ((over.at, under.at),)
        if bridges and over.first - bridges[-1].last < room:
            before = bridges[-1]
            last = max(before.last, over.last)
            bridges[-1] = _Bridge(before.first, last, before.over + pair)
        else:
            bridges.append(_Bridge(over.first, over.last, pair))
    if len(bridges) > 1 and bridges[0].first + count - bridges[-1].last < room:
        last, first = bridges.pop(), bridges.pop(0)
        bridges.append(_Bridge(last.first, first.last + count, last.over + first.over))
    return bridges


def _hump(road: Road, bridge: _Bridge) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a bridge with its ramps adds to the heights (S,) [m] and the grades (S,)."""
    count = road.station_count
    beyond = (np.arange(count) - bridge.first) % count - (bridge.last - bridge.first)
    before = (bridge.first - np.arange(count)) % count
    is_after = beyond < before
    away = np.minimum(np.where(is_after, np.maximum(beyond, 0), before) * road.spacing, RAMP)
    crest, sag = away / CREST, (RAMP - away) / SAG
    slope = np.minimum(np.minimum(crest, sag), GRADE)
    on_slope = SEPARATION - GRADE * (away - GRADE * CREST / 2)
    height = np.where(crest < GRADE, SEPARATION - crest * away / 2, on_slope)
    height = np.where(sag < GRADE, sag * (RAMP - away) / 2, height)
    return height, np.where(is_after, -slope, slope)


def _said(road: Road, bridge: _Bridge) -> str:
    """Return what to say of a bridge."""
    reach, count = RAMP / road.spacing, road.station_count
    start, end = (
        (station % count) * road.spacing for station in (bridge.first - reach, bridge.last + reach)
    )
    places = " and ".join(
        f"at {own * road.spacing:.0f} m over {below * road.spacing:.0f} m"
        for own, below in bridge.over
    )
    return (
        "crosses itself and no heights are read from it, so a bridge "
        f"{SEPARATION:.1f} m high is made {places} along it, with ramps of up to {GRADE:.0%} that "
        f"begin at {start:.0f} m and end at {end:.0f} m"
    )
