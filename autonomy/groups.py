"""Groups of what was drawn at random: where it was dark, or foggy, or the camera looked askew."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_PARTS = 3  # of equal size, into which what varies is divided
_MOST_KINDS = 6  # more whole numbers than these are names, not quantities


class Range(NamedTuple):
    """A group: those whose value of something lies in a range."""

    of: str  # what varied
    low: float  # the smallest value in the group
    high: float  # the largest

    @property
    def name(self) -> str:
        """What people call it: `sun strength 0.40 to 0.52`."""
        words = self.of.replace("_", " ")
        span = f"{self.low:.3g}" if self.low == self.high else f"{self.low:.3g} to {self.high:.3g}"
        return f"{words} {span}"


def groups(varied: Mapping[str, NDArray[Any]]) -> Iterator[tuple[Range, NDArray[np.intp]]]:
    """Yield each third by each number that varied, and which rows are in it.

    Of what takes no more than three values, or is a whole number of a few, each value is a group;
    of what is always the same there is none, nor of whole numbers that only name things.

    Args:
        varied: What was drawn, by name, each `(n, ...)`.
    """
    for name, values in varied.items():
        columns = values.reshape(len(values), -1).T
        for number, column in enumerate(columns):
            own = name if len(columns) == 1 else f"{name}_{number}"
            for rows in _parts(column):
                yield Range(own, float(column[rows].min()), float(column[rows].max())), rows


def _parts(values: NDArray[Any]) -> list[NDArray[np.intp]]:
    """Return the rows of each group by its values `(n,)`."""
    different, is_whole = np.unique(values), values.dtype.kind in "iu"
    if len(different) == 1 or (is_whole and len(different) > _MOST_KINDS):
        return []
    if is_whole or len(different) <= _PARTS:
        return [np.flatnonzero(values == value) for value in different]
    return np.array_split(np.argsort(values, kind="stable"), _PARTS)
