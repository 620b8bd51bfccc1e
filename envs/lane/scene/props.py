"""Where things lie and stand that a task puts on a road or beside it."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.scene.sections import VERGE


class Surface(NamedTuple):
    """A road as it was made of triangles, and the land beside it."""

    road: Road
    sections: NDArray[np.intp]  # (M,) stations, between which it is straight
    land: NDArray[np.float64]  # (S, 2) [m] to the right and to the left that is its own

    def height(self, station: float) -> tuple[float, float]:
        """Return how high the asphalt lies [m], and how it rises along the road."""
        road = self.road
        # that of a closed road ends with its first station
        ends = np.append(self.sections[:-1], self.sections[-1] or road.station_count)
        k = int(np.clip(np.searchsorted(ends, station, side="right") - 1, 0, len(ends) - 2))
        first, last = road.position[self.sections[k : k + 2], 2].tolist()
        steps = float(ends[k + 1] - ends[k])
        rise = last - first
        return first + (station - ends[k]) / steps * rise, rise / (steps * road.spacing)

    def share_of_bank(self, station: int, offset: float) -> float:
        """Return how far down the bank a place is, 0 on the asphalt and 1 on the flat ground."""
        right, left = self.road.boundaries[station, [0, -1]].tolist()
        edge = VERGE + (left if offset > 0 else -right)
        land = float(self.land[station, int(offset > 0)])
        return min(max((abs(offset) - edge) / max(land - edge, 0.5), 0.0), 1.0)


def pose_along(
    surface: Surface, route: NDArray[np.void], along: float, aside: float
) -> NDArray[np.float64]:
    """Return a pose `(3, 4)` at a distance along a route `(S,)` of `STATION` [m].

    Its x axis points the way of the lane, z up from the ground: on the asphalt it is pitched along
    the road, so that paint lies flat, and beside it upright. `aside` [m] is to the left of the
    lane's middle.
    """
    k = int(np.clip(np.searchsorted(route["along"], along, side="right") - 1, 0, len(route) - 2))
    here: Any = route[k]
    ahead: Any = route[k + 1]
    share = (along - here["along"]) / here["length"]
    road, station, lane = surface.road, int(here["station"]), int(here["lane"])
    direction = int(road.directions[lane])
    offset = 0.5 * float(road.boundaries[station, lane : lane + 2].sum()) + direction * aside
    height, rise = surface.height(station + direction * share)
    down = surface.share_of_bank(station, offset)
    turn = here["curvature"] * (share - 0.5) * here["length"]
    heading = float(here["heading"] + turn)
    x = here["x"] + share * (ahead["x"] - here["x"]) - aside * math.sin(heading)
    y = here["y"] + share * (ahead["y"] - here["y"]) + aside * math.cos(heading)
    slope = direction * rise if down == 0.0 else 0.0
    return _pitched(float(x), float(y), height * (1.0 - down), heading, slope)


def _pitched(x: float, y: float, z: float, heading: float, slope: float) -> NDArray[np.float64]:
    cos, sin, flat = math.cos(heading), math.sin(heading), 1.0 / math.hypot(1.0, slope)
    up = slope * flat
    return np.array(
        [
            (cos * flat, -sin, -cos * up, x),
            (sin * flat, cos, -sin * up, y),
            (up, 0.0, flat, z),
        ]
    )
