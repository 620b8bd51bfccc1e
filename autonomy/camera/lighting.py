"""How the sun and the sky light a world, and how that varies."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.scene import Appearance
from autonomy.compiled import compiled
from autonomy.randomization import Range, RangeGroup


@dataclass(frozen=True)
class LightRanges(RangeGroup):
    """How the light of a world varies."""

    sun_azimuth: Range  # [rad] from the x axis to the left
    sun_elevation: Range  # [rad]
    sun_strength: Range  # factor of colours where the sun shines straight
    sky_strength: Range  # factor of colours everywhere


@compiled
def light_up(
    looks: Appearance,
    rows: NDArray[np.intp],
    draws: NDArray[np.void],
    sunlight: NDArray[np.float64],
    skylight: NDArray[np.float64],
) -> None:
    """Bring draws to the light of some looks.

    Args:
        looks: The looks.
        rows: `(n,)` which of them.
        draws: `(n,)` with the fields of `LightRanges`.
        sunlight: `(3,)` red, green, blue that the sun's strength is multiplied by.
        skylight: `(3,)` likewise of the sky's.
    """
    for n in range(len(rows)):
        row, drawn = rows[n], draws[n]
        flat = math.cos(drawn.sun_elevation)
        looks.sun_direction[row, 0] = flat * math.cos(drawn.sun_azimuth)
        looks.sun_direction[row, 1] = flat * math.sin(drawn.sun_azimuth)
        looks.sun_direction[row, 2] = math.sin(drawn.sun_elevation)
        looks.sun[row] = drawn.sun_strength * sunlight
        looks.ambient[row] = drawn.sky_strength * skylight
