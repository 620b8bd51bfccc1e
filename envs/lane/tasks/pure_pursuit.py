"""A scripted driver that reads the true state: pure pursuit, with speed planned from curvature."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import arctan2, cos, sin
from autonomy.envs.lane.physics.car import SPEED_MAX, STEERING_MAX, WHEELBASE
from autonomy.envs.lane.physics.location import look_ahead
from autonomy.policy import Observation

if TYPE_CHECKING:
    from autonomy.envs.lane.tasks.task import Situation

_LATERAL = 3.2  # [m/s2] of lateral acceleration in bends
_BRAKING = 2.0  # [m/s2] when slowing down for them
_PREVIEW = 0.65  # [s] ahead where the car is steered to
_NEAREST, _FARTHEST = 4.0, 14.0  # [m]
_HORIZON = np.arange(0.0, 75.0, 3.0)  # [m]

Target = Callable[["Situation"], NDArray[np.float64] | float]
"""Returns one number a car, `(N,)`, or one for all."""


class PurePursuit:
    """Steers along the arc to a point ahead on the lane (Coulter, CMU-RI-TR-92-01, 1992)."""

    def __init__(self, read: Callable[[], "Situation"], offset: Target, speed: Target) -> None:
        """Drive the cars that `read` returns, `offset` [m] left of their lanes at up to `speed`."""
        self._read = read
        self._offset, self._speed = offset, speed

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: the true state is all there is to know."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return steering and speed `(N, 2)`; the observation is not read."""
        now = self._read()
        steering = self._steering(now)
        speed = 2.0 * self._planned_speed(now) / SPEED_MAX - 1.0
        actions = np.stack([steering / STEERING_MAX, speed], axis=1)
        return np.clip(actions, -1.0, 1.0).astype(np.float32)

    def _steering(self, now: "Situation") -> NDArray[np.float64]:
        cars, location, offset = now.cars, now.location, self._offset(now)
        preview = np.clip(_PREVIEW * cars.speed, _NEAREST, _FARTHEST)
        goals = np.empty((len(preview), 1, 3))
        look_ahead(cars, now.routes, location, preview[:, None], goals)
        ahead = cars.heading - location.heading_error + location.curvature * preview
        east = goals[:, 0, 0] - offset * sin(ahead) - cars.x
        north = goals[:, 0, 1] + offset * cos(ahead) - cars.y
        bearing = arctan2(north, east) - cars.heading
        reach = np.hypot(east, north)
        return arctan2(2.0 * WHEELBASE * sin(bearing), reach)

    def _planned_speed(self, now: "Situation") -> NDArray[np.float64]:
        distances = np.tile(_HORIZON, (len(now.cars.x), 1))
        points = np.empty((*distances.shape, 3))
        look_ahead(now.cars, now.routes, now.location, distances, points)
        in_bend = np.sqrt(_LATERAL / np.maximum(np.abs(points[:, :, 2]), 1e-4))
        at_once = np.sqrt(in_bend**2 + 2.0 * _BRAKING * _HORIZON)
        return np.minimum(at_once.min(axis=1), self._speed(now))
