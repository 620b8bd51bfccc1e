"""The triangles of one frame, on their way from the meshes to the image."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Triangles(NamedTuple):
    """K triangles; `corners` and `planes` have room for one block more."""

    corners: NDArray[np.float32]  # (12, K): x, y [px], nearness [1/m], sunlight of each corner
    planes: NDArray[np.float32]  # (3, K): sunlight / depth per column, per row, its constant
    labels: NDArray[np.int32]  # (K, 4): material, class, instance, draw
