"""What a module reads and reports, and the frames that it is given brought to that."""

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

PROJECTIONS = "projections"
"""The entry that tells how calibrated cameras see places, see `Samples`."""


@dataclass(frozen=True)
class Signature:
    """What a module reads and reports, by name: it fits whatever has these.

    Attributes:
        frames: Height and width [px] of the frames that it reads, by their entries in observations
            and samples, one a camera: `camera`, `camera_<name>`.
        reports: Names of what it reports, in order: classes, or quantities with their units.
        needs_projections: Whether it reads `projections` too.
        resizes: Whether frames of another size are resized, with a warning; else refused.
    """

    frames: Mapping[str, tuple[int, int]]
    reports: tuple[str, ...]
    needs_projections: bool = False
    resizes: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        """All entries that it reads."""
        return (*self.frames, PROJECTIONS) if self.needs_projections else tuple(self.frames)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the first camera's frames [px]."""
        return next(iter(self.frames.values()))

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Signature":
        """Return what `to_json` described."""
        return cls(
            {name: (size[0], size[1]) for name, size in value["frames"].items()},
            tuple(value["reports"]),
            value["needs_projections"],
            value["resizes"],
        )

    def fitted(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return what the module reads of named arrays, frames at the size that it reads.

        Raises:
            InputError: Some of it is missing, is no RGB frames, or of another size that may not be
                resized.
        """
        missing = [name for name in self.reads if name not in given]
        if missing:
            raise InputError(
                f"this module reads {', '.join(self.reads)}, and there is no {', '.join(missing)}"
            )
        fitted = {name: given[name] for name in self.reads}
        for name, size in self.frames.items():
            fitted[name] = _resized(given[name], size, self.resizes)
        return fitted


def _resized(frames: NDArray[Any], size: tuple[int, int], may_be: bool) -> NDArray[np.uint8]:
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise InputError(
            f"frames must be uint8 of shape (N, H, W, 3), got {frames.dtype} {frames.shape}"
        )
    found, (height, width) = (frames.shape[1], frames.shape[2]), size
    if found == size:
        return frames
    if not may_be:
        raise InputError(
            f"frames must be {height} x {width} px for this module, got {found[0]} x {found[1]}"
        )
    message = f"frames of {found[0]} x {found[1]} px are resized to {height} x {width}"
    warnings.warn(message, stacklevel=4)  # of who calls `perceive`
    resized = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.array(resized, np.uint8).reshape(-1, height, width, 3)
