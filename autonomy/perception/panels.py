"""One picture a module: what it saw, and what it made of that."""

from typing import Any, ClassVar, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.perception.detections import Detections
from autonomy.perception.estimates import Estimates
from autonomy.perception.overlays import draw_boxes, draw_lane, draw_segments, draw_title
from autonomy.perception.reading import Reading
from autonomy.perception.reframing import Reframing
from autonomy.perception.segmentation import Segmentation
from autonomy.picture_file import Picture

_WIDTH = 640  # [px] at least


class Perceiver(Protocol):
    """What reads frames of one camera: a trained module, or the classical lane finder."""

    name: ClassVar[str]
    reading: Reading

    def perceive(self, *frames: NDArray[np.uint8]) -> Any:
        """Return what frames `(N, H, W, 3)` mean."""
        ...


class Panel:
    """Draws what a perceiver makes of the frames of some camera."""

    def __init__(
        self, perceiver: Perceiver, front: MountedCamera, source: MountedCamera | None
    ) -> None:
        """Prepare for the frames of one camera.

        Args:
            perceiver: Who reads them.
            front: The pinhole camera on the car that the perceiver was made for, of any size.
            source: The camera that the frames come from; without one they are only resized.
        """
        self._perceiver = perceiver
        height, width = perceiver.reading.image_size
        scale = max(1, -(-_WIDTH // width))
        own = front.sized(height, width)
        self._shown = front.sized(height * scale, width * scale)
        self._to_own = Reframing(source, own) if source else None
        self._to_shown = Reframing(source, self._shown) if source else None

    def draw(self, frame: Picture) -> Picture:
        """Return a picture of a frame `(h, w, 3)` with all that was perceived in it."""
        result = self._perceiver.perceive((self._to_own(frame) if self._to_own else frame)[None])
        picture = self._background(frame)
        names, size = self._perceiver.reading.reports, self._perceiver.reading.image_size
        if isinstance(result, Segmentation):
            draw_segments(picture, result.classes[0], names)
        elif isinstance(result, Estimates):
            draw_lane(picture, result, names, self._shown)
        elif isinstance(result, Detections):
            draw_boxes(picture, result, names, size)
        draw_title(picture, self._perceiver.name.replace("_", " "))
        return picture

    def _background(self, frame: Picture) -> Picture:
        """Return the frame as the perceiver's camera sees it, finer."""
        if self._to_shown is None:
            size = (self._shown.camera.width, self._shown.camera.height)
            return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        return self._to_shown(frame)


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
