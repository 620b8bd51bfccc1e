"""What is said of robots and fixtures: names and numbers, in whatever sequence they come."""

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autonomy.errors import InputError


def names(value: Any, what: str) -> tuple[str, ...]:
    """Return a sequence of names as a tuple.

    Raises:
        InputError: It is none; one name without a tuple around it, for example.
    """
    own = _items(value)
    if own is None or not all(isinstance(name, str) for name in own):
        raise InputError(f"{what} must be a tuple of names, got {value!r}")
    return own


def numbers(value: Any, what: str, count: int | None = None) -> tuple[float, ...]:
    """Return a sequence of numbers as a tuple, if there are as many as there must be.

    Raises:
        InputError: It is none, there are more or fewer, or one is not finite.
    """
    own = _items(value)
    fits = own is not None and all(map(_is_finite, own))
    if own is None or not fits or count not in (None, len(own)):
        counted = "finite numbers" if count is None else f"{count} finite numbers"
        raise InputError(f"{what} must be {counted}, got {value!r}")
    return tuple(float(number) for number in own)


def number(value: Any, what: str, *, may_be_zero: bool = False) -> float:
    """Return a number that is positive, or 0 where that may be.

    Raises:
        InputError: It is something else.
    """
    kind = "a number that is not negative" if may_be_zero else "a positive number"
    if not _is_finite(value) or value < 0.0 or (value == 0.0 and not may_be_zero):
        raise InputError(f"{what} must be {kind}, got {value!r}")
    return float(value)


def paths(value: Any, what: str) -> tuple[Path, ...]:
    """Return a sequence of files or folders as a tuple.

    Raises:
        InputError: It is none.
    """
    own = _items(value)
    if own is None or not all(isinstance(path, str | Path) for path in own):
        raise InputError(f"{what} must be paths, got {value!r}")
    return tuple(Path(path) for path in own)


def check_once(joints: Iterable[str]) -> None:
    """Look whether each joint is named once.

    Raises:
        InputError: One is named more often.
    """
    for name, count in Counter(joints).items():
        if count > 1:
            raise InputError(f"a robot's joints must be named once each, got {name} {count} times")


def _items(value: Any) -> tuple[Any, ...] | None:
    is_sequence = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return tuple(value) if is_sequence else None


def _is_finite(value: Any) -> bool:
    try:
        return not isinstance(value, str | bytes) and math.isfinite(value)
    except (TypeError, OverflowError):
        return False
