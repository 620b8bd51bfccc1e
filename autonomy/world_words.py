"""Options of a world on a command line, as in `--world.target-speed 8`, whichever the world is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, make_dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypedDict, TypeVar, Union, cast, get_args, get_origin

from tyro.conf import arg

from autonomy.errors import InputError, UnknownOptionError
from autonomy.named_world import named_world
from autonomy.options import CommonOptions
from autonomy.world_options import Option, options_in, options_of

Arguments = TypeVar("Arguments")

# type checkers want names that are known before
_some_of: Any = partial(cast(Any, TypedDict), "World", total=False)
_PREFIX = "--world."
_PLAIN = (str, int, float, bool, NoneType)


@dataclass(frozen=True)
class OfWorld:
    """Marks the field of arguments that takes a world's options, but for some."""

    but_for: tuple[str, ...] = ()


WorldWords = Annotated[dict[str, Any], OfWorld()]
"""The type of a field `world` of arguments: the options that were given, by name."""


def with_world(arguments: type[Arguments], words: Sequence[str]) -> type[Arguments]:
    """Return arguments whose field `world` takes the options of the world that the words name.

    That is what follows `--env`, or the world of a policy's folder, or an id among the words. Where
    none is named, it takes the options that all worlds have.

    Raises:
        InputError: There is no such world, or it has no option that is among the words.
    """
    mark = _mark(arguments)
    if mark is None:
        return arguments
    env_id = named_world(words)
    known = _options(env_id)
    options = {own.name: own for own in known if own.name not in mark.but_for}
    _refuse_unknown(words, options, env_id)
    own = next(own for own in fields(cast(Any, arguments)) if own.name == "world")
    taken = _some_of({name: _taken(option) for name, option in options.items()})
    world = ("world", taken, field(default_factory=cast(Any, own.default_factory)))
    made = make_dataclass(arguments.__name__, [world], bases=(arguments,), frozen=True)
    made.__doc__, made.__module__ = arguments.__doc__, arguments.__module__
    return made


def _mark(arguments: type[Any]) -> OfWorld | None:
    for own in fields(arguments) if is_dataclass(arguments) else ():
        if own.name == "world":
            marks = getattr(own.type, "__metadata__", ())
            return next((mark for mark in marks if isinstance(mark, OfWorld)), None)
    return None


def _options(env_id: str | None) -> list[Option]:
    if env_id is None:
        return options_in(CommonOptions)
    from autonomy.make import world_creator  # which imports the world
    from autonomy.registered import find_spec

    spec = find_spec(env_id)
    return options_of(world_creator(spec), spec.kwargs)


def _refuse_unknown(
    words: Sequence[str], options: Mapping[str, Option], env_id: str | None
) -> None:
    names = {word[len(_PREFIX) :].partition("=")[0] for word in words if word.startswith(_PREFIX)}
    for name in sorted(own.replace("-", "_") for own in names):
        if name in options or name.removeprefix("no_") in options:
            continue
        if env_id is None:
            raise InputError(
                f"{_PREFIX}{name.replace('_', '-')} is no option that all worlds have, so the "
                "command must also name the world, got none"
            )
        known = ", ".join(sorted(options))
        raise UnknownOptionError(f"{env_id} has no option {name!r} here, only {known}")


def _taken(option: Option) -> Any:
    """Return the type that an option has on a command line."""
    kind = word_type(option.annotation)
    named = "" if _is_plain(option.annotation) else " Here a name, module:NAME or file.py:NAME."
    default = _shown(option.default)

    def hint(shown: str) -> str:  # where the command has no default, that of the world counts
        return f"(default: {default if shown == 'None' else shown})"

    return Annotated[kind, arg(help=option.meaning + named, help_behavior_hint=hint)]


def word_type(annotation: Any) -> Any:
    """Return what stands for a type on a command line; objects are named."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = {word_type(member): None for member in get_args(annotation)}
        if str in kinds:  # anything can be written as one
            kinds = {kind: None for kind in kinds if kind is str or kind is NoneType}
        return Union[tuple(kinds)]  # noqa: UP007 - of as many as there are
    if get_origin(annotation) is Annotated:
        return word_type(get_args(annotation)[0])
    if get_origin(annotation) in (tuple, list, Sequence):
        members = get_args(annotation)
        if get_origin(annotation) is not tuple:
            members = (*members, ...)
        return tuple[tuple(own if own is ... else word_type(own) for own in members)]
    return annotation if _is_plain(annotation) else str


def _is_plain(annotation: Any) -> bool:
    """Whether all of a type's values are written as words."""
    origin = get_origin(annotation)
    if origin is Literal or annotation is ...:
        return True
    if origin is not None:
        members = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
        kinds = (Union, UnionType, Annotated, tuple, list, Sequence)
        return origin in kinds and all(map(_is_plain, members))
    is_choice = isinstance(annotation, type) and issubclass(annotation, Enum | Path)
    return annotation in _PLAIN or is_choice


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return " ".join(map(_shown, cast(Sequence[Any], value)))
    return str(value) if isinstance(value, _PLAIN) else "the world's own"
