"""A perception module for the frames of a source, with random weights."""

from typing import Any

from autonomy.errors import InputError
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.named import module_class
from autonomy.perception.samples import SampleSource
from autonomy.perception.signature import PROJECTIONS, Signature


def make_module(module: str | type, source: SampleSource) -> PerceptionModule[Any]:
    """Return a new module that reads and reports what samples hold.

    Args:
        module: Which, as `module_class` takes it.
        source: Draws the samples.

    Raises:
        InputError: There is no such module, or the samples lack a label that it learns from.
    """
    kind = module_class(module)
    _check_labels(kind, source)
    cameras = {
        name: own.shape[1:3]
        for name, own in source.draw(0, 1, needed_labels(kind)).items()
        if name.startswith("camera") and (kind.reads_every_camera or name == "camera")
    }
    return kind(Signature(cameras, _reports(kind, source), kind.needs_projections))


def check_fits(module: PerceptionModule[Any], source: SampleSource) -> None:
    """Check that the labels of samples mean what a module reports.

    Raises:
        InputError: A label is missing, or is of other classes or quantities.
    """
    _check_labels(type(module), source)
    own, theirs = module.signature.reports, _reports(type(module), source)
    if theirs != own:
        raise InputError(
            f"labels must be {', '.join(own)}, as the module reports, "
            f"got {', '.join(theirs) or 'none'}"
        )


def needed_labels(kind: type[PerceptionModule[Any]]) -> tuple[str, ...]:
    """Return all labels that samples must have for a module to learn from them."""
    beside = (PROJECTIONS,) if kind.needs_projections else ()
    return tuple(dict.fromkeys((*kind.labels, *beside)))


def _check_labels(kind: type[PerceptionModule[Any]], source: SampleSource) -> None:
    lacking = [label for label in needed_labels(kind) if label not in source.labels]
    if lacking:
        raise InputError(
            f"{kind.name} learns from {', '.join(lacking)}, which these frames lack: they have "
            f"{', '.join(source.labels)}"
        )


def _reports(kind: type[PerceptionModule[Any]], source: SampleSource) -> tuple[str, ...]:
    return kind.reports or source.labels[kind.labels[0]]
