"""The last moments of episodes, as policies saw them."""

import base64
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.policy import Observation
from autonomy.recording.pictures import fit_height, observed_pictures
from autonomy.reporting.witnessed import Frame

_MOMENTS = 6  # that are shown
_APART_S = 0.3
_ROOM = 128 * 2**20  # [bytes] of frames that are kept alive
_TALLEST = 160  # [px]
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)


class RecentFrames:
    """Keeps the last frames of N rows; they are not copied until they are wanted."""

    def __init__(self, step_s: float | None) -> None:
        """Begin with none; a step takes `step_s` where that is known."""
        self._apart = 3 if step_s is None else max(1, round(_APART_S / step_s))
        self._kept: deque[Observation] = deque(maxlen=(_MOMENTS - 1) * self._apart + 1)

    def add(self, observation: Observation) -> None:
        """Take in what all rows see after a step."""
        images = {name: own for name, own in observation.items() if own.ndim >= 3}
        self._kept.append(images)
        size = sum(own.nbytes for own in images.values())
        while len(self._kept) > 1 and size * len(self._kept) > _ROOM:
            self._kept.popleft()

    def replace(self, observation: Observation) -> None:
        """Take in what all rows see where episodes began in some: instead of the last frames."""
        if self._kept:
            self._kept.pop()
        self.add(observation)

    def of(self, row: int, steps: int) -> dict[str, tuple[Frame, ...]]:
        """Return the last frames of a row whose episode took so many steps, by name."""
        strips: dict[str, list[Frame]] = {}
        oldest = min(len(self._kept) - 1, steps)
        for before in range(oldest - oldest % self._apart, -1, -self._apart):
            for name, picture in observed_pictures(self._kept[-1 - before], row).items():
                strips.setdefault(name, []).append(_frame(before, picture))
        return {name: tuple(frames) for name, frames in strips.items()}


def _frame(steps_before: int, picture: NDArray[np.uint8]) -> Frame:
    small = picture if picture.shape[0] <= _TALLEST else fit_height(picture, _TALLEST)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _JPEG)
    uri = f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"
    return Frame(steps_before, uri, small.shape[1], small.shape[0])
