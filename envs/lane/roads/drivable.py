"""What makes a road one that a car can drive."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import ELEVATION_MIN, NUMBERS, Road
from autonomy.envs.lane.roads.road_clearance import SEPARATION, touching_stations
from autonomy.errors import InputError

INNER_RADIUS_MIN = 6.0  # [m] of the tightest lane edge
GRADE_MAX = 0.08
LANE_WIDTH_MIN = 2.0  # [m]
_ROUNDING = 1e-6


def check_drivable(road: Road) -> None:
    """Check that a car can drive the whole road.

    Raises:
        InputError: the road is not finite, bends too tightly, is too narrow, steep or low,
            disagrees with its own heading, or comes too near itself; the message says where.
    """
    check_alignment(road)
    sides = np.stack([-road.boundaries[:, 0], road.boundaries[:, -1]], axis=1)
    touching = touching_stations(road.strip(sides))
    if touching is not None:
        heights = road.position[list(touching), 2]
        here, there = (station * road.spacing for station in touching)
        raise InputError(
            f"road {road.name} must not cross or touch itself, unless {SEPARATION:.1f} m above "
            f"itself, but it does at {here:.0f} m and {there:.0f} m along it, "
            f"{float(np.ptp(heights)):.1f} m apart in height"
        )


def check_alignment(road: Road) -> None:
    """Check likewise, but for whether the road comes too near itself.

    Raises:
        InputError: it cannot be driven.
    """
    for name in NUMBERS:
        finite = np.isfinite(getattr(road, name))
        if not finite.all():
            at = finite.reshape(road.station_count, -1).all(axis=1)
            _require(road, at, f"its {name} is not finite", "a finite number")
    _require(
        road,
        np.diff(road.boundaries, axis=1).min(axis=1) >= LANE_WIDTH_MIN,
        "a lane is too narrow",
        f"at least {LANE_WIDTH_MIN} m",
    )
    inside = np.where(road.curvature > 0, road.boundaries[:, -1], -road.boundaries[:, 0])
    _require(
        road,
        np.abs(road.curvature) * (inside + INNER_RADIUS_MIN) <= 1 + _ROUNDING,
        "it bends too tightly for its width",
        f"a radius of at least {INNER_RADIUS_MIN} m at its inner edge",
    )
    _check_line(road)


def _check_line(road: Road) -> None:
    step = np.diff(road.position, axis=0, append=road.position[:1])
    if not road.closed:
        step[-1] = step[-2]
    along = np.einsum("sk,sk->s", step[:, :2], road.normal[:, ::-1] * (1.0, -1.0))
    _require(
        road,
        np.abs(along / road.spacing - 1) <= 0.1,
        "the next station is not one spacing ahead along the heading",
        f"{road.spacing:.3f} m ahead",
    )
    _require(
        road,
        np.maximum(np.abs(road.grade), np.abs(step[:, 2]) / road.spacing) <= GRADE_MAX + 0.005,
        "it is too steep",
        f"a grade of at most {GRADE_MAX:.0%}",
    )
    _require(
        road,
        road.position[:, 2] >= ELEVATION_MIN - _ROUNDING,
        "it lies too low",
        f"at least {ELEVATION_MIN} m above the ground at 0",
    )


def _require(road: Road, holds: NDArray[np.bool_], wrong: str, right: str) -> None:
    if not holds.all():
        where = float(np.argmin(holds) * road.spacing)
        raise InputError(
            f"road {road.name} cannot be driven {where:.0f} m along it: {wrong}, "
            f"where {right} is needed"
        )
