"""What a module reads and reports, and the frames that it is given brought to that."""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError


@dataclass(frozen=True)
class Reading:
    """What a module reads and reports.

    Attributes:
        world: The world whose frames it was trained on: `lane` or `arm`.
        cameras: Entries of observations, one a camera: `camera`, `camera_<name>`.
        image_size: Height and width of their frames [px].
        reports: Names of what it reports, in order: classes, or quantities with their units.
        resizes: Whether frames of another size are resized, with a warning; else refused.
    """

    world: str
    cameras: tuple[str, ...]
    image_size: tuple[int, int]
    reports: tuple[str, ...]
    resizes: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Reading":
        """Return what `to_json` described."""
        return cls(
            value["world"],
            tuple(value["cameras"]),
            (value["image_size"][0], value["image_size"][1]),
            tuple(value["reports"]),
            value["resizes"],
        )

    def fitted(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return frames `(N, H, W, 3)` at the size that the module reads.

        Raises:
            InputError: They are no RGB frames, or of another size that may not be resized.
        """
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
            raise InputError(
                f"frames must be uint8 of shape (N, H, W, 3), got {frames.dtype} {frames.shape}"
            )
        size = (frames.shape[1], frames.shape[2])
        if size == self.image_size:
            return frames
        height, width = self.image_size
        if not self.resizes:
            raise InputError(
                f"frames must be {height} x {width} px for this module, got {size[0]} x {size[1]}"
            )
        warnings.warn(
            f"frames of {size[0]} x {size[1]} px are resized to {height} x {width}", stacklevel=3
        )
        resized = [
            cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames
        ]
        return np.array(resized, np.uint8).reshape(-1, height, width, 3)
