"""Classes by name: `package.module:Class`, or `file.py:Class`."""

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from autonomy.errors import InputError, shown

OWN_PACKAGE = "autonomy"

Kind = TypeVar("Kind")

_NAME = re.compile(r"(.+\.py|[A-Za-z_][\w.]*):[A-Za-z_]\w*")


def named_class(source: str) -> type:
    """Return the class `package.module:Class` or `file.py:Class` that the caller names.

    What is named is imported, so a file's code runs.

    Raises:
        InputError: If there is no such module, file or class.
    """
    return class_in_file(source) if _is_file(source) else imported_class(source)


def imported_class(source: str) -> type:
    """Return the class `package.module:Class`. It never reads a file that is no module.

    Raises:
        InputError: If there is no such module or class.
    """
    module, _, name = source.rpartition(":")
    return _class_of(_module(module), name, source)


def class_in_file(source: str) -> type:
    """Return the class `file.py:Class`; the file is the user's own code, and runs once.

    Raises:
        InputError: If there is no such file or class.
    """
    path, _, name = source.rpartition(":")
    return _class_of(_file(Path(path)), name, source)


def named_object(source: str) -> object:
    """Return what `package.module:name` or `file.py:name` names; of a class, one made of nothing.

    Raises:
        InputError: If there is no such module, file or name, or the class cannot be made so.
    """
    place, _, name = source.rpartition(":")
    module = _file(Path(place)) if place.endswith(".py") else _module(place)
    found = getattr(module, name, None)
    if found is None:
        raise InputError(f"there is no {shown(name)} where {shown(source)} says")
    if not isinstance(found, type):
        return found
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise InputError(f"{source} must define {missing} to be made")
    try:
        inspect.signature(found).bind()
    except TypeError as error:
        raise InputError(f"{source} must be made without arguments: {error}") from None
    return found()


def object_of(kind: type[Kind], source: str) -> Kind:
    """Return what `named_object` does, which must be of a class.

    Raises:
        InputError: There is nothing of that name, or it is something else.
    """
    found = named_object(source)
    if not isinstance(found, kind):
        raise InputError(f"{source} must be a {kind.__name__}, got {type(found).__name__}")
    return found


def is_name_of_object(value: object) -> bool:
    """Whether a value is `package.module:name` or `file.py:name`, and no file."""
    return (
        isinstance(value, str) and _NAME.fullmatch(value) is not None and not Path(value).exists()
    )


def named_module(source: str) -> ModuleType:
    """Return the module `package.module`, or that of `file.py`, which runs once.

    Raises:
        InputError: If there is no such module or file.
    """
    return _file(Path(source)) if source.endswith(".py") else _module(source)


def allowed_class(source: str, modules: Sequence[str] = ()) -> type:
    """Return a class that something on disk names; see `allowed_name`.

    Raises:
        InputError: Another module or file, or no such class.
    """
    return named_class(allowed_name(source, modules))


def allowed_name(source: str, modules: Sequence[str] = ()) -> str:
    """Return the name of what something on disk names, which may name no others than these.

    Args:
        source: `package.module:Class` of this project's packages or of a module in `modules`; or
            `file.py:Class`, whose folder does not count, of a file of that name in `modules`.
        modules: What the caller named: modules, and files ending in `.py`.

    Raises:
        InputError: Another module or file.
    """
    module, _, name = source.rpartition(":")
    if module in modules:
        return source
    files = sorted({str(Path(own).resolve()) for own in modules if _is_namesake(module, own)})
    if len(files) > 1:
        raise InputError(f"{source!r} may be in any of {', '.join(files)}; name one of them")
    if files:
        return f"{files[0]}:{name}"
    is_own = all(part.isidentifier() for part in module.split(".")) and not _is_file(source)
    if not (is_own and module.split(".")[0] == OWN_PACKAGE):
        raise InputError(
            f"{shown(source)} may not be imported: a folder may name classes of {OWN_PACKAGE}, and "
            f"of modules and files that you name (--modules {module:.120}), nothing else"
        )
    return source


def class_name(kind: type) -> str:
    """Return the name by which `named_class` finds a class.

    Raises:
        InputError: It would find another one, or none.
    """
    module = sys.modules[kind.__module__]
    file = getattr(module, "__file__", None)
    is_script = kind.__module__ == "__main__" and file is not None
    source = f"{file if is_script else kind.__module__}:{kind.__qualname__}"
    if getattr(module, kind.__qualname__, None) is not kind:
        raise InputError(f"a class that is named must stand alone in its module, got {source}")
    return source


def _class_of(module: ModuleType, name: str, source: str) -> type:
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise InputError(f"there is no class {shown(name)} where {shown(source)} says")
    return found


def _module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"a module is named as in package.module, got {shown(name)}")
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
    known = sys.modules.get(name) or _running_script(name)
    return known or _run(name, path)


def _run(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "the name ends in .py"
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]  # as Python does with a module that fails
        raise
    return module


def _running_script(path: str) -> ModuleType | None:
    """Return the script that runs, if it is this file: it would run once more otherwise."""
    script = sys.modules["__main__"]
    file = getattr(script, "__file__", None)
    return script if file is not None and str(Path(file).resolve()) == path else None


def _is_file(source: str) -> bool:
    return source.rpartition(":")[0].endswith(".py")


def _is_namesake(one: str, other: str) -> bool:
    are_files = one.endswith(".py") and other.endswith(".py")
    return are_files and Path(one).name == Path(other).name
