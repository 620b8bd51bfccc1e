"""Where a world's roads come from."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.route_start import ROUTE_START_DRAWS, RouteStart, draw_start

ROUTE_DRAWS = 1 + ROUTE_START_DRAWS
"""How many random numbers a route takes: one of them for its road."""


class RoadSource(ABC):
    """What roads there are, and where on them routes begin: the option `roads`.

    Whoever brings roads of their own says `numbers` and `make_road`; the rest may be left as it is.
    """

    @abstractmethod
    def numbers(self, split: str) -> range:
        """Return the numbers of a split's roads: `train`, `validation` or `test`.

        To learn something about roads that no learner saw, no two splits share a number.
        """

    @abstractmethod
    def make_road(self, number: int) -> Road:
        """Make the road of a number, always the same; whoever asks checks that it can be driven."""

    def description(self, split: str) -> str:
        """Return what roads these are, in words that differ where a split's roads do."""
        return f"roads of {type(self).__qualname__} ({split})"

    def route_length(self, split: str) -> float:
        """Return how far to drive where the user leaves it open [m]."""
        return 1000.0

    def shortest(self, split: str) -> float:
        """Return the length [m] that no open road falls short of, as far as it is known."""
        return np.inf

    def draw_road(self, split: str, uniform: float) -> int:
        """Return the number of a road, from a random number in [0, 1)."""
        numbers = self.numbers(split)
        return numbers[int(uniform * len(numbers))]

    def draw_start(
        self, split: str, road: Road, lanes: Sequence[int], length: float, uniform: Sequence[float]
    ) -> RouteStart:
        """Draw where on a road a route of some length [m] begins; see the function of this name.

        Training seeks bends.

        Raises:
            InputError: The road is open and too short for the route.
        """
        return draw_start(road, lanes, length, split == "train", uniform)
