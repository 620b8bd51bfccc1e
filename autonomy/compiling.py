"""What is said while kernels are compiled, which the first run does for up to a minute."""

import multiprocessing
import sys
import time
from contextlib import ExitStack
from typing import Any

from numba.core import event

from autonomy.doing import doing

_FEW = 3  # kernels that are compiled so soon that nobody need know


class Compiling(event.Listener):
    """Counts kernels on standard error as Numba compiles them; those that were kept are not.

    On a terminal the count stays in its place; elsewhere, and beside a bar, there is one line.
    """

    def __init__(self) -> None:
        """Listen."""
        self.kernels: set[Any] = set()  # that there are, as far as modules were imported
        self.is_kept = True  # whether machine code is kept for the next run
        self._begun = self._done = self._depth = 0
        self._seconds, self._start = 0.0, 0.0  # of all up to now; when the outermost began
        self._doing = ExitStack()
        self._is_said = self._is_counted = False  # in a line; in its place, where it stands now
        event.register("numba:compile", self)

    def on_start(self, event: event.Event) -> None:
        """Count a kernel, and say so if it is no longer among the first few."""
        if self._is_ours(event):
            if self._depth == 0:
                self._start = time.perf_counter()
                self._doing.enter_context(doing("compiling"))
            self._begun += 1
            self._depth += 1
            self._say()

    def on_end(self, event: event.Event) -> None:
        """Count a kernel that is compiled, and leave the line when it was no part of another."""
        if self._is_ours(event):
            self._done += 1
            self._depth -= 1
            self._say()
            if self._depth == 0:
                self._seconds += time.perf_counter() - self._start
                self._doing.close()
                self._clear()

    def _clear(self) -> None:
        if self._is_counted:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._is_counted = False

    def _is_ours(self, event: event.Event) -> bool:
        data: Any = event.data
        return data["dispatcher"].py_func in self.kernels

    def _say(self) -> None:
        if self._begun <= _FEW or sys.stderr is None or multiprocessing.parent_process():
            return
        number = max(len(self.kernels), self._begun)
        known = f"about {number}"
        if _is_alone():
            counted = f"{self._done} of {known}{self._left(number)}"
            line = f"compiling kernels{self._once}: {counted}"
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
            self._is_counted = True
        elif not self._is_said:
            words = f"compiling {known} kernels{self._once}, for up to a minute"
            print(words, file=sys.stderr, flush=True)
            self._is_said = True

    def _left(self, number: int) -> str:
        """Say how long the rest will take, as long as there is some and if there is a measure."""
        left = number - self._done
        if not left or not self._done:
            return ""
        passed = self._seconds + time.perf_counter() - self._start
        return f", about {passed / self._done * left:.0f} s left"

    @property
    def _once(self) -> str:
        return ", once for this version" if self.is_kept else ""


def _is_alone() -> bool:
    """Whether standard error is a terminal on which nobody else, such as a bar, keeps a line."""
    return sys.stderr is sys.__stderr__ and sys.stderr is not None and sys.stderr.isatty()
