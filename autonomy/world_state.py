"""Whether a saved state can be taken: all of it is looked at before any of it is used."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.errors import InputError

State = dict[str, NDArray[Any]]
"""A world's whole state: each entry `(N, ...)`."""

Bounds = dict[str, tuple[ArrayLike, ArrayLike]]
"""For some entries of a state the lowest and the highest value that makes sense."""

WORLD = "world"
"""The entry `(N,)` that says what world and task a state is of."""

_LARGEST = 1e9  # no quantity of a world is larger, in its SI unit


def check_state(state: Any, expected: State, bounds: Bounds, others: Collection[str] = ()) -> None:
    """Check a state against the arrays that are to take it; `others` are further entries.

    Raises:
        InputError: Entries are missing or unknown, the state is of another world, or an entry has
            another shape or type, or a number that is not finite or out of bounds.
    """
    if not isinstance(state, Mapping):
        raise InputError(f"a state must be a dict of arrays, got {type(state).__name__}")
    names = (*expected, *others)
    missing = ", ".join(name for name in names if name not in state)
    if missing:
        raise InputError(f"the state must be as get_state returns it, but it lacks {missing}")
    unknown = ", ".join(repr(name) for name in state if name not in names)
    if unknown:
        raise InputError(f"the state must be as get_state returns it, but it also has {unknown}")
    for name, wanted in expected.items():
        _check_entry(name, state[name], wanted)
    for name, (low, high) in bounds.items():
        check_range(name, state[name], low, high)


def _check_entry(name: str, given: Any, wanted: NDArray[Any]) -> None:
    if type(given) is not np.ndarray:  # no masked array either, which hides what it holds
        raise InputError(f"the state's {name} must be an array, got {type(given).__name__}")
    if given.shape != wanted.shape:
        raise InputError(f"the state's {name} must be of shape {wanted.shape}, got {given.shape}")
    if given.dtype.kind != wanted.dtype.kind or (name != WORLD and given.dtype != wanted.dtype):
        raise InputError(f"the state's {name} must be {wanted.dtype}, got {given.dtype}")
    if name == WORLD:
        strange = given[given != wanted]
        if strange.size:
            raise InputError(f"the state must be of {wanted[0]}, got one of {str(strange[0])!r}")
    elif given.dtype.kind == "f":
        _check_numbers(name, given)


def _check_numbers(name: str, given: NDArray[Any]) -> None:
    fine = np.abs(given) <= _LARGEST  # which no NaN is
    if "depth" in name:
        fine |= given == np.inf  # where nothing is seen
    if not fine.all():
        raise InputError(
            f"the state's {name} must be finite and at most {_LARGEST:.0e} in size, "
            f"got {given[~fine][0]}"
        )


def check_range(name: str, values: NDArray[Any], low: ArrayLike, high: ArrayLike) -> None:
    """Check an entry's values `(N, ...)` against bounds that are broadcast to them.

    Raises:
        InputError: One is out of bounds.
    """
    outside = (values < low) | (values > high)
    if outside.any():
        first = tuple(np.argwhere(outside)[0])
        least, most = (np.broadcast_to(bound, values.shape)[first] for bound in (low, high))
        raise InputError(f"the state's {name} must be from {least} to {most}, got {values[first]}")
