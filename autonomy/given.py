"""What a user gives: an object, a name of ours, or `module:Name` or `file.py:Name`."""

from collections.abc import Mapping
from typing import Any, TypeVar

from autonomy.errors import InputError
from autonomy.imported_class import named_class, object_of

Kind = TypeVar("Kind")


def given(value: Any, kind: type[Kind], what: str, names: Mapping[str, str]) -> Kind:
    """Return the object that a user gives.

    Args:
        value: An object, a name of `names`, or `package.module:Name` or `file.py:Name`.
        kind: What it must be one of.
        what: It is, for messages: `task`.
        names: Of ours, and where each of them is: `package.module:Name`.

    Raises:
        InputError: It is something else, or there is nothing of that name.
    """
    if isinstance(value, kind):
        return value
    if isinstance(value, str) and (source := names.get(value, value)).count(":"):
        return object_of(kind, source)
    raise InputError(
        f"{what} must be one of {', '.join(names)}, a {kind.__name__}, or package.module:Name or "
        f"file.py:Name of one, got {value!r}"
    )


def given_class(source: str, what: str, names: Mapping[str, str]) -> type:
    """Return the class of a name of `names`, or `package.module:Class` or `file.py:Class`.

    Raises:
        InputError: There is nothing of such a name, or no such module, file or class.
    """
    where = names.get(source, source)
    if ":" not in where:
        raise InputError(
            f"{what} must be {', '.join(names)}, package.module:Class or file.py:Class, "
            f"got {source!r}"
        )
    return named_class(where)
