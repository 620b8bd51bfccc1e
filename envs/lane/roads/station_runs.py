"""Stations in a row that have something in common."""

import numpy as np
from numpy.typing import NDArray


def station_runs(chosen: NDArray[np.bool_], closed: bool) -> list[NDArray[np.intp]]:
    """Return the stations of each run of those that are chosen (S,), in the order of the road.

    On a closed road the last one may lead on over the first station.
    """
    ends = np.flatnonzero(np.diff(np.pad(chosen, 1).astype(np.int8))).reshape(-1, 2)
    runs = [np.arange(first, end) for first, end in ends.tolist()]
    if closed and len(runs) > 1 and chosen[0] and chosen[-1]:
        first, *runs = runs
        runs[-1] = np.concatenate([runs[-1], first])
    return runs
