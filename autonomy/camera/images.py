"""The kinds of image that a camera gives, and how large images may be."""

import math

from autonomy.errors import InputError

IMAGES = ("camera", "depth", "semantic", "instance")
"""By the names under which they are observed."""

MOST_PIXELS = 100_000_000
"""Of an image that is drawn, or read where nobody asks for more: some 0.6 GB while it is made."""


REMEDY = ": make it smaller, or allow more with --max-megapixels where a command reads it"
"""What helps where a file has more."""


def in_pixels(megapixels: float) -> int:
    """Return how many pixels some millions are.

    Raises:
        InputError: It is no positive number of them.
    """
    if not 0.0 < megapixels < math.inf:
        raise InputError(f"a number of million pixels must be positive, got {megapixels}")
    return round(megapixels * 1e6)


def check_pixels(
    what: str, height: int, width: int, most: int = MOST_PIXELS, remedy: str = ""
) -> None:
    """Check that an image is not so large that making it could take all memory.

    Raises:
        InputError: It is; says how large `what` is, and what helps.
    """
    if height * width > most:
        raise InputError(
            f"{what} must have at most {most / 1e6:g} million px, got {height} x {width}{remedy}"
        )
