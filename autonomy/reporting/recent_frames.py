"""The last moments of episodes, as policies saw them."""

import base64
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.policy import Observation
from autonomy.recording.pictures import fit_height, observed_pictures
from autonomy.reporting.lived import Frame

_MOMENTS = 5  # before the last one
_APART_S = 0.3
_ROOM = 128 * 2**20  # [bytes] of frames that are kept alive
_TALLEST = 160  # [px]
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)


class RecentFrames:
    """Keeps the frames of N rows from a few moments; they are not copied until they are wanted."""

    def __init__(self, step_s: float | None) -> None:
        """Begin with none; a step takes `step_s` where that is known."""
        self._stride = 3 if step_s is None else max(1, round(_APART_S / step_s))
        self._kept: deque[tuple[int, Observation]] = deque(maxlen=_MOMENTS)
        self._now, self._images = 0, Observation()

    def add(self, now: int, observation: Observation) -> None:
        """Take in what all rows see after so many steps; a second time, where episodes began."""
        if self._images and now > self._now and self._now % self._stride == 0:
            self._kept.append((self._now, self._images))
        self._now = now
        self._images = {name: own for name, own in observation.items() if own.ndim >= 3}
        size = sum(own.nbytes for own in self._images.values())
        while self._kept and size * (len(self._kept) + 1) > _ROOM:
            self._kept.popleft()

    def of(self, row: int, began: int) -> dict[str, tuple[Frame, ...]]:
        """Return the frames of a row from its step `began` to the last one, by name."""
        strips: dict[str, list[Frame]] = {}
        for when, images in [*self._kept, (self._now, self._images)]:
            if when >= began:
                for name, picture in observed_pictures(images, row).items():
                    strips.setdefault(name, []).append(_frame(self._now - when, picture))
        return {name: tuple(frames) for name, frames in strips.items()}


def _frame(steps_before: int, picture: NDArray[np.uint8]) -> Frame:
    small = picture if picture.shape[0] <= _TALLEST else fit_height(picture, _TALLEST)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _JPEG)
    uri = f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"
    return Frame(steps_before, uri, small.shape[1], small.shape[0])
