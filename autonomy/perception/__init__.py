"""What camera frames mean: modules that turn them into classes, quantities, boxes and poses.

Here are the names that modules and sources of samples of one's own need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autonomy.perception.estimates import Estimates as Estimates
    from autonomy.perception.in_world.filtering import Motion as Motion
    from autonomy.perception.modules.module import PerceptionModule as PerceptionModule
    from autonomy.perception.modules.module_folder import load_module as load_module
    from autonomy.perception.samples import Samples as Samples
    from autonomy.perception.samples import SampleSource as SampleSource
    from autonomy.perception.signature import Signature as Signature

_MODULES = {
    "Estimates": "estimates",
    "Motion": "in_world.filtering",
    "PerceptionModule": "modules.module",
    "SampleSource": "samples",
    "Samples": "samples",
    "Signature": "signature",
    "load_module": "modules.module_folder",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: torch takes seconds."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
