"""From the option `perception` to what perceives."""

from collections.abc import Callable
from pathlib import Path

from autonomy.camera.rig import camera_keys
from autonomy.camera.sensor import SensorRandomization
from autonomy.errors import InputError
from autonomy.options import TRUTH
from autonomy.perception.loop import (
    EstimatingModule,
    FramePerception,
    Known,
    Perceivable,
    Perception,
    TruePerception,
)


def make_perception(
    source: str | None,
    num_envs: int,
    followed: Perceivable,
    split: str,
    sensor: SensorRandomization,
    step: float,
    truth: Callable[[], Known],
) -> Perception:
    """Make what knows the quantities of N worlds.

    Args:
        source: The folder of a module; `truth` or None knows the truth.
        num_envs: N.
        followed: What is to be known.
        split: Whose sensors may come.
        sensor: Of the cameras.
        step: Seconds between two looks.
        truth: Tells how it is.

    Raises:
        InputError: The folder cannot be used, or its module does something else.
    """
    if source is None or source == TRUTH:
        return TruePerception(truth)
    module = _module(source, followed)
    return FramePerception(num_envs, followed, module, split, sensor, step, truth)


def _module(folder: str, followed: Perceivable) -> EstimatingModule:
    from autonomy.perception.module_folder import load_module  # torch takes a second to import

    module = load_module(Path(folder), followed.world)
    names, reports = followed.motions, module.reading.reports
    missing = [name for name in names if name not in reports]
    if missing:
        raise InputError(
            f"the module of {folder} must report {', '.join(names)}, it lacks {', '.join(missing)}"
        )
    keys = camera_keys(followed.cameras)
    unknown = [name for name in module.reading.cameras if name not in keys]
    if unknown:
        raise InputError(
            f"the module of {folder} must read out of {', '.join(keys)}, "
            f"it reads {', '.join(unknown)}"
        )
    return module
