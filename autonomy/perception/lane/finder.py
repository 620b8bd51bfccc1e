"""Lane state without learning: thresholds, the road from above, and a fit of the lane's lines."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.lane.fit import LaneFit, fit_lane
from autonomy.perception.lane.marks import GroundRows
from autonomy.perception.lane.shape import CURVATURE_DISTANCES, LANE_QUANTITIES
from autonomy.perception.networks.gaussian import quantity_metrics
from autonomy.perception.overlays import draw_lane
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

_SHIFT, _TURN, _SCALE = 0.07, 0.018, 0.035  # [m], [rad]: how well the mount is known, and more
_CHANGE = 1.5e-3  # [1/m] by which curvature changes in a metre, to the square root of metres


class LaneFinder:
    """The classical baseline of `LaneEstimation`, with the same `perceive`.

    Attributes:
        signature: Frames of one camera, and `LANE_QUANTITIES`.
        mounted: The camera that the frames come from.
    """

    name: ClassVar[str] = "lane_finder"

    def __init__(self, mounted: MountedCamera) -> None:
        """Prepare for the frames of a pinhole camera on a car.

        Raises:
            InputError: The camera has distortion.
        """
        camera = mounted.camera
        if not camera.is_pinhole:
            raise InputError("the lane finder needs a camera without distortion")
        self.mounted = mounted
        self.signature = Signature({"camera": (camera.height, camera.width)}, LANE_QUANTITIES)
        self._ground = GroundRows(mounted)

    def perceive(self, frames: Mapping[str, NDArray[Any]]) -> Estimates:
        """Return the lane in the frames `(N, H, W, 3)` of `camera`.

        Deviations come from the spread of the paint around the fitted lines and from how well a
        camera's mount is known; they are infinite where no lane is found, and the means zero.

        Raises:
            InputError: The frames are not of the camera's size, or no RGB.
        """
        fitted = self.signature.fitted(frames)["camera"]
        fits = [fit_lane(self._ground.marks(frame)) for frame in fitted]
        means = np.zeros((len(fits), len(LANE_QUANTITIES)), np.float32)
        deviations = np.full_like(means, np.inf)
        for row, fit in enumerate(fits):
            if fit is not None:
                means[row], deviations[row] = _quantities(fit)
        return Estimates(means, deviations)

    def draw(self, picture: Picture, result: Estimates, camera: MountedCamera) -> None:
        """Draw the lane, and write its numbers."""
        draw_lane(picture, result, LANE_QUANTITIES, camera)

    def measure(self, result: Estimates, samples: Samples) -> dict[str, float]:
        """Return in how many frames a lane was found, and errors and coverage in those."""
        found = np.isfinite(result.std[:, 0])
        errors = result.mean - samples["quantities"]
        return {
            "found": float(found.mean()),
            **quantity_metrics(errors, result.std, LANE_QUANTITIES),
        }


def _quantities(fit: LaneFit) -> tuple[list[float], list[float]]:
    """Return the quantities of a fitted lane, and their standard deviations."""
    left, right, slope, bend, _ = fit.values
    angle = math.atan(slope)
    flat = math.cos(angle)
    offset, width, curvature = -(left + right) / 2.0 * flat, (left - right) * flat, bend * flat**3
    sides = fit.covariance[:2, :2]
    of_offset = flat**2 * sides.sum() / 4.0 + _SHIFT**2 + (_SCALE * offset) ** 2
    of_width = flat**2 * (sides.trace() - 2.0 * sides[0, 1]) + (_SCALE * width) ** 2
    of_heading = flat**4 * fit.covariance[2, 2] + _TURN**2
    of_curvature = flat**6 * fit.covariance[3, 3]
    variances = [of_offset, of_heading]
    variances += [of_curvature + _CHANGE**2 * distance for distance in CURVATURE_DISTANCES]
    variances.append(of_width)
    means = [offset, -angle, *[curvature] * len(CURVATURE_DISTANCES), width]
    return means, [math.sqrt(variance) for variance in variances]
