"""What the lane world lets a policy observe besides images."""

from collections.abc import Mapping

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.camera.rig import image_spaces
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.car import BRAKING_MAX, SPEED_MAX, STEERING_MAX
from autonomy.envs.lane.physics.location import Location, look_ahead
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.errors import InputError
from autonomy.perception.in_world.filtering import Motion

LOOK_AHEAD = (5.0, 10.0, 20.0, 40.0)  # [m]

Bounds = Mapping[str, tuple[float, float]]
"""The numbers of a vector, by name and unit, with what they are not below and above."""

_PROPRIOCEPTION = {"speed_m_s": (0.0, SPEED_MAX), "steering_rad": (-STEERING_MAX, STEERING_MAX)}
_STATE = {
    "lane_offset_m": (-10.0, 10.0),
    "heading_error_rad": (-np.pi, np.pi),
    "speed_m_s": (0.0, SPEED_MAX),
    "steering_rad": (-STEERING_MAX, STEERING_MAX),
    "acceleration_m_s2": (-BRAKING_MAX, BRAKING_MAX),
    "lane_width_m": (0.0, 20.0),
    "grade": (-0.2, 0.2),
    **{f"curvature_{distance:.0f}m_per_m": (-0.2, 0.2) for distance in LOOK_AHEAD},
}

_LOWEST, _HIGHEST = np.array(list(_STATE.values())).T


def vector_bounds(followed: Mapping[str, Motion], commands: Bounds) -> dict[str, Bounds]:
    """Return what there is to observe besides images.

    Args:
        followed: The quantities that are perceived.
        commands: Those of the task, with their bounds.
    """
    perceived = {name: (-motion.bound, motion.bound) for name, motion in followed.items()}
    vectors = {"proprioception": _PROPRIOCEPTION, "state": _STATE, "perceived": perceived}
    return {**vectors, "command": commands}


def observation_space(options: LaneOptions, vectors: Mapping[str, Bounds]) -> spaces.Dict:
    """Return the space of one environment's observations.

    Raises:
        InputError: A command is to be observed, and the task gives none.
    """
    entries = image_spaces(options.sized_cameras(), options.images)
    for name, bounds in vectors.items():
        if name in options.observations:
            if not bounds:
                raise InputError(f"observations must not have {name}, of which this task has none")
            low, high = np.array(list(bounds.values()), np.float32).T
            entries[name] = spaces.Box(low, high, dtype=np.float32)
    return spaces.Dict(entries)


def proprioception(vehicles: Vehicles) -> NDArray[np.float32]:
    """Return speed [m/s] and steering [rad], `(M, 2)`."""
    values = np.empty((len(vehicles.speed), 2), np.float32)
    values[:, 0], values[:, 1] = vehicles.speed, vehicles.steering
    return values


def true_state(vehicles: Vehicles, location: Location, routes: Routes) -> NDArray[np.float32]:
    """Return the privileged state `(M, 11)`.

    Lane offset [m], heading error [rad], speed [m/s], steering [rad], acceleration [m/s2], lane
    width [m], grade, and the lane's curvature [1/m] at each distance of `LOOK_AHEAD`.
    """
    values = np.empty((len(vehicles.x), len(_STATE)))
    for column, own in enumerate(
        (
            location.offset,
            location.heading_error,
            vehicles.speed,
            vehicles.steering,
            vehicles.acceleration,
            location.width,
            location.grade,
        )
    ):
        values[:, column] = own
    points = np.empty((len(values), len(LOOK_AHEAD), 3))
    distances = np.empty(points.shape[:2])
    distances[:] = LOOK_AHEAD
    look_ahead(vehicles, routes, location, distances, points)
    values[:, -len(LOOK_AHEAD) :] = points[:, :, 2]
    return np.minimum(np.maximum(values, _LOWEST), _HIGHEST).astype(np.float32)
