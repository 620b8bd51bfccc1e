"""Pictures are read as what they are, or refused before they take all memory."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from autonomy.errors import InputError
from autonomy.picture_file import read_picture, write_picture

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def lying_png(height: int, width: int) -> bytes:
    """A PNG of a few bytes whose header tells of so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


def lying_jpeg(height: int, width: int) -> bytes:
    """A JPEG whose frame header tells of another size."""
    data = bytearray(cv2.imencode(".jpg", NOISE)[1].tobytes())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("data", [lying_png(50_000, 40_000), lying_jpeg(50_000, 40_000)])
def test_a_header_that_tells_of_too_many_pixels_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(data)
    with pytest.raises(
        InputError, match=r"large\.png must have at most 100 million px, got 50000 x"
    ):
        read_picture(path)
    assert PIL.Image.MAX_IMAGE_PIXELS is not None


def test_how_many_pixels_are_too_many_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    write_picture(path, NOISE)
    assert np.array_equal(read_picture(path, 2400), NOISE)
    with pytest.raises(InputError, match=r"must have at most 0\.002399 million px, got 40 x 60"):
        read_picture(path, 2399)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp"])
def test_a_picture_that_breaks_off_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"half.{ending}"
    data = cv2.imencode(f".{ending}", NOISE)[1].tobytes()
    path.write_bytes(data)
    assert read_picture(path).shape == NOISE.shape
    for share in (0.1, 0.6, 0.9):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(InputError, match=r"half.* cannot be decoded"):
            read_picture(path)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_values_of_fewer_bits_than_they_are_stored_in_are_recognised(
    tmp_path: Path, bits: int
) -> None:
    """White is 2^bits - 1, of which a byte is 255 shares."""
    path = tmp_path / "deep.png"
    white = (1 << bits) - 1
    values = np.linspace(0, white, 60).round().astype(np.uint16)
    cv2.imwrite(str(path), np.tile(values, (40, 1)))
    with pytest.warns(UserWarning, match=f"largest is {white}: they are taken as of {bits} bits"):
        seen = read_picture(path)
    assert seen.shape == (40, 60, 3)
    expected = np.rint(values * (255 / white))
    assert np.array_equal(seen[0], np.repeat(expected[:, np.newaxis], 3, axis=1))


def test_values_of_sixteen_bits_are_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    deep = (NOISE.astype(np.uint16) * 257)[..., ::-1]
    cv2.imwrite(str(path), deep)
    assert np.array_equal(read_picture(path), NOISE)


def test_a_picture_is_turned_as_its_camera_was_held(tmp_path: Path) -> None:
    path = tmp_path / "held.jpg"
    flat = np.zeros((40, 60, 3), np.uint8)
    flat[:20] = 255
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # the first row is on the right
    PIL.Image.fromarray(flat).save(path, exif=exif, quality=95)
    seen = read_picture(path)
    assert seen.shape == (60, 40, 3)
    assert seen[:, 30:].min() > 200
    assert seen[:, :10].max() < 50


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    for name, reason in (("photo.heic", "HEIC is not read"), ("photo.png", "it cannot be decoded")):
        path = tmp_path / name
        path.write_bytes(b"neither" * 50)
        with pytest.raises(InputError, match=f"must be a JPEG, PNG or the like, {reason}"):
            read_picture(path)
    floats = io.BytesIO()
    PIL.Image.fromarray(np.ones((4, 4), np.float32)).save(floats, "TIFF")
    path = tmp_path / "depth.tiff"
    path.write_bytes(floats.getvalue())
    with pytest.raises(InputError, match="it cannot be decoded"):
        read_picture(path)
