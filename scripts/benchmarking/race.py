"""Contestants in processes of their own, timed in turn so that noise hits all alike."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType

from autonomy.errors import InputError
from autonomy.scripts.benchmarking.contestants import Contestant
from autonomy.scripts.benchmarking.stepping import Sample, Stepper, make_stepper, run_for


@dataclass(frozen=True)
class Timing:
    """How long to measure, and what comes before.

    The warm-up compiles the kernels; begins `warm_up_episodes` of our worlds, after which their
    training roads are cached, or as many as fit into `warm_up_limit`; and steps for
    `warm_up_seconds`. Peers cache nothing, so they only step.
    """

    seconds: float  # [s] of a repetition
    repetitions: int
    warm_up_episodes: int
    warm_up_limit: float  # [s]
    warm_up_seconds: float
    threads: int
    seed: int


@dataclass(frozen=True)
class Result:
    """What the repetitions of one contestant took."""

    contestant: Contestant
    warm_up_episodes: int  # begun before the clock
    samples: tuple[Sample, ...]


def race(
    contestants: Sequence[Contestant], timing: Timing, on_progress: Callable[[str], None]
) -> list[Result]:
    """Warm all contestants up, then time each once a round, every other round backwards.

    Raises:
        InputError: One of our worlds refuses its options.
    """
    if not contestants:
        return []
    with ExitStack() as running:
        workers: list[Worker] = []
        for one in contestants:  # alone: the first compiles, the others find it on disk
            on_progress(f"warming up: {one.name}")
            worker = running.enter_context(Worker(one, timing))
            worker.wait_until_warm()
            workers.append(worker)
        for turn in range(timing.repetitions):
            for worker in workers if turn % 2 == 0 else reversed(workers):
                on_progress(f"round {turn + 1}: {worker.contestant.name}")
                worker.measure()
        return [worker.result() for worker in workers]


class Worker:
    """A process that holds one contestant and steps it when asked."""

    def __init__(self, contestant: Contestant, timing: Timing) -> None:
        self.contestant = contestant
        self._warm_up_episodes = 0
        self._samples: list[Sample] = []
        context = get_context("spawn")
        self._connection, far_end = context.Pipe()
        self._process = context.Process(
            target=_work,
            args=(contestant, timing, far_end),  # no daemon: worlds start processes
        )
        self._process.start()
        far_end.close()  # so that the death of the process is the end of the pipe

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.kill()  # SDL, which some peers load, makes SIGTERM an event
        self._process.join()
        self._connection.close()

    def wait_until_warm(self) -> None:
        """Wait for the warm-up's end.

        Raises:
            InputError: The world refuses its options.
        """
        answer = self._receive()
        if isinstance(answer, InputError):
            raise answer
        assert isinstance(answer, int)
        self._warm_up_episodes = answer

    def measure(self) -> None:
        """Run one repetition."""
        self._connection.send(True)
        answer = self._receive()
        assert isinstance(answer, Sample)
        self._samples.append(answer)

    def result(self) -> Result:
        """Return what was measured so far."""
        return Result(self.contestant, self._warm_up_episodes, tuple(self._samples))

    def _receive(self) -> object:
        try:
            return self._connection.recv()
        except EOFError:
            raise RuntimeError(f"{self.contestant.name} ended early") from None


def warmed_up(contestant: Contestant, timing: Timing) -> tuple[Stepper, int]:
    """Make a contestant and warm it up; also return how many episodes that began."""
    stepper = make_stepper(contestant, timing.seed)
    wanted = 0 if contestant.peer else timing.warm_up_episodes
    begun, end = contestant.num_envs, time.perf_counter() + timing.warm_up_limit
    while begun < wanted and time.perf_counter() < end:
        stepper.reset()
        begun += contestant.num_envs
    run_for(stepper, contestant.num_envs, timing.warm_up_seconds)
    return stepper, begun


def _work(contestant: Contestant, timing: Timing, connection: Connection) -> None:
    os.environ["NUMBA_NUM_THREADS"] = str(timing.threads)
    try:
        stepper, episodes = warmed_up(contestant, timing)
    except InputError as error:
        connection.send(error)
        return
    connection.send(episodes)
    while connection.recv():
        connection.send(run_for(stepper, contestant.num_envs, timing.seconds))
