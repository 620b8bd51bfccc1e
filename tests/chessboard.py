"""Pictures of chessboards, taken by a known camera."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera

CAMERA = Camera(240, 320, math.radians(62.0), distortion=(-0.2, 0.05, 0.001, -0.001, 0.0))
ASIDE = replace(CAMERA, aspect=1.05, principal_shift=(0.04, -0.03))
_TURNS = [(0.5, 0.1, 0.0), (-0.4, 0.3, 0.2), (0.1, -0.6, 0.1), (0.4, 0.5, -0.3), (-0.3, -0.4, 1.0)]


def board_pictures(
    corners: tuple[int, int], camera: Camera = CAMERA
) -> dict[str, NDArray[np.uint8]]:
    """Return pictures of a board with so many inner corners, by name."""
    return {
        f"board{number}": board_picture(camera, corners, turn, (0.4 * (number - 2), 0.3, 11.0))
        for number, turn in enumerate(_TURNS)
    }


def many_board_pictures(corners: tuple[int, int], camera: Camera) -> dict[str, NDArray[np.uint8]]:
    """Return twelve pictures of a board that comes near the sides of the image, by name."""
    places = [(across, down) for down in (-1.6, 0.0, 1.6) for across in (-2.6, -0.9, 0.9, 2.6)]
    turns = [*_TURNS, *((-y, x, -z) for x, y, z in _TURNS), (0.6, 0.0, 0.0), (0.0, 0.6, 0.0)]
    return {
        f"board{number}": board_picture(camera, corners, turn, (*place, 11.0))
        for number, (turn, place) in enumerate(zip(turns, places, strict=True))
    }


def board_picture(
    camera: Camera,
    corners: tuple[int, int],
    turn: tuple[float, float, float],
    middle: tuple[float, float, float],
) -> NDArray[np.uint8]:
    """Look along the ray of each pixel, four by four times, at a board of unit squares."""
    rows, columns = (
        np.mgrid[: camera.height * 4, : camera.width * 4] + 0.5
    ) / 4 - 0.5  # of the finer pixels
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-9)
    rays = cv2.undistortPoints(pixels, camera.matrix, np.array(camera.distortion), criteria=stop)
    rays = np.hstack([rays[:, 0], np.ones((len(rays), 1))])
    rotation = cv2.Rodrigues(np.array(turn))[0]
    normal, centre = rotation[:, 2], np.array(middle)
    hits = rays * ((normal @ centre) / (rays @ normal))[:, None] - centre
    place = hits @ rotation[:, :2] + (np.array(corners) - 1) / 2
    squares = np.floor(place).astype(int)
    dark = squares.sum(axis=1) % 2 == 0
    inside = ((squares >= -1) & (squares < np.array(corners))).all(axis=1)
    values = np.where(inside & dark, 30.0, 220.0).reshape(camera.height, 4, camera.width, 4)
    return np.repeat(values.mean(axis=(1, 3))[..., None], 3, axis=2).astype(np.uint8)
