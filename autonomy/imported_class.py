"""Classes by name: `package.module:Class`, or `file.py:Class`."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from autonomy.errors import InputError


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


def imported_value(source: str) -> Any:
    """Return what `file.py:NAME` or `package.module:NAME` names; the file is the user's own code.

    Raises:
        InputError: If there is no such file or module, or no such name in it.
    """
    place, _, name = source.rpartition(":")
    module = _file(Path(place)) if place.endswith(".py") else _module(place)
    if not hasattr(module, name):
        raise InputError(f"there is no {name!r} where {source!r} says")
    return getattr(module, name)


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
