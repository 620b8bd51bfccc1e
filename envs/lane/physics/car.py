"""The car: a kinematic bicycle whose actuators lag, as a batch.

The model is the one of Rajamani, Vehicle Dynamics and Control (2012), section 2.2, with the rear
axle's middle as the reference point: no slip, so it holds for what a careful driver does. It is
commanded like an Ackermann-steered robot, by a steering angle and a speed.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled

WHEELBASE = 2.7  # [m]
STEERING_MAX = 0.35  # [rad] of the front wheels, a turning radius of 7.4 m
STEERING_RATE_MAX = 0.6  # [rad/s]
ACCELERATION_MAX = 3.0  # [m/s2]
BRAKING_MAX = 6.0  # [m/s2]
SPEED_MAX = 25.0  # [m/s]
SPEED_GAIN = 2.0  # [1/s] of the speed controller
LAG = 0.15  # [s] time constant of steering and drive
_GRAVITY = 9.81  # [m/s2]
_SUBSTEP = 0.02  # [s]


class Cars(NamedTuple):
    """N cars."""

    x: NDArray[np.float64]  # (N,) [m] rear axle's middle, east
    y: NDArray[np.float64]  # (N,) [m] north
    heading: NDArray[np.float64]  # (N,) [rad] from east, to the left
    speed: NDArray[np.float64]  # (N,) [m/s], never negative
    steering: NDArray[np.float64]  # (N,) [rad] of the front wheels, to the left
    acceleration: NDArray[np.float64]  # (N,) [m/s2] of the drive, without the grade


@compiled
def drive(
    cars: Cars, actions: NDArray[np.float32], grade: NDArray[np.float64], duration: float
) -> None:
    """Advance all cars in place.

    Args:
        cars: The cars.
        actions: `(N, 2)` in [-1, 1]: front wheels from full right to full left, and the speed to
            reach from 0 to `SPEED_MAX`.
        grade: `(N,)` slope of the road under each car, rise over run.
        duration: Time to advance [s].
    """
    substeps = max(1, round(duration / _SUBSTEP))
    dt = duration / substeps
    for i in range(len(cars.x)):
        wanted_steering = STEERING_MAX * min(max(actions[i, 0], -1.0), 1.0)
        wanted_speed = SPEED_MAX * 0.5 * (1.0 + min(max(actions[i, 1], -1.0), 1.0))
        downhill = -_GRAVITY * grade[i] / math.sqrt(1.0 + grade[i] * grade[i])
        steering, acceleration = cars.steering[i], cars.acceleration[i]
        speed, heading = cars.speed[i], cars.heading[i]
        for _ in range(substeps):
            rate = (wanted_steering - steering) / LAG
            steering += dt * min(max(rate, -STEERING_RATE_MAX), STEERING_RATE_MAX)
            demand = SPEED_GAIN * (wanted_speed - speed) - downhill
            demand = min(max(demand, -BRAKING_MAX), ACCELERATION_MAX)
            acceleration += dt * (demand - acceleration) / LAG
            speed = min(max(speed + dt * (acceleration + downhill), 0.0), SPEED_MAX)
            turn = dt * speed / WHEELBASE * math.tan(steering)
            cars.x[i] += dt * speed * math.cos(heading + 0.5 * turn)
            cars.y[i] += dt * speed * math.sin(heading + 0.5 * turn)
            heading += turn
        cars.steering[i], cars.acceleration[i] = steering, acceleration
        cars.speed[i], cars.heading[i] = speed, heading
