"""Render labelled frames and keep them in a folder of plain arrays with a manifest.

Examples:
    python scripts/make_dataset.py data/lane/train --world lane --frames 20000
    python scripts/make_dataset.py data/again --manifest data/lane/train/manifest.json
    python scripts/make_dataset.py --resume data/lane/train
"""

from autonomy.interruptible import run

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from autonomy.agents.memory import keep_freed_memory
from autonomy.command_line import parsed
from autonomy.errors import InputError, shown
from autonomy.perception.datasets.manifest import Manifest, read_manifest
from autonomy.perception.datasets.unfinished import Unfinished
from autonomy.scripts.sample_sources import SOURCES, SourceArguments, make_source, word_after

if TYPE_CHECKING:  # not needed to print the help
    from autonomy.perception.samples import SampleSource

_OF_SOURCES = ("split", "seed")
"""What every source is made with and says of itself."""


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
    resume: Path | None = None
    """Folder to go on in, with what it was begun with where nothing else is given; with --world and
    its options only where the frames are not of lane or arm."""


def main(arguments: Arguments) -> None:
    """Write a data set, and say how fast."""
    from autonomy.perception.datasets.writer import go_on_with_dataset, write_dataset

    keep_freed_memory()
    if arguments.resume is None:
        write, good = write_dataset, 0
        source, plan = _chosen(arguments)
    else:
        write, begun = go_on_with_dataset, Unfinished.read(arguments.resume)
        good = begun.frames
        source, plan = _as_begun(arguments, begun)
    start = time.perf_counter()
    with _progress(plan.frames) as on_frames:
        write(arguments.out, source, plan, on_frames)
    seconds = time.perf_counter() - start
    made = plan.frames - good
    which = f", {made:,} of them" if good else ""
    print(
        f"wrote {arguments.out}: {plan.frames:,} labelled frames{which} in {seconds:.1f} s, "
        f"{made / seconds:,.0f} frames/s"
    )


def parse(words: Sequence[str], program: str | None = None) -> Arguments:
    """Return what a command line says; of a data set that goes on, its own values are the defaults.

    Raises:
        InputError: There is none to go on with, or what is given cannot be.
    """
    folder = word_after("--resume", words)
    if folder is None:
        return parsed(Arguments, words, program)
    begun = Unfinished.read(Path(folder)).plan
    own = {name: begun.source[name] for name in _OF_SOURCES if name in begun.source}
    if word_after("--world", words) is not None:
        own["source"] = tyro.MISSING  # its options have defaults of their own
    default = {"out": Path(folder), "frames": begun.frames, "labels": (*begun.labels,), **own}
    return parsed(Arguments, words, program, default)


def _chosen(arguments: Arguments) -> "tuple[SampleSource, Manifest]":
    from autonomy.perception.datasets.writer import planned

    if arguments.manifest is not None:
        plan = read_manifest(arguments.manifest)
        return _source_again(plan, arguments.world), plan
    if arguments.world is None:
        raise InputError("a data set is made from --world or --manifest, got neither")
    source = _source(arguments, arguments.world)
    return source, planned(source, arguments.frames, arguments.labels)


def _as_begun(arguments: Arguments, begun: Unfinished) -> "tuple[SampleSource, Manifest]":
    """Return what a data set that goes on is made of, with all that is given."""
    from autonomy.perception.datasets.writer import planned

    if arguments.out != arguments.resume:
        raise InputError(
            f"a data set goes on in its own folder, so OUT must be left out, got {arguments.out}"
        )
    if arguments.manifest is not None:
        return _chosen(arguments)
    if arguments.world is None:
        own = {name: getattr(arguments, name) for name in _OF_SOURCES if name in begun.plan.source}
        again = replace(begun.plan, source={**begun.plan.source, **own})
        source = _source_again(again, None)
    else:
        source = _source(arguments, arguments.world)
    begun.refuse_changes(replace(begun.plan, source=source.description()))
    plan = planned(source, arguments.frames, arguments.labels)
    return source, replace(plan, arrays=begun.plan.arrays)


def _source(arguments: Arguments, world: str) -> "SampleSource":
    return make_source(world, split=arguments.split, seed=arguments.seed, **arguments.source)


def _source_again(plan: Manifest, world: str | None) -> "SampleSource":
    """Return the source of a manifest, which alone must not make just any class be imported."""
    options = dict(plan.source)
    named = options.pop("world", None)
    if world is None and named not in SOURCES:
        raise InputError(
            f"a manifest must be of one of {', '.join(SOURCES)}, or --world must name the class of "
            f"its frames' source, got {shown(named)}"
        )
    return make_source(world or str(named), **options)


@contextmanager
def _progress(frames: int) -> Generator[Callable[[int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("frames", total=frames)
        yield lambda more: progress.advance(task, more)


if __name__ == "__main__":
    run(main, parse)
