"""Everything that moves in N lane worlds, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.physics.car import Cars
from autonomy.envs.lane.physics.lane_path import Location, no_location
from autonomy.envs.lane.physics.progress import Progress
from autonomy.world_state import State


class LaneState(NamedTuple):
    """N cars and where they are; what is not here follows from it."""

    cars: Cars
    location: Location
    progress: Progress
    road: NDArray[np.int64]  # (N,) number of the road
    lane: NDArray[np.int64]  # (N,) counted from right to left

    def arrays(self) -> State:
        """Return all arrays by name."""
        arrays: State = {"road": self.road, "lane": self.lane}
        for part in ("cars", "location", "progress"):
            own = getattr(self, part)._asdict()
            arrays |= {f"{part}_{name}": values for name, values in own.items()}
        return arrays


def empty_state(num_envs: int) -> LaneState:
    """Return room for N cars, on no road yet."""
    return LaneState(
        cars=Cars(*(np.zeros(num_envs) for _ in Cars._fields)),
        location=no_location(num_envs),
        progress=Progress(*(np.zeros(num_envs) for _ in Progress._fields)),
        road=np.full(num_envs, -1),
        lane=np.zeros(num_envs, np.int64),
    )
