"""A camera: how large its image is, and what its lens makes of the light."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.errors import InputError, shown

COEFFICIENTS = (0, 4, 5, 8, 12, 14)
"""How many OpenCV's models of distortion have."""
FISHEYE_COEFFICIENTS = 4

# shares of an image within which, and beyond which, no lens's axis and every sensor's corner is
_MIDDLE, _ASIDE = 0.06, 0.12


@dataclass(frozen=True)
class Camera:
    """A camera with a lens.

    What it is does not depend on how fine its image is, so that `sized` gives the same camera with
    more pixels, or fewer.

    Attributes:
        height: Image rows [px].
        width: Image columns [px].
        fov: Horizontal field of view [rad] that a lens of its focal length would have in the middle
            of an image, without distortion: 2 atan(width / (2 fx)).
        distortion: OpenCV's coefficients (k1, k2, p1, p2[, k3[, k4, k5, k6[, s1, s2, s3, s4[, tx,
            ty]]]]); none is a pinhole. Of a fisheye (k1, k2, k3, k4).
        near: Nearest depth that is drawn [m].
        far: Whole parts beyond this depth are left out [m].
        fisheye: Whether the distortion is that of OpenCV's fisheye model (Kannala and Brandt,
            2006), which ROS and Kalibr call equidistant.
        aspect: fy / fx, the width of a pixel by its height.
        principal_shift: How far right and down of the middle of the image the optical axis meets
            it, in image widths.

    Raises:
        InputError: A size, angle, depth or coefficient is out of range.
    """

    height: int
    width: int
    fov: float
    distortion: tuple[float, ...] = ()
    near: float = 0.1
    far: float = 1000.0
    fisheye: bool = False
    aspect: float = 1.0
    principal_shift: tuple[float, float] = (0.0, 0.0)

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
        if not 0.0 < self.aspect < math.inf:
            raise InputError(f"camera aspect must be positive, got {self.aspect}")
        if not all(map(math.isfinite, self.principal_shift)):
            raise InputError(f"camera principal_shift must be finite, got {self.principal_shift}")
        self._check_distortion()

    @classmethod
    def from_matrix(
        cls,
        matrix: ArrayLike,
        distortion: ArrayLike | None,
        size: Sequence[int],
        *,
        fisheye: bool = False,
    ) -> Self:
        """Return the camera of a calibration; `replace` gives it other depths.

        Args:
            matrix: `(3, 3)` OpenCV's K [px]: ((fx, 0, cx), (0, fy, cy), (0, 0, 1)).
            distortion: OpenCV's 0, 4, 5, 8, 12 or 14 coefficients, in an array of any shape; None
                is a pinhole.
            size: Height and width [px] of the images that it is the matrix of; `sized` brings the
                camera to another size.
            fisheye: Whether they are the four of OpenCV's fisheye model.

        Raises:
            InputError: The matrix is none of a camera, or the size or a coefficient none of it.
        """
        fx, fy, cx, cy = _focal_lengths_and_centre(matrix)
        height, width = _size(size)
        _check_order(height, width, cx, cy)
        return cls(
            height,
            width,
            fov=2.0 * math.atan(width / 2.0 / fx),
            distortion=() if distortion is None else _numbers("distortion", distortion),
            fisheye=fisheye,
            aspect=fy / fx,
            principal_shift=(
                (cx - (width - 1) / 2) / width,
                (cy - (height - 1) / 2) / width,
            ),
        )

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """`(4,)` fx, fy, cx, cy [px]; pixel centres are whole numbers, as in OpenCV."""
        focal = self.width / 2 / math.tan(self.fov / 2)
        right, down = (shift * self.width for shift in self.principal_shift)
        centre = (self.width - 1) / 2 + right, (self.height - 1) / 2 + down
        return np.array([focal, focal * self.aspect, *centre])

    @property
    def matrix(self) -> NDArray[np.float64]:
        """`(3, 3)` camera matrix, OpenCV's K."""
        fx, fy, cx, cy = self.intrinsics
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])

    @property
    def is_pinhole(self) -> bool:
        """Whether straight lines are straight in its images."""
        return not self.fisheye and not any(self.distortion)

    def sized(self, height: int, width: int) -> Self:
        """Return the camera with images of another size [px].

        They are as wide as its own and its pixels keep their shape: of images of another aspect,
        something is missing above and below, or there is more.
        """
        return replace(self, height=height, width=width)

    def _check_distortion(self) -> None:
        count = len(self.distortion)
        if self.fisheye and count != FISHEYE_COEFFICIENTS:
            raise InputError(
                f"camera distortion of a fisheye must have 4 coefficients, got {count}"
            )
        if count not in COEFFICIENTS:
            *several, most = map(str, COEFFICIENTS)
            raise InputError(
                f"camera distortion must have {', '.join(several)} or {most} coefficients, "
                f"got {count}"
            )
        if not all(map(math.isfinite, self.distortion)):
            raise InputError(f"camera distortion must be finite, got {self.distortion}")


def _numbers(name: str, values: ArrayLike) -> tuple[float, ...]:
    """Return the numbers of an array of any shape."""
    try:
        return tuple(np.asarray(values, np.float64).ravel().tolist())
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"camera {name} must be numbers, got {shown(values)}") from None


def _focal_lengths_and_centre(matrix: ArrayLike) -> tuple[float, float, float, float]:
    """Return fx, fy, cx and cy of OpenCV's K."""
    k = np.array(_numbers("matrix", matrix))
    if k.size != 9 or np.shape(matrix) != (3, 3):
        raise InputError(f"camera matrix must be 3 x 3, got {shown(matrix)}")
    fx, skew, cx, zero, fy, cy, *last = k.tolist()
    if skew or zero or last != [0.0, 0.0, 1.0]:
        raise InputError(
            f"camera matrix must be ((fx, 0, cx), (0, fy, cy), (0, 0, 1)), got {k.tolist()}"
        )
    if not (0.0 < fx < math.inf and 0.0 < fy < math.inf):
        raise InputError(f"camera matrix must have positive fx and fy, got {fx} and {fy}")
    if not (math.isfinite(cx) and math.isfinite(cy)):
        raise InputError(f"camera matrix must have finite cx and cy, got {cx} and {cy}")
    return fx, fy, cx, cy


def _size(size: Sequence[int]) -> tuple[int, int]:
    try:
        height, width = map(index, size)
    except (TypeError, ValueError):
        raise InputError(
            f"camera size must be a height and a width [px], got {shown(size)}"
        ) from None
    if min(height, width) < 1:
        raise InputError(f"camera size must be positive, got {shown(size)}")
    return height, width


def _check_order(height: int, width: int, cx: float, cy: float) -> None:
    """Refuse a width and a height, which is OpenCV's order."""
    if _aside(height, width, cx, cy) > _ASIDE and _aside(width, height, cx, cy) < _MIDDLE:
        raise InputError(
            f"camera size must be a height and a width, and its principal point ({cx:g}, {cy:g}) "
            f"is that of images of width {height} and height {width}, got ({height}, {width})"
        )


def _aside(height: int, width: int, cx: float, cy: float) -> float:
    """Return how far a principal point is from the middle, in shares of the image."""
    return max(abs((cx + 0.5) / width - 0.5), abs((cy + 0.5) / height - 0.5))
