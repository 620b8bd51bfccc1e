"""The car: a kinematic bicycle whose actuators lag, as a batch.

The model is the one of Rajamani, Vehicle Dynamics and Control (2012), section 2.2, with the rear
axle's middle as the reference point: no slip, so it holds for what a careful driver does. It is
commanded like an Ackermann-steered robot, by a steering angle and a speed.
"""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled
from autonomy.envs.lane.physics.vehicles import Vehicles

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


@compiled
def drive(
    vehicles: Vehicles, actions: NDArray[np.float32], grade: NDArray[np.float64], duration: float
) -> None:
    """Advance all vehicles in place.

    Args:
        vehicles: The cars.
        actions: `(M, 2)` in [-1, 1]: front wheels from full right to full left, and the speed to
            reach from 0 to `SPEED_MAX`.
        grade: `(M,)` slope of the road under each car, rise over run.
        duration: Time to advance [s].
    """
    substeps = max(1, round(duration / _SUBSTEP))
    dt = duration / substeps
    for i in range(len(vehicles.x)):
        wanted_steering = STEERING_MAX * min(max(actions[i, 0], -1.0), 1.0)
        wanted_speed = SPEED_MAX * 0.5 * (1.0 + min(max(actions[i, 1], -1.0), 1.0))
        downhill = -_GRAVITY * grade[i] / math.sqrt(1.0 + grade[i] * grade[i])
        steering, acceleration = vehicles.steering[i], vehicles.acceleration[i]
        speed, heading = vehicles.speed[i], vehicles.heading[i]
        for _ in range(substeps):
            rate = (wanted_steering - steering) / LAG
            steering += dt * min(max(rate, -STEERING_RATE_MAX), STEERING_RATE_MAX)
            demand = SPEED_GAIN * (wanted_speed - speed) - downhill
            demand = min(max(demand, -BRAKING_MAX), ACCELERATION_MAX)
            acceleration += dt * (demand - acceleration) / LAG
            speed = min(max(speed + dt * (acceleration + downhill), 0.0), SPEED_MAX)
            turn = dt * speed / WHEELBASE * math.tan(steering)
            vehicles.x[i] += dt * speed * math.cos(heading + 0.5 * turn)
            vehicles.y[i] += dt * speed * math.sin(heading + 0.5 * turn)
            heading += turn
        vehicles.steering[i], vehicles.acceleration[i] = steering, acceleration
        vehicles.speed[i], vehicles.heading[i] = speed, heading
