"""Whether a saved state can be taken: all of it is looked at before any of it is used."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

State = dict[str, NDArray[Any]]
"""A world's whole state: each entry `(N, ...)`."""

WORLD = "world"
"""The entry `(N,)` that says what world and task a state is of."""


def check_state(state: Any, expected: State, besides: Collection[str] = ()) -> None:
    """Check a state against the arrays that are to take it; `besides` are further entries.

    Raises:
        InputError: Entries are missing or unknown, the state is of another world, or an entry has
            another shape or type, or a number that is not finite.
    """
    if not isinstance(state, Mapping):
        raise InputError(f"a state must be a dict of arrays, got {type(state).__name__}")
    names = (*expected, *besides)
    missing = [name for name in names if name not in state]
    if missing:
        raise InputError(f"the state must have {', '.join(names)}, it lacks {', '.join(missing)}")
    unknown = ", ".join(repr(name) for name in state if name not in names)
    if unknown:
        raise InputError(f"the state must have only {', '.join(names)}, got {unknown} besides")
    for name, wanted in expected.items():
        _check_entry(name, state[name], wanted)


def _check_entry(name: str, given: Any, wanted: NDArray[Any]) -> None:
    if not isinstance(given, np.ndarray):
        raise InputError(f"the state's {name} must be an array, got {type(given).__name__}")
    if given.shape != wanted.shape:
        raise InputError(f"the state's {name} must be of shape {wanted.shape}, got {given.shape}")
    if name == WORLD:
        if (given != wanted).any():
            raise InputError(f"the state must be of {wanted[0]}, got one of {given[0]}")
        return
    if given.dtype != wanted.dtype:
        raise InputError(f"the state's {name} must be {wanted.dtype}, got {given.dtype}")
    # depth is infinite where nothing is seen
    broken = np.isnan if "depth" in name else _not_finite
    if given.dtype.kind == "f" and broken(given).any():
        raise InputError(f"the state's {name} must be finite, got {given[broken(given)][0]}")


def _not_finite(values: NDArray[Any]) -> NDArray[np.bool_]:
    return ~np.isfinite(values)


def check_range(name: str, values: NDArray[Any], low: int, high: int) -> None:
    """Raise `InputError` if one of a state's integers is not from `low` to `high`."""
    outside = values[(values < low) | (values > high)]
    if outside.size:
        raise InputError(f"the state's {name} must be from {low} to {high}, got {outside[0]}")
