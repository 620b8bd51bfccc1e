"""The one exception that means: what the user gave cannot work."""


class InputError(ValueError):
    """What was given cannot be used; the message says what was wrong, given, and right.

    Scripts print the message as one line and exit with status 2.
    """
