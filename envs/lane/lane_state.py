"""Everything that changes in N lane worlds, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.physics.car import Cars
from autonomy.envs.lane.physics.lane_path import Location
from autonomy.envs.lane.tasks.lane_follow import Progress
from autonomy.world_state import State


class LaneState(NamedTuple):
    """N episodes; what is not here follows from it."""

    cars: Cars
    location: Location
    progress: Progress
    road: NDArray[np.int64]  # (N,) number of the road
    lane: NDArray[np.int64]  # (N,) counted from right to left
    draws: NDArray[np.float64]  # (N, K) of the randomisation

    def arrays(self) -> State:
        """Return all arrays by name."""
        arrays: State = {"road": self.road, "lane": self.lane, "draws": self.draws}
        for part in ("cars", "location", "progress"):
            own = getattr(self, part)._asdict()
            arrays |= {f"{part}_{name}": values for name, values in own.items()}
        return arrays


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
