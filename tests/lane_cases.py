"""Cars, places and roads of which everything is known, for the tests of lane following."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.envs.lane.physics.location import Location
from autonomy.envs.lane.physics.progress import Progress
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import MOVING, Vehicles
from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.roads.route import STATION
from autonomy.envs.lane.tasks.task import Situation

ID = "autonomy/LaneFollow-v0"
SIZE = (24, 32)


def make(num_envs: int = 1, **options: Any) -> Any:
    return gym.make_vec(
        ID, num_envs, **{"image_size": SIZE, "route_length": 100.0, **options}
    ).unwrapped


def cars(**values: float) -> Vehicles:
    moving = (np.array([float(values.get(name, 0.0))]) for name in MOVING)
    return Vehicles._make([*moving, np.array([0]), np.array([0])])


def location(**values: float) -> Location:
    known = {"width": 3.0, **values}
    rest = (np.array([float(known.get(name, 0.0))]) for name in Location._fields[1:])
    return Location(np.array([0]), *rest)


def progress(distance: float = 0.0, standing: float = 0.0, steering_rate: float = 0.0) -> Progress:
    return Progress(*(np.array([value]) for value in (0.0, distance, standing, steering_rate)))


def truth(car: Vehicles, where: Location, how_far: Progress) -> Situation:
    """Of one car that is to go at 15 m/s for 100 m."""
    routes = on_route(np.zeros(2, STATION))
    return Situation(car, where, routes, how_far, {}, target_speed=15.0, route_length=100.0)


def on_route(stations: NDArray[np.void], start: int = 0) -> Routes:
    return Routes(stations, np.array([0]), np.array([len(stations)]), np.array([start]))


def straight(length: int = 400, grade: float = 0.0) -> Road:
    """An open road to the east of one lane, 3 m wide."""
    station = np.arange(float(length))
    return Road(
        name="straight",
        closed=False,
        spacing=1.0,
        position=np.column_stack([station, 0 * station, 0.5 + grade * station]),
        heading=0 * station,
        curvature=0 * station,
        grade=0 * station + grade,
        boundaries=np.tile((-1.5, 1.5), (length, 1)),
        directions=np.array((1,)),
        markings=(Marking("solid"), Marking("solid")),
    )


def lived(world: Any, act: Callable[[], tuple[float, float]], seed: int = 0) -> tuple[str, int]:
    world.reset(seed=seed)
    for count in range(1, 1000):
        *_, info = world.step(np.array([act()], np.float32))
        if info["episode_end"][0]:
            return str(info["episode_end"][0]), count
    raise AssertionError("the episode never ended")
