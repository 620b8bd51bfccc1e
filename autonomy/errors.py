"""What the user gave cannot work: the exceptions that mean it, and how they show what was given."""

import reprlib
from typing import ClassVar

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 120
_SHORT.maxlevel = 4
_LONGEST = 240  # characters


def shown(value: object) -> str:
    """Return a value as messages show it: what a file gave may be of any length."""
    text = " ".join(_SHORT.repr(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


class InputError(ValueError):
    """What was given cannot be used; the message says what was wrong, given, and right.

    Scripts print the message as one line and exit with its status.

    Attributes:
        status: 2.
    """

    status: ClassVar[int] = 2


class DamagedError(InputError):
    """What was given is damaged: some of it could be read, too little of it.

    Attributes:
        status: 1.
    """

    status = 1


class DivergedError(InputError):
    """A training came to what is no finite number; the message says what was so first.

    Attributes:
        status: 1.
    """

    status = 1


class UnknownOptionError(InputError, TypeError):
    """There is no option of that name: a `TypeError` too, as of any function in Python."""
