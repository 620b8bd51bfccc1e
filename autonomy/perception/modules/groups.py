"""A module judged group by group: where it is dark, or foggy, or the camera looks askew."""

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.results import rows_of
from autonomy.perception.samples import Samples

_PREFIX = "group_"
_PARTS = 3  # of equal size, into which what varies is divided


class Group(NamedTuple):
    """How a module fared on some of the frames."""

    of: str  # what varied
    low: float  # the smallest value in the group
    high: float  # the largest
    frames: int
    score: float  # the module's, more is better

    @property
    def name(self) -> str:
        """What people call it: `sun strength 0.40 to 0.52`."""
        words = self.of.replace("_", " ")
        span = f"{self.low:.3g}" if self.low == self.high else f"{self.low:.3g} to {self.high:.3g}"
        return f"{words} {span}"


def by_group(module: PerceptionModule[Any], result: Any, samples: Samples) -> list[Group]:
    """Return how a module's result `(n, ...)` fared on each third of the frames by what varied.

    Of what takes no more than three values, each value is a group; of what is always the same,
    there is none.
    """
    groups: list[Group] = []
    for name, values in _varied(samples):
        for rows in _parts(values):
            some = {entry: own[rows] for entry, own in samples.items()}
            score = module.measure(rows_of(result, rows), some)[module.score]
            low, high = float(values[rows].min()), float(values[rows].max())
            groups.append(Group(name, low, high, len(rows), score))
    return groups


def _varied(samples: Samples) -> Generator[tuple[str, NDArray[np.float64]]]:
    """Yield what varied, one number a frame."""
    for entry, values in samples.items():
        if entry.startswith(_PREFIX):
            name, columns = entry.removeprefix(_PREFIX), values.reshape(len(values), -1).T
            for number, column in enumerate(columns):
                yield (name if len(columns) == 1 else f"{name}_{number}"), column


def _parts(values: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return the rows of each group by its values `(n,)`."""
    different = np.unique(values)
    if len(different) == 1:
        return []
    if len(different) <= _PARTS:
        return [np.flatnonzero(values == value) for value in different]
    return np.array_split(np.argsort(values, kind="stable"), _PARTS)
