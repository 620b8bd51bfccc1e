"""One picture a module: what it saw, and what it made of that."""

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.perception.overlays import draw_title
from autonomy.perception.reframing import Cutting, Reframing
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

_WIDTH = 640  # [px] at least


class Perceiver(Protocol):
    """What reads frames of one camera: a trained module, or the classical lane finder."""

    name: ClassVar[str]
    signature: Signature

    def perceive(self, frames: Mapping[str, NDArray[Any]]) -> Any:
        """Return what frames mean, see `PerceptionModule.perceive`."""
        ...

    def draw(self, picture: Picture, result: Any, camera: MountedCamera) -> None:
        """Draw that over a picture, see `PerceptionModule.draw`."""
        ...


class Panel:
    """Draws what a perceiver makes of the frames of some camera."""

    def __init__(
        self,
        perceiver: Perceiver,
        front: MountedCamera,
        source: MountedCamera | tuple[int, int],
    ) -> None:
        """Prepare for the frames of one camera.

        Args:
            perceiver: Who reads them.
            front: The pinhole camera on the car that the perceiver was made for, of any size.
            source: The camera that the frames come from; or only their height and width [px], and
                then they are cut to the perceiver's shape and resized, with a warning.
        """
        self._perceiver = perceiver
        height, width = perceiver.signature.image_size
        scale = max(1, -(-_WIDTH // width))
        own = front.sized(height, width)
        self._shown = front.sized(height * scale, width * scale)
        if isinstance(source, tuple):
            self._to_own, self._to_shown = _cut(source, own), _cut(source, self._shown)
            _warn_of(source, self._to_own)
        else:
            self._to_own, self._to_shown = Reframing(source, own), Reframing(source, self._shown)

    def draw(self, frame: Picture) -> Picture:
        """Return a picture of a frame `(h, w, 3)` with all that was perceived in it."""
        result = self._perceiver.perceive({"camera": self._to_own(frame)[None]})
        picture = self._to_shown(frame)
        self._perceiver.draw(picture, result, self._shown)
        draw_title(picture, self._perceiver.name.replace("_", " "))
        return picture


def _cut(frame: tuple[int, int], target: MountedCamera) -> Cutting:
    return Cutting(frame, (target.camera.height, target.camera.width))


def _warn_of(frame: tuple[int, int], cutting: Cutting) -> None:
    """Say what becomes of frames of a height and a width, if anything does."""
    if frame == cutting.size:
        return
    said = "frames of {} x {} px are resized to {} x {}".format(*frame, *cutting.size)
    if cutting.part != frame:
        said += ", only their middle {} x {} px, so that nothing is squashed".format(*cutting.part)
    warnings.warn(said, stacklevel=3)


def side_by_side(pictures: list[Picture]) -> Picture:
    """Return pictures of any sizes in rows of two, black where there is none; sides are even."""
    height = max(picture.shape[0] for picture in pictures)
    width = max(picture.shape[1] for picture in pictures)
    height, width = height + height % 2, width + width % 2
    columns = min(len(pictures), 2)
    whole = np.zeros((-(-len(pictures) // columns) * height, columns * width, 3), np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * height, number % columns * width
        whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole
