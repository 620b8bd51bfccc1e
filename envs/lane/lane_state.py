"""Everything that changes in N lane worlds, as arrays."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.lane.car import Cars
from envs.lane.lane_follow import Progress
from envs.lane.lane_path import Location


class LaneState(NamedTuple):
    """N episodes; what is not here follows from it."""

    cars: Cars
    location: Location
    progress: Progress
    road: NDArray[np.int64]  # (N,) number of the road
    lane: NDArray[np.int64]  # (N,) counted from right to left
    draws: NDArray[np.float64]  # (N, K) of the randomisation

    def copied(self) -> dict[str, NDArray[Any]]:
        """Return copies of all arrays by name."""
        return {name: values.copy() for name, values in self._arrays()}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what `copied` returned."""
        for name, values in self._arrays():
            values[:] = arrays[name]

    def _arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        for field, value in self._asdict().items():
            if isinstance(value, Cars | Location | Progress):
                yield from ((f"{field}_{name}", own) for name, own in value._asdict().items())
            else:
                yield field, value


def empty_state(num_envs: int, draws: int) -> LaneState:
    """Return room for N episodes."""
    location = Location(np.zeros(num_envs, np.int64), *(np.zeros(num_envs) for _ in range(7)))
    progress = Progress(np.zeros(num_envs), np.zeros(num_envs, np.int64), np.zeros(num_envs))
    return LaneState(
        cars=Cars(*(np.zeros(num_envs) for _ in Cars._fields)),
        location=location,
        progress=progress,
        road=np.full(num_envs, -1),
        lane=np.zeros(num_envs, np.int64),
        draws=np.zeros((num_envs, draws)),
    )
