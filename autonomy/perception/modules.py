"""The perception modules by name."""

from typing import Any

from autonomy.perception.detection import Detection
from autonomy.perception.estimation import LaneState
from autonomy.perception.module import PerceptionModule
from autonomy.perception.pose import ObjectPose
from autonomy.perception.segmentation import LaneSegmentation

MODULES: dict[str, type[PerceptionModule[Any]]] = {
    module.name: module for module in (LaneSegmentation, LaneState, Detection, ObjectPose)
}
