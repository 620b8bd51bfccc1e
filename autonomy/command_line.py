"""How every script meets its user: a dataclass of arguments, one-line errors, status 2."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import tyro

from autonomy.errors import InputError
from autonomy.world_words import with_world

Arguments = TypeVar("Arguments")


def run(
    main: Callable[[Arguments], None],
    arguments: type[Arguments],
    words: Sequence[str] | None = None,
    program: str | None = None,
) -> None:
    """Parse a command line into `arguments` and call `main` with it.

    An `InputError` is printed as one line on standard error, and the exit status is 2.

    Args:
        main: What is done.
        arguments: A dataclass. A field `world` of type `WorldWords` takes the options of the world
            that the command line names. Where what is given decides the defaults of the rest, a
            class method `starting(words)` returns arguments to start from; where it decides what
            else there is to give, a class method `taking(words)` returns the class that has it.
        words: The command line, by default the process's own.
        program: How it is called in `--help`; by default after the file.
    """
    given = sys.argv[1:] if words is None else words
    with reported_errors():
        taking: Any = getattr(arguments, "taking", partial(with_world, arguments))
        taken: Any = taking(given)
        default = {"default": taken.starting(given)} if hasattr(taken, "starting") else {}
        parsed = tyro.cli(taken, prog=program, args=given, description=arguments.__doc__, **default)
        main(parsed)


@contextmanager
def reported_errors() -> Generator[None]:
    """Turn an `InputError` into one line on standard error and exit status 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
