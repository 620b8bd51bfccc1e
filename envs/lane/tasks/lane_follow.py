"""The task: stay in the lane at a target speed, for the length of a route."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.car import STEERING_RATE_MAX
from autonomy.envs.lane.tasks.task import IN_THE_MIDDLE, Array, LaneTask, Situation
from autonomy.rewards import tolerance
from autonomy.task import Judgement, Mask, TaskError
from autonomy.world import Trace

_STUCK_TIME = 5.0  # [s]
_COMFORTABLE = 3.0  # [m/s2] of lateral acceleration, firm but usual
_HARSH = 8.0  # [m/s2], near the grip of a dry road
_SLOWEST = 1.0  # [m/s] that a speed is compared with, even where a car is to stand


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


_TERMS = tuple(field.name for field in fields(RewardWeights))


class LaneFollow(LaneTask):
    """Stay in the lane at the target speed; it is done when the route is driven."""

    weights: RewardWeights = RewardWeights()
    # the route's end is no end of the road: what comes after is worth as much as what came before
    success_terminates = False
    error = TaskError("lane_offset_m", at_end=False)

    def judge(self, now: Situation) -> Judgement:
        """Return the terms of `terms`, and the endings of `failures` and `success`.

        What these read as the lane offset is how far left of the target offset the cars are.
        """
        where, aside = now.location, self.target_offset(now)
        if aside is not IN_THE_MIDDLE:
            now = now._replace(location=where._replace(offset=where.offset - aside))
        failures = self.failures(now)
        failed = np.zeros(len(now.cars.x), np.bool_)
        for mask in failures.values():
            failed |= mask
        return Judgement(
            self.terms(now, failed), self.success(now), failures, self.measurements(now)
        )

    def success(self, now: Situation) -> Mask:
        """Return `(N,)` where the route is driven."""
        return now.progress.distance >= now.route_length

    def failures(self, now: Situation) -> dict[str, Mask]:
        """Return where episodes fail; a car has left its lane when its reference point has."""
        where = now.location
        left_lane, wrong_way, stuck = _failures(
            where.offset, where.width, where.heading_error, now.progress.standing
        )
        return {"left_lane": left_lane, "wrong_way": wrong_way, "stuck": stuck}

    def terms(self, now: Situation, failed: Mask) -> dict[str, Array]:
        """Return the reward's terms, each `(N,)` in [0, 1] or [-1, 0]."""
        where, rate, wanted = now.location, now.progress.steering_rate, self.target_speed(now)
        driving = Driving(
            now.cars.speed, where.heading_error, where.curvature, where.offset, where.width
        )
        terms = _reward_terms(driving, rate, wanted, failed)
        return dict(zip(_TERMS, terms, strict=True))

    def measurements(self, now: Situation) -> dict[str, NDArray[Any]]:
        """Return what is measured at every step, by name and unit, each `(N,)`."""
        cars, location = now.cars, now.location
        return {
            "distance_m": now.progress.distance,
            "speed_m_s": cars.speed,
            "lane_offset_m": location.offset,
            "heading_error_rad": location.heading_error,
            "steering_rad": cars.steering,
            "departures": np.abs(location.offset) > location.width / 2,
        }

    def metrics(self, episodes: Sequence[Trace], control_rate: float) -> dict[str, float]:
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
        }


@compiled
def _failures(
    offset: Array, width: Array, heading_error: Array, standing: Array
) -> tuple[Mask, Mask, Mask]:
    """Return, each `(N,)`, where cars left their lane, went the wrong way, and got stuck."""
    return (
        np.abs(offset) > width / 2,
        np.abs(heading_error) > math.pi / 2,
        standing >= _STUCK_TIME,
    )


class Driving(NamedTuple):
    """What of N cars and of where they are a reward depends on; see `Location`."""

    speed: Array  # (N,) [m/s]
    heading_error: Array  # (N,) [rad]
    curvature: Array  # (N,) [1/m]
    offset: Array  # (N,) [m]
    width: Array  # (N,) [m]


@compiled
def _reward_terms(
    now: Driving,
    steering_rate: Array,
    target_speed: Array | float,
    failed: Mask,
) -> NDArray[np.float64]:
    """Return the reward's terms `(6, N)`, in the order of their weights.

    They are one array, since each that a kernel returns takes as long as to compute it.

    Args:
        now: How the cars drive.
        steering_rate: `(N,)` [rad/s] over the last control step.
        target_speed: `(N,)`, or one for all [m/s].
        failed: `(N,)` where the episode fails with this step.
    """
    along = now.speed * np.cos(now.heading_error)
    # What the lane demands at this speed, not what the wheels do: the way to comfort is to slow
    # down before a bend, and never to steer less in it.
    lateral = now.speed**2 * np.abs(now.curvature)
    harshness = (lateral - _COMFORTABLE) / (_HARSH - _COMFORTABLE)
    rate = np.minimum(np.abs(steering_rate) / STEERING_RATE_MAX, 1.0)
    progress = np.maximum(1.0 - np.abs(along / np.maximum(target_speed, _SLOWEST) - 1.0), 0.0)
    lane_offset = tolerance(now.offset, (0.0, 0.0), now.width / 2)
    heading = tolerance(now.heading_error, (0.0, 0.0), 0.3)
    comfort = -np.minimum(np.maximum(harshness, 0.0), 1.0)
    return np.stack(
        (progress, lane_offset, heading, comfort, -rate * rate, -failed.astype(np.float64))
    )
