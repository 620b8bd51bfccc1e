"""Commands that are asked to stop, by Ctrl-C or by whoever manages their process."""

import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_ASKING = (signal.SIGINT, signal.SIGTERM)
_LATER = 0.02  # [s] between two looks whether an import has ended


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
def ended_by_signals(stop: Stop) -> Generator[None]:
    """Let SIGINT and SIGTERM end work as an exception does: what was begun is cleared away.

    `stop` is told of it.

    An import is first let come to its end, since compiled code that is being imported may abort the
    process, or make any other exception of it: so that somebody asked is noted, too. A second time
    ends imports at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        if not _is_importing(frame):
            stop.status = 128 + number
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(stop.status)
        if stop.status is not None:
            _end_at_once(number, frame)
        stop.status = 128 + number
        later(number)

    def later(number: int) -> None:
        def again(_alarm: int, frame: FrameType | None) -> None:
            if _is_importing(frame):
                later(number)
            else:
                end(number, frame)

        signal.signal(signal.SIGALRM, again)
        signal.setitimer(signal.ITIMER_REAL, _LATER)

    before = {number: signal.getsignal(number) for number in (*_ASKING, signal.SIGALRM)}
    for number in _heeded():
        signal.signal(number, end)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        _restore(before)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def end_at_once() -> None:
    """Let SIGINT and SIGTERM end the process in its tracks, as long as nothing is begun."""
    for number in _heeded():
        signal.signal(number, _end_at_once)


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    with suppress(OSError):  # nobody may be there to read it
        os.write(2, b"stopped\n")
    os._exit(128 + number)


def _heeded() -> list[signal.Signals]:
    """Return the signals that whoever started the process does not have it ignore."""
    return [number for number in _ASKING if signal.getsignal(number) != signal.SIG_IGN]
