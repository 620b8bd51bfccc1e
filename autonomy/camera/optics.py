"""What all frames of a camera have in common, as the kernels read it."""

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


@compiled
def zoomed(optics: Optics, zoom: float) -> Optics:
    """Return the optics with another focal length, `zoom` times as long."""
    lens = optics.lens.copy()
    lens[:2] *= zoom
    return Optics(lens, optics.near, optics.far, optics.height, optics.width)
