"""Labelled frames: their source by its name, and its options on a command line."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, get_type_hints

from tyro.conf import OmitArgPrefixes, Suppress, arg

from autonomy.errors import InputError
from autonomy.given import given_class
from autonomy.world_words import word_type

if TYPE_CHECKING:  # not needed to print a command's help
    from autonomy.perception.datasets.dataset import Dataset
    from autonomy.perception.samples import SampleSource

SOURCES = {
    "lane": "autonomy.envs.lane.samples:LaneSamples",
    "arm": "autonomy.envs.arm.samples:ArmSamples",
}
"""Where the sources of this project's worlds are; each imports its world when it is asked for."""

_SCRIPTS_OWN = ("split", "seed")  # options that scripts choose themselves


@dataclass(frozen=True, kw_only=True)
class SourceArguments:
    """What is said of labelled frames on a command line."""

    world: str | None = None
    """Whose frames: lane, arm, package.module:Class or file.py:Class; with it, --help tells the
    options that these have."""
    source: Suppress[dict[str, Any]] = field(default_factory=dict[str, Any])
    """The options of the world's frames that were given; the others are as the world has them."""

    @classmethod
    def taking(cls, words: Sequence[str]) -> type[Self]:
        """Return arguments that have the options of the world that a command line names.

        Raises:
            InputError: There is no such world.
        """
        world = word_after("--world", words)
        if world is None:
            return cls
        options = Annotated[dict[str, Any], arg(constructor=_constructor(source_class(world)))]
        return make_dataclass(
            cls.__name__,
            [("source", OmitArgPrefixes[options])],
            bases=(cls,),
            kw_only=True,
            frozen=True,
        )


def source_class(world: str) -> type[Any]:
    """Return the class of a `SampleSource`.

    Args:
        world: A name of `SOURCES`, `package.module:Class` or `file.py:Class`.

    Raises:
        InputError: There is no such class, or it draws no samples.
    """
    kind = given_class(world, "world", SOURCES)
    for method in ("draw", "description"):
        if not callable(getattr(kind, method, None)):
            raise InputError(f"{world} has no method {method!r}, as a source of samples has")
    return kind


def make_source(world: str, **options: Any) -> "SampleSource":
    """Return a source of a world's frames.

    Args:
        world: As `source_class` takes it.
        options: What its class is made with, in values as JSON has them.

    Raises:
        InputError: There is no such world, or it has no such options.
    """
    kind, given = source_class(world), {name: _plain(value) for name, value in options.items()}
    try:
        inspect.signature(kind).bind(**given)
    except TypeError as error:
        raise InputError(f"frames of the {world} world cannot be had so: {error}") from None
    return kind(**given)


def opened(folder: Path, split: str) -> "Dataset":
    """Return the data set of a split that a folder holds under the split's name.

    Raises:
        InputError: It is not there, or of another split.
    """
    from autonomy.perception.datasets.dataset import Dataset

    dataset = Dataset(folder / split)
    found = dataset.description().get("split")
    if found != split:
        raise InputError(f"{folder / split} must hold the {split} split, got {found}")
    return dataset


def word_after(flag: str, words: Sequence[str]) -> str | None:
    """Return the word that follows a flag on a command line."""
    for word, after in zip(words, [*words[1:], None], strict=False):
        if word == flag:
            return after
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return None


def _constructor(kind: type[Any]) -> Any:
    """Return a function with the options of a source, which returns those that are given."""

    def chosen(**given: Any) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value is not None}

    hints = get_type_hints(kind.__init__)
    chosen.__annotations__ = {
        name: word_type(hints.get(name, str)) | None
        for name in inspect.signature(kind).parameters
        if name not in _SCRIPTS_OWN
    }
    chosen.__doc__ = kind.__init__.__doc__ or kind.__doc__
    chosen.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=one)
            for name, one in chosen.__annotations__.items()
        ]
    )
    return chosen


def _plain(value: Any) -> Any:
    """JSON has lists where options have tuples."""
    return tuple(value) if isinstance(value, list) else value
