"""Frames of cars at random poses, each with its own look: what labelled frames are made of."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.routes import Routes, route_of
from autonomy.envs.lane.physics.start import START_DRAWS, StartRanges
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.route_start import ROUTE_START_DRAWS
from autonomy.envs.lane.scene.other_cars import OTHER_CAR_DRAWS, OTHER_CARS, other_cars_ahead
from autonomy.envs.lane.stage import LaneStage, Starts
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
        vehicles: The n cars.
        location: Where on their routes they are.
        routes: The routes.
        drawn: What the randomisation drew, by name.
    """

    images: Observation
    lenses: NDArray[np.float64]
    camera_from_world: NDArray[np.float64]
    roads: list[Road]
    lanes: NDArray[np.int64]
    vehicles: Vehicles
    location: Location
    routes: Routes
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
        self._stage = LaneStage(0, options, OTHER_CARS)

    def frames(self, batch: int, count: int, images: tuple[str, ...]) -> PosedFrames:
        """Return `count` frames with the named kinds of `images`.

        They follow from the seed, `batch` and `count` alone.
        """
        stage, rows = self._stage_of(count, images), np.arange(count)
        random = np.random.default_rng((*self._seed, batch))
        stage.make_room()
        numbers = self._numbers(batch, count)
        starts = stage.draw_starts_on(numbers, random.random((count, ROUTE_START_DRAWS)))
        roads = [stage.roads[number] for number in numbers.tolist()]
        start = random.random((count, START_DRAWS))
        start[:, 0] = _between_sides(start[:, 0], _sides(roads, starts))
        stage.start(rows, starts, start, _POSES)
        draws = stage.sampler.sample(random.random((count, stage.sampler.size)))
        stage.dress(rows, draws)
        if stage.rig.sensor_draws:
            stage.rig.draw_sensors(rows, random.random((count, stage.rig.sensor_draws)))
        others = random.random((count, OTHER_CAR_DRAWS))
        stage.scene.place_others(rows, *_others(stage, roads, starts, others))
        stage.aim(rows, np.zeros(count, np.int64))
        lenses, views = _placed(stage, count)
        return PosedFrames(
            images=stage.observe(rows),
            lenses=lenses,
            camera_from_world=views,
            roads=roads,
            lanes=starts.lane,
            vehicles=Vehicles._make(own[:count].copy() for own in stage.vehicles),
            location=Location._make(own[:count].copy() for own in stage.location),
            routes=stage.routes,
            drawn=stage.sampler.named(draws),
        )

    def _numbers(self, batch: int, count: int) -> NDArray[np.int64]:
        """Return the numbers of the roads of n frames: a window that moves on with the batches."""
        known = self._stage.numbers
        first = int(np.random.default_rng(self._seed).integers(len(known)))
        roads = -(-count // _FRAMES_OF_ROAD)
        first += batch * roads // _BATCHES_OF_ROAD[self._options.split]
        return np.array([known[(first + frame % roads) % len(known)] for frame in range(count)])

    def _stage_of(self, count: int, images: tuple[str, ...]) -> LaneStage:
        """Return a stage with room for n frames, the last one if it has."""
        room, shown = self._room
        if count > room or images != shown:
            self._room = (count, images)
            self._stage = LaneStage(count, replace(self._options, observations=images), OTHER_CARS)
        return self._stage


def _sides(roads: list[Road], starts: Starts) -> NDArray[np.float64]:
    """Return how far cars may be to the right and to the left of their lanes `(n, 2)` [m].

    A car in another lane is no longer beside its own, whichever way that lane runs: two lanes with
    a white line between them look the same on a one-way road.
    """
    sides = np.full((len(roads), 2), _POSES.offset)
    places = zip(starts.lane.tolist(), starts.station.tolist(), strict=True)
    for own, road, (lane, station) in zip(sides, roads, places, strict=True):
        inside = 0.5 * float(np.diff(road.boundaries[station, lane : lane + 2])[0]) - _INSIDE
        for side, other in enumerate((lane - 1, lane + 1)):
            if 0 <= other < road.lane_count:
                own[side] = min(own[side], inside)
    return sides


def _between_sides(uniform: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring numbers in [0, 1) to those that `start_rolling` makes offsets between sides of."""
    offset = -sides[:, 0] + uniform * sides.sum(axis=1)
    return 0.5 + 0.5 * offset / _POSES.offset


def _others(
    stage: LaneStage, roads: list[Road], starts: Starts, uniform: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which other cars `(n, OTHER_CARS)` are there, and their poses `(n, ..., 3, 4)`."""
    stations = zip(stage.vehicles.route.tolist(), starts.station.tolist(), strict=False)
    ahead = [_ahead(stage.routes, route, station) for route, station in stations]
    rows = zip(roads, starts.lane.tolist(), ahead, uniform, strict=True)
    each = [other_cars_ahead(*row) for row in rows]
    return np.array([present for present, _ in each]), np.array([poses for _, poses in each])


def _ahead(routes: Routes, number: int, station: int) -> NDArray[np.int64]:
    """Return the stations of the road `(S,)` along a route, from where its lane is started on."""
    return route_of(routes, number)["station"][routes.start[number] + station :]


def _placed(stage: LaneStage, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lenses `(n, 4)` [px] and poses `(n, 3, 4)` of the front camera in n rows."""
    told = stage.rig.describe()
    assert "cameras" in told, "the stage has images"
    camera = told["cameras"]["front"]
    matrices = camera["intrinsics"][:count]
    return matrices[:, (0, 1, 0, 1), (0, 1, 2, 2)], camera["camera_from_world"][:count]
