"""Frames of videos."""

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError

_USUAL_RATE = 30.0  # [frames/s] where a file does not say


class VideoReader:
    """The frames of a video file, one after another.

    Attributes:
        fps: How many of them a second has.
    """

    def __init__(self, path: Path) -> None:
        """Open a video.

        Raises:
            InputError: There is no such file, or it holds no video that can be decoded.
        """
        self._path = path
        try:
            with av.open(str(path)) as container:
                streams = container.streams.video
                rate = streams[0].average_rate if streams else None
        except (OSError, av.error.FFmpegError) as error:
            raise InputError(f"video {path} cannot be read: {error.strerror}") from error
        if not streams:
            raise InputError(f"video {path} must hold pictures, it has none")
        self.fps = float(rate) if rate else _USUAL_RATE

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Yield each frame `(H, W, 3)`.

        Raises:
            InputError: A frame cannot be decoded, or there is none.
        """
        count = 0
        try:
            with av.open(str(self._path)) as container:
                for frame in container.decode(video=0):
                    count += 1
                    yield frame.to_ndarray(format="rgb24").astype(np.uint8)
        except av.error.FFmpegError as error:
            raise InputError(
                f"video {self._path} cannot be decoded after {count} frames: {error.strerror}"
            ) from error
        if not count:
            raise InputError(f"video {self._path} must have frames, it has none")
