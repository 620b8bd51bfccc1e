"""The physics of N worlds in several processes: poses come back through shared memory.

PyBullet holds Python's lock while it computes, so threads would not help.
"""

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.arm.arm_state import Shared, Sizes, allocate, rows_of
from envs.arm.physics import LocalPhysics, Physics
from envs.arm.simulation import Design, Facts, Simulation

_TIMEOUT = 60.0  # [s] after which a process that does not answer is given up
_FEWEST = 8  # rows for which processes of their own are worth their while


def process_count(num_envs: int, wanted: int | None) -> int:
    """Return in how many processes N worlds run beside this one; 0 is in this one."""
    if wanted is not None:
        return min(wanted, num_envs)
    return min(os.cpu_count() or 1, num_envs) if num_envs >= _FEWEST else 0


def start_physics(design: Design, num_envs: int, processes: int) -> tuple[Physics, Facts]:
    """Start N simulations, in this process if `processes` is 0.

    Raises:
        InputError: The robot or the controller cannot be.
    """
    first = Simulation(design)
    facts = first.facts
    if processes:
        first.close()
        return ProcessPhysics(design, facts.sizes, num_envs, processes), facts
    simulations = [first, *(Simulation(design) for _ in range(num_envs - 1))]
    return LocalPhysics(simulations, allocate(num_envs, facts.sizes)), facts


class _Worker(NamedTuple):
    process: Any
    connection: Connection
    rows: slice


class ProcessPhysics:
    """Simulations in processes of their own.

    A process that dies, or does not answer for a minute, is replaced by another one: its worlds
    are lost and begin the same episodes anew.
    """

    def __init__(self, design: Design, sizes: Sizes, num_envs: int, processes: int) -> None:
        """Start the processes, each with about as many of the N worlds."""
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["envs.arm.simulation"])
        self._design, self._sizes, self._num_envs = design, sizes, num_envs
        self._memory = self._context.RawArray("b", _bytes(num_envs, sizes))
        self.shared = _laid_over(self._memory, num_envs, sizes)
        bounds = np.linspace(0, num_envs, processes + 1).round().astype(int).tolist()
        slices = [slice(bounds[k], bounds[k + 1]) for k in range(processes)]
        self._workers = [self._start(rows) for rows in slices]

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Begin episodes in some rows."""
        own = [
            rows[(rows >= worker.rows.start) & (rows < worker.rows.stop)] - worker.rows.start
            for worker in self._workers
        ]
        self._ask("begin", [(mine,) if mine.size else None for mine in own])

    def advance(self) -> NDArray[np.bool_]:
        """Advance all rows; return `(N,)` which were lost."""
        lost = np.zeros(self._num_envs, np.bool_)
        for rows in self._ask("advance", [()] * len(self._workers))[1]:
            lost[rows] = True
        return lost

    def save(self) -> list[bytes]:
        """Return the state of each row beyond `shared`."""
        saved, _ = self._ask("save", [()] * len(self._workers))
        return [one for own in saved for one in own]

    def restore(self, saved: Sequence[bytes]) -> None:
        """Go on from what `save` returned, and from `shared` as it was then."""
        self._ask("restore", [(saved[worker.rows],) for worker in self._workers])

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(5.0)
            worker.process.kill()
        self._workers = []

    def _ask(
        self, method: str, arguments: Sequence[tuple[Any, ...] | None]
    ) -> tuple[list[Any], list[slice]]:
        """Call a method in all processes at once, or in those with arguments.

        Returns:
            What they answered, and the rows of those that did not. In these, another process has
            begun the episodes of `shared.setup`.
        """
        lost: list[slice] = []
        answers: list[Any] = []
        for worker, own in zip(self._workers, arguments, strict=True):
            if own is not None:
                _send(worker.connection, (method, own))
        for number, own in enumerate(arguments):
            if own is None:
                continue
            worker = self._workers[number]
            answered, answer = _receive(worker.connection)
            if answered:
                answers.append(answer)
            else:
                self._replace(number)
                lost.append(worker.rows)
        return answers, lost

    def _replace(self, number: int) -> None:
        worker = self._workers[number]
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        fresh = self._workers[number] = self._start(worker.rows)
        count = worker.rows.stop - worker.rows.start
        _send(fresh.connection, ("begin", (np.arange(count),)))
        if not _receive(fresh.connection)[0]:
            raise RuntimeError("the physics of the arm worlds cannot be started again")

    def _start(self, rows: slice) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work,
            args=(self._design, self._memory, self._num_envs, self._sizes, rows, theirs),
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Worker(process, ours, rows)


def _work(
    design: Design, memory: Any, num_envs: int, sizes: Sizes, rows: slice, parent: Connection
) -> None:
    """Serve one process's rows until the parent hangs up."""
    shared = rows_of(_laid_over(memory, num_envs, sizes), rows)
    simulations = [Simulation(design) for _ in range(rows.start, rows.stop)]
    physics = LocalPhysics(simulations, shared)
    while True:
        try:
            method, arguments = parent.recv()
        except (EOFError, KeyboardInterrupt):
            return
        parent.send(getattr(physics, method)(*arguments))


def _send(connection: Connection, message: Any) -> None:
    """Send; that nobody is there is found out when no answer comes."""
    try:
        connection.send(message)
    except OSError:
        return


def _receive(connection: Connection) -> tuple[bool, Any]:
    """Wait for an answer; return whether one came, and which."""
    try:
        if connection.poll(_TIMEOUT):
            return True, connection.recv()
    except (EOFError, OSError):
        pass
    return False, None


def _bytes(num_envs: int, sizes: Sizes) -> int:
    total = 0

    def count(shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        nonlocal total
        total += _padded(shape, dtype)
        return np.empty(0, dtype)

    allocate(num_envs, sizes, count)
    return total


def _laid_over(memory: Any, num_envs: int, sizes: Sizes) -> Shared:
    """Return arrays that lie one after the other in shared memory."""
    start = 0

    def lay(shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        nonlocal start
        array = np.frombuffer(memory, dtype, int(np.prod(shape)), start).reshape(shape)
        start += _padded(shape, dtype)
        return array

    return allocate(num_envs, sizes, lay)


def _padded(shape: tuple[int, ...], dtype: type[Any]) -> int:
    """Bytes of an array, and on to where the next one may begin."""
    return -(-int(np.prod(shape)) * np.dtype(dtype).itemsize // 64) * 64
