"""HDF5 files that nobody need trust: all that is read of them lies in the file itself."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from autonomy.errors import InputError

_MOST_DEFLATED = 1_032
"""How often more bytes come out of deflate than went in, at most."""


@contextmanager
def opened_hdf5(path: Path) -> Generator[Any]:
    """Yield an HDF5 file to read.

    Raises:
        InputError: It is missing, truncated or damaged, or links lead out of it; in the block, too.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except InputError as error:
        raise InputError(f"{path} cannot be used: {error}") from None
    except (OSError, LookupError, RuntimeError, TypeError, ValueError, MemoryError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is truncated or damaged: {reason}") from None


def is_in(group: Any, name: str) -> bool:
    """Tell whether a group has something of a name, wherever it lies."""
    return group.get(name, getlink=True) is not None


def group_in(group: Any, name: str) -> Any:
    """Return a group of a group.

    Raises:
        InputError: There is none.
    """
    found = _linked(group, name)
    if not isinstance(found, h5py.Group):
        raise InputError(f"{_path(group, name)} must be a group")
    return found


def array_in(group: Any, name: str) -> Any:
    """Return an array of a group, with one row or more dimensions, of which nothing is read yet.

    Raises:
        InputError: There is none, or its numbers are not all in the file.
    """
    found = _linked(group, name)
    if not isinstance(found, h5py.Dataset) or not found.shape:
        raise InputError(f"{_path(group, name)} must be an array")
    if found.is_virtual or found.external:
        raise InputError(f"{_path(group, name)} must be in the file, it is in others")
    if found.nbytes > _most_bytes(found):
        raise InputError(f"{_path(group, name)} must hold {found.nbytes:,} bytes, it holds fewer")
    return found


def _linked(group: Any, name: str) -> Any:
    """Return what lies under a name; other links than hard ones lead to other places and files."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise InputError(f"{_path(group, name)} is missing")
    return group[name]


def _most_bytes(found: Any) -> int:
    """Return how many bytes can be read of what is stored."""
    is_packed = found.id.get_create_plist().get_nfilters() > 0
    return found.id.get_storage_size() * (_MOST_DEFLATED if is_packed else 1)


def _path(group: Any, name: str) -> str:
    return f"{group.name}/{name}".replace("//", "/")
