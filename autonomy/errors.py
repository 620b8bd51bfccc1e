"""The one exception that means: what the user gave cannot work."""


class InputError(ValueError):
    """What was given cannot be used; the message says what was wrong, given, and right.

    Scripts print the message as one line and exit with status 2.
    """


class UnknownOptionError(InputError, TypeError):
    """There is no option of that name: a `TypeError` too, as of any function in Python."""
