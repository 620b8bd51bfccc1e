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
from typing import Annotated, Any, Literal

from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from autonomy.agents.memory import keep_freed_memory
from autonomy.command_line import run
from autonomy.errors import InputError
from autonomy.perception.datasets.manifest import Manifest, read_manifest
from autonomy.perception.datasets.writer import planned, write_dataset
from autonomy.perception.samples import SampleSource
from autonomy.scripts.sample_sources import make_source


@dataclass(frozen=True)
class Arguments:
    """Render labelled frames and keep them in a folder of plain arrays with a manifest."""

    out: Annotated[Positional[Path], arg(metavar="OUT")]
    """Folder to make."""
    world: Literal["lane", "arm"] | None = None
    """Whose frames."""
    frames: int = 10_000
    """How many."""
    split: Literal["train", "validation", "test"] = "train"
    """Which part of the roads or objects may come."""
    seed: int = 0
    """The same seed gives the same frames."""
    labels: tuple[str, ...] = ("segments", "boxes", "quantities")
    """What is labelled; the lane world also has lanes."""
    image_size: tuple[int, int] | None = None
    """Height and width of frames of the lane world [px]; by default the world's own."""
    randomization: str = "default"
    """What varies: default, none or strong."""
    manifest: Path | None = None
    """Manifest of a data set to make again, byte for byte, instead of all the above."""


def main(arguments: Arguments) -> None:
    """Write a data set, and say how fast."""
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


def _chosen(arguments: Arguments) -> tuple[SampleSource, Manifest]:
    if (arguments.world is None) == (arguments.manifest is None):
        raise InputError("a data set is made from either --world or --manifest, of which give one")
    if arguments.manifest is not None:
        plan = read_manifest(arguments.manifest)
        if "world" not in plan.source:
            raise InputError(f"a manifest's source must name its world, got {plan.source}")
        return make_source(**plan.source), plan
    assert arguments.world is not None
    options: dict[str, Any] = {
        "split": arguments.split,
        "seed": arguments.seed,
        "randomization": arguments.randomization,
    }
    if arguments.image_size is not None:
        options["image_size"] = arguments.image_size
    source = make_source(arguments.world, **options)
    return source, planned(source, arguments.frames, arguments.labels)


@contextmanager
def _progress(frames: int) -> Generator[Callable[[int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("frames", total=frames)
        yield lambda more: progress.advance(task, more)


if __name__ == "__main__":
    run(main, Arguments)
