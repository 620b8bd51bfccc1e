"""Perception modules by name."""

from typing import Any

from autonomy.errors import InputError
from autonomy.given import given_class

MODULES = {
    "segmentation": "autonomy.perception.modules.segmentation:LaneSegmentation",
    "lane_state": "autonomy.perception.modules.lane_estimation:LaneEstimation",
    "detection": "autonomy.perception.modules.detection:Detection",
    "pose": "autonomy.perception.modules.pose:ObjectPose",
}
"""Where those of this project are."""


def module_class(source: str | type) -> type[Any]:
    """Return the class of a perception module.

    Args:
        source: A name of `MODULES`, `package.module:Class`, `file.py:Class`, or the class.

    Raises:
        InputError: There is no such class, or it is no `PerceptionModule`.
    """
    from autonomy.perception.modules.module import PerceptionModule  # torch takes seconds

    kind = given_class(source, "module", MODULES) if isinstance(source, str) else source
    if not issubclass(kind, PerceptionModule):
        raise InputError(f"a perception module must be a PerceptionModule, got {kind.__name__}")
    lacking = [name for name in ("labels", *kind.__abstractmethods__) if _lacks(kind, name)]
    if lacking:
        raise InputError(f"{kind.__name__} must have {', '.join(sorted(lacking))} to be a module")
    return kind


def _lacks(kind: type, name: str) -> bool:
    return getattr(getattr(kind, name, None), "__isabstractmethod__", not hasattr(kind, name))
