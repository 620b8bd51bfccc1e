"""What all frames of a camera have in common, and where each of them is seen from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.compiled import compiled


class Optics(NamedTuple):
    """A pinhole and the image behind it."""

    lens: NDArray[np.float64]  # (4,) fx, fy, cx, cy [px]
    near: float  # [m] nearest depth
    far: float  # [m] farthest
    height: int  # [px]
    width: int  # [px]


class Views(NamedTuple):
    """From where N frames are seen, and through which lenses."""

    poses: NDArray[np.float64]  # (N, 3, 4) world to camera
    zooms: NDArray[np.float64]  # (N,) factors of the focal length


@compiled
def zoomed(optics: Optics, zoom: float) -> Optics:
    """Return the optics with another focal length, `zoom` times as long."""
    lens = optics.lens.copy()
    lens[:2] *= zoom
    return Optics(lens, optics.near, optics.far, optics.height, optics.width)
