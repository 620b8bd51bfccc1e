"""Everything that changes in N lane worlds, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.vehicles import MOVING, Vehicles
from autonomy.envs.lane.tasks.lane_follow import Progress
from autonomy.world_state import State


class LaneState(NamedTuple):
    """N episodes; what is not here follows from it."""

    vehicles: Vehicles  # whose routes follow from road and lane
    location: Location
    progress: Progress
    road: NDArray[np.int64]  # (N,) number of the road
    lane: NDArray[np.int64]  # (N,) counted from right to left
    draws: NDArray[np.float64]  # (N, K) of the randomisation

    def arrays(self) -> State:
        """Return the arrays by name that nothing else follows from."""
        arrays: State = {"road": self.road, "lane": self.lane, "draws": self.draws}
        for name in MOVING:
            arrays[f"vehicles_{name}"] = getattr(self.vehicles, name)
        for part in ("location", "progress"):
            own = getattr(self, part)._asdict()
            arrays |= {f"{part}_{name}": values for name, values in own.items()}
        return arrays


def empty_state(vehicles: Vehicles, location: Location, draws: int) -> LaneState:
    """Return room for N episodes, each of one vehicle."""
    num_envs = len(vehicles.x)
    return LaneState(
        vehicles=vehicles,
        location=location,
        progress=Progress(np.zeros(num_envs), np.zeros(num_envs, np.int64), np.zeros(num_envs)),
        road=np.full(num_envs, -1),
        lane=np.zeros(num_envs, np.int64),
        draws=np.zeros((num_envs, draws)),
    )
