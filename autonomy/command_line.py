"""How every script meets its user: a dataclass of arguments, one-line errors, status 2."""

import io
import re
import signal
import sys
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from functools import partial
from typing import Any, TypeVar

import tyro

from autonomy.errors import InputError
from autonomy.stopping import Stop, StoppedError, ended_by_signals
from autonomy.world_words import with_world

Arguments = TypeVar("Arguments")
Result = TypeVar("Result")


def run(
    main: Callable[[Arguments], None],
    arguments: type[Arguments] | Callable[[Sequence[str], str | None], Arguments],
    words: Sequence[str] | None = None,
    program: str | None = None,
) -> None:
    """Parse a command line and call `main` with what it says.

    An `InputError` is printed as one line on standard error, and the exit status is its own. So is
    each warning, once.

    Args:
        main: What is done.
        arguments: A dataclass for `parsed`; or a function that parses words, for a program's name.
        words: The command line, by default the process's own.
        program: How it is called in `--help`; by default after the file.
    """
    given = sys.argv[1:] if words is None else words
    is_class = isinstance(arguments, type)
    parse: Any = partial(parsed, arguments) if is_class else arguments

    def parse_and_do() -> None:
        with reported_warnings():
            with _boxes_as_errors():
                taken = parse(given, program)
            main(taken)

    with_errors_reported(parse_and_do)


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
def _boxes_as_errors() -> Generator[None]:
    """Turn what tyro says of words, in a box of several lines, into an `InputError`."""
    said, sentence = io.StringIO(), ""
    try:
        with redirect_stderr(said):
            yield
    except SystemExit as ended:
        sentence = _sentence(said.getvalue()) if ended.code == 2 else ""
        if not sentence:
            raise
        raise InputError(sentence) from None
    finally:
        if not sentence:
            print(said.getvalue(), end="", file=sys.stderr)


def _sentence(text: str) -> str:
    """Return what a box says first, up to a rule or an empty line, and what it guesses was meant.

    Its title is in its upper edge, or before its first rule where there are no letters for edges.
    """
    lines = [line.strip("│ ") for line in text.splitlines()]
    title = next((n for n, line in enumerate(lines) if line[:1] == "╭" or _is_rule(line)), -1)
    inside = lines[title + 1 :]
    end = next((n for n, line in enumerate(inside) if not line or _is_rule(line)), 0)
    guesses = re.findall(r"^--[\w.-]+", "\n".join(inside), re.MULTILINE)
    guessed = "Perhaps you meant:" in inside and guesses
    more = f"; perhaps {' or '.join(dict.fromkeys(guesses))} was meant" if guessed else ""
    return " ".join(inside[:end]) + more


def _is_rule(line: str) -> bool:
    return bool(line) and not line.strip("─-")


def with_errors_reported(do: Callable[[], Result]) -> Result:
    """Do something; turn an `InputError`, or that somebody stopped it, into a line and a status.

    It is no context manager: a signal may also raise between those of a `with`.
    """
    ended = Stop()
    try:
        with ended_by_signals(ended):
            return do()
    except StoppedError as stopped:
        print(stopped)
        raise SystemExit(stopped.status) from None
    except BaseException as error:  # out here, where no signal of a while ago raises another one
        if ended.status is not None or isinstance(error, KeyboardInterrupt):
            print("stopped", file=sys.stderr)
            raise SystemExit(ended.status or 128 + signal.SIGINT) from None
        if isinstance(error, InputError):
            print(f"error: {error}", file=sys.stderr)
            raise SystemExit(error.status) from None
        raise


@contextmanager
def reported_warnings() -> Generator[None]:
    """Turn each warning into one line on standard error, however often it comes."""
    told: set[str] = set()

    def show(message: Warning | str, *_place: object) -> None:
        if str(message) not in told:
            told.add(str(message))
            print_warning(str(message))

    before, warnings.showwarning = warnings.showwarning, show
    try:
        yield
    finally:
        warnings.showwarning = before


def print_warning(sentence: str) -> None:
    """Print a warning as one line on standard error."""
    print(f"warning: {' '.join(sentence.split())}", file=sys.stderr)
