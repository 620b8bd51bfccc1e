"""What the truth says of frames of the arm: quantities, points in the image, classes of pixels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.arm.control import Array
from envs.arm.objects import Shape
from envs.arm.robot import Robot
from envs.arm.scene.arm_scene import ArmScene

SEGMENT_CLASSES = ("background", "robot", "gripper", "table", "object", "goal", "clutter")
_QUARTER = np.pi / 2  # [rad] after which a box looks the same again


def symmetric_yaw(
    object_pose: Array, shape: NDArray[np.int64], catalogue: Sequence[Shape]
) -> Array:
    """Return how things `(N, O, 7)` are turned about the vertical, as far as one can see `(N, O)`.

    Of a box that is within an eighth of a turn of 0 [rad]; of a cylinder, which looks the same
    however it is turned, 0.
    """
    x, y, z, w = np.moveaxis(object_pose[:, :, 3:], 2, 0)
    yaw = np.arctan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))
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
    places = object_pose[:, :, :3] - robot.base
    yaw = symmetric_yaw(object_pose, shape, catalogue)
    things = np.concatenate([places, yaw[:, :, np.newaxis]], axis=2).reshape(len(goal), -1)
    return np.concatenate([things, goal - robot.base], axis=1).astype(np.float32)


def camera_points(places: Array, cameras: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return `(N, C, P, 2)` column and row [px] where cameras see places `(N, P, 3)` [m].

    What is behind a camera is NaN.
    """
    ones = np.ones((*places.shape[:2], 1))
    points: list[Array] = []
    for camera in cameras.values():
        seen = camera["intrinsics"] @ camera["camera_from_world"]
        ahead = np.einsum("nij,npj->npi", seen, np.concatenate([places, ones], axis=2))
        depth = np.where(ahead[:, :, 2:] > 0.0, ahead[:, :, 2:], np.nan)
        points.append(ahead[:, :, :2] / depth)
    return np.stack(points, axis=1).astype(np.float32)


class DrawLabels:
    """Classes of what a scene draws, by the instance image that its draws' numbers make."""

    def __init__(self, scene: ArmScene, hand: frozenset[int]) -> None:
        """Prepare; `hand` holds the numbers of the gripper's links."""
        names = ["background", *scene.draw_names(hand)]
        self._classes = np.array([SEGMENT_CLASSES.index(name) for name in names], np.uint8)

    def segments(self, instance: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Return classes `(N, H, W)` of an instance image, positions in `SEGMENT_CLASSES`."""
        return self._classes[instance + 1]
