"""Classes by name: `package.module:Class`, or `file.py:Class`."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from autonomy.errors import InputError

OWN_PACKAGE = "autonomy"

Trusted = Sequence[str | type]
"""What a caller lets a saved folder name besides this project's classes: modules of their own
(`package.module`, `file.py`), or classes themselves."""


def class_named(source: str) -> type:
    """Return the class that a user names, `package.module:Class` or `file.py:Class`.

    Raises:
        InputError: If there is no such module, file or class.
    """
    is_file = source.rpartition(":")[0].endswith(".py")
    return class_in_file(source) if is_file else imported_class(source)


def saved_name(kind: type) -> str:
    """Return how a folder names a class; of a file without the folder that it lies in."""
    module = kind.__module__
    return f"{Path(module).name if module.endswith('.py') else module}:{kind.__qualname__}"


def allowed_class(name: str, trusted: Trusted = ()) -> type:
    """Return the class that a saved folder names, which must not make just any code run.

    Args:
        name: What `saved_name` gave.
        trusted: Whose classes it may be besides those of this project.

    Raises:
        InputError: It is none of those, or there is no such class.
    """
    module, _, own = name.rpartition(":")
    for given in trusted:
        if isinstance(given, type):
            if saved_name(given) == name:
                return given
        elif module in (given, Path(given).name if given.endswith(".py") else given):
            return class_named(f"{given}:{own}")
    parts = module.split(".")
    is_module = all(part.isidentifier() for part in parts) and not module.endswith(".py")
    if not is_module or parts[0] != OWN_PACKAGE:
        raise InputError(
            f"{name!r} may not be imported: a folder may name classes of {OWN_PACKAGE} and of "
            "modules that you name, nothing else"
        )
    return imported_class(name)


def imported_class(source: str) -> type:
    """Return the class `package.module:Class`. It never reads a file that is no module.

    Raises:
        InputError: If there is no such module or class.
    """
    module, _, name = source.rpartition(":")
    return _class_of(_module(module), name, source)


def class_in_file(source: str) -> type:
    """Return the class `file.py:Class`; the file is the user's own code, and runs.

    Raises:
        InputError: If there is no such file or class.
    """
    path, _, name = source.rpartition(":")
    return _class_of(_file(Path(path)), name, source)


def _class_of(module: ModuleType, name: str, source: str) -> type:
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise InputError(f"there is no class {name!r} where {source!r} says")
    return found


def _module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"a module is named as in package.module, got {name!r}")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # an import inside the user's module failed
        raise InputError(
            f"no module {error.name!r}: it is neither installed nor on PYTHONPATH"
        ) from None


def _file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    name = str(path.resolve())  # no module of another place can have this name
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "the name ends in .py"
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
