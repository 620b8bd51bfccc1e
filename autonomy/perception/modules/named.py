"""The perception modules by name."""

from typing import Any

from autonomy.perception.modules.detection import Detection
from autonomy.perception.modules.lane_estimation import LaneState
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.pose import ObjectPose
from autonomy.perception.modules.segmentation import LaneSegmentation

MODULES: dict[str, type[PerceptionModule[Any]]] = {
    module.name: module for module in (LaneSegmentation, LaneState, Detection, ObjectPose)
}
