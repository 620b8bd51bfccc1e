"""Options of a world from what a person wrote into a page."""

import contextlib
import io
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autonomy.command_line import parsed
from autonomy.errors import InputError
from autonomy.make import world_creator
from autonomy.registered import find_spec
from autonomy.world_options import Option, options_of
from autonomy.world_words import WorldWords


@dataclass(frozen=True)
class _Words:
    """What a person wrote."""

    env: str
    world: WorldWords = field(default_factory=dict)


def read_options(env_id: str, written: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of a world that words say, as on a command line.

    Raises:
        InputError: The words cannot be read.
    """
    words = ["--env", env_id]
    for name, text in written.items():
        words += [f"--world.{name.replace('_', '-')}", *_split(text)]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return dict(parsed(_Words, words).world)
    except SystemExit:
        names = ", ".join(f"{name} {text!r}" for name, text in written.items())
        raise InputError(f"the world's options cannot be read, got {names}") from None


def known_options(env_id: str) -> list[Option]:
    """Return the options that a world has.

    Raises:
        InputError: There is no such world.
    """
    spec = find_spec(env_id)
    return options_of(world_creator(spec), spec.kwargs)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"an option's words cannot be read: {error}, got {text!r}") from None
