"""Where things and goals are, as modules are to report it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import arctan2
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot

_QUARTER = np.pi / 2  # [rad] after which a box looks the same again


def symmetric_yaw(
    object_pose: Array, shape: NDArray[np.int64], catalogue: Sequence[Shape]
) -> Array:
    """Return how things `(N, O, 7)` are turned about the vertical, as far as one can see `(N, O)`.

    Of a box that is within an eighth of a turn of 0 [rad]; of a cylinder, which looks the same
    however it is turned, 0.
    """
    x, y, z, w = np.moveaxis(object_pose[:, :, 3:], 2, 0)
    yaw = arctan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))
    boxes = np.array([shape.kind == "box" for shape in catalogue], np.bool_)
    return np.where(boxes[shape], yaw - _QUARTER * np.round(yaw / _QUARTER), 0.0)


def pose_quantities(
    object_pose: Array,
    goal: Array,
    shape: NDArray[np.int64],
    catalogue: Sequence[Shape],
    robot: Robot,
) -> NDArray[np.float32]:
    """Return `(N, Q)` in the order of `quantity_names`, for things `(N, O, 7)`, goals `(N, 3)`."""
    places = object_pose[:, :, :3] - robot.standing.base
    yaw = symmetric_yaw(object_pose, shape, catalogue)
    things = np.concatenate([places, yaw[:, :, np.newaxis]], axis=2).reshape(len(goal), -1)
    return np.concatenate([things, goal - robot.standing.base], axis=1).astype(np.float32)
