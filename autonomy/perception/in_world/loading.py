"""From the option `perception` to what perceives."""

from collections.abc import Callable
from pathlib import Path

from autonomy.camera.rig import camera_keys
from autonomy.camera.sensor import SensorRandomization
from autonomy.errors import InputError
from autonomy.options import TRUTH
from autonomy.perception.in_world.loop import (
    EstimatingModule,
    FramePerception,
    Known,
    Perceivable,
    Perception,
    TruePerception,
)


def perceiving_module(
    source: str | EstimatingModule | None, followed: Perceivable
) -> EstimatingModule | None:
    """Return what perceives in a world; None where the truth is known.

    Args:
        source: A module, or the folder of one; `truth` or None for the truth.
        followed: What there is to perceive.

    Raises:
        InputError: The folder cannot be used, or the module does something else.
    """
    if source is None or source == TRUTH:
        return None
    module = _loaded(source) if isinstance(source, str) else source
    _check_fits(module, followed)
    return module


def make_perception(
    module: EstimatingModule | None,
    num_envs: int,
    followed: Perceivable,
    sensor: SensorRandomization,
    step: float,
    truth: Callable[[], Known],
) -> Perception:
    """Make what knows the quantities of N worlds.

    Args:
        module: What `perceiving_module` gave.
        num_envs: N.
        followed: What is to be known.
        sensor: Of the cameras.
        step: Seconds between two looks.
        truth: Tells how it is.
    """
    if module is None:
        return TruePerception(truth)
    return FramePerception(num_envs, followed, module, sensor, step, truth)


def _loaded(folder: str) -> EstimatingModule:
    # torch takes a second to import
    from autonomy.perception.modules.module_folder import load_module

    return load_module(Path(folder))


def _check_fits(module: EstimatingModule, followed: Perceivable) -> None:
    """Check that a module's names are those of a world, or that it has quantities of its own."""
    wanted = () if module.motions else tuple(followed.motions)
    missing = [name for name in wanted if name not in module.signature.reports]
    if missing:
        raise InputError(
            f"the perception of this world must report {', '.join(wanted)}, "
            f"it lacks {', '.join(missing)}"
        )
    keys = camera_keys(followed.cameras)
    unknown = [name for name in module.signature.frames if name not in keys]
    if unknown:
        raise InputError(
            f"the perception of this world must read out of {', '.join(keys)}, "
            f"it reads {', '.join(unknown)}"
        )
