"""What people want at a page, brought from the page's threads to the one that does it."""

import queue
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from autonomy.errors import InputError


@dataclass(frozen=True)
class Wishes:
    """What is called when a person wants something, in a thread of the page."""

    play: Callable[[], None]
    step: Callable[[], None]
    again: Callable[[], None]
    begin: Callable[[int], None]
    speed: Callable[[str], None]
    take_over: Callable[[], None]
    watch: Callable[[tuple[str, str, str]], None]  # a policy in a world, and one beside it
    options: Callable[[Mapping[str, str]], None]
    redraw: Callable[[str, Sequence[float]], None]
    view: Callable[[], None]
    film: Callable[[], None]
    keep_all: Callable[[bool], None]
    save: Callable[[str], None]
    forget: Callable[[], None]


class WishList:
    """Wishes that wait for the thread that meets them."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def wishes(self, **known: Callable[..., None]) -> Wishes:
        """Return wishes that wait here until they are met as `known` says; others are refused."""
        return Wishes(
            **{own.name: self._later(known.get(own.name, _refuse)) for own in fields(Wishes)}
        )

    def meet(self, guarded: Callable[[Callable[[], None]], object]) -> None:
        """Meet all that wait, each as `guarded` calls it."""
        with suppress(queue.Empty):
            while True:
                guarded(self._waiting.get_nowait())

    def wait(self, until: float) -> None:
        """Wait until a time of `time.perf_counter`, or until there is a wish."""
        left = until - time.perf_counter()
        if left > 0:
            with suppress(queue.Empty):
                self._waiting.put(self._waiting.get(timeout=left))

    def _later(self, do: Callable[..., None]) -> Callable[..., None]:
        return lambda *values: self._waiting.put(lambda: do(*values))


def _refuse(*_: Any) -> None:
    raise InputError("the script that opened this page decides that")
