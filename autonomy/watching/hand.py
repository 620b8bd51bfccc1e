"""A person's hands: from held keys, a gamepad or the pointer to actions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autonomy.lever import Lever, levers_by_order

TAKE_OVER = "t"
"""The key that takes the action from the policy, and gives it back."""

_RETURN = 2.0  # how much faster a lever returns than keys push it
_DEAD = 0.08  # share of a stick's way that is none


@dataclass(frozen=True)
class Held:
    """What a browser says of a person's hands."""

    keys: frozenset[str] = frozenset()
    pointer: tuple[float, ...] = ()
    axes: tuple[float, ...] = ()
    slow: bool = False  # whether it draws 3D without a graphics card

    @classmethod
    def read(cls, text: str) -> "Held":
        """Return what a message says; of one that says nonsense, that nothing is held."""
        try:
            said: Any = json.loads(text)
            return cls(
                frozenset(str(key) for key in said.get("keys", [])),
                _numbers(said.get("pointer") or ()),
                _numbers(said.get("axes") or ()),
                said.get("slow") is True,
            )
        except (ValueError, TypeError, AttributeError, RecursionError):
            return cls()


def _numbers(values: Sequence[Any]) -> tuple[float, ...]:
    return tuple(float(np.clip(np.nan_to_num(float(own)), -1.0, 1.0)) for own in values[:16])


class Hand:
    """Moves levers as a person's hands do.

    Attributes:
        drives: Whether the person acts, and not the policy.
        is_slow: Whether the browser draws 3D without a graphics card.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held = Held()
        self._values = np.zeros(0, np.float32)
        self.drives = self.is_slow = False

    def hear(self, text: str) -> None:
        """Take in what a browser says; from any thread."""
        held = Held.read(text)
        with self._lock:
            pressed = held.keys - self._held.keys
            self._held = held
        self.is_slow = held.slow or self.is_slow
        if TAKE_OVER in pressed:
            self.drives = not self.drives

    def follow(self, action: NDArray[np.float32]) -> None:
        """Be where the policy's action `(A,)` is, so that taking over is smooth."""
        self._values = action.copy()

    def act(self, levers: Sequence[Lever], seconds: float) -> NDArray[np.float32]:
        """Return the action `(A,)` after the levers were moved for some seconds."""
        with self._lock:
            held = self._held
        if len(self._values) != len(levers):
            self._values = np.zeros(len(levers), np.float32)
        moved = [
            _moved(float(value), lever, held, seconds)
            for value, lever in zip(self._values, levers, strict=True)
        ]
        self._values = np.array(moved, np.float32)
        return self._values.copy()


def _moved(value: float, lever: Lever, held: Held, seconds: float) -> float:
    direct = _direct(lever, held)
    if direct is not None:
        return direct
    push = bool(held.keys & set(lever.more)) - bool(held.keys & set(lever.less))
    step = lever.rate * seconds
    if push:
        return min(max(value + push * step, -1.0), 1.0)
    if lever.stays:
        return value
    return value - min(max(value, -_RETURN * step), _RETURN * step)


def _direct(lever: Lever, held: Held) -> float | None:
    """Return where the pointer or a stick puts a lever, None where neither does."""
    for number, values, dead in (
        (lever.pointer, held.pointer, 0.0),
        (lever.stick, held.axes, _DEAD),
    ):
        if number and len(values) >= abs(number):
            value = values[abs(number) - 1]
            if abs(value) >= dead:
                return value if number > 0 else -value
    return None


def levers_of(metadata: Mapping[str, Any], count: int) -> tuple[Lever, ...]:
    """Return the levers of a world's action, which it may name itself."""
    own = cast(Sequence[Lever], metadata.get("levers", ()))
    return tuple(own) if len(own) == count else levers_by_order(count)
