"""The physics of N worlds in several processes: poses come back through shared memory.

PyBullet holds Python's lock while it computes, so threads would not help.
"""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Sizes, rows_of
from autonomy.envs.arm.physics.physics import LocalPhysics
from autonomy.envs.arm.physics.scratch_files import read_rows, scratch_folder, write_rows
from autonomy.envs.arm.physics.shared_memory import bytes_needed, laid_over
from autonomy.envs.arm.physics.simulation import Design, Simulation

_DONE = b"done"
_one_at_a_time = threading.Lock()
_TIMEOUT = 60.0  # [s] after which a process that does not answer is given up


class _Worker(NamedTuple):
    process: Any
    connection: Connection
    rows: slice


class ProcessPhysics:
    """Simulations in processes of their own.

    A process that dies, or does not answer for a minute, is replaced: its worlds begin their
    episodes anew, and the next step tells which of them lost what they were at.
    """

    def __init__(self, design: Design, sizes: Sizes, num_envs: int, processes: int) -> None:
        """Start the processes, each with about as many of the N worlds."""
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["autonomy.envs.arm.physics.simulation"])
        self._design, self._sizes, self._num_envs = design, sizes, num_envs
        self._memory = self._context.RawArray("b", bytes_needed(num_envs, sizes))
        self.shared = laid_over(self._memory, num_envs, sizes)
        self.lost = np.zeros(num_envs, np.bool_)
        bounds = np.linspace(0, num_envs, processes + 1).round().astype(int).tolist()
        slices = [slice(bounds[k], bounds[k + 1]) for k in range(processes)]
        self._workers = [self._start(rows) for rows in slices]
        # before Python, as it leaves, would wait for them: who stands still never comes
        self._end = Finalize(self, _kill, (self._workers,), exitpriority=0)

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Begin episodes in some rows."""
        asked: dict[int, tuple[Any, ...]] = {}
        for number, worker in enumerate(self._workers):
            own = rows[(rows >= worker.rows.start) & (rows < worker.rows.stop)]
            if own.size:
                asked[number] = (own - worker.rows.start,)
        self._ask("begin", asked)
        self.lost[rows] = False  # who replaced a lost process has begun them too

    def advance(self) -> NDArray[np.bool_]:
        """Advance all rows; return `(N,)` which were lost since the last step."""
        self._ask("advance", dict.fromkeys(range(len(self._workers)), ()))
        lost = self.lost.copy()
        self.lost[:] = False
        return lost

    def save(self) -> list[bytes]:
        """Return the state of each row beyond `shared`."""
        with scratch_folder() as folder:
            unsaved = self._ask("save_to", self._in_folder(folder))
            self._insist("save_to", unsaved)
            return read_rows(folder, self._num_envs)

    def restore(self, saved: Sequence[bytes]) -> None:
        """Go on from what `save` returned, and from `shared` and `lost` as they were then."""
        arrays = (*self.shared.bodies, self.lost)
        told = [values.copy() for values in arrays]
        with scratch_folder() as folder:
            write_rows(folder, saved)
            unrestored = self._ask("restore_from", self._in_folder(folder))
            for values, own in zip(arrays, told, strict=True):
                values[:] = own  # where another process began anew, it wrote over them
            self._insist("restore_from", unrestored)

    def close(self) -> None:
        """End the processes."""
        self._end()

    def _in_folder(self, folder: Path) -> dict[int, tuple[Path, int]]:
        """Return what each process is told: a folder, and its first row's number there."""
        return {number: (folder, own.rows.start) for number, own in enumerate(self._workers)}

    def _insist(self, method: str, asked: Mapping[int, tuple[Any, ...]]) -> None:
        """Call a method in some processes.

        Raises:
            RuntimeError: One does not answer.
        """
        if self._ask(method, asked):
            raise RuntimeError(f"the physics of the arm worlds does not answer to {method}")

    def _ask(self, method: str, asked: Mapping[int, tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
        """Call a method in some processes at once, with arguments for each.

        What is said is always short: who stands still with a full pipe would be waited for.

        Returns:
            Of what was asked, that which was not answered; those processes have been replaced.
        """
        unanswered: dict[int, tuple[Any, ...]] = {}
        waiting = list(asked)
        try:
            for number, arguments in asked.items():
                _send(self._workers[number].connection, (method, arguments))
            while waiting:
                if not self._has_answered(waiting[0]):
                    unanswered[waiting[0]] = asked[waiting[0]]
                del waiting[0]
        except BaseException:
            for number in waiting:  # or the next question would take their answers for its own
                self._has_answered(number)
            raise
        return unanswered

    def _has_answered(self, number: int) -> bool:
        """Wait for a process's answer; replace it if none comes."""
        if _is_done(self._workers[number].connection):
            return True
        self._replace(number)
        return False

    def _replace(self, number: int) -> None:
        """Start another process for a lost one, and begin the episodes of its rows there."""
        worker = self._workers[number]
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        fresh = self._workers[number] = self._start(worker.rows)
        _send(fresh.connection, ("begin", (np.arange(worker.rows.stop - worker.rows.start),)))
        if not _is_done(fresh.connection):
            raise RuntimeError("the physics of the arm worlds cannot be started again")
        self.lost[worker.rows] = True

    def _start(self, rows: slice) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work,
            args=(self._design, self._memory, self._num_envs, self._sizes, rows, theirs),
            daemon=True,
        )
        with _nameless_main():
            process.start()
        theirs.close()
        return _Worker(process, ours, rows)


def _work(
    design: Design, memory: Any, num_envs: int, sizes: Sizes, rows: slice, parent: Connection
) -> None:
    """Serve one process's rows until the parent hangs up, which alone hears of interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    shared = rows_of(laid_over(memory, num_envs, sizes), rows)
    simulations = [Simulation(design) for _ in range(rows.start, rows.stop)]
    physics = LocalPhysics(simulations, shared)
    while True:
        try:
            method, arguments = parent.recv()
        except EOFError:
            return
        getattr(physics, method)(*arguments)
        parent.send_bytes(_DONE)


def _send(connection: Connection, message: Any) -> None:
    """Send; that nobody is there is found out when no answer comes."""
    try:
        connection.send(message)
    except OSError:
        return


def _is_done(connection: Connection) -> bool:
    """Wait until a process says that it has done what it was told; return whether it did."""
    try:
        return connection.poll(_TIMEOUT) and connection.recv_bytes() == _DONE
    except (EOFError, OSError):
        return False


def _kill(workers: list[_Worker]) -> None:
    """End processes, whatever they are at."""
    for worker in workers:
        worker.connection.close()
        worker.process.kill()
    for worker in workers:
        worker.process.join()
    workers.clear()


@contextmanager
def _nameless_main() -> Generator[None]:
    """Keep processes that start from running the user's script again.

    Python does that so that they find what the script defines. Ours need nothing from there, and
    a script without `if __name__ == "__main__"` would start processes without end. All threads
    share what is changed meanwhile, so one at a time changes it.
    """
    with _one_at_a_time:
        script = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = script
