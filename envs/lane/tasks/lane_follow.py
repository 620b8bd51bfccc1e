"""The task: stay in the lane at a target speed, for the length of a route."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.car import STEERING_RATE_MAX, Cars, drive
from autonomy.envs.lane.physics.lane_path import LanePaths, Location, locate, path_of
from autonomy.perception.in_world.loop import perception_metrics
from autonomy.rewards import tolerance
from autonomy.world import Trace

_STUCK_SPEED = 0.5  # [m/s]
_STUCK_TIME = 5.0  # [s]
_COMFORTABLE = 3.0  # [m/s2] of lateral acceleration, firm but usual
_HARSH = 8.0  # [m/s2], near the grip of a dry road


@dataclass(frozen=True)
class RewardWeights:
    """What each reward term counts."""

    progress: float = 0.1
    lane_offset: float = 0.05
    heading: float = 0.02
    comfort: float = 0.3
    smoothness: float = 0.01
    # as much as the other terms give in about twenty steps: a tight bend is worth little while it
    # lasts, and to leave the lane there must not be a way out of it
    failure: float = 3.0


class Progress(NamedTuple):
    """How N episodes stand."""

    distance: NDArray[np.float64]  # (N,) [m] driven along the lane
    elapsed: NDArray[np.int64]  # (N,) control steps
    standing: NDArray[np.float64]  # (N,) [s] for which the car has stood


class RewardTerms(NamedTuple):
    """What N steps are worth, each term `(N,)` in [0, 1] or [-1, 0]."""

    progress: NDArray[np.float64]
    lane_offset: NDArray[np.float64]
    heading: NDArray[np.float64]
    comfort: NDArray[np.float64]
    smoothness: NDArray[np.float64]
    failure: NDArray[np.float64]


class Ending(IntEnum):
    """How an episode ends with a step, if it does."""

    GOING_ON = 0
    TIME_LIMIT = 1
    SUCCESS = 2
    STUCK = 3
    WRONG_WAY = 4
    LEFT_LANE = 5


# What each ending is; to look it up in a table costs less than to compare with an `Ending`.
REASON = np.array(["", "time_limit", "success", "stuck", "wrong_way", "left_lane"])
IS_SUCCESS = np.isin(list(Ending), Ending.SUCCESS)
IS_DEPARTURE = np.isin(list(Ending), Ending.LEFT_LANE)
TERMINATES = np.isin(list(Ending), (Ending.STUCK, Ending.WRONG_WAY, Ending.LEFT_LANE))
# The route's end is no end of the road: what comes after is worth as much as what came before.
TRUNCATES = np.isin(list(Ending), (Ending.TIME_LIMIT, Ending.SUCCESS))


class Task(NamedTuple):
    """What the drivers are asked to do."""

    duration: float  # [s] of a control step
    target_speed: float  # [m/s]
    route_length: float  # [m]
    max_steps: int  # control steps that an episode may take


@compiled
def live(
    cars: Cars,
    actions: NDArray[np.float32],
    paths: LanePaths,
    location: Location,
    progress: Progress,
    task: Task,
) -> tuple[RewardTerms, NDArray[np.int64]]:
    """Live one control step of all episodes, in place; return its terms and `Ending`s `(N,)`.

    One call from Python instead of five: for a single car, the calls are what takes time.
    """
    along, steering = location.along.copy(), cars.steering.copy()
    drive(cars, actions, location.grade, task.duration)
    locate(paths, cars, location)
    update_progress(cars, location, paths, along, task.duration, progress)
    judged = endings(location, progress, task.route_length, task.max_steps)
    steering_rate = (cars.steering - steering) / task.duration
    return reward_terms(cars, location, steering_rate, judged, task.target_speed), judged


@compiled
def update_progress(
    cars: Cars,
    location: Location,
    paths: LanePaths,
    before: NDArray[np.float64],
    duration: float,
    progress: Progress,
) -> None:
    """Count a step of `duration` [s] in place; `before` `(N,)` [m] is where it began along."""
    for i in range(len(before)):
        moved = location.along[i] - before[i]
        if paths.closed[i]:
            lap = path_of(paths, i)[-1].along
            moved -= lap * np.rint(moved / lap)
        progress.distance[i] += moved
        progress.elapsed[i] += 1
        progress.standing[i] += duration
        if cars.speed[i] >= _STUCK_SPEED:
            progress.standing[i] = 0.0


@compiled
def reward_terms(
    cars: Cars,
    location: Location,
    steering_rate: NDArray[np.float64],
    judged: NDArray[np.int64],
    target_speed: float,
) -> RewardTerms:
    """Return the reward's terms.

    Args:
        cars: The cars.
        location: Where they are.
        steering_rate: `(N,)` [rad/s] over the last control step.
        judged: `(N,)` the `Ending`s that the step came to.
        target_speed: [m/s].
    """
    along = cars.speed * np.cos(location.heading_error)
    # What the lane demands at this speed, not what the wheels do: the way to comfort is to slow
    # down before a bend, and never to steer less in it.
    lateral = cars.speed**2 * np.abs(location.curvature)
    harshness = (lateral - _COMFORTABLE) / (_HARSH - _COMFORTABLE)
    rate = np.minimum(np.abs(steering_rate) / STEERING_RATE_MAX, 1.0)
    return RewardTerms(
        progress=np.maximum(1.0 - np.abs(along / target_speed - 1.0), 0.0),
        lane_offset=tolerance(location.offset, (0.0, 0.0), location.width / 2),
        heading=tolerance(location.heading_error, (0.0, 0.0), 0.3),
        comfort=-np.minimum(np.maximum(harshness, 0.0), 1.0),
        smoothness=-rate * rate,
        failure=-TERMINATES[judged].astype(np.float64),
    )


@compiled
def endings(
    location: Location, progress: Progress, route_length: float, max_steps: int
) -> NDArray[np.int64]:
    """Judge N episodes; the car has left its lane when its reference point has."""
    judged = np.empty(len(location.offset), np.int64)
    for i in range(len(judged)):
        if abs(location.offset[i]) > location.width[i] / 2:
            judged[i] = Ending.LEFT_LANE
        elif abs(location.heading_error[i]) > math.pi / 2:
            judged[i] = Ending.WRONG_WAY
        elif progress.standing[i] >= _STUCK_TIME:
            judged[i] = Ending.STUCK
        elif progress.distance[i] >= route_length:
            judged[i] = Ending.SUCCESS
        elif progress.elapsed[i] >= max_steps:
            judged[i] = Ending.TIME_LIMIT
        else:
            judged[i] = Ending.GOING_ON
    return judged


def measurements(
    cars: Cars, location: Location, progress: Progress, judged: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """Return what is measured at every step, by name and unit, each `(N,)`."""
    values = {
        "distance_m": progress.distance,
        "speed_m_s": cars.speed,
        "lane_offset_m": location.offset,
        "heading_error_rad": location.heading_error,
        "steering_rad": cars.steering,
        "departures": IS_DEPARTURE[judged],
    }
    return {name: value.astype(np.float32) for name, value in values.items()}


def lane_metrics(episodes: Sequence[Trace]) -> dict[str, float]:
    """Summarise episodes: means over steps, and departures over the whole distance."""
    offset, heading, speed = (
        np.concatenate([episode[name] for episode in episodes]).astype(np.float64)
        for name in ("lane_offset_m", "heading_error_rad", "speed_m_s")
    )
    distance = np.array([episode["distance_m"][-1] for episode in episodes], np.float64)
    departures = sum(float(episode["departures"].sum()) for episode in episodes)
    return {
        "distance_m": float(distance.mean()),
        "mean_speed_m_s": float(speed.mean()),
        "lane_offset_rms_m": float(np.sqrt(np.mean(offset**2))),
        "lane_offset_p95_m": float(np.percentile(np.abs(offset), 95)),
        "heading_error_rms_rad": float(np.sqrt(np.mean(heading**2))),
        "departures_per_km": departures / max(float(distance.sum()) / 1000.0, 1e-9),
        **perception_metrics(episodes),
    }
