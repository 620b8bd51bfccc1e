"""What JSON can hold."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from autonomy.errors import shown

MOST_NESTED = 100
"""How deep lists and objects of a file may lie in each other."""


def parsed_json(text: str | bytes) -> Any:
    """Return what JSON says, which nobody need trust.

    Raises:
        ValueError: It is no JSON, which has no NaN, or nested deeper than anything of use.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(f"it is nested more than {MOST_NESTED} deep") from None
    level = [value]
    for _ in range(MOST_NESTED + 1):
        level = [own for one in level for own in _inside(one)]
        if not level:
            return value
    raise ValueError(f"it is nested more than {MOST_NESTED} deep")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON's")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*cast(dict[str, Any], value).values()]
    return cast(list[Any], value) if isinstance(value, list) else []


def is_json(value: object) -> bool:
    """Tell whether JSON holds a value as it is, but for tuples, which become lists."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def described(value: Any) -> Any:
    """Return what JSON can hold of a value, for a person to read.

    Classes become their names, dataclasses their fields, and what else JSON does not know its text.
    """
    if isinstance(value, type):
        return f"{value.__module__}:{value.__qualname__}"
    if is_dataclass(value):
        return {field.name: described(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): described(own) for key, own in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, list | tuple):
        return [described(own) for own in cast(list[Any], value)]
    return value if is_json(value) else str(value)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return where two objects of JSON differ: `3 to 4`, by names such as `recipe.gamma`."""
    one, other = (_flat(json.loads(json.dumps(own))) for own in (before, now))
    return {
        name: f"{shown(one.get(name))} to {shown(other.get(name))}"
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    }


def _flat(value: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, own in value.items():
        if isinstance(own, Mapping):
            flat |= _flat(cast(Mapping[str, Any], own), f"{within}{name}.")
        else:
            flat[f"{within}{name}"] = own
    return flat
