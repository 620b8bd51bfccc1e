"""What a batch holds in memory, whether it stays flat, and what importing costs."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator

from autonomy.errors import InputError
from autonomy.scripts.benchmarking.contestants import Contestant
from autonomy.scripts.benchmarking.race import Timing, warmed_up

_STRETCHES = 10  # between readings
_IMPORT = (
    "import time; s = time.perf_counter(); import autonomy.envs; print(time.perf_counter() - s)"
)


@dataclass(frozen=True)
class Memory:
    """Resident memory [MB] of a process with one batch."""

    contestant: Contestant
    imports_mb: float
    made_mb: float  # after the first reset and the warm-up
    stepped: tuple[tuple[int, float], ...]  # (steps of all environments, MB) along the way

    @property
    def held_mb(self) -> float:
        """What the batch holds beyond the imports."""
        return self.made_mb - self.imports_mb

    @property
    def growth_mb(self) -> float:
        """What the steps added."""
        return self.stepped[-1][1] - self.made_mb


def measure_memory(
    contestant: Contestant, timing: Timing, steps: int, on_progress: Callable[[str], None]
) -> Memory:
    """Make a batch in a fresh process and step it, reading its memory ten times on the way.

    Raises:
        InputError: The world refuses its options.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_watch, args=(contestant, timing, steps, sender))
    on_progress(f"memory: {contestant.name}")
    process.start()
    sender.close()
    try:
        answer = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{contestant.name} ended early") from None
    finally:
        process.join()
    if isinstance(answer, InputError):
        raise answer
    return answer


def import_seconds(times: int) -> list[float]:
    """Return what `import autonomy.envs` takes [s] in each of some fresh processes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", _IMPORT]
    return [
        float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
        for _ in range(times)
    ]


def _watch(contestant: Contestant, timing: Timing, steps: int, sender: Connection) -> None:
    os.environ["NUMBA_NUM_THREADS"] = str(timing.threads)
    try:
        sender.send(_memory(contestant, timing, steps))
    except InputError as error:
        sender.send(error)


def _memory(contestant: Contestant, timing: Timing, steps: int) -> Memory:
    creator = gym.spec(contestant.env_id).vector_entry_point
    if isinstance(creator, str):
        load_env_creator(creator)
    imports = _resident_mb()
    stepper, _ = warmed_up(contestant, timing)
    made, done = _resident_mb(), 0
    readings: list[tuple[int, float]] = []
    for stretch in range(1, _STRETCHES + 1):
        while done < steps * stretch / _STRETCHES:
            stepper.decide()
            stepper.step()
            done += contestant.num_envs
        readings.append((done, _resident_mb()))
    return Memory(contestant, imports, made, tuple(readings))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
