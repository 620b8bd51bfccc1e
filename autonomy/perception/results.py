"""What modules make of many frames: an array `(N, ...)`, or a named tuple of such arrays."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")


def joined(results: list[Result]) -> Result:
    """Return the results of some batches as those of one."""
    every: list[Any] = [*results]
    whole: Any
    if isinstance(every[0], tuple):
        kind: Any = type(every[0])
        whole = kind(*(np.concatenate(parts) for parts in zip(*every, strict=True)))
    else:
        whole = np.concatenate(every)
    return whole


def rows_of(result: Result, rows: NDArray[np.intp]) -> Result:
    """Return the results of some frames."""
    every: Any = result
    kind: Any = type(every)
    some: Any = kind(*(own[rows] for own in every)) if isinstance(every, tuple) else every[rows]
    return some
