"""Measure speed, memory and import time, and compare with the peers that are installed.

Examples:
    python scripts/benchmark.py
    python scripts/benchmark.py --image-sizes 48x80 84x84 --batch-sizes 1 16 64 --json speed.json
    python scripts/benchmark.py --parts memory --steps-memory 1000000
    python scripts/benchmark.py --ids autonomy/LaneFollow-v0 --world.randomization strong
"""

from autonomy.interruptible import run

import json
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from rich.console import Console

from autonomy.errors import InputError
from autonomy.files import write_json
from autonomy.scripts.benchmarking.contestants import (
    Contestant,
    Settings,
    installed_peers,
    our_labels,
    our_renderers,
    our_worlds,
    peers_renderers,
)
from autonomy.world_words import OfWorld

if TYPE_CHECKING:
    from autonomy.scripts.benchmarking.footprint import Memory
    from autonomy.scripts.benchmarking.race import Timing

Report = Callable[[str], None]


@dataclass(frozen=True)
class Arguments:
    """Measure speed, memory and import time, and compare with the peers that are installed."""

    ids: tuple[str, ...] = ("autonomy/LaneFollow-v0",)
    """Worlds to measure."""
    observations: tuple[str, ...] = (
        "camera,proprioception",
        "camera",
        "camera,depth,semantic",
        "state",
    )
    """What they observe, with commas between names; the expert drives with the first."""
    image_sizes: tuple[str, ...] = ("84x84",)
    """Heights x widths of their images [pixels]."""
    batch_sizes: tuple[int, ...] = (64,)
    """Environments side by side; memory is measured with the first."""
    parts: tuple[Literal["speed", "render", "labels", "memory", "import"], ...] = (
        "speed",
        "render",
        "labels",
        "memory",
        "import",
    )
    """What to measure; render draws frames of an arm without physics, where ids name one, labels
    draws labelled frames of the ids' worlds."""
    peers: bool = True
    """Time the ids' peers too (CarRacing, EnvPool, HighwayEnv; panda-gym and Gymnasium-Robotics),
    where the extra `peers`
    is installed."""
    seconds: float = 1.0
    """Length of one repetition [s]."""
    repetitions: int = 7
    """How often each environment is timed, in turn with all others."""
    warm_up_episodes: int = 3500
    """Episodes of our worlds begun before; as many meet nearly all of 512 training roads."""
    warm_up_limit: float = 60.0
    """Longest time that beginning them may take [s]."""
    warm_up_seconds: float = 1.0
    """Stepping before [s]."""
    steps_memory: int = 100_000
    """Environment steps over which memory is watched."""
    threads: int = 2
    """Threads of our renderer, and of EnvPool."""
    seed: int = 0
    """Seed of episodes and actions."""
    world: Annotated[dict[str, Any], OfWorld(but_for=("observations", "image_size"))] = field(
        default_factory=dict
    )
    """Options of our worlds. Where the command names one, these are all that it has."""
    json: str | None = None
    """File for the findings as JSON; - writes them to standard output, and no tables."""

    @property
    def settings(self) -> Settings:
        """The settings of our worlds.

        Raises:
            InputError: An image size is not two numbers.
        """
        return Settings(
            self.ids,
            tuple(tuple(names.split(",")) for names in self.observations),
            tuple(_size(words) for words in self.image_sizes),
            self.batch_sizes,
            self.world,
        )

    @property
    def timing(self) -> "Timing":
        """How long is measured."""
        from autonomy.scripts.benchmarking.race import Timing

        return Timing(
            self.seconds,
            self.repetitions,
            self.warm_up_episodes,
            self.warm_up_limit,
            self.warm_up_seconds,
            self.threads,
            self.seed,
        )


def main(arguments: Arguments) -> None:
    """Measure, and print tables or JSON."""
    from autonomy.scripts.benchmarking.footprint import import_seconds
    from autonomy.scripts.benchmarking.machine import machine
    from autonomy.scripts.benchmarking.race import race
    from autonomy.scripts.benchmarking.report import Findings

    _check(arguments)
    worlds, about = our_worlds(arguments.settings), machine()
    rivals, parts = _rivals(arguments), arguments.parts
    contestants = [*worlds, *rivals] if "speed" in parts else []
    contestants += _renderers(arguments) if "render" in parts else []
    contestants += our_labels(arguments.settings) if "labels" in parts else []
    with _progress() as report:
        findings = Findings(
            about,
            arguments.timing,
            race(contestants, arguments.timing, report),
            _memory(worlds, arguments, report),
            import_seconds(arguments.repetitions) if "import" in parts else [],
        )
    if arguments.json == "-":
        json.dump(findings.to_json(), sys.stdout, indent=2, allow_nan=False)
        print()
        return
    if arguments.json is not None:
        write_json(Path(arguments.json), findings.to_json())
    console = Console()
    findings.show(console)
    if arguments.peers and not rivals:
        console.print("No peers are installed: pip install '.\\[peers]' brings them.")


def _check(arguments: Arguments) -> None:
    from autonomy.seed import checked_seed

    checked_seed(arguments.seed)
    for name in ("ids", "observations", "image_sizes", "batch_sizes", "parts"):
        if not getattr(arguments, name):
            raise InputError(f"{name} must name at least one, got none")
    for name in ("seconds", "repetitions", "steps_memory", "threads"):
        if getattr(arguments, name) <= 0:
            raise InputError(f"{name} must be positive, got {getattr(arguments, name)}")
    for name in ("warm_up_episodes", "warm_up_limit", "warm_up_seconds"):
        if getattr(arguments, name) < 0:
            raise InputError(f"{name} must not be negative, got {getattr(arguments, name)}")
    if min(arguments.batch_sizes) <= 0:
        raise InputError(f"batch sizes must be positive, got {min(arguments.batch_sizes)}")


def _rivals(arguments: Arguments) -> list[Contestant]:
    if not arguments.peers:
        return []
    return installed_peers(arguments.ids, arguments.batch_sizes, arguments.threads)


def _renderers(arguments: Arguments) -> list[Contestant]:
    settings = arguments.settings
    return our_renderers(settings) + (peers_renderers(settings) if arguments.peers else [])


def _memory(worlds: list[Contestant], arguments: Arguments, report: Report) -> "list[Memory]":
    """Watch each id's first batch, whose actions are random."""
    from autonomy.scripts.benchmarking.footprint import measure_memory

    if "memory" not in arguments.parts:
        return []
    first = {one.env_id: one for one in reversed(worlds) if one.kind == "world"}
    return [
        measure_memory(one, arguments.timing, arguments.steps_memory, report)
        for one in reversed(first.values())
    ]


def _size(words: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)x(\d+)", words)
    if not found:
        raise InputError(f"an image size must be height x width such as 84x84, got {words!r}")
    return int(found[1]), int(found[2])


@contextmanager
def _progress() -> Generator[Report]:
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda words: progress.update(task, description=words)


if __name__ == "__main__":
    run(main, Arguments)
