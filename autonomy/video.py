"""Videos that a browser plays."""

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.files import whole_file

_QUALITY = {"crf": "20", "preset": "veryfast"}
_CLOCK = Fraction(1, 90_000)  # [s] to which times of frames are told, as in MPEG
_BT709 = 1  # ITU-T H.273's code for the primaries, transfer and matrix of high definition


class VideoWriter:
    """Encodes RGB frames as H.264; the first frame sets the size."""

    def __init__(self, container: OutputContainer, fps: float) -> None:
        self._container = container
        self._fps = Fraction(fps).limit_denominator(1000)
        self._stream: VideoStream | None = None

    def write(self, frame: NDArray[np.uint8], time: Fraction | None = None) -> None:
        """Append one `(H, W, 3)` frame; height and width are even, as H.264 needs.

        Args:
            frame: It.
            time: When it is to be seen [s], of all frames or of none; by default they follow
                evenly.
        """
        if self._stream is None:
            self._stream = self._add_stream(*frame.shape[:2])
            if time is not None:
                self._stream.codec_context.time_base = _CLOCK
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture = picture.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        if time is not None:
            picture.pts, picture.time_base = round(time / _CLOCK), _CLOCK
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))

    def _add_stream(self, height: int, width: int) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=self._fps, options=_QUALITY)
        stream.height, stream.width = height, width
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = _BT709
        stream.codec_context.color_primaries = _BT709
        stream.codec_context.color_trc = _BT709
        stream.codec_context.color_range = ColorRange.MPEG
        return stream


@contextmanager
def open_video(path: Path, fps: float) -> Generator[VideoWriter]:
    """Open an MP4 file for `fps` frames per second; it appears whole, or not at all.

    Raises:
        InputError: If the name does not end in `.mp4`.
    """
    if path.suffix.lower() != ".mp4":
        raise InputError(f"a video's name must end in .mp4, got {path}")
    with (
        whole_file(path) as temporary,
        # the index goes to the front, so that playing starts before the download ends
        av.open(str(temporary), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        writer = VideoWriter(container, fps)
        yield writer
        writer.finish()
