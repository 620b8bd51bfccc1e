"""What the truth says of frames of the arm: quantities, classes of pixels, boxes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.boxes import boxes_of, things_in_boxes
from autonomy.elementary import arctan2
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.arm_scene import ArmScene
from autonomy.perception.samples import Samples

SEGMENT_CLASSES: tuple[str, ...] = (
    "background",
    "robot",
    "gripper",
    "table",
    "object",
    "goal",
    "clutter",
)
BOX_CLASSES: tuple[str, ...] = ("object", "gripper", "goal")
_FEWEST_PIXELS, _MOST_BOXES = 8, 4
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
    places = object_pose[:, :, :3] - robot.base
    yaw = symmetric_yaw(object_pose, shape, catalogue)
    things = np.concatenate([places, yaw[:, :, np.newaxis]], axis=2).reshape(len(goal), -1)
    return np.concatenate([things, goal - robot.base], axis=1).astype(np.float32)


class DrawLabels:
    """What is seen of a scene, by the instance image that its draws' numbers make."""

    def __init__(self, scene: ArmScene, hand: frozenset[int]) -> None:
        """Prepare; `hand` holds the numbers of the gripper's links."""
        names = ["background", *scene.draw_names(hand)]
        self._classes = np.array([SEGMENT_CLASSES.index(name) for name in names], np.uint8)
        self._things = np.array(_things(names), np.int32)

    def of(self, instance: NDArray[np.int32], labels: tuple[str, ...]) -> Samples:
        """Return those of `segments`, `boxes` and `instances` that `labels` names.

        Args:
            instance: `(N, H, W)` numbers of draws.
            labels: Of samples.
        """
        segments = self._classes[instance + 1]
        found: Samples = {"segments": segments} if "segments" in labels else {}
        arguments = (
            self._things[instance + 1],
            segments,
            _BOX_CLASS_OF,
            _FEWEST_PIXELS,
            _MOST_BOXES,
        )
        if "boxes" in labels:
            found["boxes"], found["box_classes"] = boxes_of(*arguments)
        if "instances" in labels:
            found["instances"] = things_in_boxes(*arguments)
        return found


def _things(names: list[str]) -> list[int]:
    """Return the number of the thing that each draw belongs to, by what the draws show.

    The gripper's links are one thing; what has no box is none, -1.
    """
    own = {"gripper": names.index("gripper")}
    return [own.get(name, draw) if name in BOX_CLASSES else -1 for draw, name in enumerate(names)]


_BOX_CLASS_OF = np.array(
    [BOX_CLASSES.index(name) if name in BOX_CLASSES else -1 for name in SEGMENT_CLASSES]
)
