"""Weights and what they are for, on disk: JSON and safetensors, with nothing to execute."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import safetensors
import safetensors.torch
from torch import Tensor

from autonomy.errors import InputError, shown
from autonomy.files import whole_file, whole_folder, write_json
from autonomy.json_values import parsed_json

Manifest = dict[str, Any]


@dataclass(frozen=True)
class FolderKind:
    """What one kind of folder holds: `<name>.json` and `<name>.safetensors`.

    Attributes:
        name: What it is, such as `policy`.
        version: Of its manifest.
        required: What the manifest must say, and the type of each.
    """

    name: str
    version: int
    required: Mapping[str, type]

    @property
    def format(self) -> str:
        """What its manifest says that it is."""
        return f"autonomy-{self.name}"

    def save(self, folder: Path, manifest: Manifest, tensors: Mapping[str, Tensor]) -> None:
        """Write a folder: whole, or not at all.

        Args:
            folder: Where to; it must not exist.
            manifest: What `required` names and what else belongs to the weights, in JSON values;
                the format, its version and the digest are added.
            tensors: The weights.

        Raises:
            InputError: The folder exists, or cannot be made; or a weight is not finite.
        """
        for name, tensor in tensors.items():
            if not _is_finite(tensor):
                raise InputError(
                    f"a {self.name} must have finite weights to be saved, and those of {name} are "
                    "not"
                )
        contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        weights = safetensors.torch.save(contiguous)
        described = {"format": self.format, "version": self.version, **manifest}
        with whole_folder(folder, self.name) as temporary:
            with whole_file(temporary / f"{self.name}.safetensors") as file:
                file.write_bytes(weights)
            digest = _digest(described, weights)
            write_json(temporary / f"{self.name}.json", {**described, "sha256": digest})

    def load(self, folder: Path) -> tuple[Manifest, dict[str, Tensor]]:
        """Return the manifest and the weights of a folder.

        Raises:
            InputError: A file is missing, truncated, altered or of a foreign format or version, or
                a weight is not finite.
        """
        manifest, weights = self._verified(folder)
        path = folder / f"{self.name}.safetensors"
        try:
            tensors = safetensors.torch.load(weights)
        except safetensors.SafetensorError as error:
            raise InputError(f"{path} cannot be read: {error}") from error
        for name, tensor in tensors.items():
            if not _is_finite(tensor):
                raise InputError(f"{path} must hold finite weights, and those of {name} are not")
        return manifest, tensors

    def manifest(self, folder: Path) -> Manifest:
        """Return what a folder's JSON says, once it is sure that the folder is whole.

        Raises:
            InputError: As `load`.
        """
        return self._verified(folder)[0]

    def _verified(self, folder: Path) -> tuple[Manifest, bytes]:
        """Return the manifest and the weights, which the manifest's digest covers both."""
        path = folder / f"{self.name}.json"
        text = self._read(path)
        try:
            value: Any = parsed_json(text)
        except ValueError as error:
            raise InputError(f"{path} is truncated or no JSON: {error}") from error
        if not isinstance(value, dict):
            raise InputError(
                f"{path} must hold a {self.name}'s description, got another kind of JSON"
            )
        manifest = cast(Manifest, value)
        found = (manifest.get("format"), manifest.get("version"))
        if found != (self.format, self.version):
            raise InputError(
                f"{path} must be {self.format!r} version {self.version}, "
                f"got {shown(found[0])} {shown(found[1])}"
            )
        weights = self._read(folder / f"{self.name}.safetensors")
        if manifest.pop("sha256", None) != _digest(manifest, weights):
            raise InputError(
                f"{self.name} {folder} is truncated or was altered: its digest does not match"
            )
        missing = sorted(self.required.keys() - manifest.keys())
        if missing:
            raise InputError(f"{path} must also say {', '.join(missing)}")
        for key, kind in self.required.items():
            if not isinstance(manifest[key], kind):
                wrong = type(manifest[key]).__name__
                raise InputError(f"{path} must say {key} as a {kind.__name__}, got a {wrong}")
        return manifest, weights

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.name} file {path} cannot be read: {error.strerror}") from error


def _is_finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(tensor.float().isfinite().all())


def _digest(manifest: Manifest, weights: bytes) -> str:
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode() + b"\n" + weights).hexdigest()
