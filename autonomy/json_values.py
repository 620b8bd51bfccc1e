"""What JSON can hold."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast


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
