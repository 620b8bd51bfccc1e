"""The lanes and the paint of a generated road."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Marking
from autonomy.envs.lane.roads.road_distribution import RoadDistribution

_LANE_COUNT_WEIGHTS = np.array([0.55, 0.3, 0.15])
_DASHED = Marking("dashed")
_NARROW_CENTRES = tuple(
    Marking(kind, color) for color in ("white", "yellow") for kind in ("dashed", "solid", "double")
)
_WIDE_CENTRES = tuple(centre for centre in _NARROW_CENTRES if centre.kind != "dashed")


@dataclass(frozen=True)
class CrossSection:
    """Lanes from right to left, with the reference line in the middle of the road."""

    width: float  # of a lane [m]
    directions: NDArray[np.int64]  # (L,)
    markings: tuple[Marking, ...]  # L+1

    @property
    def boundaries(self) -> NDArray[np.float64]:
        """(L+1,) lateral offsets of the lane boundaries [m]."""
        count = len(self.directions)
        return np.linspace(-count, count, count + 1) * (self.width / 2)

    @property
    def reach(self) -> float:
        """From the reference line to either edge [m]."""
        return len(self.directions) * self.width / 2


def draw_cross_section(random: Generator, distribution: RoadDistribution) -> CrossSection:
    """Draw the lanes of a road on which one drives on the right."""
    low, high = distribution.lanes
    weights = _LANE_COUNT_WEIGHTS if (low, high) == (1, 3) else np.ones(high - low + 1)
    ahead, other = low + random.choice(high - low + 1, size=2, p=weights / weights.sum())
    one_way = random.random() < distribution.one_way_share
    oncoming = 0 if one_way else (ahead if random.random() < 0.75 else other)
    return CrossSection(
        width=random.uniform(*distribution.lane_width),
        directions=np.repeat(np.array([1, -1]), [ahead, oncoming]),
        markings=_draw_markings(random, int(ahead), int(oncoming)),
    )


def _draw_markings(random: Generator, ahead: int, oncoming: int) -> tuple[Marking, ...]:
    edge = Marking("solid" if random.random() < 0.85 else "none")
    if oncoming == 0:
        left = Marking(edge.kind, "yellow" if random.random() < 0.3 else "white")
        return (edge, *[_DASHED] * (ahead - 1), left)
    centres = _NARROW_CENTRES if ahead == oncoming == 1 else _WIDE_CENTRES
    centre = centres[random.integers(len(centres))]
    return (edge, *[_DASHED] * (ahead - 1), centre, *[_DASHED] * (oncoming - 1), edge)
