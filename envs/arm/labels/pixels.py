"""What frames of the arm show, pixel by pixel: classes, boxes, instances."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.boxes import boxes_of, things_in_boxes
from autonomy.envs.arm.tasks.task import ArmTask
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
_EVERY_CLASS = (*SEGMENT_CLASSES, "fixture")
_FEWEST_PIXELS, _MOST_BOXES = 8, 4


def segment_classes(task: ArmTask) -> tuple[str, ...]:
    """Return the names of what pixels can be in a task: fixtures only where it has any."""
    return _EVERY_CLASS if task.fixtures else SEGMENT_CLASSES


class DrawLabels:
    """What is seen of a scene, by the instance image that its draws' numbers make."""

    def __init__(self, draw_names: Sequence[str]) -> None:
        """Prepare for what each draw shows."""
        names = ["background", *draw_names]
        self._classes = np.array([_EVERY_CLASS.index(name) for name in names], np.uint8)
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
    [BOX_CLASSES.index(name) if name in BOX_CLASSES else -1 for name in _EVERY_CLASS]
)
