"""What the process is doing now, in a word or two, for people who wait."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

_begun: list[str] = []
_listeners: list[Callable[[str], None]] = []


@contextmanager
def doing(what: str) -> Generator[None]:
    """Let `what`, such as `making roads`, be what is done now, but for what is begun within it."""
    _begun.append(what)
    _tell()
    try:
        yield
    finally:
        _begun.pop()
        _tell()


@contextmanager
def told_what_is_done(listener: Callable[[str], None]) -> Generator[None]:
    """Call `listener` whenever something else is done."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _tell() -> None:
    if _begun:
        for listener in _listeners:
            listener(_begun[-1])
