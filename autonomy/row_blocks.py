"""What a network makes of a row, the same to the last bit whatever rows are beside it.

Matrix products and convolutions are computed by other kernels for other numbers of rows, and these
may differ in the last bits; for some widths of layers the place of a row matters too, because it
decides how the row lies in memory. So rows go through a network in blocks of a few sizes that give
the same bits, which is tried first; where there are none, they go one by one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZES = (64, 16, 4)
"""Rows of a block: large ones are fast, small ones leave less to fill up."""

_REFERENCE = 16  # the size that others must agree with
_PROBES = 8

Arrays = list[NDArray[Any]]
"""What a network reads, each `(n, ...)`."""


class RowBlocks:
    """A function of rows that is computed in blocks."""

    def __init__(self, function: Callable[[Arrays], NDArray[np.float32]]) -> None:
        """Compute `function`, which makes `(n, ...)` of arrays `(n, ...)`, row by row."""
        self._function = function
        self._sizes: tuple[int, ...] = ()  # until rows were seen

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Return what the function makes of N rows, whatever N is and whatever their order."""
        self._sizes = self._sizes or self._agreeing_sizes(arrays)
        results: list[NDArray[np.float32]] = []
        count, first = len(arrays[0]), 0
        while first < count:
            left = count - first
            size = next((size for size in self._sizes if size <= left), self._sizes[-1])
            rows = np.minimum(np.arange(first, first + size), count - 1)  # the last fills up
            results.append(self._function([own[rows] for own in arrays])[:left])
            first += size
        return np.concatenate(results)

    def _agreeing_sizes(self, arrays: Sequence[NDArray[Any]]) -> tuple[int, ...]:
        """Return the sizes, largest first, in which random rows come out the same everywhere."""
        random, agreeing = np.random.default_rng(0), SIZES
        for _ in range(_PROBES):
            rows = [_random_row(random, own) for own in arrays]
            made = {size: self._repeated(rows, size) for size in agreeing}
            wanted = made[_REFERENCE][0]
            agreeing = tuple(size for size in agreeing if (made[size] == wanted).all())
            if _REFERENCE not in agreeing:
                return (1,)
        return agreeing

    def _repeated(self, rows: Arrays, size: int) -> NDArray[np.float32]:
        """Return what the function makes of a block that holds the same row everywhere."""
        return self._function([np.repeat(row, size, axis=0) for row in rows])


def _random_row(random: np.random.Generator, like: NDArray[Any]) -> NDArray[Any]:
    """Return one row `(1, ...)` of the shape and the type that others have."""
    shape = (1, *like.shape[1:])
    if like.dtype.kind == "f":
        return random.standard_normal(shape).astype(like.dtype)
    return random.integers(0, 2 if like.dtype == bool else 128, shape).astype(like.dtype)
