"""Machine code from Python functions, kept on disk between runs.

Arithmetic is IEEE's, operation by operation, at a cost of some 3 %: where the compiler may fuse a
multiplication and an addition, it does so in one caller and not in the next, and a process that
compiles draws other frames than one that finds the code of an earlier one.

Two habits of the code that is compiled here have their reasons in Numba. Loops over pixels and
vertices count in `np.uint64`: a signed index may be negative, and the test for that keeps a loop
from being vectorised. A counter that a kernel is given begins as `np.int64(0)`: for the literal 0
the kernel would be compiled once more.
"""

import hashlib
import os
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numba.core import config

from autonomy.compiling import Compiling

Function = TypeVar("Function", bound=Callable[..., Any])
Index = int | np.int64 | np.uint64
"""What kernels count with."""

_compiling = Compiling()

_SAID = "AUTONOMY_SAID_THAT_NOTHING_IS_KEPT"

# Numba makes its settings from the environment, out of a type checker's sight.
_settings: Any = config


def compiled(function: Function) -> Function:
    """Compile `function` with Numba, without the GIL and with an on-disk cache."""
    return _compiled(function, parallel=False)


def compiled_parallel(function: Function) -> Function:
    """Compile `function` likewise; its `prange` loops run on all of Numba's threads."""
    return _compiled(function, parallel=True)


def _compiled(function: Function, parallel: bool) -> Function:
    is_in_worlds = function.__module__.startswith("autonomy.envs.")
    folder = _cache_folder(_fingerprint(is_in_worlds))
    compile_later = njit(
        cache=folder is not None,
        nogil=True,
        parallel=parallel,
        error_model="numpy",
    )
    _compiling.kernels.add(function)
    _compiling.is_kept = folder is not None
    before = _settings.CACHE_DIR
    _settings.CACHE_DIR = str(folder or before)
    try:
        return cast(Function, compile_later(function))
    finally:
        _settings.CACHE_DIR = before


@cache
def _cache_folder(name: str) -> Path | None:
    """Return a folder of that name in which machine code can be kept.

    It is in `NUMBA_CACHE_DIR`, where that is set, else beside the sources or in the user's cache;
    None, with a warning, where nothing can be written there.
    """
    chosen = _settings.CACHE_DIR
    places = [Path(chosen)] if chosen else [Path(__file__).parent / "__pycache__", *_users_cache()]
    for place in places:
        if _is_writable(place / name):
            return place / name
    if _SAID not in os.environ:
        os.environ[_SAID] = "1"  # so that the processes of this one do not say it again
        tried = " or ".join(map(str, places))
        warnings.warn(
            "compiled code cannot be kept, so every run compiles anew, for up to a minute: no file "
            f"can be written in {tried}; set NUMBA_CACHE_DIR to a folder of your own",
            stacklevel=1,
        )
    return None


def _users_cache() -> list[Path]:
    """Return the user's own folder for what can be made again, if the user has a home."""
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return []
    return [Path(home) / "autonomy"]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _fingerprint(is_in_worlds: bool) -> str:
    """Name the sources of all kernels that a kernel outside or inside of the worlds can call.

    Numba's cache notices a changed function, but not a changed function that it calls in another
    file. With the name in the cache's path, every change of a kernel compiles anew.
    """
    digest = hashlib.sha256()
    own = Path(__file__).parent
    for folder in (own, own / "envs") if is_in_worlds else (own,):
        for source in sorted(folder.rglob("*.py")):
            text = source.read_bytes()
            if b"compiled" in text:
                digest.update(text)
    return "kernels-" + digest.hexdigest()[:16]
