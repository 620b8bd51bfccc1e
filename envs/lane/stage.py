"""N cars on their roads, and all cameras: what an episode and a labelled frame have alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh
from autonomy.camera.mount import MountedCamera
from autonomy.camera.scene import Scene
from autonomy.camera.texture import Coverings
from autonomy.envs.lane.options import CAR, LaneOptions
from autonomy.envs.lane.physics.location import nowhere
from autonomy.envs.lane.physics.progress import advance, no_progress
from autonomy.envs.lane.physics.routes import RouteBank, Routes, route_of
from autonomy.envs.lane.physics.start import StartRanges, start_rolling
from autonomy.envs.lane.physics.vehicles import MOVING, one_in_each
from autonomy.envs.lane.roads.chosen_roads import chosen_roads
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_network import Lane, RoadNetwork
from autonomy.envs.lane.roads.route_start import check_room
from autonomy.envs.lane.scene.appearance import COVERED, dress, plain_looks
from autonomy.envs.lane.scene.car_map import map_with_car
from autonomy.envs.lane.scene.chase_view import ChaseView
from autonomy.envs.lane.scene.lane_scene import LaneScene, world_from_car
from autonomy.envs.lane.scene.props import pose_along
from autonomy.envs.lane.scene.shadow_balls import shadow_balls
from autonomy.shown_world import Outlook
from autonomy.stage import NO_EYES, Stage
from autonomy.world import MapLines
from autonomy.world_state import State

_ROOM = 400 * 2**20  # [bytes] of meshes and routes kept before those not in use are forgotten
_BEHIND, _ABOVE = 9.0, (0.0, 0.0, 4.0)  # [m] of the car a person looks from
_SIGHT = 160.0  # [m] of a route that is seen or asked for, behind and ahead of where it is driven


class Starts(NamedTuple):
    """Where n routes begin."""

    road: NDArray[np.int64]  # (n,) number of the road
    lane: NDArray[np.int64]  # (n,) counted from right to left
    station: NDArray[np.int64]  # (n,) of the road


def forward_lanes(road: Road) -> Sequence[int]:
    """Return the lanes that one may start on: those that run with the road."""
    return road.forward_lanes


class LaneStage(Stage):
    """The roads, the vehicles, the looks and the cameras of N worlds.

    Attributes:
        source: Where roads come from.
        roads: Those that were made.
        route_length: How far an episode goes [m].
        vehicles: All that drive.
        location: Where they are.
        progress: How far they have come.
        road: `(N,)` number of the ego's road.
        lane: `(N,)` its lane, counted from right to left.
        egos: `(N,)` the vehicle of each world that is driven from outside.
        scene: What there is to see.
        looks: How it looks.
    """

    def __init__(
        self,
        num_envs: int,
        options: LaneOptions,
        others: int = 0,
        props: Sequence[Mesh] = (),
        eyes: Mapping[str, MountedCamera] = NO_EYES,
    ) -> None:
        """Prepare for N cars, on no road yet, with up to `others` standing around each.

        `props` are what a task puts on roads or beside them, hidden until it does: `place_props`;
        `eyes` are the cameras of perception.

        Raises:
            InputError: The given roads cannot be read or driven, or are shorter than the route; or
                a texture cannot be read.
        """
        super().__init__(num_envs, options, options.ranges, eyes)
        self.source, self._split = chosen_roads(options.roads), options.split
        self.route_length = options.route_length or self.source.route_length(self._split)
        check_room(self.route_length, self.source.shortest(self._split))
        self.roads = RoadNetwork(self.source.make_road)
        self._routes = RouteBank(self.roads, _SIGHT, self.route_length + _SIGHT)
        self.vehicles, self.location = one_in_each(num_envs), nowhere(num_envs)
        self.progress = no_progress(num_envs)
        self.road, self.lane = np.full(num_envs, -1), np.zeros(num_envs, np.int64)
        self.egos = np.arange(num_envs)
        self._coverings = Coverings(options.ranges, COVERED, options.split)
        textures = self._coverings.textures
        self.scene = LaneScene(num_envs, self.roads, others, props, textures)
        self.looks = plain_looks(num_envs, self._coverings)
        self._chase: ChaseView | None = None
        self._has_shadows = options.shadows

    @property
    def routes(self) -> Routes:
        """The routes of the vehicles."""
        return self._routes.routes

    @property
    def numbers(self) -> range:
        """The numbers of the roads that may come."""
        return self.source.numbers(self._split)

    @property
    def description(self) -> str:
        """What roads these are, in words."""
        return self.source.description(self._split)

    def make_room(self) -> bool:
        """Forget all roads once they fill their room; tell whether it did.

        What was placed of them has to be placed again.
        """
        if self.scene.library.used_bytes + self._routes.used_bytes < _ROOM:
            return False
        self.scene.forget_roads()
        self._routes.forget()
        self.roads.forget()
        return True

    def draw_starts(
        self,
        uniform: NDArray[np.float64],
        lanes: Callable[[Road], Sequence[int]] = forward_lanes,
    ) -> Starts:
        """Draw where n routes begin from random numbers `(n, ROUTE_DRAWS)` in [0, 1).

        `lanes` returns those of a road that may be driven.
        """
        roads = [self.source.draw_road(self._split, own) for own in uniform[:, 0].tolist()]
        return self.draw_starts_on(np.array(roads), uniform[:, 1:], lanes)

    def draw_starts_on(
        self,
        roads: NDArray[np.int64],
        uniform: NDArray[np.float64],
        lanes: Callable[[Road], Sequence[int]] = forward_lanes,
    ) -> Starts:
        """Draw likewise on roads `(n,)`, from random numbers `(n, ROUTE_START_DRAWS)`."""
        drawn = np.empty((len(roads), 2), np.int64)
        for n, (number, own) in enumerate(zip(roads.tolist(), uniform.tolist(), strict=True)):
            road = self.roads[number]
            drawn[n] = self.source.draw_start(
                self._split, road, lanes(road), self.route_length, own
            )
        return Starts(roads, drawn[:, 0], drawn[:, 1])

    def place_roads(self, rows: NDArray[np.intp]) -> None:
        """Bring the roads and lanes of some rows to routes and meshes."""
        self.scene.place_roads(rows, self.road[rows])
        lanes = zip(self.road[rows].tolist(), self.lane[rows].tolist(), strict=True)
        routes = [self._routes.along(Lane(*lane)) for lane in lanes]
        self.vehicles.route[self.egos[rows]] = routes

    def route_along(self, road: int, lane: int) -> NDArray[np.void]:
        """Return the route `(S,)` of `STATION` along a lane."""
        number = self._routes.along(Lane(road, lane))
        return route_of(self.routes, number)

    def start(
        self,
        rows: NDArray[np.intp],
        starts: Starts,
        uniform: NDArray[np.float64],
        ranges: StartRanges,
    ) -> None:
        """Put the cars of n rows near where their routes begin, and their roads around them.

        See `start_rolling` for the random numbers `uniform` and what the starts vary in.
        """
        self.road[rows], self.lane[rows] = starts.road, starts.lane
        self.place_roads(rows)
        which, routes = self.egos[rows], self.routes
        there = routes.start[self.vehicles.route[which]] + starts.station
        start_rolling(which, there, uniform, ranges, self.vehicles, routes, self.location)
        for values in self.progress:
            values[which] = 0.0
        self.progress.start[which] = self.location.along[which]

    def advance(self, actions: NDArray[np.float32], duration: float) -> None:
        """Let a control step of `duration` [s] pass; see `drive` for actions `(N, 2)`."""
        advance(self.vehicles, actions, self.routes, self.location, self.progress, duration)

    def arrays(self) -> State:
        """Return the arrays of all that drives that nothing else follows from."""
        arrays: State = {"road": self.road, "lane": self.lane}
        arrays |= {f"vehicles_{name}": getattr(self.vehicles, name) for name in MOVING}
        arrays |= {f"location_{name}": own for name, own in self.location._asdict().items()}
        return arrays | {f"progress_{name}": own for name, own in self.progress._asdict().items()}

    def poses_along(
        self, rows: NDArray[np.intp], along: NDArray[np.float64], aside: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return poses `(n, 3, 4)` on or beside the roads of some rows, for `place_props`.

        Their x axes point the way of the car's lane, their z axes up from the ground.

        Args:
            rows: `(n,)`.
            along: `(n,)` how far along the car's route [m], as `Location.along` counts.
            aside: `(n,)` how far left of the lane's middle [m].
        """
        poses = np.empty((len(rows), 3, 4))
        for n, row in enumerate(rows):
            route = route_of(self.routes, int(self.vehicles.route[self.egos[row]]))
            k = np.searchsorted(route["along"], along[n], side="right") - 1
            surface = self.scene.roads.surface(int(route["road"][max(k, 0)]))
            poses[n] = pose_along(surface, route, float(along[n]), float(aside[n]))
        return poses

    def place_props(
        self, rows: NDArray[np.intp], present: NDArray[np.bool_], poses: NDArray[np.float64]
    ) -> None:
        """Put the K props at poses `(n, K, 3, 4)` into some rows, where they are present `(n, K)`.

        Where they stay until they are placed again; they belong to no state.
        """
        self.scene.place_props(rows, present, poses)

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.float64]) -> None:
        """Bring random draws `(n, K)` to the looks and the mounts of some rows."""
        super().dress(rows, draws)
        records = self.sampler.records(draws)
        dress(self.looks, rows, records)
        self._coverings.cover(self.looks, rows, records)

    def poses(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the poses `(n, 3, 4)` of the cars of some rows."""
        return world_from_car(self.vehicles, self.location, self.egos[rows])

    def bodies(self, rows: NDArray[np.intp]) -> Mapping[str, NDArray[np.float64]]:
        """Return the poses of the cars, which all cameras are on."""
        return {CAR: self.poses(rows)}

    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of cameras on the cars of some rows."""
        scene = self.scene.seen_from_car(self.looks)
        if self._has_shadows:
            scene = scene.shadowed(shadow_balls(self.poses(self._every_row)))
        return self.scene.library, self.some(rows, scene)

    def surroundings(self) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and all that is there: the cars too."""
        cars = self.poses(self._every_row)
        return self.scene.library, self.scene.seen_from_outside(self.looks, cars)

    def outlook(self) -> Outlook:
        """Return a place behind and above each car, and the car's."""
        cars = self.poses(self._every_row)
        return Outlook(cars[:, :, 3] - _BEHIND * cars[:, :, 0] + _ABOVE, cars[:, :, 3])

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return what is seen from behind each car."""
        self._chase = self._chase or ChaseView()
        library, scene = self.surroundings()
        cars = self.poses(self._every_row)
        return self._chase.pictures(library, scene.shadowed(shadow_balls(cars)), cars)

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a map of each car's road, with the car on it."""
        return tuple(
            map_with_car(self.roads[number], place)
            for number, place in zip(self.road.tolist(), self.map_places(), strict=True)
        )

    def map_places(self) -> NDArray[np.float64]:
        """Return `(N, 2)` where the cars are [m]."""
        return np.stack([self.vehicles.x, self.vehicles.y], axis=1)[self.egos]

    def map_lines(self, row: int) -> MapLines:
        """Return the edges of a car's road, and the lines between its lanes."""
        road = self.roads[int(self.road[row])]
        lines = [_along(road, offset) for offset in road.boundaries.T]
        return {"road edge": [lines[0], lines[-1]], "lane line": lines[1:-1]}


def _along(road: Road, offset: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a line `(K, 2)` beside the reference line; one of a closed road ends at its start."""
    line = road.at_offset(offset)
    return np.concatenate([line, line[:1]]) if road.closed else line
