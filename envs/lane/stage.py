"""N cars on their roads as cameras see them: what an episode and a labelled frame have alike."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.rig import CameraRig, named_images, with_images
from autonomy.camera.scene import Scene
from autonomy.camera.texture import Coverings
from autonomy.envs.lane.car import Cars
from autonomy.envs.lane.lane_path import LanePaths, Location, no_paths
from autonomy.envs.lane.options import CAR, LaneFollowOptions
from autonomy.envs.lane.roads.road_source import RoadSource
from autonomy.envs.lane.scene.appearance import COVERED, dress, plain_looks
from autonomy.envs.lane.scene.lane_scene import LaneScene, world_from_car
from autonomy.envs.lane.scene.road_bank import RoadBank
from autonomy.policy import Observation
from autonomy.randomization import Sampler


class Stage:
    """The roads, the looks and the cameras of N cars.

    Attributes:
        source: Where roads come from.
        sampler: Of the randomisation.
        sensor: Of the cameras.
        scene: What there is to see.
        looks: How it looks.
        paths: The lanes of the cars.
        rig: The cameras.
    """

    def __init__(self, num_envs: int, options: LaneFollowOptions, traffic: int = 0) -> None:
        """Prepare for N cars, on no road yet, with up to `traffic` others around each.

        Raises:
            InputError: The given road cannot be read, driven or is shorter than the route.
        """
        self.source = RoadSource(options)
        randomization = options.ranges
        self.sampler, self.sensor = Sampler(randomization, options.split), randomization.sensor
        self._coverings = Coverings(randomization, COVERED, options.split)
        textures = self._coverings.textures
        self.scene = LaneScene(num_envs, self.source.make_road, traffic, textures)
        self.looks = plain_looks(num_envs, self._coverings)
        self.paths: LanePaths = no_paths(num_envs)
        cameras = with_images(options.sized_cameras(), options.images)
        self.rig = CameraRig(cameras, num_envs, options.split, randomization.sensor)
        self._every_row = np.arange(num_envs)

    @property
    def roads(self) -> RoadBank:
        """The roads that were made."""
        return self.scene.roads

    def place_roads(
        self, rows: NDArray[np.intp], roads: NDArray[np.int64], lanes: NDArray[np.int64]
    ) -> None:
        """Bring numbers of roads `(n,)` and lanes `(n,)` of some rows to paths and meshes."""
        paths = self.paths
        for row, number, lane in zip(rows.tolist(), roads.tolist(), lanes.tolist(), strict=True):
            self.scene.place_road(row, number)
            paths.first[row], paths.end[row] = self.roads.path(number, lane)
            paths.closed[row] = self.roads[number].road.closed
        self.paths = paths._replace(stations=self.roads.paths.stations)

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.float64]) -> None:
        """Bring random draws `(n, K)` to the looks and the mounts of some rows."""
        records = self.sampler.records(draws)
        dress(self.looks, rows, records)
        self._coverings.cover(self.looks, rows, records)
        self.rig.mount(rows, records)

    def aim(
        self, rows: NDArray[np.intp], cars: Cars, location: Location, elapsed: NDArray[np.int64]
    ) -> None:
        """Bring the cameras of some rows to where their cars are, `elapsed` `(n,)` steps old."""
        poses = world_from_car(cars, location, rows)
        self.rig.aim(rows, {CAR: poses}, elapsed)

    def observe(self, rows: NDArray[np.intp]) -> Observation:
        """Return the images of some rows."""
        return named_images(self.rig.observe(*self.see(rows), rows))

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of cameras on the cars of some rows."""
        scene = self.scene.seen_from_car(self.looks)
        return self.scene.library, scene.rows(rows) if len(rows) < len(self._every_row) else scene
