"""How every script meets its user: a dataclass of arguments, one-line errors, status 2."""

import sys
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import tyro

from autonomy.errors import InputError
from autonomy.world_words import with_world

Arguments = TypeVar("Arguments")


def run(
    main: Callable[[Arguments], None],
    arguments: type[Arguments] | Callable[[Sequence[str], str | None], Arguments],
    words: Sequence[str] | None = None,
    program: str | None = None,
) -> None:
    """Parse a command line and call `main` with what it says.

    An `InputError` is printed as one line on standard error, and the exit status is 2; a warning of
    ours is a line as well, without the place in our code that gave it.

    Args:
        main: What is done.
        arguments: A dataclass for `parsed`; or a function that parses words, for a program's name.
        words: The command line, by default the process's own.
        program: How it is called in `--help`; by default after the file.
    """
    given = sys.argv[1:] if words is None else words
    with reported_errors(), plain_warnings():
        is_class = isinstance(arguments, type)
        parse: Any = partial(parsed, arguments) if is_class else arguments
        main(parse(given, program))


def parsed(
    arguments: type[Arguments],
    words: Sequence[str],
    program: str | None = None,
    default: Mapping[str, Any] | None = None,
    more: str = "",
) -> Arguments:
    """Return what a command line says.

    Args:
        arguments: A dataclass. A field `world` of type `WorldWords` takes the options of the world
            that the command line names; where other words decide what else there is to give, a
            class method `taking(words)` returns the class that has it.
        words: The command line.
        program: How it is called in `--help`; by default after the file.
        default: Other defaults than the dataclass has, by name.
        more: What `--help` says besides.

    Raises:
        InputError: The world that is named cannot be, or has no such option.
        SystemExit: Help was asked for, or the words cannot be read.
    """
    taking: Any = getattr(arguments, "taking", partial(with_world, arguments))
    taken: Any = taking(words)
    text = f"{arguments.__doc__}{more}"
    start = {} if default is None else {"default": taken(**default)}
    return tyro.cli(taken, prog=program, args=words, description=text, **start)


@contextmanager
def plain_warnings() -> Generator[None]:
    """Turn each `UserWarning` into one line on standard error."""
    shown = warnings.showwarning

    def show(message: Any, category: type[Warning], *place: Any) -> None:
        if category is UserWarning:
            print(f"warning: {message}", file=sys.stderr)
        else:
            shown(message, category, *place)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = shown


@contextmanager
def reported_errors() -> Generator[None]:
    """Turn an `InputError` into one line on standard error and exit status 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
