"""Pictures in files, as RGB."""

import io
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from autonomy.camera.images import MOST_PIXELS, REMEDY, check_pixels
from autonomy.errors import InputError
from autonomy.files import whole_file

Picture = NDArray[np.uint8]
"""`(H, W, 3)` RGB."""

_DEPTHS = (8, 10, 12, 14, 16)  # [bits] of values that are stored in 16


def read_picture(path: Path, most_pixels: int = MOST_PIXELS) -> Picture:
    """Return the picture of a file, upright as its EXIF data say.

    Values of 10, 12 or 14 bits that are stored in 16 are recognised by the largest one, and a
    warning says so.

    Raises:
        InputError: There is no such file, it is no picture, damaged, or has more pixels than that.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"picture {path} cannot be read: {error.strerror}") from error
    _check(path, data, most_pixels)
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None or decoded.dtype.name not in ("uint8", "uint16"):
        raise InputError(f"picture {path} must be a JPEG, PNG or the like, it cannot be decoded")
    if decoded.dtype == np.uint8:
        return decoded.astype(np.uint8, copy=False)
    return _of_bytes(path, decoded.astype(np.uint16, copy=False))


def write_picture(path: Path, picture: Picture) -> None:
    """Write a PNG file, whole or not at all.

    Raises:
        InputError: The name does not end in `.png`, or no file can be written there.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"a picture's name must end in .png, got {path}")
    with whole_file(path) as temporary:
        cv2.imwrite(str(temporary), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _check(path: Path, data: bytes, most_pixels: int) -> None:
    """Check a picture's size by its header, then that it is whole: OpenCV fills up what is not."""
    with _own_limit():
        try:
            picture = PIL.Image.open(io.BytesIO(data))
        except (OSError, ValueError, SyntaxError) as error:
            reason = "HEIC is not read" if path.suffix.lower() in (".heic", ".heif") else ""
            raise InputError(
                f"picture {path} must be a JPEG, PNG or the like, "
                f"{reason or 'it cannot be decoded'}"
            ) from error
        check_pixels(f"picture {path}", picture.height, picture.width, most_pixels, REMEDY)
        try:
            picture.load()
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(f"picture {path} is damaged, it cannot be decoded: {error}") from error


@contextmanager
def _own_limit() -> Generator[None]:
    """Let Pillow open pictures of any size: how large they may be is for `check_pixels` to say."""
    before, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


def _of_bytes(path: Path, values: NDArray[np.uint16]) -> Picture:
    """Bring values of as many bits as the largest one needs to 8."""
    largest = int(values.max())
    depth = next(bits for bits in _DEPTHS if largest < 1 << bits)
    if depth < _DEPTHS[-1]:
        warnings.warn(
            f"picture {path} has 16 bits a value, of which the largest is {largest}: they are "
            f"taken as of {depth} bits",
            stacklevel=3,  # of who calls `read_picture`
        )
    return np.rint(values * (255.0 / ((1 << depth) - 1))).astype(np.uint8)
