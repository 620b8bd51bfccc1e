"""Labelled frames by the name of their world."""

from pathlib import Path
from typing import Any

from autonomy.errors import InputError
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.samples import SampleSource


def make_source(world: str, **options: Any) -> SampleSource:
    """Return a source of a world's frames, made with what its description says besides the world.

    Raises:
        InputError: There is no such world, or it has no such options.
    """
    # each imports only its own world, since an arm needs PyBullet
    if world == "lane":
        from autonomy.envs.lane.samples import LaneSamples as Samples
    elif world == "arm":
        from autonomy.envs.arm.samples import ArmSamples as Samples
    else:
        raise InputError(f"the world must be lane or arm, got {world!r}")
    try:
        return Samples(**{name: _plain(value) for name, value in options.items()})
    except TypeError as error:
        raise InputError(f"frames of the {world} world cannot be had so: {error}") from error


def opened(folder: Path, split: str, world: str) -> Dataset:
    """Return the data set of a split that a folder holds under the split's name.

    Raises:
        InputError: It is not there, or of another split or world.
    """
    dataset = Dataset(folder / split)
    found = (dataset.world, dataset.description().get("split"))
    if found != (world, split):
        raise InputError(
            f"{folder / split} must hold the {split} split of the {world} world, "
            f"got {found[1]} of {found[0]}"
        )
    return dataset


def _plain(value: Any) -> Any:
    """JSON has lists where options have tuples."""
    return tuple(value) if isinstance(value, list) else value
