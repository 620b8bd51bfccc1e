"""Frames of cars at random poses, each with its own look: what labelled frames are made of."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.lane_path import LanePaths, Location
from autonomy.envs.lane.physics.start import START_DRAWS, StartRanges
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_source import ROUTE_DRAWS
from autonomy.envs.lane.scene.other_cars import TRAFFIC, TRAFFIC_DRAWS, traffic_around
from autonomy.envs.lane.stage import Stage
from autonomy.options import SPLITS
from autonomy.policy import Observation

_POSES = StartRanges(offset=1.75, heading=0.3, slowest=0.0, fastest=0.0)
_INSIDE = 0.15  # [m] from a boundary to another lane
_FRAMES_OF_ROAD = 8  # in one batch
# Batches that show a road, one after another. What is judged is judged on many roads.
_BATCHES_OF_ROAD = {"train": 16, "validation": 1, "test": 1}


@dataclass(frozen=True)
class PosedFrames:
    """n frames of the front camera, and all that their labels follow from.

    Attributes:
        images: By kind, each `(n, H, W, ...)`.
        lenses: `(n, 4)` fx, fy, cx, cy [px].
        camera_from_world: `(n, 3, 4)`.
        roads: n of them.
        lanes: `(n,)` the cars', counted from right to left.
        paths: The middles of those lanes.
        location: Where on them the cars are.
        drawn: What the randomisation drew, by name.
    """

    images: Observation
    lenses: NDArray[np.float64]
    camera_from_world: NDArray[np.float64]
    roads: list[Road]
    lanes: NDArray[np.int64]
    paths: LanePaths
    location: Location
    drawn: dict[str, NDArray[np.float64]]


class PosedCars:
    """Puts cars up to 1.75 m and 0.3 rad from the lanes of many roads, a few roads at a time.

    On other lanes there may be a car or two.

    Where the next lane runs the same way, they stay on their side of its boundary: beyond, it would
    be their lane.

    A road costs as much as dozens of frames. So a batch shows each of its roads several times, and
    shares most of those to learn from with the batches before and after.
    """

    def __init__(self, options: LaneOptions, seed: int) -> None:
        """Prepare to show the roads of `options.split`; one seed gives always the same frames."""
        self._options = options
        self._seed = (seed, SPLITS.index(options.split))
        self._room: tuple[int, tuple[str, ...]] = (0, ())
        self._stage = Stage(0, options, TRAFFIC)

    def frames(self, batch: int, count: int, images: tuple[str, ...]) -> PosedFrames:
        """Return `count` frames with the named kinds of `images`.

        They follow from the seed, `batch` and `count` alone.
        """
        stage, rows = self._stage_of(count, images), np.arange(count)
        random = np.random.default_rng((*self._seed, batch))
        stage.roads.make_room()
        numbers = self._numbers(batch, count)
        lanes, stations = stage.source.draw_on(
            stage.roads, numbers, random.random((count, ROUTE_DRAWS - 1))
        )
        state = stage.state
        state.road[rows], state.lane[rows] = numbers, lanes
        stage.place_roads(rows)
        roads = [stage.roads[number].road for number in numbers]
        start = random.random((count, START_DRAWS))
        start[:, 0] = _between_sides(start[:, 0], _sides(roads, lanes, stations))
        stage.place(rows, np.array(stations), start, _POSES)
        draws = stage.sampler.sample(random.random((count, stage.sampler.size)))
        stage.dress(rows, draws)
        if stage.rig.sensor_draws:
            stage.rig.draw_sensors(rows, random.random((count, stage.rig.sensor_draws)))
        traffic = random.random((count, TRAFFIC_DRAWS))
        stage.scene.place_traffic(rows, *_traffic(roads, lanes, stations, traffic))
        stage.aim(rows, np.zeros(count, np.int64))
        lenses, views = _placed(stage, count)
        return PosedFrames(
            images=stage.observe(rows),
            lenses=lenses,
            camera_from_world=views,
            roads=roads,
            lanes=np.array(lanes),
            paths=_first_paths(stage.paths, count),
            location=Location._make(values[:count] for values in state.location),
            drawn=stage.sampler.named(draws),
        )

    def _numbers(self, batch: int, count: int) -> list[int]:
        """Return the numbers of the roads of n frames: a window that moves on with the batches."""
        known = self._stage.source.numbers
        first = int(np.random.default_rng(self._seed).integers(len(known)))
        roads = -(-count // _FRAMES_OF_ROAD)
        first += batch * roads // _BATCHES_OF_ROAD[self._options.split]
        return [known[(first + frame % roads) % len(known)] for frame in range(count)]

    def _stage_of(self, count: int, images: tuple[str, ...]) -> Stage:
        """Return a stage with room for n frames, the last one if it has."""
        room, shown = self._room
        if count > room or images != shown:
            self._room = (count, images)
            self._stage = Stage(count, replace(self._options, observations=images), TRAFFIC)
        return self._stage


def _sides(roads: list[Road], lanes: list[int], stations: list[int]) -> NDArray[np.float64]:
    """Return how far cars may be to the right and to the left of their lanes `(n, 2)` [m].

    A car in another lane is no longer beside its own, whichever way that lane runs: two lanes with
    a white line between them look the same on a one-way road.
    """
    sides = np.full((len(roads), 2), _POSES.offset)
    for own, road, lane, station in zip(sides, roads, lanes, stations, strict=True):
        inside = 0.5 * float(np.diff(road.boundaries[station, lane : lane + 2])[0]) - _INSIDE
        for side, other in enumerate((lane - 1, lane + 1)):
            if 0 <= other < road.lane_count:
                own[side] = min(own[side], inside)
    return sides


def _between_sides(uniform: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring numbers in [0, 1) to those that `start_rolling` makes offsets between sides of."""
    offset = -sides[:, 0] + uniform * sides.sum(axis=1)
    return 0.5 + 0.5 * offset / _POSES.offset


def _traffic(
    roads: list[Road], lanes: list[int], stations: list[int], uniform: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which other cars `(n, TRAFFIC)` are there, and their poses `(n, TRAFFIC, 3, 4)`."""
    each = [traffic_around(*own) for own in zip(roads, lanes, stations, uniform, strict=True)]
    return np.array([present for present, _ in each]), np.array([poses for _, poses in each])


def _first_paths(paths: LanePaths, count: int) -> LanePaths:
    return LanePaths(paths.stations, paths.first[:count], paths.end[:count], paths.closed[:count])


def _placed(stage: Stage, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lenses `(n, 4)` [px] and poses `(n, 3, 4)` of the front camera in n rows."""
    told = stage.rig.describe()
    assert "cameras" in told, "the stage has images"
    camera = told["cameras"]["front"]
    matrices = camera["intrinsics"][:count]
    return matrices[:, (0, 1, 0, 1), (0, 1, 2, 2)], camera["camera_from_world"][:count]
