"""Commands that are asked to stop, by Ctrl-C or by whoever manages their process."""

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ASKING = (signal.SIGINT, signal.SIGTERM)


class StoppedError(Exception):
    """Work was stopped from outside; the message says what there is of it, and how it goes on."""

    def __init__(self, message: str, status: int) -> None:
        """`status` is what a shell expects of a process: 128 and the signal's number."""
        super().__init__(message)
        self.status = status


class Stop:
    """Whether somebody asked to stop."""

    status: int | None = None
    """With which status to exit then, None as long as nobody asked."""


@contextmanager
def asked_to_stop() -> Generator[Stop]:
    """Let work come to a good end where it is first asked to stop; a second time stops at once.

    Outside of the main thread, which alone hears of signals, nobody asks.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in _ASKING}

    def note(number: int, _frame: FrameType | None) -> None:
        stop.status = 128 + number
        print("stopping; once more to stop at once", file=sys.stderr)
        _restore(before)

    for number in _ASKING:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        _restore(before)


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


@contextmanager
def ended_by_sigterm() -> Generator[None]:
    """Let SIGTERM end the process as an exception does: what was begun is cleared away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
