"""Observation and action spaces as JSON, and how two of them differ."""

import math
from typing import Any, cast

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.errors import InputError, shown

Json = dict[str, Any]

_MOST_NUMBERS = 2**24  # in an entry, so that no description takes all memory
_UNLIKE = (
    *(KeyError, TypeError, ValueError, AttributeError, AssertionError),
    *(OverflowError, MemoryError),
)
"""What comes of reading as a space what is none."""


def space_to_json(space: spaces.Space[Any]) -> Json:
    """Describe a `Box`, or a `Dict` of them, in JSON values only.

    Bounds that are the same everywhere are one number; infinite ones are `"inf"` and `"-inf"`.

    Raises:
        InputError: Another kind of space.
    """
    if isinstance(space, spaces.Dict):
        return {"type": "Dict", "spaces": {k: space_to_json(v) for k, v in space.items()}}
    if isinstance(space, spaces.Box):
        return {
            "type": "Box",
            "shape": list(space.shape),
            "dtype": str(space.dtype),
            "low": _bounds_to_json(space.low),
            "high": _bounds_to_json(space.high),
        }
    raise InputError(f"space must be a Box or a Dict of them, got {space}")


def space_from_json(value: Json) -> spaces.Space[Any]:
    """Make the space that `space_to_json` described.

    Raises:
        InputError: Not such a description.
    """
    try:
        if value["type"] == "Dict":
            return spaces.Dict({k: space_from_json(v) for k, v in value["spaces"].items()})
        return _box_from_json(value)
    except InputError:
        raise
    except _UNLIKE as error:
        raise InputError(
            f"space description must hold a Box or a Dict, got {shown(value)}"
        ) from error


def _box_from_json(value: Json) -> spaces.Box:
    shape, dtype = tuple(value["shape"]), np.dtype(value["dtype"])
    if not (np.issubdtype(dtype, np.number) and all(_is_length(own) for own in shape)):
        raise TypeError
    if math.prod(shape) > _MOST_NUMBERS:
        raise InputError(
            f"an observation must have at most {_MOST_NUMBERS} numbers, got one of shape {shape}"
        )
    low, high = (_bounds_from_json(value[key], shape, dtype) for key in ("low", "high"))
    return spaces.Box(low, high, shape, dtype.type)


def check_space(policy_space: spaces.Space[Any], env_space: spaces.Space[Any]) -> None:
    """Check that an environment's space is what a policy was made for.

    An environment may give more entries than the policy reads.

    Raises:
        InputError: Names the first entry that differs, and how.
    """
    if not isinstance(policy_space, spaces.Dict) or not isinstance(env_space, spaces.Dict):
        _check_entry("action", policy_space, env_space)
        return
    for name, space in policy_space.items():
        if name not in env_space.spaces:
            given = ", ".join(env_space.spaces)
            raise InputError(f"the policy reads {name}, the environment gives only {given}")
        _check_entry(name, space, env_space[name])


def _check_entry(name: str, saved: spaces.Space[Any], given: spaces.Space[Any]) -> None:
    for what in ("shape", "dtype"):
        ours, theirs = getattr(saved, what), getattr(given, what)
        if ours != theirs:
            raise InputError(f"{name} is {ours} in the policy, {theirs} in the environment")
    if saved != given:
        raise InputError(
            f"{name} lies in {_range(saved)} in the policy, {_range(given)} in the environment"
        )


def _range(space: spaces.Space[Any]) -> str:
    if not isinstance(space, spaces.Box):
        return str(space)
    return f"[{_bounds_to_json(space.low)}, {_bounds_to_json(space.high)}]"


def _bounds_to_json(bounds: NDArray[Any]) -> Any:
    if bounds.size and np.all(bounds == bounds.flat[0]):
        return _number_to_json(bounds.flat[0].item())
    return [_number_to_json(number) for number in bounds.ravel().tolist()]


def _number_to_json(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def _bounds_from_json(value: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    if not isinstance(value, list):
        return np.full(shape, _bound(value, dtype), dtype)
    numbers = [_bound(number, dtype) for number in cast("list[Any]", value)]
    return np.array(numbers, dtype).reshape(shape)


def _bound(value: Any, dtype: np.dtype[Any]) -> float:
    """Return a number that a type has, or raise `ValueError`."""
    number = float(value)
    limits = np.finfo(dtype) if np.issubdtype(dtype, np.floating) else np.iinfo(dtype)
    is_endless = np.issubdtype(dtype, np.floating) and math.isinf(number)
    if not (is_endless or float(limits.min) <= number <= float(limits.max)):
        raise ValueError
    return number


def _is_length(value: Any) -> bool:
    return type(value) is int and value > 0
