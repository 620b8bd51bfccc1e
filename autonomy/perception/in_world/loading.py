"""From the option `perception` to what perceives."""

from collections.abc import Callable, Sequence
from pathlib import Path

from autonomy.camera.rig import camera_keys
from autonomy.errors import InputError
from autonomy.options import CommonOptions
from autonomy.perception.in_world.loop import (
    EstimatingModule,
    FramePerception,
    Known,
    Perceivable,
    Perception,
    TruePerception,
)


def perceiving_module(options: CommonOptions, followed: Perceivable) -> EstimatingModule | None:
    """Return what perceives in a world; None where the truth is known, or nobody asks.

    Args:
        options: Of the world.
        followed: What there is to perceive.

    Raises:
        InputError: The folder cannot be used, or the module does something else.
    """
    source = options.perception
    if source is None or not options.perceives:
        return None
    if isinstance(source, str):
        source = _loaded(source, options.perception_modules)
    _check_fits(source, followed)
    return source


def make_perception(
    module: EstimatingModule | None,
    num_envs: int,
    followed: Perceivable,
    step: float,
    truth: Callable[[], Known],
) -> Perception:
    """Make what knows the quantities of N worlds.

    Args:
        module: What `perceiving_module` gave.
        num_envs: N.
        followed: What is to be known.
        step: Seconds between two looks.
        truth: Tells how it is.
    """
    if module is None:
        return TruePerception(truth)
    return FramePerception(num_envs, followed, module, step, truth)


def _loaded(folder: str, modules: Sequence[str]) -> EstimatingModule:
    # torch takes a second to import
    from autonomy.perception.modules.module_folder import load_module

    return load_module(Path(folder), modules=modules)


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
