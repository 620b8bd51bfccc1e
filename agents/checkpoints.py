"""Checkpoints on disk: arrays by name, of which large ones are written once and then added to."""

import hashlib
import io
import json
import warnings
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import DamagedError, InputError, shown
from autonomy.files import make_folder, whole_file, write_json
from autonomy.json_values import parsed_json
from autonomy.world_state import State

_FORMAT, _VERSION = "autonomy-checkpoint", 1
_PIECE = 4 << 20  # bytes
_KEPT = 2


class Checkpoints:
    """The checkpoints of a run in a folder: a manifest each, named by its steps, and `pieces`.

    A piece is a file that is named by the digest of what is in it. Large arrays are cut into rows
    of some megabytes, so a replay that grows leaves the pieces of its old rows as they are; the
    others of a checkpoint lie in one piece together. A manifest comes last, so one that is there is
    whole, whenever the process is killed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._pieces = folder, folder / "pieces"
        self._good: list[int] = []  # steps of those that were written or read here
        self._damaged: set[str] = set()  # pieces

    def save(self, steps: int, arrays: State) -> None:
        """Write what there is after `steps` environment steps; the checkpoint before is kept.

        Raises:
            InputError: It cannot be written; what was there stays good.
        """
        make_folder(self._pieces)
        large = {name: own for name, own in arrays.items() if own.nbytes > _PIECE}
        small = {name: own for name, own in arrays.items() if name not in large}
        manifest = {
            "format": _FORMAT,
            "version": _VERSION,
            "steps": steps,
            "small": self._write(_packed(small)),
            "large": {name: self._write_rows(own) for name, own in large.items()},
        }
        write_json(self._path(steps), {**manifest, "digest": _digest(_canonical(manifest))})
        self._good = [*(own for own in self._good if own != steps), steps][-_KEPT:]
        self._forget_others()

    def load(self) -> State | None:
        """Return the arrays of the latest checkpoint that is whole; None where there is none.

        A disk may fail: where the latest was altered, a warning says so, and the one before counts.

        Raises:
            DamagedError: There are some, and none of them is whole.
            InputError: One is of another version.
        """
        problems: list[DamagedError] = []
        for steps in reversed(self._steps()):
            try:
                state = self._loaded(steps)
            except DamagedError as error:
                problems.append(error)
                warnings.warn(f"{error}; the checkpoint before is taken", stacklevel=2)
            else:
                self._good = [steps]
                return state
        if problems:
            raise problems[0]
        return None

    def size(self) -> int:
        """Return how many bytes of disk all of them take."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def _loaded(self, steps: int) -> State:
        manifest = _read_manifest(self._path(steps))
        small = _unpacked(self._read(manifest["small"]))
        large = {name: self._read_rows(own) for name, own in manifest["large"].items()}
        return {**small, **large}

    def _write_rows(self, values: NDArray[Any]) -> dict[str, Any]:
        rows = max(_PIECE // values[0].nbytes, 1)
        pieces = [
            self._write(values[first : first + rows].tobytes())
            for first in range(0, len(values), rows)
        ]
        return {"dtype": values.dtype.str, "shape": values.shape, "pieces": pieces}

    def _read_rows(self, described: dict[str, Any]) -> NDArray[Any]:
        values = np.empty(tuple(described["shape"]), np.dtype(described["dtype"]))
        room, place = values.reshape(-1).view(np.uint8), 0
        for name in described["pieces"]:
            piece = np.frombuffer(self._read(name), np.uint8)
            room[place : place + len(piece)] = piece
            place += len(piece)
        return values

    def _write(self, data: bytes) -> str:
        """Write a piece, unless it is there; return its name."""
        name = _digest(data)
        path = self._pieces / name
        if name in self._damaged or not path.exists():
            with whole_file(path) as temporary:
                temporary.write_bytes(data)
        return name

    def _read(self, name: str) -> bytes:
        path = self._pieces / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"{path} cannot be read: {error.strerror}") from error
        if _digest(data) != name:
            self._damaged.add(name)
            raise DamagedError(f"{path} is truncated or was altered: its digest does not match")
        return data

    def _forget_others(self) -> None:
        """Remove all that belongs to no checkpoint that is kept."""
        for steps in set(self._steps()) - set(self._good):
            self._path(steps).unlink()
        manifests = [_read_manifest(self._path(steps)) for steps in self._good]
        needed = {name for manifest in manifests for name in _pieces_of(manifest)}
        for path in self._pieces.iterdir():
            if path.name not in needed:
                path.unlink()

    def _path(self, steps: int) -> Path:
        return self._folder / f"{steps}.json"

    def _steps(self) -> list[int]:
        names = (path.stem for path in self._folder.glob("*.json"))
        return sorted(int(name) for name in names if name.isdecimal())


def _pieces_of(manifest: dict[str, Any]) -> set[str]:
    rows = (name for own in manifest["large"].values() for name in own["pieces"])
    return {manifest["small"], *rows}


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = cast(dict[str, Any], parsed_json(path.read_bytes()))
        digest = manifest.pop("digest")
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise DamagedError(f"checkpoint {path} cannot be read: {error}") from error
    if digest != _digest(_canonical(manifest)):
        raise DamagedError(f"checkpoint {path} was altered: its digest does not match")
    found = (manifest.get("format"), manifest.get("version"))
    if found != (_FORMAT, _VERSION):
        raise InputError(
            f"checkpoint {path} must be {_FORMAT!r} version {_VERSION}, got {shown(found[0])} "
            f"{shown(found[1])}: go on with the version of this package that wrote it"
        )
    return manifest


def _packed(arrays: State) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **cast(Any, arrays))
    return file.getvalue()


def _unpacked(data: bytes) -> State:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _canonical(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
