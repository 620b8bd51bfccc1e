"""Pictures in files, as RGB."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.files import whole_file

Picture = NDArray[np.uint8]
"""`(H, W, 3)` RGB."""


def read_picture(path: Path) -> Picture:
    """Return the picture of a file.

    Raises:
        InputError: There is no such file, or OpenCV cannot decode it.
    """
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(f"picture {path} cannot be read: {error.strerror}") from error
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if decoded is None:
        raise InputError(f"picture {path} must be a JPEG, PNG or the like, it cannot be decoded")
    return decoded.astype(np.uint8)


def write_picture(path: Path, picture: Picture) -> None:
    """Write a PNG file, whole or not at all.

    Raises:
        InputError: The name does not end in `.png`, or no file can be written there.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"a picture's name must end in .png, got {path}")
    with whole_file(path) as temporary:
        cv2.imwrite(str(temporary), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
