"""Videos are seen as their files say, and damage in them is counted."""

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from autonomy.command_line import run
from autonomy.errors import DamagedError, InputError
from autonomy.scripts import perceive
from autonomy.video import open_video
from autonomy.video_reader import VideoReader

TURNS = {  # how columns and rows of what is stored become those of what is seen
    "not": (1, 0, 0, 1),
    "clockwise": (0, 1, -1, 0),
    "upside down": (-1, 0, 0, -1),
    "anticlockwise": (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
    "mirrored and turned": (0, 1, 1, 0),
}


def scene() -> np.ndarray:
    """Sky over ground, with something on the left."""
    picture = np.zeros((96, 160, 3), np.uint8)
    picture[:48] = (90, 140, 230)
    picture[48:] = 90
    picture[30:60, 10:50] = (220, 40, 40)
    return picture


def film(path: Path, pictures: list[np.ndarray], times: list[Fraction] | None = None) -> None:
    with open_video(path, 10.0) as video:
        for number, picture in enumerate(pictures):
            video.write(picture, times[number] if times else None)


def moving(count: int) -> list[np.ndarray]:
    rough = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    large = cv2.resize(rough, (320, 200), interpolation=cv2.INTER_CUBIC)
    return [large[k : k + 96, 2 * k : 2 * k + 160] for k in range(count)]


def say_turned(path: Path, turn: tuple[int, ...]) -> None:
    """Set the matrix in the header of the track (ISO/IEC 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    a, b, c, d = (own << 16 for own in turn)
    place = data.index(b"tkhd") + 44
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


@pytest.mark.parametrize("how", TURNS)
def test_frames_are_turned_and_mirrored_as_the_file_says(tmp_path: Path, how: str) -> None:
    a, b, c, d = turn = TURNS[how]
    path, seen = tmp_path / "held.mp4", scene()
    stored = seen.transpose(1, 0, 2) if b else seen  # undo what is to be done, step by step
    stored = stored[:, ::-1] if (b if b else a) < 0 else stored
    stored = stored[::-1] if (c if c else d) < 0 else stored
    film(path, [stored] * 3)
    say_turned(path, turn)
    for frame in VideoReader(path):
        assert frame.picture.shape == seen.shape
        assert np.abs(frame.picture.astype(int) - seen).mean() < 4


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path, picture = tmp_path / "wide.mp4", np.zeros((96, 120, 3), np.uint8)
    cv2.circle(picture, (60, 48), 30, (255, 255, 255), -1)
    narrow = cv2.resize(picture, (90, 96), interpolation=cv2.INTER_AREA)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 90, 96, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(narrow, format="rgb24")))
        container.mux(stream.encode(None))
    (frame,) = VideoReader(path)
    assert frame.picture.shape == picture.shape
    assert np.abs(frame.picture.astype(int) - picture).mean() < 8


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = [Fraction(own, 100) for own in (0, 3, 10, 11, 50, 101)]
    source, out = tmp_path / "uneven.mp4", tmp_path / "seen.mp4"
    film(source, moving(6), times)
    assert [frame.time for frame in VideoReader(source)] == times
    perceive.main(perceive.Arguments(source, out=out, fov=60.0))
    assert [frame.time for frame in VideoReader(out)] == times


def packets_of(path: Path) -> list[tuple[int, int]]:
    """Where the packets of a video are in its file, and how many bytes each has."""
    with av.open(str(path)) as container:
        return [(one.pos or 0, one.size) for one in container.demux(video=0) if one.size]


def spoilt(path: Path, packet: int) -> None:
    """Write a video of twenty frames, of which one, in the order of decoding, is wiped out."""
    film(path, moving(20))
    data, (place, size) = bytearray(path.read_bytes()), packets_of(path)[packet]
    data[place : place + size] = bytes(size)
    path.write_bytes(data)


def test_damage_is_counted_with_what_is_predicted_from_it(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    spoilt(path, 13)
    video = VideoReader(path)
    damaged = [frame.is_damaged for frame in video]
    first = damaged.index(True)
    assert 10 <= first <= 13  # frames come out of the decoder later than they go in
    assert all(damaged[first:])
    found = video.damage
    assert (found.frames, found.damaged) == (20, 20 - first)  # and the one that is lost
    assert found.since == Fraction(first, 10)
    said = f"{20 - first} of 20 frames cannot be wholly decoded after the first {first / 10:.2f} s"
    with pytest.warns(UserWarning, match=said):
        found.check(0.5)
    with pytest.raises(DamagedError, match=f"{said}, at most 10% may be so"):
        found.check(0.1)


@pytest.mark.skipif("libx265" not in av.codecs_available, reason="there is no encoder of HEVC")
def test_damage_is_found_where_the_decoder_marks_none(tmp_path: Path) -> None:
    """HEVC's makes frames up in silence, but for its log."""
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            "libx265", rate=10, options={"x265-params": "log-level=0"}
        )
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for picture in moving(20):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    whole = VideoReader(path)
    assert len(list(whole)) == 20
    assert whole.damage.damaged == 0
    data, (place, size) = bytearray(path.read_bytes()), packets_of(path)[9]
    data[place + size // 3 : place + size - 1] = bytes(size - 1 - size // 3)
    path.write_bytes(data)
    damaged = VideoReader(path)
    assert 0 < len(list(damaged)) <= 20
    assert damaged.damage.damaged >= 10


def test_a_video_whose_end_is_missing_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "short.mp4"
    film(path, moving(20))
    data = path.read_bytes()
    path.write_bytes(data[: int(0.8 * len(data))])
    video = VideoReader(path)
    seen = list(video)
    assert 0 < len(seen) < 20
    assert video.damage.frames == 20
    assert video.damage.damaged >= 20 - len(seen)


def test_a_whole_video_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "whole.mp4"
    film(path, moving(20))
    video = VideoReader(path)
    assert len(list(video)) == video.damage.frames == 20
    assert video.damage.since is None
    video.damage.check(0.0)


def test_past_a_share_of_damage_nothing_is_written_and_the_status_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "damaged.mp4", tmp_path / "seen.mp4"
    spoilt(source, 13)
    words = [str(source), "--out", str(out), "--fov", "60"]
    with pytest.raises(SystemExit) as exit:
        run(perceive.main, perceive.Arguments, words)
    assert exit.value.code == 1
    assert capsys.readouterr().err.startswith("error: video ")
    assert not out.exists()
    with pytest.warns(UserWarning, match="of 20 frames cannot be wholly decoded"):
        perceive.main(perceive.Arguments(source, out=out, fov=60.0, max_damaged=0.6))
    assert len(list(VideoReader(out))) == 19


def test_frames_of_too_many_pixels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    film(path, moving(2))
    with pytest.raises(InputError, match=r"must have at most 0\.01 million px, got 96 x 160"):
        VideoReader(path, 10_000)
