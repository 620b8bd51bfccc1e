"""What options a world has, what each is by default, and what it means."""

import builtins
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import Any

import docstring_parser

from autonomy.options import CommonOptions

_NOT_CHOSEN = ("num_envs", "render_mode", "autoreset_mode")
"""What a world is made with besides its options."""


@dataclass(frozen=True)
class Option:
    """One option of a world."""

    name: str
    annotation: Any
    """The types that it takes; `Unknown` stands for those that only type checkers know."""
    default: Any
    meaning: str


def options_of(creator: Any, chosen: Mapping[str, Any]) -> list[Option]:
    """Return the options of a world, which its entry point `creator` takes.

    They are the fields of its `options_class`, or else its keyword arguments; and those of all
    worlds, where it hides what it takes behind `**options`. What its id has `chosen` is a default.
    """
    kind = getattr(creator, "options_class", None)
    own = options_in(kind) if kind is not None else _arguments(creator)
    return [replace(option, default=chosen.get(option.name, option.default)) for option in own]


def options_in(kind: type[Any]) -> list[Option]:
    """Return the options that a dataclass of options has."""
    annotations, meanings = _annotations(kind), _meanings(kind)
    return [
        Option(own.name, annotations[own.name], _default(own), meanings.get(own.name, ""))
        for own in fields(kind)
    ]


def _arguments(creator: Any) -> list[Option]:
    known = inspect.signature(creator).parameters.values()
    if any(own.kind is own.VAR_KEYWORD for own in known):
        return options_in(CommonOptions)
    return [
        Option(own.name, _type_of(own.annotation), own.default, "")
        for own in known
        if own.name not in _NOT_CHOSEN
    ]


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _annotations(kind: type[Any]) -> dict[str, Any]:
    """Return the types of a class's fields."""
    return {
        name: _evaluated(annotation, vars(sys.modules[owner.__module__]))
        for owner in reversed(kind.__mro__)
        for name, annotation in vars(owner).get("__annotations__", {}).items()
    }


def _evaluated(annotation: Any, names: dict[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    return eval(annotation, {}, _Names(names))  # as `typing.get_type_hints` does


class _Names(dict[str, Any]):
    """A module's names; those that are only there for type checkers are `Unknown`."""

    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, Unknown)


class Unknown:
    """Stands for types that are not known at run time, and for what is in them."""

    def __class_getitem__(cls, _: Any) -> "type[Unknown]":
        return cls


def _type_of(annotation: Any) -> Any:
    return Any if annotation is inspect.Parameter.empty else annotation


def _meanings(kind: type[Any]) -> dict[str, str]:
    """Return what docstrings say of a class's attributes, its own before those of its bases."""
    return dict(found for owner in reversed(kind.__mro__) for found in _own_meanings(owner))


def _own_meanings(owner: type[Any]) -> Iterator[tuple[str, str]]:
    if owner is object or not owner.__doc__:
        return
    for param in docstring_parser.parse_from_object(owner).params:
        yield param.arg_name, " ".join((param.description or "").split())
