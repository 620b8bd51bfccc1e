"""What a module reads and reports, and the frames that it is given brought to that."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.images import check_pixels
from autonomy.errors import InputError, shown

Kind = TypeVar("Kind")

PROJECTIONS = "projections"
"""The entry that tells how calibrated cameras see places, see `Samples`."""

_MOST_PIXELS = 2**24  # of frames that networks read, so that no folder's take all memory


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
        """Return what `to_json` described.

        Raises:
            InputError: Something is missing, of the wrong type, or larger than networks read.
        """
        try:
            frames = {name: _size(name, size) for name, size in value["frames"].items()}
            reports = tuple(map(_checked(str), value["reports"]))
            flags = [_checked(bool)(value[name]) for name in ("needs_projections", "resizes")]
        except InputError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"a module's signature must have frames, reports, needs_projections and resizes, "
                f"got {shown(value)}"
            ) from error
        if not frames or not reports:
            raise InputError("a module's signature must have frames that it reads, and reports")
        return cls(frames, reports, *flags)

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


def _size(name: str, size: Any) -> tuple[int, int]:
    height, width = map(_checked(int), size)
    if min(height, width) < 1:
        raise ValueError
    check_pixels(f"frames of {name}", height, width, _MOST_PIXELS)
    return height, width


def _checked(kind: type[Kind]) -> Callable[[Any], Kind]:
    """Return what raises `TypeError` where a value is of another type."""

    def check(value: Any) -> Kind:
        if type(value) is not kind:
            raise TypeError
        return value

    return check


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
    if found[0] * width != found[1] * height:
        message += ", which squashes them"
    warnings.warn(message, stacklevel=4)  # of who calls `perceive`
    resized = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.array(resized, np.uint8).reshape(-1, height, width, 3)
