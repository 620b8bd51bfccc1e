"""Domain randomisation: ranges in a frozen dataclass, one draw of all of them an episode."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.imported_class import is_name_of_object, object_of


@dataclass(frozen=True)
class Range:
    """Uniform between `low` and `high`, component by component; equal ends are a constant.

    Raises:
        InputError: An end is above the other, or they differ in length.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.low) != len(self.high) or any(
            low > high for low, high in zip(self.low, self.high, strict=True)
        ):
            raise InputError(
                f"a range must go from low to high, component by component, got {self.low} "
                f"and {self.high}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a draw: a number has none."""
        return () if len(self.low) == 1 else (len(self.low),)

    @property
    def largest_floor(self) -> int:
        """The largest whole number that a draw of one number is rounded down to."""
        low, high = self.low[0], self.high[0]
        return math.ceil(high) - 1 if low < high else math.floor(high)


def between(low: float, high: float) -> Range:
    """Return the range of one number."""
    return Range((low,), (high,))


def around(centre: tuple[float, ...], spread: float) -> Range:
    """Return the range of `spread` on both sides of each component of `centre`."""
    return Range(tuple(c - spread for c in centre), tuple(c + spread for c in centre))


@dataclass(frozen=True)
class RangeGroup:
    """Ranges that worlds have alike: of a dataclass with such a field, they are ranges too."""


Value = TypeVar("Value")


@dataclass(frozen=True)
class Choice(Generic[Value]):
    """One of some values, each as likely; each split has its own of them.

    Attributes:
        values: A single one is every split's. Of more, every fourth is for validation, every
            fourth for the test, and the others are for training. Of none, nothing is drawn.

    Raises:
        InputError: There are two, which are not enough for three splits.
    """

    values: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        if len(self.values) == 2:
            raise InputError(
                "a choice must be of one value, or of three and more so that each split has its "
                f"own, got {self.values[0]} and {self.values[1]}"
            )

    def of(self, split: str) -> tuple[Value, ...]:
        """Return what may come in a split."""
        if len(self.values) == 1:
            return self.values
        owners = ("train", "validation", "test", "train")
        return tuple(own for k, own in enumerate(self.values) if owners[k % 4] == split)


NOTHING: Choice[Any] = Choice()
"""What nothing is drawn of."""

_ROUNDING = 1e-9


class Sampler:
    """Draws all ranges of a dataclass at once, as one vector of K numbers."""

    def __init__(self, ranges: Any, split: str) -> None:
        """Prepare to draw what belongs to a split, from a dataclass.

        Of a `Choice` that is the place of a value among those of the split. Fields that are
        neither that nor a `Range` or a `RangeGroup` do not count.
        """
        flat = _flat(ranges)
        choices = {name: one.of(split) for name, one in flat.items() if isinstance(one, Choice)}
        # choices first: compiled code takes a record with more fields after its own for its own
        each = {name: between(0.0, float(len(own))) for name, own in choices.items()}
        each |= {name: one for name, one in flat.items() if isinstance(one, Range)}
        self._split, self._choices = split, len(choices)
        self._low = np.array([value for one in each.values() for value in one.low])
        self._span = np.array([value for one in each.values() for value in one.high]) - self._low
        self._record = np.dtype([(name, np.float64, one.shape) for name, one in each.items()])

    @property
    def size(self) -> int:
        """K."""
        return len(self._low)

    @property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What no draw `(K,)` is below and above, by more than rounding."""
        highest = self._low + self._span
        highest[: self._choices] -= 1.0
        return self._low - _ROUNDING, highest + _ROUNDING

    @property
    def choices(self) -> tuple[str, ...]:
        """Names of what is drawn of a `Choice`."""
        return (self._record.names or ())[: self._choices]

    def sample(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn random numbers in [0, 1) `(N, K)` into draws `(N, K)`.

        Those of choices are the last ones, so that a choice changes no other draw.
        """
        own = np.roll(uniform, self._choices, axis=1)
        own[:, self._choices :] = in_split(own[:, self._choices :], self._split)
        draws = self._low + self._span * own
        draws[:, : self._choices] = np.floor(draws[:, : self._choices])
        return draws

    def records(self, draws: NDArray[np.float64]) -> NDArray[np.void]:
        """Return a view `(N,)` of draws `(N, K)` with a field a range, as compiled code reads."""
        return draws.view(self._record).reshape(-1)

    def named(self, draws: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return views of draws `(N, K)` by name: one number is `(N,)`, several are `(N, k)`."""
        records = self.records(draws)
        return {name: records[name] for name in self._record.names or ()}


def _flat(ranges: Any) -> dict[str, Range | Choice[Any]]:
    """Return all that is drawn of a dataclass by name, a group's ranges in its place."""
    flat: dict[str, Range | Choice[Any]] = {}
    for field in fields(ranges):
        value = getattr(ranges, field.name)
        if isinstance(value, Range) or (isinstance(value, Choice) and value.values):
            flat[field.name] = value
        elif isinstance(value, RangeGroup):
            flat |= _flat(value)
    return flat


Ranges = TypeVar("Ranges")


def preset(choice: str | Ranges, presets: Mapping[str, Ranges]) -> Ranges:
    """Return the ranges of a preset's name or of `module:NAME` or `file.py:NAME`, or themselves.

    Raises:
        InputError: There are none of that name, or they are of another world.
    """
    kind = type(next(iter(presets.values())))
    if isinstance(choice, kind):
        return choice
    if isinstance(choice, str) and choice in presets:
        return presets[choice]
    if is_name_of_object(choice):
        return object_of(kind, str(choice))
    raise InputError(
        f"randomization must be one of {', '.join(presets)}, a {kind.__name__}, or module:NAME or "
        f"file.py:NAME of one, got {choice!r}"
    )


_TURNS = 8
_BELOW_ONE = np.nextafter(1.0, 0.0)  # above which rounding must not lead
_PARTS = {"train": (0.0, 0.5), "validation": (0.5, 0.25), "test": (0.75, 0.25)}  # first, width


def in_split(uniform: NDArray[np.float64], split: str) -> NDArray[np.float64]:
    """Map random numbers in [0, 1) to the part of [0, 1) that belongs to a split.

    The parts lie in turns, a few of each, so every split covers all of a range and no value of one
    is ever a value of another.
    """
    first, width = _PARTS[split]
    turns = uniform * _TURNS
    turn = np.floor(turns)
    return np.minimum((turn + first + width * (turns - turn)) / _TURNS, _BELOW_ONE)
