"""Machine code from Python functions, kept on disk between runs.

Two habits of the code that is compiled here have their reasons in Numba. Loops over pixels and
vertices count in `np.uint64`: a signed index may be negative, and the test for that keeps a loop
from being vectorised. A counter that a kernel is given begins as `np.int64(0)`: for the literal 0
the kernel would be compiled once more.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numba.core import config

Function = TypeVar("Function", bound=Callable[..., Any])
Index = int | np.int64 | np.uint64
"""What kernels count with."""

# Contraction (fused multiply-add) and reciprocals change the last bit, never with the batch or
# the number of threads. Reordering and "no NaN" stay off: both would.
_FASTMATH = {"contract", "arcp", "nsz"}

# Numba makes its settings from the environment, out of a type checker's sight.
_settings: Any = config


def compiled(function: Function) -> Function:
    """Compile `function` with Numba, without the GIL and with an on-disk cache."""
    return _compiled(function, parallel=False)


def compiled_parallel(function: Function) -> Function:
    """Compile `function` likewise; its `prange` loops run on all of Numba's threads."""
    return _compiled(function, parallel=True)


def _compiled(function: Function, parallel: bool) -> Function:
    root = Path(__file__).parent.parent
    package = root / function.__module__.partition(".")[0]
    compile_later = njit(
        cache=True, nogil=True, parallel=parallel, fastmath=_FASTMATH, error_model="numpy"
    )
    before = _settings.CACHE_DIR
    _settings.CACHE_DIR = before or str(root / "autonomy/__pycache__" / _fingerprint(package))
    try:
        return cast(Function, compile_later(function))
    finally:
        _settings.CACHE_DIR = before


@cache
def _fingerprint(package: Path) -> str:
    """Name the sources of all kernels that code in `package` can call.

    Numba's cache notices a changed function, but not a changed function that it calls in another
    file. With the name in the cache's path, every change of a kernel compiles anew.
    """
    digest = hashlib.sha256()
    for folder in sorted({Path(__file__).parent, package}):
        for source in sorted(folder.rglob("*.py")):
            text = source.read_bytes()
            if b"compiled" in text:
                digest.update(text)
    return "kernels-" + digest.hexdigest()[:16]
