"""Videos that a browser plays, and animated pictures for pages that play none."""

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, cast

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from autonomy.errors import InputError
from autonomy.files import whole_file

_CLOCK = Fraction(1, 90_000)  # [s] to which times of frames are told, as in MPEG
_BT709 = 1  # ITU-T H.273's code for the primaries, transfer and matrix of high definition


class _Format(NamedTuple):
    """How frames become a file."""

    container: str
    codec: str
    pixels: str
    clock: Fraction  # [s]
    quality: dict[str, str]
    options: dict[str, str]  # of the container


_FORMATS = {
    # the index goes to the front, so that playing starts before the download ends
    ".mp4": _Format(
        "mp4",
        "libx264",
        "yuv420p",
        _CLOCK,
        {"crf": "20", "preset": "veryfast"},
        {"movflags": "+faststart"},
    ),
    ".gif": _Format("gif", "gif", "pal8", Fraction(1, 100), {}, {"loop": "0"}),
    ".webp": _Format(
        "webp",
        "libwebp_anim",
        "yuv420p",
        Fraction(1, 1000),
        {"quality": "70", "compression_level": "4"},
        {"loop": "0"},
    ),
}
ANIMATIONS = (".gif", ".webp")
"""Endings of the names of animated pictures."""
_FASTEST_GIF = 50.0  # [1/s] what is faster, browsers play slowly


class VideoWriter:
    """Encodes RGB frames; the first frame sets the size."""

    def __init__(self, container: OutputContainer, made: _Format, fps: float) -> None:
        self._container, self._made = container, made
        self._fps = Fraction(fps).limit_denominator(1000)
        self._stream: VideoStream | None = None
        self._count = 0

    def write(self, frame: NDArray[np.uint8], time: Fraction | None = None) -> None:
        """Append one `(H, W, 3)` frame; height and width are even, as H.264 needs.

        Args:
            frame: It.
            time: When it is to be seen [s], of all frames or of none; by default they follow
                evenly.
        """
        if self._stream is None:
            self._stream = self._add_stream(*frame.shape[:2])
        picture, clock = self._picture(np.ascontiguousarray(frame)), self._made.clock
        seen = self._count / self._fps if time is None else time
        picture.pts, picture.time_base = round(seen / clock), clock
        self._container.mux(self._stream.encode(picture))
        self._count += 1

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))

    def _picture(self, frame: NDArray[np.uint8]) -> av.VideoFrame:
        if self._made.pixels == "pal8":
            return _with_palette(frame)
        picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
        return picture.reformat(
            format=self._made.pixels, dst_colorspace=self._space, dst_color_range=ColorRange.MPEG
        )

    @property
    def _space(self) -> Colorspace:
        return Colorspace.ITU709 if self._made.container == "mp4" else Colorspace.ITU601

    def _add_stream(self, height: int, width: int) -> VideoStream:
        made = self._made
        added = self._container.add_stream(made.codec, rate=self._fps, options=made.quality)
        stream = cast(VideoStream, added)
        stream.height, stream.width = height, width
        stream.pix_fmt = made.pixels
        stream.codec_context.time_base = made.clock
        if made.container == "mp4":
            stream.codec_context.colorspace = _BT709
            stream.codec_context.color_primaries = _BT709
            stream.codec_context.color_trc = _BT709
            stream.codec_context.color_range = ColorRange.MPEG
        return stream


@contextmanager
def open_video(path: Path, fps: float) -> Generator[VideoWriter]:
    """Open a file for `fps` frames per second; it appears whole, or not at all.

    Raises:
        InputError: If the name ends in neither `.mp4`, `.gif` nor `.webp`; or a GIF is too fast.
    """
    made = _FORMATS.get(path.suffix.lower())
    if made is None:
        raise InputError(f"a video's name must end in {', '.join(_FORMATS)}, got {path}")
    if made.container == "gif" and fps > _FASTEST_GIF:
        raise InputError(f"a GIF must have at most {_FASTEST_GIF:g} frames/s, got {fps:g}")
    with (
        whole_file(path) as temporary,
        av.open(str(temporary), "w", format=made.container, options=made.options) as container,
    ):
        writer = VideoWriter(container, made, fps)
        yield writer
        writer.finish()


def _with_palette(frame: NDArray[np.uint8]) -> av.VideoFrame:
    """Return a picture of the 256 colours that a frame is told best with."""
    quantized = Image.fromarray(frame).quantize(256, dither=Image.Dither.NONE)
    red_green_blue = np.array(quantized.getpalette(), np.uint8).reshape(-1, 3)
    palette = np.zeros((256, 4), np.uint8)  # alpha, red, green, blue
    palette[:, 0], palette[: len(red_green_blue), 1:] = 255, red_green_blue
    both: Any = (np.asarray(quantized), palette)  # which PyAV's types do not know of
    return av.VideoFrame.from_ndarray(both, format="pal8")
