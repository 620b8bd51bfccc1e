"""How every script meets its user: a dataclass of arguments, one-line errors, status 2."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

import tyro

from autonomy.errors import InputError

Arguments = TypeVar("Arguments")


def run(main: Callable[[Arguments], None], arguments: type[Arguments]) -> None:
    """Parse the command line into `arguments` and call `main` with it.

    An `InputError` is printed as one line on standard error, and the exit status is 2.
    """
    parsed = tyro.cli(arguments)
    with reported_errors():
        main(parsed)


@contextmanager
def reported_errors() -> Generator[None]:
    """Turn an `InputError` into one line on standard error and exit status 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
