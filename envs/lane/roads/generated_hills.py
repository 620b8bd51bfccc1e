"""The vertical alignment of a generated road."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autonomy.elementary import cos, power, sin
from autonomy.envs.lane.roads.road import ELEVATION_MIN
from autonomy.envs.lane.roads.road_distribution import RoadDistribution

_WAVES = 3
_WAVELENGTH = (160.0, 700.0)  # [m]


def draw_hills(
    random: Generator, s: NDArray[np.float64], period: float | None, distribution: RoadDistribution
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw elevation [m] and grade at the distances `s` (S,) [m].

    The hills are a sum of sines; those of a circuit repeat after its length, `period`.
    """
    shortest, longest = _WAVELENGTH
    wavelength = shortest * power(longest / shortest, random.random(_WAVES))
    if period is not None:
        wavelength = period / np.maximum(1, np.rint(period / wavelength))
    steepness = random.uniform(0.2, 1.0, size=_WAVES)
    phase = random.uniform(0.0, 2 * np.pi, size=_WAVES)
    steepest = 0.0 if random.random() < distribution.flat_share else distribution.grade
    steepest *= random.random() ** 0.5

    number = 2 * np.pi / wavelength
    angle = number[:, None] * s + phase[:, None]
    height = (steepness[:, None] / number[:, None] * sin(angle)).sum(axis=0)
    grade = (steepness[:, None] * cos(angle)).sum(axis=0)
    scale = min(steepest / np.abs(grade).max(), distribution.height / np.ptp(height))
    return scale * (height - height.min()) + ELEVATION_MIN, scale * grade
