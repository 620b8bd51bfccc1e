"""The lane world: the environment that joins roads, cars, cameras and a task."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.camera_world import CameraWorld
from autonomy.envs.lane.observations import observation_space, proprioception, true_state
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.perceived import PERCEIVABLE, lane_knowledge
from autonomy.envs.lane.physics.start import START_DRAWS, start_ranges
from autonomy.envs.lane.roads.road_source import ROUTE_DRAWS
from autonomy.envs.lane.stage import Stage
from autonomy.envs.lane.tasks import TASKS
from autonomy.envs.lane.tasks.lane_task import LaneTask, Truth
from autonomy.given import given
from autonomy.options import read_options
from autonomy.perception.in_world.filtering import within_bounds
from autonomy.perception.in_world.loading import make_perception, perceiving_module
from autonomy.single import SingleEnv
from autonomy.task import Mask
from autonomy.world_state import Bounds, State, check_range

_FARTHEST = 1e6  # [m] from the middle of the world that a car is
_LAYOUT = "task_"


class LaneVectorEnv(CameraWorld[LaneOptions, Stage, LaneTask]):
    """N cars, each in its lane of its own road.

    Actions `(N, 2)` in [-1, 1]: the front wheels' angle from full right to full left (0.35 rad),
    and the speed to reach, from 0 to 25 m/s, with at most 3 m/s2 up and 6 m/s2 down.
    """

    def __init__(
        self,
        num_envs: int = 1,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        **options: Any,
    ) -> None:
        """Make N worlds with the options of `LaneOptions`.

        Raises:
            InputError: An option is unknown or out of range.
        """
        chosen = read_options(LaneOptions, options)
        self._options, self._task = chosen, given(chosen.task, "task", TASKS)
        module = perceiving_module(chosen, PERCEIVABLE)
        self._followed = PERCEIVABLE.with_module(module)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            observation_space(chosen, self._followed, self._task.commands),
            spaces.Box(-1.0, 1.0, (2,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = ("steering", "speed")
        self._stage = Stage(num_envs, chosen)
        self._route_length = float(self._stage.source.route_length)
        self._step_limit = chosen.step_limit(self._route_length)
        self._start_ranges = start_ranges(chosen)
        self._layout = self._task.lay_out(np.zeros((num_envs, self._task.draws)))
        self._perception = make_perception(
            module,
            num_envs,
            PERCEIVABLE,
            self._stage.sensor,
            1.0 / chosen.control_rate,
            lambda: lane_knowledge(self._stage.state.location, self._stage.paths),
        )
        self._make_room()

    def _place(self, rows: NDArray[np.intp], choices: Choices) -> None:
        stage, streams, task = self._stage, self.streams, self._task
        route = streams.uniform(rows, "task", ROUTE_DRAWS)
        layout = task.lay_out(streams.uniform(rows, "task", task.draws))
        for name, values in layout.items():
            self._layout[name][rows] = values
        state = stage.state
        state.road[rows], state.lane[rows], stations = stage.source.draw(stage.roads, route)
        full = stage.roads.make_room()
        stage.place_roads(np.flatnonzero(state.road >= 0) if full else rows)
        start = streams.uniform(rows, "body", START_DRAWS)
        stage.place(rows, np.array(stations), start, self._start_ranges)

    def _move(self, actions: NDArray[np.float32]) -> Mask:
        self._stage.advance(actions, 1.0 / self._options.control_rate)
        return np.zeros(self.num_envs, np.bool_)

    def _truth(self) -> Truth:
        stage, options = self._stage, self._options
        cars, location, progress = stage.state[:3]
        target_speed, length = float(options.target_speed), self._route_length
        return Truth(cars, location, stage.paths, progress, self._layout, target_speed, length)

    def _vectors(self) -> Mapping[str, Callable[[], NDArray[Any]]]:
        state, paths = self._stage.state, self._stage.paths
        return {
            "proprioception": lambda: proprioception(state.cars),
            "state": lambda: true_state(state.cars, state.location, paths),
            "perceived": lambda: within_bounds(self._perception.known().mean, self._followed),
            "command": lambda: self._task.command(self._truth()).astype(np.float32),
        }

    def _placed(self) -> Mapping[str, NDArray[Any]]:
        state = self._stage.state
        return {"road": state.road, "lane": state.lane, **self._layout}

    @property
    def _kind(self) -> str:
        return f"{type(self._task).__name__} on {self._stage.source.description}"

    def _moving(self) -> State:
        layout = {_LAYOUT + name: values for name, values in self._layout.items()}
        return {**self._stage.state.arrays(), **layout}

    def _bounds(self) -> Bounds:
        numbers = self._stage.source.numbers
        return {
            **super()._bounds(),
            "road": (numbers[0], numbers[-1]),
            "cars_x": (-_FARTHEST, _FARTHEST),
            "cars_y": (-_FARTHEST, _FARTHEST),
        }

    def _check(self, state: State) -> None:
        names = ("road", "lane", "location_station", "location_along")
        places = (state[name].tolist() for name in names)
        for number, lane, station, along in zip(*places, strict=True):
            road = self._stage.roads[number].road
            check_range("lane", np.array(lane), road.forward_lanes[0], road.forward_lanes[-1])
            last = road.station_count - (1 if road.closed else 2)  # that has a station ahead
            check_range("location_station", np.array(station), 0, last)
            check_range("location_along", np.array(along), -road.length, 2.0 * road.length)

    def _put_back(self, state: State) -> None:
        self._stage.place_roads(self._every_row)


class LaneEnv(SingleEnv[LaneVectorEnv]):
    """One car in its lane: `LaneVectorEnv` with N = 1 and without its first axis."""

    def __init__(self, render_mode: str | None = None, **options: Any) -> None:
        """Make one world with the options of `LaneOptions`."""
        super().__init__(LaneVectorEnv(1, render_mode, AutoresetMode.DISABLED, **options))
