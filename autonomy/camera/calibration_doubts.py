"""Why the camera that some pictures of a board tell may be another one all the same."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import arccos

FEW = 10  # pictures, from which errors and deviations begin to mean what they say

_ALIKE = 0.01  # of the image's diagonal: corners that far from each other are where they were
_LEAST_TURN = 15.0  # [degrees] between the two boards that differ most
_LEAST_COVERED = 0.4  # of the image's width and height, by all corners together
_LEAST_KNOWN = 0.01  # of the image's width: deviation of the principal point and focal length


class View(NamedTuple):
    """A picture of the board."""

    name: str
    corners: NDArray[np.float32]  # (K, 2) where they are [px]
    turn: NDArray[np.float64]  # (3, 1) how the board is turned, as a rotation vector


def doubts(
    views: Sequence[View], size: tuple[int, int], deviations: Mapping[str, float]
) -> tuple[str, ...]:
    """Return a sentence for each reason to take more pictures, or other ones.

    Args:
        views: The pictures that a camera was found from.
        size: Their height and width [px].
        deviations: Of fx, fy, cx and cy [px].
    """
    found = (
        _few(views),
        _alike(views, size),
        _turned(views),
        _covering(views, size),
        _unknown(size, deviations),
    )
    return tuple(sentence for sentence in found if sentence)


def _few(views: Sequence[View]) -> str | None:
    if len(views) >= FEW:
        return None
    return (
        f"{len(views)} pictures are few: a small reprojection error may hide a wrong lens, "
        f"take {FEW} or more"
    )


def _alike(views: Sequence[View], size: tuple[int, int]) -> str | None:
    near = _ALIKE * float(np.hypot(*size))
    pairs = [
        (one.name, other.name)
        for one, other in combinations(views, 2)
        if float(np.linalg.norm(one.corners - other.corners, axis=1).max()) < near
    ]
    if not pairs:
        return None
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    told = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{told} show the board in the same place: they count as one, move it between pictures"


def _turned(views: Sequence[View]) -> str | None:
    normals = np.array([cv2.Rodrigues(view.turn)[0][:, 2] for view in views])
    cosine = min(
        (float((one * other).sum()) for one, other in combinations(normals, 2)), default=1.0
    )
    most = float(np.degrees(arccos(np.clip(cosine, -1.0, 1.0))))
    if most >= _LEAST_TURN:
        return None
    return (
        f"the board is tilted by {most:.0f} degrees at most between pictures, which leaves the "
        "focal length open: tilt it by 30 and more to all sides"
    )


def _covering(views: Sequence[View], size: tuple[int, int]) -> str | None:
    corners = np.concatenate([view.corners for view in views])
    height, width = size
    across, down = np.ptp(corners, axis=0) / (width, height)
    if min(across, down) >= _LEAST_COVERED:
        return None
    return (
        f"the board covers {across:.0%} of the image's width and {down:.0%} of its height, and "
        "what the lens does farther out is guessed: bring it to all sides of the image"
    )


def _unknown(size: tuple[int, int], deviations: Mapping[str, float]) -> str | None:
    names = [
        name for name in ("fx", "fy", "cx", "cy") if not deviations[name] < _LEAST_KNOWN * size[1]
    ]
    if not names:
        return None
    told = ", ".join(f"{name} to {deviations[name]:.0f} px" for name in names)
    return f"these pictures tell {told} only (one standard deviation): take more, from more sides"
