"""Kill a training at random moments, and see whether it still ends with the same weights.

Examples:
    python scripts/kill_training.py
    python scripts/kill_training.py --algo sac --moments 20
"""

from autonomy.interruptible import run

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from autonomy.errors import InputError

_TRAIN = (sys.executable, str(Path(__file__).parent / "train.py"))
_SMALL = """
    autonomy/LaneFollow-v0 --recipe.num-envs 8 --recipe.validation-episodes 2
    --recipe.validation-interval 1024 --recipe.curve-interval 256 --recipe.batch-size 64
    --recipe.checkpoint-interval 0 --recipe.threads 1 --world.route-length 40
"""
_OF = {
    "ppo": "--recipe.n-steps 16 --recipe.total-steps 8192",
    "recurrent_ppo": "--recipe.n-steps 16 --recipe.total-steps 8192",
    "sac": "--recipe.learning-starts 256 --recipe.total-steps 2048",
    "tqc": "--recipe.learning-starts 256 --recipe.total-steps 2048",
    "crossq": "--recipe.learning-starts 256 --recipe.total-steps 2048",
    "dagger": "--recipe.cloning-steps 512 --recipe.total-steps 8192",
}
_LONGEST = 1.5  # [s] of training between two kills


@dataclass(frozen=True)
class Arguments:
    """Kill a training at random moments, and see whether it still ends with the same weights."""

    algo: str = "ppo"
    """Learning algorithm: ppo, recurrent_ppo, sac, tqc, crossq or dagger."""
    moments: int = 50
    """How many trainings to kill. Each goes on where the one before was killed; when one comes to
    its end first, another begins."""
    seed: int = 0
    """Of the moments."""


class Killed(NamedTuple):
    """What came of the moments."""

    while_saving: int
    ends: list[bytes]
    """The weights of those runs that came to their ends."""


def main(arguments: Arguments) -> None:
    """Train once in peace, then kill, and compare."""
    if arguments.algo not in _OF:
        raise InputError(f"algo must be one of {', '.join(_OF)}, got {arguments.algo!r}")
    if arguments.moments < 1:
        raise InputError(f"moments must be positive, got {arguments.moments}")
    words = (*_SMALL.split(), "--algo", arguments.algo, *_OF[arguments.algo].split())
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        _finish(*words, "--run", str(whole))
        killed = _kill(words, Path(folder), arguments)
        expected = _weights(whole)
    other = sum(end != expected for end in killed.ends)
    Console().print(
        f"{arguments.moments} moments, {killed.while_saving} of them while a file was written: "
        f"{len(killed.ends)} runs came to their ends, {other} of them with other weights",
        highlight=False,
    )
    if other:
        raise SystemExit(1)


def _kill(words: tuple[str, ...], folder: Path, arguments: Arguments) -> Killed:
    moments, while_saving, ends = random.Random(arguments.seed), 0, list[bytes]()
    left, number, begun = arguments.moments, 0, False
    while left:
        current = folder / str(number)
        go_on = ("--resume", str(current)) if begun else (*words, "--run", str(current))
        at_a_save = moments.random() < 0.5
        if _killed_after(moments.uniform(0.0, _LONGEST), at_a_save, current, go_on):
            left, while_saving = left - 1, while_saving + _was_saving(current)
            begun = (current / "config.json").is_file()
        else:
            ends.append(_weights(current))
            number, begun = number + 1, False
    if begun:
        _finish("--resume", str(folder / str(number)))
        ends.append(_weights(folder / str(number)))
    return Killed(while_saving, ends)


def _killed_after(seconds: float, at_a_save: bool, current: Path, words: tuple[str, ...]) -> bool:
    """Kill a training so long after it begins to write, and perhaps at its next save.

    Returns:
        False if it ended before.
    """
    before = _written(current)
    process = subprocess.Popen((*_TRAIN, *words), stdout=subprocess.DEVNULL)
    while process.poll() is None and _written(current) == before:
        time.sleep(0.005)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        while at_a_save and process.poll() is None and not _was_saving(current):
            pass  # a file is there for a few milliseconds
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    if status:
        raise InputError(f"a training ended with status {status}: {' '.join(words)}")
    return False


def _written(current: Path) -> int:
    """Return when something was last written to a run folder [ns], 0 if there is none."""
    paths = (current / "config.json", current / "state")
    return max((path.stat().st_mtime_ns for path in paths if path.exists()), default=0)


def _was_saving(current: Path) -> bool:
    """Tell whether a file was being written: its temporary is there."""
    folders = (current, current / "state", current / "state" / "pieces")
    return any(name.startswith(".") for own in folders if own.is_dir() for name in os.listdir(own))


def _finish(*words: str) -> None:
    status = subprocess.run((*_TRAIN, *words), stdout=subprocess.DEVNULL, check=False).returncode
    if status:
        raise InputError(f"a training ended with status {status}: {' '.join(words)}")


def _weights(run: Path) -> bytes:
    return (run / "policy" / "policy.safetensors").read_bytes()


if __name__ == "__main__":
    run(main, Arguments)
