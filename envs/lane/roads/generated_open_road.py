"""Open roads: straights, bends, S-bends and hairpins in a row."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autonomy.elementary import power
from autonomy.envs.lane.roads.alignment import Corners
from autonomy.envs.lane.roads.road_distribution import RoadDistribution

_CORNERS = 24
#                   share, deflection from, to [rad], radius from, to [m]
_KINDS = np.array(
    [
        (0.36, 0.15, 1.00, 120.0, 500.0),  # sweeping
        (0.40, 0.30, 1.70, 40.0, 160.0),  # bend
        (0.16, 0.50, 1.80, 15.0, 45.0),  # tight
        (0.08, 2.60, 3.30, 15.0, 35.0),  # hairpin
    ]
)
_HAIRPIN = 3
_S_BEND_SHARE = 0.35
_ASTRAY = 1.9  # [rad] from the road's main direction


def draw_open_road(
    random: Generator, distribution: RoadDistribution, reach: float, radius_min: float
) -> Corners:
    """Draw corners that keep, on the whole, to one direction; they may still cross.

    Args:
        random: where the numbers come from.
        distribution: the ranges.
        reach: from the reference line to the road's edge [m].
        radius_min: of the reference line [m].
    """
    kind = random.choice(len(_KINDS), size=_CORNERS, p=_KINDS[:, 0])
    _, turn_min, turn_max, inner, outer = _KINDS[kind].T
    facing = 1.05 * (reach + distribution.clearance / 2)
    inner = np.maximum(np.where(kind == _HAIRPIN, facing, inner), radius_min)
    inner = np.minimum(inner, distribution.radius[1])
    outer = np.clip(outer, inner, distribution.radius[1])
    radius = inner * power(outer / inner, random.random(_CORNERS))
    turn = turn_min + (turn_max - turn_min) * random.random(_CORNERS)
    s_bend = random.random(_CORNERS) < _S_BEND_SHARE
    straight = np.where(s_bend, 0.0, 5.0 * power(40.0, random.random(_CORNERS)))
    sign = _draw_signs(random, turn, s_bend)
    return Corners(straight, sign * turn, radius, random.uniform(0.25, 0.6))


def _draw_signs(
    random: Generator, turn: NDArray[np.float64], s_bend: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """+1 for left: an S-bend turns against the corner before it, none leads far astray."""
    signs = random.choice((-1.0, 1.0), size=len(turn))
    heading = random.uniform(-1.0, 1.0)
    for i in range(len(signs)):
        if s_bend[i] and i > 0:
            signs[i] = -signs[i - 1]
        if abs(heading + signs[i] * turn[i]) > _ASTRAY:
            signs[i] = -np.sign(heading)
        heading += signs[i] * turn[i]
    return signs
