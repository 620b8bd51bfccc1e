"""N cars on their roads, and all cameras: what an episode and a labelled frame have alike."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.rig import CameraRig
from autonomy.camera.scene import Scene
from autonomy.envs.lane.lane_state import empty_state
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.lane_path import LanePaths, no_paths
from autonomy.envs.lane.physics.progress import advance
from autonomy.envs.lane.physics.start import StartRanges, start_rolling
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_source import RoadSource
from autonomy.envs.lane.scene.appearance import PRESETS, dress, plain_looks
from autonomy.envs.lane.scene.car_map import map_with_car
from autonomy.envs.lane.scene.chase_view import ChaseView
from autonomy.envs.lane.scene.lane_scene import LaneScene, world_from_car
from autonomy.envs.lane.scene.road_bank import RoadBank
from autonomy.policy import Observation
from autonomy.randomization import Sampler, preset


class Stage:
    """The roads, the cars, the looks and the cameras of N worlds.

    Attributes:
        source: Where roads come from.
        sampler: Of the randomisation.
        sensor: Of the cameras.
        scene: What there is to see.
        looks: How it looks.
        state: The cars, and where they are.
        paths: The lanes of the cars.
        rig: The cameras.
    """

    def __init__(self, num_envs: int, options: LaneOptions, traffic: int = 0) -> None:
        """Prepare for N cars, on no road yet, with up to `traffic` others around each.

        Raises:
            InputError: The given road cannot be read, driven or is shorter than the route.
        """
        self.source = RoadSource(options)
        randomization = preset(options.randomization, PRESETS)
        self.sampler, self.sensor = Sampler(randomization), randomization.sensor
        self.scene = LaneScene(num_envs, self.source.make_road, traffic)
        self.looks = plain_looks(num_envs)
        self.state = empty_state(num_envs)
        self.paths: LanePaths = no_paths(num_envs)
        self.rig = CameraRig(
            options.sized_cameras(), options.images, num_envs, randomization.sensor
        )
        self._cameras = tuple(options.cameras)
        self._every_row = np.arange(num_envs)
        self._chase: ChaseView | None = None

    @property
    def roads(self) -> RoadBank:
        """The roads that were made."""
        return self.scene.roads

    def road_of(self, row: int) -> Road:
        """Return the road that the car of a row is on."""
        return self.roads[int(self.state.road[row])].road

    def place(
        self,
        rows: NDArray[np.intp],
        stations: NDArray[np.int64],
        uniform: NDArray[np.float64],
        ranges: StartRanges,
    ) -> None:
        """Let the cars of n rows roll from stations `(n,)` of their roads and lanes.

        See `start_rolling` for the random numbers.
        """
        state = self.state
        start_rolling(rows, stations, uniform, ranges, self.paths, state.cars, state.location)
        for values in state.progress:
            values[rows] = 0

    def place_roads(self, rows: NDArray[np.intp]) -> None:
        """Bring the roads and lanes of some rows to paths and meshes."""
        paths, numbers, lanes = self.paths, self.state.road[rows], self.state.lane[rows]
        for row, number, lane in zip(rows.tolist(), numbers.tolist(), lanes.tolist(), strict=True):
            self.scene.place_road(row, number)
            paths.first[row], paths.end[row] = self.roads.path(number, lane)
            paths.closed[row] = self.roads[number].road.closed
        self.paths = paths._replace(stations=self.roads.paths.stations)

    def advance(self, actions: NDArray[np.float32], duration: float) -> None:
        """Let a control step of `duration` [s] pass; see `drive` for actions."""
        state = self.state
        advance(state.cars, actions, self.paths, state.location, state.progress, duration)

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.float64]) -> None:
        """Bring random draws `(n, K)` to the looks and the mounts of some rows."""
        records = self.sampler.records(draws)
        dress(self.looks, rows, records)
        self.rig.mount(rows, records)

    def aim(self, rows: NDArray[np.intp], elapsed: NDArray[np.int64]) -> None:
        """Bring the cameras of some rows to where their cars are, `elapsed` `(n,)` steps old."""
        poses = self.poses(rows)
        self.rig.aim(rows, dict.fromkeys(self._cameras, poses), elapsed)

    def poses(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the poses `(n, 3, 4)` of some rows' cars in the world."""
        return world_from_car(self.state.cars, self.state.location, rows)

    def observe(self, rows: NDArray[np.intp]) -> Observation:
        """Return the images of some rows."""
        return self.rig.observe(*self.see(rows), rows)

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of cameras on the cars of some rows."""
        scene = self.scene.seen_from_car(self.looks)
        return self.scene.library, scene.rows(rows) if len(rows) < len(self._every_row) else scene

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return what is seen from behind each car."""
        self._chase = self._chase or ChaseView()
        cars = self.poses(self._every_row)
        scene = self.scene.seen_from_outside(self.looks, cars)
        return self._chase.pictures(self.scene.library, scene, cars)

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a map of each car's road, with the car on it."""
        cars = self.state.cars
        places = np.stack([cars.x, cars.y], axis=1)
        return tuple(map_with_car(self.road_of(row), place) for row, place in enumerate(places))
