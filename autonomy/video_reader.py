"""Frames of videos."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import av.logging
import cv2
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from autonomy.camera.images import MOST_PIXELS, REMEDY, check_pixels
from autonomy.errors import DamagedError, InputError

_USUAL_RATE = Fraction(30)  # [frames/s] where a file does not say


class Frame(NamedTuple):
    """A frame of a video."""

    picture: NDArray[np.uint8]  # (H, W, 3) RGB, upright
    time: Fraction  # [s] since the first one
    is_damaged: bool  # whether some of it, or of what it was predicted from, could not be decoded


@dataclass
class Damage:
    """What of a video's frames could not be decoded.

    Attributes:
        path: Of the video.
        frames: How many there are.
        damaged: How many of those are not there, or not as they were taken.
        since: When the first one of those was [s].
    """

    path: Path
    frames: int = 0
    damaged: int = 0
    since: Fraction | None = None

    def note(self, time: Fraction, frames: int = 1, damaged: int = 0) -> None:
        """Take some frames from a time on into account, some of which are damaged."""
        self.frames += frames
        self.damaged += damaged
        if damaged and self.since is None:
            self.since = time

    def check(self, most: float) -> None:
        """Warn of damage.

        Raises:
            DamagedError: More than a share of the frames is damaged.
        """
        if self.since is None:
            return
        said = (
            f"video {self.path} is damaged: {self.damaged} of {self.frames} frames cannot be "
            f"wholly decoded after the first {float(self.since):.2f} s"
        )
        if self.damaged > most * self.frames:
            raise DamagedError(f"{said}, at most {most:.0%} may be so")
        warnings.warn(said, stacklevel=2)


class VideoReader:
    """The frames of a video file, one after another, as it says that they are to be seen.

    They are turned, mirrored and, where pixels are not square, stretched accordingly.

    Attributes:
        fps: How many of them a second has, on average.
        damage: What of those that were read so far could not be decoded.
    """

    def __init__(self, path: Path, most_pixels: int = MOST_PIXELS) -> None:
        """Open a video.

        Raises:
            InputError: There is no such file, it holds no video that can be decoded, or its frames
                have more pixels than that.
        """
        self._path, self._most_pixels = path, most_pixels
        try:
            with _opened(path) as container:
                streams = container.streams.video
                rate = streams[0].average_rate if streams else None
                size = (streams[0].height, streams[0].width) if streams else (0, 0)
                aspect = streams[0].sample_aspect_ratio if streams else None
        except (OSError, av.error.FFmpegError) as error:
            raise InputError(f"video {path} cannot be read: {error.strerror}") from error
        if not streams:
            raise InputError(f"video {path} must hold pictures, it has none")
        check_pixels(f"video {path}", *size, most_pixels, REMEDY)
        self._step = 1 / (rate or _USUAL_RATE)
        self.fps = float(1 / self._step)
        self._pixel_aspect = aspect or Fraction(1)
        self.damage, self._missing = Damage(path), 0

    def __iter__(self) -> Iterator[Frame]:
        """Yield each frame that can be decoded, also where damage makes it wrong.

        Raises:
            InputError: There is none, or frames change their size.
        """
        self.damage, self._missing = Damage(self._path), 0
        first: Frame | None = None
        for frame in self._timed():
            first = first or frame
            if frame.picture.shape != first.picture.shape:
                (h, w, _), (height, width, _) = frame.picture.shape, first.picture.shape
                raise InputError(
                    f"video {self._path} must have frames of one size, got {h} x {w} px after "
                    f"{height} x {width}"
                )
            yield frame
        if first is None:
            raise InputError(f"video {self._path} must have frames, none can be decoded")

    def _timed(self) -> Iterator[Frame]:
        """Yield frames with times that begin at 0 and rise, whatever the file says."""
        start: Fraction | None = None
        following = Fraction(0)
        for decoded, is_damaged in self._decoded():
            if decoded is None:
                self.damage.note(following, damaged=1)
                continue
            at = _time(decoded)
            start = at if start is None else start
            time = following if at is None or start is None else max(at - start, Fraction(0))
            time = time if time > following - self._step else following
            following = time + self._step
            self.damage.note(time, damaged=int(is_damaged))
            yield Frame(self._picture(decoded), time, is_damaged)
        if self._missing > 0:
            self.damage.note(following, frames=self._missing, damaged=self._missing)

    def _picture(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Return the picture `(H, W, 3)` of a frame as it is to be seen."""
        picture = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
        if self._pixel_aspect != 1:
            width = max(1, round(frame.width * self._pixel_aspect))
            check_pixels(f"video {self._path}", frame.height, width, self._most_pixels, REMEDY)
            stretched = cv2.resize(picture, (width, frame.height), interpolation=cv2.INTER_LINEAR)
            picture = stretched.astype(np.uint8, copy=False)
        return _upright(frame, picture)

    def _decoded(self) -> Iterator[tuple[av.VideoFrame | None, bool]]:
        """Yield frames, None for one that is lost, and whether they are damaged.

        They are until the next whole one after a damage, since they are predicted from each other.
        """
        is_damaged = False
        for packet in self._packets():
            frames, is_faulty = _frames_of(packet)
            is_damaged = is_damaged or is_faulty
            for frame in frames:
                if frame is not None:
                    is_whole = frame.key_frame and not (frame.is_corrupt or is_faulty)
                    is_damaged = frame.is_corrupt or (is_damaged and not is_whole)
                yield frame, is_damaged

    def _packets(self) -> "Iterator[av.Packet[VideoStream] | None]":
        """Yield what frames are decoded from, None where it cannot be told from what follows.

        Where the file breaks off, what is missing is counted.
        """
        count, last = 0, 0.0
        with _opened(self._path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"  # frames in threads do not tell what was made up
            stream.codec_context.options = {"max_pixels": str(self._most_pixels)}
            try:
                for packet in container.demux(stream):
                    count += bool(packet.size)
                    last = max(last, float(_time(packet) or 0))
                    yield packet
            except av.error.FFmpegError:
                yield None
            left = float((_duration(container, stream) - last) / self._step) - 1.0
            if left > 1.0:
                self._missing = stream.frames - count if stream.frames else round(left)


def _frames_of(
    packet: "av.Packet[VideoStream] | None",
) -> tuple[Sequence[av.VideoFrame | None], bool]:
    """Return the frames that a packet completes, None for one that is lost; and whether it fails.

    HEVC's decoder marks no frame that it makes up, but it logs an error.
    """
    if packet is None:
        return (None,), True
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as errors:
            frames = packet.decode()
        is_hevc = packet.stream.codec_context.name == "hevc"
        return frames, is_hevc and bool(errors)
    except av.error.FFmpegError:
        return (None,), True
    finally:
        av.logging.set_level(level)


def _opened(path: Path) -> InputContainer:
    """Open a file, and none that it may name: play lists can name any, and addresses too."""
    return av.open(str(path), options={"protocol_whitelist": "file"})


def _duration(container: InputContainer, stream: VideoStream) -> float:
    """Return how long a video says that it is [s], sound and what was cut off apart; 0 unknown."""
    whole = container.duration / av.time_base if container.duration else 0.0
    if stream.duration and stream.time_base:
        return min(float(stream.duration * stream.time_base), whole)
    return whole if len(container.streams) == 1 else 0.0


def _time(given: "av.VideoFrame | av.Packet[VideoStream]") -> Fraction | None:
    if given.pts is None or given.time_base is None:
        return None
    return given.pts * given.time_base


def _upright(frame: av.VideoFrame, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a frame's picture `(H, W, 3)` turned and mirrored as its matrix says.

    The matrix (ISO/IEC 14496-12) brings columns and rows to those of what is to be seen.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return picture
    right, down, _, right_of_rows, down_of_rows, *_ = np.frombuffer(matrix, np.int32).tolist()
    if abs(down) > abs(right):  # along a row goes down
        picture = picture.transpose(1, 0, 2)
        right, down_of_rows = right_of_rows, down
    picture = picture[:, ::-1] if right < 0 else picture
    picture = picture[::-1] if down_of_rows < 0 else picture
    return np.ascontiguousarray(picture)
