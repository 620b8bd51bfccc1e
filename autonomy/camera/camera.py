"""A camera: how large its image is, and what its lens makes of the light."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError


@dataclass(frozen=True)
class Camera:
    """A camera with square pixels whose optical axis meets the middle of the image.

    Attributes:
        height: Image rows [px].
        width: Image columns [px].
        fov: Horizontal field of view of the lens without its distortion [rad].
        distortion: OpenCV's coefficients (k1, k2, p1, p2[, k3[, k4, k5, k6]]); none is a pinhole.
        near: Nearest depth that is drawn [m].
        far: Whole parts beyond this depth are left out [m].

    Raises:
        InputError: A size, angle or depth is out of range.
    """

    height: int
    width: int
    fov: float
    distortion: tuple[float, ...] = ()
    near: float = 0.1
    far: float = 1000.0

    def __post_init__(self) -> None:
        for name in ("height", "width"):
            if getattr(self, name) < 1:
                raise InputError(f"camera {name} must be positive, got {getattr(self, name)}")
        if not 0.0 < self.fov < math.pi:
            raise InputError(f"camera fov must be between 0 and pi rad, got {self.fov}")
        if not 0.0 < self.near < self.far:
            raise InputError(
                f"camera near must be positive and less than far, got {self.near} and {self.far}"
            )
        if len(self.distortion) not in (0, 4, 5, 8):
            raise InputError(
                f"camera distortion must have 0, 4, 5 or 8 coefficients, got {len(self.distortion)}"
            )

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """`(4,)` fx, fy, cx, cy [px]; pixel centres are whole numbers, as in OpenCV."""
        focal = self.width / 2 / math.tan(self.fov / 2)
        return np.array([focal, focal, (self.width - 1) / 2, (self.height - 1) / 2])

    @property
    def matrix(self) -> NDArray[np.float64]:
        """`(3, 3)` camera matrix, OpenCV's K."""
        fx, fy, cx, cy = self.intrinsics
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
