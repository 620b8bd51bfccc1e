"""What tasks on the road have in common: what they know, what they draw, and who can do them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mesh import Mesh
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.progress import Progress
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.tasks.pure_pursuit import PurePursuit
from autonomy.errors import InputError
from autonomy.policy import Policy
from autonomy.task import Judgement, TaskError
from autonomy.world import Trace

Array = NDArray[np.float64]


class Situation(NamedTuple):
    """How N cars stand: what tasks judge by, and experts act on."""

    cars: Vehicles
    location: Location
    routes: Routes
    progress: Progress
    layout: Mapping[str, NDArray[Any]]  # what the task drew, each (N, ...)
    target_speed: float  # [m/s]
    route_length: float  # [m]


IN_THE_MIDDLE = 0.0
"""[m] How far left of the lane's middle a car should be that nobody tells otherwise."""


class LaneTask(ABC):
    """One task, for any number of cars; what it knows of an episode is in `Situation.layout`.

    Attributes:
        weights: A frozen dataclass with one number for each reward term.
        success_terminates: Whether nothing is worth anything after success.
        draws: Random numbers that a layout takes.
        commands: What the observation `command` has, by name, and from where to where it goes.
        props: K meshes that stand or lie on roads and beside them: signs, cones, painted lines.
        error: By what reports say how far from perfect an episode was, if there is such a thing.
    """

    weights: Any
    success_terminates: bool = True
    draws: int = 0
    commands: Mapping[str, tuple[float, float]] = MappingProxyType({})
    props: Sequence[Mesh] = ()
    error: TaskError | None = None

    def lanes(self, road: Road) -> Sequence[int]:
        """Return the lanes of a road that episodes may begin in, counted from right to left."""
        return road.forward_lanes

    def lay_out(self, uniform: Array) -> dict[str, NDArray[Any]]:
        """Turn random numbers `(n, draws)` in [0, 1) into what n episodes are about."""
        return {}

    def places(self, layout: Mapping[str, NDArray[Any]]) -> tuple[Array, Array]:
        """Return where the props of n episodes are, for their part of the layout.

        Both are `(n, K)`: how far along the lane from where the car starts, and how far left of
        the lane's middle [m]. What is not finite is not there.

        Raises:
            InputError: The task has props and does not say where.
        """
        raise InputError(f"{type(self).__name__} must have places for its props, got none")

    def command(self, now: Situation) -> Array:
        """Return `(N, K)` what a policy is told: the numbers of `commands`."""
        return np.zeros((len(now.cars.x), 0))

    def target_offset(self, now: Situation) -> Array | float:
        """Return how far left of the lane's middle the cars should be [m], `(N,)` or one number."""
        return IN_THE_MIDDLE

    def target_speed(self, now: Situation) -> Array | float:
        """Return the speed to drive where the road allows it [m/s], `(N,)` or one number."""
        return now.target_speed

    @abstractmethod
    def judge(self, now: Situation) -> Judgement:
        """Return what a control step came to."""

    @abstractmethod
    def metrics(self, episodes: Sequence[Trace], control_rate: float) -> dict[str, float]:
        """Summarise episodes in figures named with their units."""

    def expert(self, read: Callable[[], Situation]) -> Policy:
        """Return a driver who reads the now, and aims at the target offset and speed."""
        return PurePursuit(read, self.target_offset, self.target_speed)
