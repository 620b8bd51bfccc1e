"""What a data set on disk says of itself: `manifest.json`."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from autonomy.errors import InputError
from autonomy.json_values import parsed_json

MANIFEST = "manifest.json"
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


def read_manifest(path: Path) -> Manifest:
    """Return what a file says.

    Raises:
        InputError: It cannot be read, or is no manifest of this format and version.
    """
    try:
        value: Any = parsed_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"manifest {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is truncated or no JSON: {error}") from error
    stated = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    found = (stated.get("format"), stated.get("version"))
    if found != (FORMAT, VERSION):
        raise InputError(
            f"{path} must be {FORMAT!r} version {VERSION}, got {found[0]!r} {found[1]!r}"
        )
    try:
        manifest = _manifest(stated)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} must say what a data set holds, but lacks {error}") from error
    if manifest.frames < 1:
        raise InputError(f"{path} must tell of frames, got {manifest.frames}")
    return manifest


def _manifest(stated: dict[str, Any]) -> Manifest:
    arrays: dict[str, StoredArray] = {}
    for entry, value in stated["arrays"].items():
        if not _ENTRY.fullmatch(entry):
            raise ValueError(f"an entry's name instead of {entry!r}")
        shape = tuple(int(length) for length in value["shape"])
        arrays[entry] = StoredArray(shape, str(value["dtype"]), str(value["sha256"]))
    return Manifest(
        int(stated["frames"]),
        int(stated["batch"]),
        {label: tuple(map(str, names)) for label, names in stated["labels"].items()},
        dict(stated["source"]),
        dict(stated["tables"]),
        dict(stated["versions"]),
        arrays,
    )
