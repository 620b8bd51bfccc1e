"""Labelled frames by the name of their world."""

from typing import Any

from autonomy.errors import InputError
from autonomy.perception.samples import SampleSource


def make_source(world: str, **options: Any) -> SampleSource:
    """Return a source of a world's frames, made with what its description says besides the world.

    Raises:
        InputError: There is no such world.
    """
    # each imports only its own world, since an arm needs PyBullet
    if world == "lane":
        from envs.lane.samples import LaneSamples as Samples
    else:
        raise InputError(f"the world must be lane, got {world!r}")
    return Samples(**options)
