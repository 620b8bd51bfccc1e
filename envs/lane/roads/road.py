"""A road as data: a reference line, the lanes beside it and the paint between them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import cos, sin
from autonomy.envs.lane.roads.road_clearance import Passing, Strip, free_distance, passing_stations
from autonomy.envs.lane.roads.station_runs import station_runs

MarkingKind = Literal["solid", "dashed", "double", "none"]
MarkingColor = Literal["white", "yellow"]

ELEVATION_MIN = 0.3  # [m] above the flat ground at z = 0
SHOULDER = 1.0  # [m] of land that a road has beside its edge
BESIDE = 3.0
"""[m] of land between the edges of a road and of one that passes over it: bridges are so long."""

NUMBERS = ("position", "heading", "curvature", "grade", "boundaries")


@dataclass(frozen=True)
class Marking:
    """The paint along one lane boundary."""

    kind: MarkingKind
    color: MarkingColor = "white"


@dataclass(frozen=True, eq=False)
class Road:
    """A reference line sampled at S stations, and L lanes across it.

    Lanes and boundaries are counted from right to left; offsets are positive to the left.
    The arrays are read-only, so that roads can be shared. Two roads are equal only if they
    are the same object.
    """

    name: str
    closed: bool  # station S-1 joins station 0
    spacing: float  # [m] between stations, along the horizontal projection of the line
    position: NDArray[np.float64]  # (S, 3) [m]
    heading: NDArray[np.float64]  # (S,) [rad], unwrapped
    curvature: NDArray[np.float64]  # (S,) [1/m], positive in left bends
    grade: NDArray[np.float64]  # (S,) dz/ds
    boundaries: NDArray[np.float64]  # (S, L+1) [m] lateral offsets
    directions: NDArray[np.int64]  # (L,) +1 runs with the reference line, -1 against it
    markings: tuple[Marking, ...]  # L+1

    def __post_init__(self) -> None:
        for name in (*NUMBERS, "directions"):
            frozen = np.array(getattr(self, name))
            if name == "boundaries" and (frozen == frozen[:1]).all():  # as on most roads
                frozen = np.broadcast_to(frozen[:1].copy(), frozen.shape)  # one row for all
            frozen.setflags(write=False)
            object.__setattr__(self, name, frozen)

    @property
    def station_count(self) -> int:
        """S."""
        return len(self.position)

    @property
    def lane_count(self) -> int:
        """L, the lanes of both directions."""
        return len(self.directions)

    @property
    def length(self) -> float:
        """Horizontal length of the reference line [m]."""
        return self.spacing * (self.station_count - (0 if self.closed else 1))

    @property
    def normal(self) -> NDArray[np.float64]:
        """(S, 2) horizontal unit vectors to the left."""
        return self.normal_at(np.arange(self.station_count))

    def normal_at(self, stations: NDArray[np.intp]) -> NDArray[np.float64]:
        """(n, 2) those of some stations (n,)."""
        heading = self.heading[stations]
        return np.stack([-sin(heading), cos(heading)], axis=1)

    @cached_property
    def forward_lanes(self) -> tuple[int, ...]:
        """The lanes that run with the reference line."""
        return tuple(np.flatnonzero(self.directions > 0).tolist())

    @property
    def reach(self) -> NDArray[np.float64]:
        """(S,) how far the lanes extend to the wider side of the reference line [m]."""
        return np.maximum(-self.boundaries[:, 0], self.boundaries[:, -1])

    @cached_property
    def passing(self) -> Passing:
        """Which stations pass over or under the road itself: those of bridges, and below them."""
        return passing_stations(self.strip(np.stack([self.reach, self.reach], axis=1)), BESIDE)

    def strip(self, sides: NDArray[np.float64]) -> Strip:
        """Return the land that the road takes to its right and to its left, (S, 2) [m]."""
        return Strip(self.position, self.normal, sides, self.spacing, self.closed)

    @cached_property
    def bridges(self) -> list[NDArray[np.intp]]:
        """The stations of each bridge, in the order of the road."""
        return station_runs(self.passing.over, self.closed)

    @cached_property
    def bending(self) -> NDArray[np.float64]:
        """(S,) integral of the squared curvature from the first station on [1/m]."""
        return np.cumsum(self.curvature**2) * self.spacing

    def at_offset(self, offset: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """(S, 2) horizontal points beside each station, `offset` (S,) [m] to the left."""
        return self.position[:, :2] + np.reshape(offset, (-1, 1)) * self.normal


def free_width(road: Road, limit: float = 40.0) -> NDArray[np.float64]:
    """How far the land on each side of the reference line belongs to each station.

    Cross-sections of this width do not intersect: they end before the medial axis of the
    line, which lies at the centre of curvature inside a bend and half way to another leg.
    A bridge has no land, and what passes under one only its shoulders: nothing stands there.

    Returns:
        (S, 2) distances to the right and to the left [m], at most `limit`, and at least the
        road's own edge with its shoulder where the medial axis leaves room for it.
    """
    line, passing = road.position[:, :2], road.passing
    medial = free_distance(line, road.normal, road.curvature, limit, road.closed, passing)
    edge = np.stack([-road.boundaries[:, 0], road.boundaries[:, -1]], axis=1)
    land = np.maximum(0.9 * medial, np.minimum(medial, edge + SHOULDER))
    is_bare = passing.under | _within(passing.over, road.closed)
    return np.where(is_bare[:, np.newaxis], np.minimum(land, edge + SHOULDER), land)


def _within(chosen: NDArray[np.bool_], closed: bool) -> NDArray[np.bool_]:
    """(S,) which stations are chosen as both their neighbours are."""
    if not closed:
        chosen = np.pad(chosen, 1)
        return chosen[:-2] & chosen[1:-1] & chosen[2:]
    return chosen & np.roll(chosen, 1) & np.roll(chosen, -1)
