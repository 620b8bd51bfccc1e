"""Lane following: the environment that joins road, car, cameras and task."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import BatchedWorld, Choices, Outcome
from autonomy.envs.lane.car import Cars
from autonomy.envs.lane.experts import PurePursuit
from autonomy.envs.lane.lane_follow import (
    IS_SUCCESS,
    REASON,
    TERMINATES,
    TRUNCATES,
    RewardWeights,
    Task,
    lane_metrics,
    live,
    measurements,
)
from autonomy.envs.lane.lane_path import LanePaths, Location
from autonomy.envs.lane.lane_state import empty_state
from autonomy.envs.lane.observations import observation_space, proprioception, true_state
from autonomy.envs.lane.options import LaneFollowOptions
from autonomy.envs.lane.perceived import PERCEIVABLE, lane_knowledge, observed
from autonomy.envs.lane.roads.road_source import ROUTE_DRAWS
from autonomy.envs.lane.scene.car_map import map_with_car
from autonomy.envs.lane.scene.chase_view import ChaseView
from autonomy.envs.lane.scene.lane_scene import world_from_car
from autonomy.envs.lane.stage import Stage
from autonomy.envs.lane.start import START_DRAWS, start_ranges, start_rolling
from autonomy.options import read_options
from autonomy.perception.loading import make_perception
from autonomy.policy import Observation, Policy
from autonomy.rewards import weighted_sum
from autonomy.single import SingleEnv
from autonomy.world import Info, Trace
from autonomy.world_state import Bounds, State, check_range

_FARTHEST = 1e6  # [m] from the middle of the world that a car is


class LaneFollowVectorEnv(BatchedWorld):
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
        """Make N worlds with the options of `LaneFollowOptions`.

        Raises:
            InputError: An option is unknown or out of range.
        """
        chosen = read_options(LaneFollowOptions, options)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            observation_space(chosen),
            spaces.Box(-1.0, 1.0, (2,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = ("steering", "speed")
        self._options = chosen
        self._weights = RewardWeights()
        self._stage = Stage(num_envs, chosen)
        route_length = self._stage.source.route_length
        self._task = Task(
            duration=1.0 / chosen.control_rate,
            target_speed=float(chosen.target_speed),
            route_length=float(route_length),
            max_steps=chosen.step_limit(route_length),
        )
        self._start_ranges = start_ranges(chosen)
        self._state = empty_state(num_envs, self._stage.sampler.size)
        self._perception = make_perception(
            chosen.perception if "perceived" in chosen.observations else None,
            num_envs,
            PERCEIVABLE,
            chosen.split,
            self._stage.sensor,
            1.0 / chosen.control_rate,
            lambda: lane_knowledge(self._state.location, self._stage.paths),
        )
        self._chase: ChaseView | None = None

    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        state, streams, stage = self._state, self.streams, self._stage
        draws = stage.sampler.sample(streams.uniform(rows, "scene", stage.sampler.size))
        route = streams.uniform(rows, "task", ROUTE_DRAWS)
        start = streams.uniform(rows, "body", START_DRAWS)
        state.draws[rows] = draws
        if stage.rig.sensor_draws:
            stage.rig.draw_sensors(rows, streams.uniform(rows, "sensor", stage.rig.sensor_draws))
        state.road[rows], state.lane[rows], stations = stage.source.draw(stage.roads, route)
        uniform = streams.uniform(rows, "sensor", self._perception.sensor_draws)
        self._perception.begin(rows, uniform)
        full = stage.roads.make_room()
        self._place_roads(np.flatnonzero(state.road >= 0) if full else rows)
        start_rolling(
            rows,
            np.array(stations),
            start,
            self._start_ranges,
            stage.paths,
            state.cars,
            state.location,
        )
        for values in state.progress:
            values[rows] = 0
        self._dress(rows)
        self._aim(rows)
        self._look(rows)

    def _place_roads(self, rows: NDArray[np.intp]) -> None:
        self._stage.place_roads(rows, self._state.road[rows], self._state.lane[rows])

    def _dress(self, rows: NDArray[np.intp]) -> None:
        """Bring the random draws of some rows to their looks and mounts."""
        draws = self._state.draws[rows]
        self._stage.dress(rows, draws)
        self._perception.mount(rows, self._stage.sampler.records(draws))

    def _look(self, rows: NDArray[np.intp]) -> None:
        """Let some rows be perceived, once a step."""
        state, elapsed = self._state, self._state.progress.elapsed[rows]
        if "perceived" in self._options.observations:
            car = world_from_car(state.cars, state.location, rows)
            self._perception.look(self._stage.see, rows, car, elapsed)

    def _advance(self, actions: NDArray[np.float32]) -> Outcome:
        state = self._state
        terms, judged = live(
            state.cars, actions, self._stage.paths, state.location, state.progress, self._task
        )
        self._aim(self._every_row)
        self._look(self._every_row)
        info: Info = {
            "success": IS_SUCCESS[judged],
            "episode_end": REASON[judged],
            "reward_terms": terms._asdict(),
            "measurements": {
                **measurements(state.cars, state.location, state.progress, judged),
                **self._perception.errors(),
            },
            **self._stage.rig.describe(),
        }
        reward = weighted_sum(info["reward_terms"], self._weights)
        return Outcome(reward, TERMINATES[judged], TRUNCATES[judged], info)

    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        state, wanted = self._state, self._options.observations
        observation: Observation = {}
        if self._options.images:
            observation = self._stage.observe(rows)
        if "proprioception" in wanted:
            observation["proprioception"] = proprioception(state.cars)[rows]
        if "state" in wanted:
            observation["state"] = true_state(state.cars, state.location, self._stage.paths)[rows]
        if "perceived" in wanted:
            observation["perceived"] = observed(self._perception.known().mean[rows])
        return observation

    def _aim(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where their cars are."""
        if self._options.images:
            state = self._state
            self._stage.aim(rows, state.cars, state.location, state.progress.elapsed[rows])

    def _describe(self) -> Info:
        draws = self._stage.sampler.named(self._state.draws.copy())
        road, lane = self._state.road.copy(), self._state.lane.copy()
        drawn = {**draws, **self._stage.rig.drawn(), "road": road, "lane": lane}
        return {"randomization": drawn, **self._stage.rig.describe()}

    def _pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return what is seen from behind each car."""
        self._chase = self._chase or ChaseView()
        stage = self._stage
        cars = world_from_car(self._state.cars, self._state.location, self._every_row)
        scene = stage.scene.seen_from_outside(stage.looks, cars)
        return self._chase.pictures(stage.scene.library, scene, cars)

    def _overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a map of each car's road, with the car on it."""
        cars = self._state.cars
        places = np.stack([cars.x, cars.y], axis=1)
        return tuple(
            map_with_car(self._stage.roads[int(number)].road, place)
            for number, place in zip(self._state.road, places, strict=True)
        )

    def expert(self) -> Policy:
        """Return pure pursuit on the true state."""
        return PurePursuit(self._truth, self._options.target_speed)

    def _truth(self) -> tuple[Cars, Location, LanePaths]:
        self._check_running()
        return self._state.cars, self._state.location, self._stage.paths

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes; see `lane_metrics`."""
        return lane_metrics(episodes)

    @property
    def _kind(self) -> str:
        return f"LaneFollow on {self._stage.source.description}"

    def _arrays(self) -> State:
        perceived, sensors = self._perception.arrays(), self._stage.rig.arrays()
        return {**self._state.arrays(), **sensors, **perceived}

    def _bounds(self) -> Bounds:
        numbers, drawn = self._stage.source.numbers, self._stage.sampler.bounds
        return {
            "road": (numbers[0], numbers[-1]),
            "draws": drawn,
            "cars_x": (-_FARTHEST, _FARTHEST),
            "cars_y": (-_FARTHEST, _FARTHEST),
            **self._stage.rig.bounds(),
            **self._perception.bounds(),
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

    def _restore(self, state: State) -> None:
        self._place_roads(self._every_row)
        self._dress(self._every_row)
        self._aim(self._every_row)


class LaneFollowEnv(SingleEnv[LaneFollowVectorEnv]):
    """One car in its lane: `LaneFollowVectorEnv` with N = 1 and without its first axis."""

    def __init__(self, render_mode: str | None = None, **options: Any) -> None:
        """Make one world with the options of `LaneFollowOptions`."""
        batch = LaneFollowVectorEnv(1, render_mode, AutoresetMode.DISABLED, **options)
        super().__init__(batch)
