"""Bullet's own files of its state as arrays with one row a world."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.world_state import State

SAVED_FILES = ("physics", "physics_bytes", "physics_digest")
"""The entries of a state that hold the files."""


def joined_files(files: Sequence[bytes]) -> State:
    """Return files `(N, B)` uint8, filled up with zeros, and their lengths and CRC-32 `(N,)`."""
    lengths = np.array([len(file) for file in files], np.int64)
    joined: NDArray[np.uint8] = np.zeros((len(files), lengths.max()), np.uint8)
    for row, file in zip(joined, files, strict=True):
        row[: len(file)] = np.frombuffer(file, np.uint8)
    digests = np.array([zlib.crc32(file) for file in files], np.uint32)
    return dict(zip(SAVED_FILES, (joined, lengths, digests), strict=True))


def split_files(state: State) -> list[bytes]:
    """Return what `joined_files` was given."""
    lengths = state["physics_bytes"].tolist()
    return [row[:length].tobytes() for row, length in zip(state["physics"], lengths, strict=True)]


def check_files(state: State, num_envs: int) -> None:
    """Look at what `joined_files` returned: Bullet reads files without looking at them.

    Raises:
        InputError: It is not of N files, or they are damaged.
    """
    for name, dtype in zip(SAVED_FILES, (np.uint8, np.int64, np.uint32), strict=True):
        own: Any = state[name]
        if not isinstance(own, np.ndarray) or own.dtype != dtype or own.shape[:1] != (num_envs,):
            raise InputError(f"the state's {name} must be {num_envs} rows of {np.dtype(dtype)}")
    files, lengths = state["physics"], state["physics_bytes"]
    whole = files.ndim == 2 and lengths.ndim == 1 and (lengths <= files.shape[-1]).all()
    if not whole or [zlib.crc32(file) for file in split_files(state)] != [*state["physics_digest"]]:
        raise InputError("the state's physics must be as it was saved, got damaged files")
