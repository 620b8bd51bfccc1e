"""The paths of lanes in one array, so that a car is put on one without copying it."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.physics.lane_path import STATION


class PathBank:
    """Doubles its room as paths are added; room that was never used costs no memory."""

    def __init__(self, room: int = 2**16) -> None:
        """Begin with room for as many stations."""
        self._stations = np.empty(room, STATION)
        self._used = 0

    @property
    def stations(self) -> NDArray[np.void]:
        """All paths `(T,)` one after another; what lies beyond them has no meaning."""
        return self._stations

    def add(self, path: NDArray[np.void]) -> tuple[int, int]:
        """Keep a path `(S,)`; return its range (first, last + 1)."""
        first, end = self._used, self._used + len(path)
        if end > len(self._stations):
            larger = np.empty(2 * end, STATION)
            larger[:first] = self._stations[:first]
            self._stations = larger
        self._stations[first:end] = path
        self._used = end
        return first, end

    def clear(self) -> None:
        """Forget all paths; their room is used again."""
        self._used = 0
