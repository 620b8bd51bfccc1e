"""Bullet's own files of its state as arrays with one row a world."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

_BEGINNING = b"BULLET"  # of all of Bullet's files


class SavedFiles(NamedTuple):
    """N files; Bullet reads what it is given without looking, so damage is to be found before.

    That a file was forged is not.
    """

    physics: NDArray[np.uint8]  # (N, B) filled up with zeros
    physics_bytes: NDArray[np.int64]  # (N,) how long each file is
    physics_digest: NDArray[np.uint32]  # (N,) CRC-32 of each

    @classmethod
    def joined(cls, files: Sequence[bytes]) -> Self:
        """Return what `split` makes these files of."""
        lengths = np.array([len(file) for file in files], np.int64)
        joined: NDArray[np.uint8] = np.zeros((len(files), lengths.max()), np.uint8)
        for row, file in zip(joined, files, strict=True):
            row[: len(file)] = np.frombuffer(file, np.uint8)
        return cls(joined, lengths, np.array([zlib.crc32(file) for file in files], np.uint32))

    def split(self) -> list[bytes]:
        """Return the files."""
        lengths = self.physics_bytes.tolist()
        return [row[:length].tobytes() for row, length in zip(self.physics, lengths, strict=True)]

    def check(self, num_envs: int) -> None:
        """Look at arrays that are said to be N files.

        Raises:
            InputError: They are not, or a file is damaged.
        """
        kinds = ((2, "uint8"), (1, "int64"), (1, "uint32"))
        for name, own, (axes, dtype) in zip(self._fields, self, kinds, strict=True):
            fits = type(own) is np.ndarray and own.dtype == dtype and own.ndim == axes
            if not fits or len(own) != num_envs:
                raise InputError(f"the state's {name} must be {num_envs} rows of {dtype}")
        lengths, longest = self.physics_bytes, self.physics.shape[1]
        if (lengths < len(_BEGINNING)).any() or (lengths > longest).any():
            raise InputError(f"the state's physics_bytes must be lengths of files, got {lengths}")
        for row, (file, digest) in enumerate(zip(self.split(), self.physics_digest, strict=True)):
            if zlib.crc32(file) != digest or not file.startswith(_BEGINNING):
                raise InputError(
                    f"the state's physics must be as it was saved, got a damaged file in row {row}"
                )
