"""Labelled frames on disk, read as if they were drawn anew."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.perception.datasets.manifest import MANIFEST, Manifest, StoredArray, read_manifest
from autonomy.perception.samples import Samples, drawn

_ENTRIES = {"boxes": ("boxes", "box_classes")}  # of labels that are not called as they are


class Dataset:
    """A data set's folder as a `SampleSource`: it draws the same as the source that it is of.

    Attributes:
        manifest: What it says of itself.
    """

    def __init__(self, folder: Path) -> None:
        """Open a folder and check every byte of it.

        Raises:
            InputError: It is missing, not whole yet, truncated, altered or of another version.
        """
        if not folder.is_dir():
            raise InputError(f"there is no data set {folder}")
        self._folder = folder
        self.manifest: Manifest = read_manifest(folder / MANIFEST)
        self._arrays = {
            name: _checked(folder / f"{name}.npy", stored)
            for name, stored in self.manifest.arrays.items()
        }
        self.labels: Mapping[str, tuple[str, ...]] = self.manifest.labels

    def __len__(self) -> int:
        """Return how many frames there are."""
        return self.manifest.frames

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the frames [px]."""
        height, width = self._arrays["camera"].shape[1:3]
        return height, width

    def description(self) -> dict[str, Any]:
        """Return what decides the samples: what the source said."""
        return self.manifest.source

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return `count` samples of batch number `batch`, of which each has the manifest's size.

        Raises:
            InputError: The data set lacks a label, or so many frames.
        """
        lacking = sorted(set(labels) - set(self.manifest.labels))
        if lacking:
            known = ", ".join(self.manifest.labels)
            raise InputError(f"{self._folder} must label {', '.join(lacking)}, got only {known}")
        size = self.manifest.batch
        if count > size:
            raise InputError(f"{self._folder} has batches of {size} frames, asked for {count}")
        first = batch * size
        if first + count > len(self):
            raise InputError(
                f"{self._folder} has only {len(self)} frames, asked for number {first + count}"
            )
        wanted = {entry for label in labels for entry in _ENTRIES.get(label, (label,))}
        return {
            name: values[first : first + count]
            for name, values in self._arrays.items()
            if name in wanted or name.startswith(("camera", "group_"))
        }

    def batches(self, labels: tuple[str, ...]) -> Iterator[Samples]:
        """Return all samples with some labels, in batches.

        Raises:
            InputError: The data set lacks a label.
        """
        return drawn(self, len(self), labels, self.manifest.batch)


def _checked(path: Path, stored: StoredArray) -> NDArray[Any]:
    """Return the array of a file, left on the disk until its rows are read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"data set file {path} cannot be read: {error.strerror}") from error
    if digest != stored.sha256:
        raise InputError(f"{path} is truncated or was altered: its digest does not match")
    try:
        values: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise InputError(f"{path} is no array of numbers: {error}") from error
    if (values.shape, str(values.dtype)) != (stored.shape, stored.dtype):
        raise InputError(
            f"{path} must hold {stored.dtype} {stored.shape}, got {values.dtype} {values.shape}"
        )
    return values
