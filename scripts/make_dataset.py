"""Render labelled frames and keep them in a folder of plain arrays with a manifest.

Examples:
    python scripts/make_dataset.py data/lane/train --world lane --frames 20000
    python scripts/make_dataset.py data/again --manifest data/lane/train/manifest.json
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from autonomy.agents.memory import keep_freed_memory
from autonomy.command_line import run
from autonomy.errors import InputError
from autonomy.perception.datasets.manifest import Manifest, read_manifest
from autonomy.scripts.sample_sources import SOURCES, SourceArguments, make_source

if TYPE_CHECKING:  # not needed to print the help
    from autonomy.perception.samples import SampleSource


@dataclass(frozen=True, kw_only=True)
class Arguments(SourceArguments):
    """Render labelled frames and keep them in a folder of plain arrays with a manifest."""

    out: Annotated[Positional[Path], arg(metavar="OUT")]
    """Folder to make."""
    frames: int = 10_000
    """How many."""
    split: Literal["train", "validation", "test"] = "train"
    """Which part of the roads or objects may come."""
    seed: int = 0
    """The same seed gives the same frames."""
    labels: tuple[str, ...] = ("segments", "boxes", "quantities")
    """What is labelled, of what the world's frames can have: segments, boxes, instances, lanes,
    quantities, projections, depth, semantic, instance."""
    manifest: Path | None = None
    """Manifest of a data set to make again, byte for byte, instead of all else; with --world only
    where the frames are not of lane or arm."""


def main(arguments: Arguments) -> None:
    """Write a data set, and say how fast."""
    from autonomy.perception.datasets.writer import write_dataset

    keep_freed_memory()
    source, plan = _chosen(arguments)
    start = time.perf_counter()
    with _progress(plan.frames) as on_frames:
        write_dataset(arguments.out, source, plan, on_frames)
    seconds = time.perf_counter() - start
    print(
        f"wrote {arguments.out}: {plan.frames:,} labelled frames in {seconds:.1f} s, "
        f"{plan.frames / seconds:,.0f} frames/s"
    )


def _chosen(arguments: Arguments) -> "tuple[SampleSource, Manifest]":
    from autonomy.perception.datasets.writer import planned

    if arguments.manifest is not None:
        plan = read_manifest(arguments.manifest)
        return _source_again(plan, arguments.world), plan
    if arguments.world is None:
        raise InputError("a data set is made from --world or --manifest, got neither")
    source = make_source(
        arguments.world, split=arguments.split, seed=arguments.seed, **arguments.source
    )
    return source, planned(source, arguments.frames, arguments.labels)


def _source_again(plan: Manifest, world: str | None) -> "SampleSource":
    """Return the source of a manifest, which alone must not make just any class be imported."""
    options = dict(plan.source)
    named = options.pop("world", None)
    if world is None and named not in SOURCES:
        raise InputError(
            f"a manifest must be of one of {', '.join(SOURCES)}, or --world must name the class of "
            f"its frames' source, got {named!r}"
        )
    return make_source(world or str(named), **options)


@contextmanager
def _progress(frames: int) -> Generator[Callable[[int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("frames", total=frames)
        yield lambda more: progress.advance(task, more)


if __name__ == "__main__":
    run(main, Arguments)
