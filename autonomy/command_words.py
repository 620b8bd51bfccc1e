"""Command lines that say again what was asked for."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from autonomy.json_values import described

_NAMED = "world"
"""The field whose entries are options of their own: `--world.split test`."""


def command(name: str, positional: Sequence[str], options: Mapping[str, Any]) -> str:
    """Return the words of a command of the program `autonomy`, as a shell takes them.

    Args:
        name: Of the command.
        positional: Its words without names.
        options: What else it is given, by name; of those of a part, such as `recipe.gamma`, with
            the part's name.
    """
    words = ["autonomy", name, *positional]
    for option, value in options.items():
        words += _words(option, value)
    return shlex.join(words)


def changed(arguments: Any, usual: Any, but_for: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of a dataclass that are not as usual, for `command`."""
    found: dict[str, Any] = {}
    for field in fields(arguments):
        value, own = getattr(arguments, field.name), getattr(usual, field.name)
        if field.name == _NAMED:
            found |= named(value, own)
        elif field.name not in but_for and value != own:
            found[field.name] = value
    return found


def named(world: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return those options of a world that are not as usual, for `command`."""
    return {
        f"{_NAMED}.{name}": value
        for name, value in world.items()
        if name not in usual or usual[name] != value
    }


def _words(option: str, value: Any) -> list[str]:
    part, _, name = option.replace("_", "-").rpartition(".")
    before = f"--{part}." if part else "--"
    if isinstance(value, bool):
        return [f"{before}{name}" if value else f"{before}no-{name}"]
    return [f"{before}{name}", *_written(value)]


def _written(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value).items()
        return [word for name, own in entries for word in (name, *_written(own))]
    if isinstance(value, list | tuple):
        return [word for own in cast(Sequence[Any], value) for word in _written(own)]
    return [str(value if isinstance(value, Path) else described(value))]
