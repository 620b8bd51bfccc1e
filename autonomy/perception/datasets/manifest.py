"""What a data set on disk says of itself: `manifest.json`."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from autonomy.errors import InputError, shown
from autonomy.json_values import parsed_json

MANIFEST = "manifest.json"
UNFINISHED = "unfinished.json"
"""The file that says how far a data set is, for as long as it is not whole."""
FORMAT, VERSION = "autonomy-dataset", 2

_ENTRY = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class StoredArray:
    """One entry of the samples, in a file of its own: `<entry>.npy`."""

    shape: tuple[int, ...]  # (frames, ...)
    dtype: str
    sha256: str  # of the file's bytes


@dataclass(frozen=True)
class Manifest:
    """What decides a data set's bytes, and how they are found and checked.

    Attributes:
        frames: How many.
        batch: How many were drawn together, which decides them too.
        labels: Which were asked for, each with the names of what it tells.
        source: What the source of the samples says of itself: world, split, seed, options.
        tables: The source's other facts about entries.
        versions: Of the packages that made it.
        arrays: The files by the entries that they hold.
    """

    frames: int
    batch: int
    labels: Mapping[str, tuple[str, ...]]
    source: dict[str, Any]
    tables: dict[str, Any]
    versions: dict[str, str]
    arrays: dict[str, StoredArray]

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON values."""
        return {"format": FORMAT, "version": VERSION, **asdict(self)}


def refuse_unfinished(folder: Path) -> None:
    """Raise `InputError` if a folder holds a data set that is not whole yet."""
    if (folder / UNFINISHED).exists():
        raise InputError(f"data set {folder} is not whole yet; {to_go_on(folder)}")


def to_go_on(folder: Path) -> str:
    """Return what a person is told who has a data set that is not whole."""
    return f"to go on: autonomy make-dataset --resume {folder}"


def read_manifest(path: Path) -> Manifest:
    """Return what a file says.

    Raises:
        InputError: It cannot be read, or is no manifest of this format and version, or the data set
            beside it is not whole yet.
    """
    refuse_unfinished(path.parent)
    manifest = manifest_of(read_stated(path, FORMAT, VERSION), path)
    if manifest.frames < 1:
        raise InputError(f"{path} must tell of frames, got {manifest.frames}")
    return manifest


def read_stated(path: Path, kind: str, version: int) -> dict[str, Any]:
    """Return the JSON object of a file of some format.

    Raises:
        InputError: It cannot be read, or is of another format or version.
    """
    try:
        value: Any = parsed_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"manifest {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is truncated or no JSON: {error}") from error
    stated = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    found = (stated.get("format"), stated.get("version"))
    if found != (kind, version):
        raise InputError(
            f"{path} must be {kind!r} version {version}, got {shown(found[0])} {shown(found[1])}"
        )
    return stated


def manifest_of(stated: dict[str, Any], path: Path) -> Manifest:
    """Return the manifest that a file states.

    Raises:
        InputError: It lacks something.
    """
    try:
        return Manifest(
            int(stated["frames"]),
            int(stated["batch"]),
            {label: tuple(map(str, names)) for label, names in stated["labels"].items()},
            dict(stated["source"]),
            dict(stated["tables"]),
            dict(stated["versions"]),
            arrays_of(stated["arrays"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} must say what a data set holds, but lacks {error}") from error


def arrays_of(stated: dict[str, Any]) -> dict[str, StoredArray]:
    """Return what a file states of arrays.

    Raises:
        KeyError: Something is lacking.
        ValueError: A name or a number is none.
    """
    arrays: dict[str, StoredArray] = {}
    for entry, value in stated.items():
        if not _ENTRY.fullmatch(entry):
            raise ValueError(f"an entry's name instead of {entry!r}")
        shape = tuple(int(length) for length in value["shape"])
        arrays[entry] = StoredArray(shape, str(value["dtype"]), str(value["sha256"]))
    return arrays
