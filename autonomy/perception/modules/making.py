"""A perception module for the frames of a source, with random weights."""

from typing import Any

from autonomy.errors import InputError
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.named import MODULES
from autonomy.perception.reading import Reading
from autonomy.perception.samples import SampleSource


def make_module(name: str, source: SampleSource) -> PerceptionModule[Any]:
    """Return a new module that reads and reports what the samples of `source` hold.

    It reads all cameras to report quantities, and the first one to say what that one shows.

    Raises:
        InputError: There is no such module, it is for another world, or the source lacks the labels
            that it learns from.
    """
    kind = module_kind(name)
    if source.world not in kind.worlds:
        raise InputError(
            f"{name} is for frames of the {kind.worlds[0]} world, got the {source.world} world"
        )
    reports = _reports(kind, source)
    if not reports:
        raise InputError(
            f"{name} learns from {kind.labels[0]}, which frames of the {source.world} world lack"
        )
    frames = {
        camera: own.shape[1:3]
        for camera, own in source.draw(0, 1, kind.labels).items()
        if camera.startswith("camera")
    }
    cameras = tuple(frames) if "quantities" in kind.labels else ("camera",)
    height, width = frames["camera"]
    return kind(Reading(source.world, cameras, (height, width), reports))


def check_fits(module: PerceptionModule[Any], source: SampleSource) -> None:
    """Check that a source's labels mean what a module reports.

    Raises:
        InputError: They are of another world, or of other classes or quantities.
    """
    own, theirs = module.reading, _reports(type(module), source)
    if source.world != own.world:
        raise InputError(
            f"the module is for frames of the {own.world} world, got those of {source.world}"
        )
    if theirs != own.reports:
        raise InputError(
            f"labels must be {', '.join(own.reports)}, as the module reports, "
            f"got {', '.join(theirs) or 'none'}"
        )


def _reports(kind: type[PerceptionModule[Any]], source: SampleSource) -> tuple[str, ...]:
    """Return the names of what a module's labels say, in order; none if the source lacks them."""
    return {
        "segments": source.segment_classes,
        "boxes": source.box_classes,
        "quantities": source.quantities,
    }[kind.labels[0]]


def module_kind(name: str) -> type[PerceptionModule[Any]]:
    """Return the class of a module.

    Raises:
        InputError: There is no such module.
    """
    if name not in MODULES:
        raise InputError(f"the module must be one of {', '.join(MODULES)}, got {name!r}")
    return MODULES[name]
