"""What a user gives: an object, a name of ours, or `module:Name` or `file.py:Name`."""

from collections.abc import Mapping
from typing import Any

from autonomy.errors import InputError
from autonomy.imported_class import imported_class, named_class


def given(value: Any, what: str, names: Mapping[str, str]) -> Any:
    """Return the object that a user gives; a class is made one, without arguments.

    Args:
        value: An object, a class, a name of `names`, or `package.module:Class` or `file.py:Class`.
        what: It is, for messages: `task`.
        names: Of ours, and where each of them is: `package.module:Class`.

    Raises:
        InputError: There is nothing of such a name, or no such module, file or class.
    """
    if isinstance(value, str):
        value = given_class(value, what, names)
    return value() if isinstance(value, type) else value


def given_class(source: str, what: str, names: Mapping[str, str]) -> type:
    """Return the class that a user names, as `given` says.

    Raises:
        InputError: There is nothing of such a name, or no such module, file or class.
    """
    if source in names:
        return imported_class(names[source])
    if ":" not in source:
        raise InputError(
            f"{what} must be {', '.join(names)}, package.module:Class or file.py:Class, "
            f"got {source!r}"
        )
    return named_class(source)
