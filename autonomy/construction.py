"""Making what a user brings: a class that takes what we give it, and options of its own."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from autonomy.errors import InputError


def construct(
    source: str, kind: Callable[..., Any], given: Mapping[str, Any], options: Mapping[str, Any]
) -> Any:
    """Return `kind(*given.values(), **options)`.

    Args:
        source: How the user calls it, for errors.
        kind: A class, or what makes one's objects.
        given: What we give, in order; the names are for errors.
        options: What the user gives.

    Raises:
        InputError: It does not take these, or wants more.
    """
    try:
        inspect.signature(kind).bind(*given.values(), **options)
    except (TypeError, ValueError) as error:
        own = ", ".join(list(inspect.signature(kind).parameters)[len(given) :])
        with_options = f" and has the options {own}" if own else ""
        raise InputError(
            f"{source} must take ({', '.join(given)}) to be made{with_options}: {error}"
        ) from None
    return kind(*given.values(), **options)
