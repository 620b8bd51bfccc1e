"""From pictures of a chessboard to the camera that took them (Zhang, 2000), through OpenCV."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.calibration_doubts import View, doubts
from autonomy.camera.camera import Camera
from autonomy.errors import InputError
from autonomy.picture_file import Picture

FEWEST_PICTURES = 3
_PRECISELY = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)
PARAMETERS: tuple[str, ...] = ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3")
"""What is found, in OpenCV's order: focal lengths and principal point [px], and distortion."""


@dataclass(frozen=True)
class Calibration:
    """A camera, and how well it explains the corners that were seen.

    Attributes:
        camera: Size, focal lengths, principal point and distortion; where it is mounted cannot be
            known.
        deviations: Standard deviations of what was found, by `PARAMETERS`, as far as the distances
            between seen and projected corners tell.
        error: Root mean square distance between seen and projected corners [px].
        errors: The same for each picture that was used, by name [px].
        left_out: Why the other pictures were not used, by name.
        warnings: Why the camera may be another one all the same: a sentence each.
    """

    camera: Camera
    deviations: dict[str, float]
    error: float
    errors: dict[str, float]
    left_out: dict[str, str]
    warnings: tuple[str, ...]


def calibrate(pictures: Mapping[str, Picture], corners: tuple[int, int]) -> Calibration:
    """Return the camera that took pictures of a flat chessboard.

    Pictures that do not show the whole board, or are not of the most frequent size, are left out.

    Args:
        pictures: RGB pictures by name.
        corners: Inner corners of the board along a row, and along a column.

    Raises:
        InputError: The board has too few corners, or too few pictures can be used.
    """
    if min(corners) < 2 or max(corners) < 3:
        raise InputError(f"corners must be 3 x 2 or more, got {corners[0]} x {corners[1]}")
    size, left_out = _common_size(pictures)
    seen: dict[str, NDArray[np.float32]] = {}
    for name in pictures.keys() - left_out.keys():
        found = _corners_of(pictures[name], corners)
        if found is None:
            left_out[name] = f"no whole board of {corners[0]} x {corners[1]} inner corners"
        else:
            seen[name] = found
    if len(seen) < FEWEST_PICTURES:
        raise InputError(
            f"{FEWEST_PICTURES} or more pictures of one size must show the whole board of "
            f"{corners[0]} x {corners[1]} inner corners, {len(seen)} of {len(pictures)} do"
        )
    used = [name for name in pictures if name in seen]
    unused = {name: left_out[name] for name in pictures if name in left_out}
    return _fitted({name: seen[name] for name in used}, _board(corners), size, unused)


def _common_size(pictures: Mapping[str, Picture]) -> tuple[tuple[int, int], dict[str, str]]:
    """Return the most frequent height and width, and why pictures of others are left out."""
    sizes = {name: (picture.shape[0], picture.shape[1]) for name, picture in pictures.items()}
    if not sizes:
        raise InputError(f"{FEWEST_PICTURES} or more pictures are needed, got none")
    (height, width), _ = Counter(sizes.values()).most_common(1)[0]
    others = {
        name: f"{own[1]} x {own[0]} px, where most are {width} x {height}"
        for name, own in sizes.items()
        if own != (height, width)
    }
    return (height, width), others


def _corners_of(picture: Picture, corners: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return the inner corners `(K, 2)` [px] to a fraction of a pixel; None without all of them."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    complete, found = cv2.findChessboardCorners(grey, corners)
    if not complete:
        return None
    across = found.reshape(corners[1], corners[0], 2)
    spacing = min(
        float(np.linalg.norm(np.diff(across, axis=axis), axis=2).min()) for axis in (0, 1)
    )
    reach = int(np.clip(spacing / 2.5, 1, 11))  # a window that holds no second corner
    refined = cv2.cornerSubPix(grey, found, (reach, reach), (-1, -1), _PRECISELY)
    return refined.reshape(-1, 2).astype(np.float32)


def _board(corners: tuple[int, int]) -> NDArray[np.float32]:
    """Return the corners `(K, 3)` of a board of unit squares; their size moves nothing but it."""
    rows, columns = np.mgrid[: corners[1], : corners[0]]
    return np.stack([columns, rows, np.zeros_like(rows)], axis=-1).reshape(-1, 3).astype(np.float32)


def _fitted(
    seen: dict[str, NDArray[np.float32]],
    board: NDArray[np.float32],
    size: tuple[int, int],
    left_out: dict[str, str],
) -> Calibration:
    """Fit one camera to the corners of all pictures of height and width `size`."""
    height, width = size
    places = list(seen.values())
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # several add up in any order, and the last digits differ
    try:
        error, matrix, distortion, turns, _, deviations, _, errors = cv2.calibrateCameraExtended(
            [board] * len(places), places, (width, height), np.eye(3), np.zeros(5)
        )
        camera = Camera.from_matrix(matrix, distortion, size)
        if not np.isfinite(deviations).all():
            raise InputError("what is found must be known to within a number")
    except (cv2.error, InputError):
        raise InputError(
            f"the board must be seen from other sides: no camera follows from {len(seen)} pictures"
        ) from None
    finally:
        cv2.setNumThreads(threads)
    known = dict(zip(PARAMETERS, deviations.ravel().tolist(), strict=False))
    views = [
        View(name, corners, turn.astype(np.float64))
        for (name, corners), turn in zip(seen.items(), turns, strict=True)
    ]
    return Calibration(
        camera,
        known,
        float(error),
        dict(zip(seen, errors.ravel().tolist(), strict=True)),
        left_out,
        doubts(views, size, known),
    )
