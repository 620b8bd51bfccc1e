"""The lane world: the environment that joins roads, cars, cameras and a task."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.camera_world import CameraWorld
from autonomy.envs.lane.levers import LEVERS
from autonomy.envs.lane.observations import (
    observation_space,
    proprioception,
    true_state,
    vector_bounds,
)
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.perceived import PERCEIVABLE, lane_knowledge
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.start import START_DRAWS, start_ranges
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.roads.road_source import ROUTE_DRAWS
from autonomy.envs.lane.stage import LaneStage
from autonomy.envs.lane.tasks.find_task import find_task
from autonomy.envs.lane.tasks.task import LaneTask, Situation
from autonomy.errors import InputError
from autonomy.options import read_options
from autonomy.perception.in_world.filtering import within_bounds
from autonomy.perception.in_world.loading import make_perception, perceiving_module
from autonomy.policy import Policy
from autonomy.single import SingleEnv
from autonomy.task import Judgement, Mask
from autonomy.world import MapLines
from autonomy.world_state import Bounds, State, check_range

_FARTHEST = 1e6  # [m] from the middle of the world that a car is
_LAYOUT = "task_"


class LaneVectorEnv(CameraWorld[LaneOptions, LaneStage, LaneTask]):
    """N cars, each in its lane of its own road.

    Actions `(N, 2)` in [-1, 1]: the front wheels' angle from full right to full left (0.35 rad),
    and the speed to reach, from 0 to 25 m/s, with at most 3 m/s2 up and 6 m/s2 down.
    """

    options_class = LaneOptions

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
        chosen: LaneOptions = read_options(self.options_class, options)
        self._options, self._task = chosen, find_task(chosen.task)
        module = perceiving_module(chosen, PERCEIVABLE)
        self._followed = PERCEIVABLE.with_module(module)
        vectors = vector_bounds(self._followed, self._task.commands)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            observation_space(chosen, vectors),
            spaces.Box(-1.0, 1.0, (2,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = ("steering", "speed")
        self.metadata["levers"] = LEVERS
        names = {name: tuple(bounds) for name, bounds in vectors.items()}
        self.metadata["observation_names"] = names
        self._perception = make_perception(
            module,
            num_envs,
            PERCEIVABLE,
            1.0 / chosen.control_rate,
            lambda: lane_knowledge(*self._whereabouts()),
        )
        self._stage = LaneStage(
            num_envs, chosen, props=self._task.props, eyes=self._perception.cameras
        )
        self._step_limit = chosen.step_limit(self._stage.route_length)
        self._start_ranges = start_ranges(chosen.split, chosen.target_speed)
        self._layout = _checked(
            self._task.lay_out(np.zeros((num_envs, self._task.draws))), num_envs
        )
        self._make_room()

    def _place(self, rows: NDArray[np.intp], choices: Choices) -> None:
        stage, streams, task = self._stage, self.streams, self._task
        if stage.make_room():
            stage.place_roads(np.flatnonzero(stage.road >= 0))
        starts = stage.draw_starts(streams.uniform(rows, "task", ROUTE_DRAWS), task.lanes)
        layout = task.lay_out(streams.uniform(rows, "task", task.draws))
        for name, values in layout.items():
            self._layout[name][rows] = values
        stage.start(rows, starts, streams.uniform(rows, "body", START_DRAWS), self._start_ranges)
        self._place_props(rows)

    def _place_props(self, rows: NDArray[np.intp]) -> None:
        if self._task.props:
            stage = self._stage
            layout = {name: values[rows] for name, values in self._layout.items()}
            along, aside = self._task.places(layout)
            present, start = np.isfinite(along), stage.progress.start[stage.egos[rows]]
            along = start[:, np.newaxis] + np.where(present, along, 0.0)
            poses = [stage.poses_along(rows, *own) for own in zip(along.T, aside.T, strict=True)]
            stage.place_props(rows, present, np.stack(poses, axis=1))

    def _move(self, actions: NDArray[np.float32]) -> Mask:
        self._stage.advance(actions, 1.0 / self._options.control_rate)
        return np.zeros(self.num_envs, np.bool_)

    def _judge(self) -> Judgement:
        return self._task.judge(self._situation())

    def expert(self) -> Policy:
        """Return the task's scripted driver, who reads this batch's true state."""
        return self._task.expert(self._running_situation)

    def _running_situation(self) -> Situation:
        self._check_running()
        return self._situation()

    def _situation(self) -> Situation:
        stage, speed = self._stage, float(self._options.target_speed)
        where = self._whereabouts()
        return Situation(*where, stage.progress, self._layout, speed, float(stage.route_length))

    def _whereabouts(self) -> tuple[Vehicles, Location, Routes]:
        return self._stage.vehicles, self._stage.location, self._stage.routes

    def _vectors(self) -> Mapping[str, Callable[[], NDArray[Any]]]:
        return {
            "proprioception": lambda: proprioception(self._stage.vehicles),
            "state": lambda: true_state(*self._whereabouts()),
            "perceived": lambda: within_bounds(self._perception.known().mean, self._followed),
            "command": lambda: self._task.command(self._situation()).astype(np.float32),
        }

    def _placed(self) -> Mapping[str, NDArray[Any]]:
        return {"road": self._stage.road, "lane": self._stage.lane, **self._layout}

    def map_places(self) -> NDArray[np.float64]:
        """Return `(N, 2)` where the cars are on a map: x and y [m]."""
        self._check_running()
        return self._stage.map_places()

    def map_lines(self, row: int) -> MapLines:
        """Return the edges of a car's road, and the lines between its lanes."""
        self._check_running()
        return self._stage.map_lines(row)

    @property
    def _kind(self) -> str:
        return f"{type(self._task).__name__} on {self._stage.description}"

    def _moving(self) -> State:
        layout = {_LAYOUT + name: values for name, values in self._layout.items()}
        return {**self._stage.arrays(), **layout}

    def _bounds(self) -> Bounds:
        numbers = self._stage.numbers
        return {
            **super()._bounds(),
            "road": (numbers[0], numbers[-1]),
            "vehicles_x": (-_FARTHEST, _FARTHEST),
            "vehicles_y": (-_FARTHEST, _FARTHEST),
        }

    def _check(self, state: State) -> None:
        names = ("road", "lane", "location_station", "location_along")
        places = (state[name].tolist() for name in names)
        for number, lane, station, along in zip(*places, strict=True):
            lanes = self._task.lanes(self._stage.roads[number])
            check_range("lane", np.array(lane), min(lanes), max(lanes))
            route = self._stage.route_along(number, lane)
            last = len(route) - 2  # that has a station ahead
            check_range("location_station", np.array(station), 0, last)
            first, end = route["along"][[0, -1]].tolist()
            length = end - first
            check_range("location_along", np.array(along), first - length, end + length)

    def _put_back(self, state: State) -> None:
        self._stage.place_roads(self._every_row)
        self._place_props(self._every_row)


def _checked(layout: dict[str, NDArray[Any]], num_envs: int) -> dict[str, NDArray[Any]]:
    """Return what a task lays out, which is an array with a row for each world.

    Raises:
        InputError: It is something else.
    """
    for name, values in layout.items():
        if np.shape(values)[:1] != (num_envs,):
            raise InputError(
                f"the {name} that a task lays out must be of shape ({num_envs}, ...), "
                f"got {np.shape(values)}"
            )
    return layout


class LaneEnv(SingleEnv[LaneVectorEnv]):
    """One car in its lane: `LaneVectorEnv` with N = 1 and without its first axis."""

    def __init__(self, render_mode: str | None = None, **options: Any) -> None:
        """Make one world with the options of `LaneOptions`."""
        super().__init__(LaneVectorEnv(1, render_mode, AutoresetMode.DISABLED, **options))
