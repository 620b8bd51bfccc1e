"""Light, air and rays of one frame, in the numbers that shading works with."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rays import world_rays
from autonomy.camera.scene import Appearance
from autonomy.compiled import Index, compiled


class FrameLight(NamedTuple):
    """How one frame is lit, and what its pixels look along."""

    paint: NDArray[np.float32]  # (M, 7) per material: colour in ambient light, in the sun; grain
    sky: NDArray[np.float32]  # (2, 3) colours of the horizon and the zenith
    visibility: np.float32  # [m] at which half of a colour is lost to the air
    rays: NDArray[np.float32]  # (3, 4) see `world_rays`


@compiled
def frame_light(
    frame: Index,
    look: Appearance,
    lens: NDArray[np.float64],
    camera_from_world: NDArray[np.float64],
) -> FrameLight:
    """Return the light of one row of `look`.

    Args:
        frame: Row.
        look: The looks of all frames.
        lens: `(4,)` fx, fy, cx, cy [px].
        camera_from_world: `(3, 4)` pose of this frame's camera.
    """
    return FrameLight(
        _lit_paint(frame, look),
        _sky_colors(frame, look),
        look.visibility[frame],
        world_rays(lens, camera_from_world),
    )


@compiled
def _lit_paint(frame: Index, look: Appearance) -> NDArray[np.float32]:
    """`(M, 7)` per material: its colour in ambient light and in the sun, and its graininess."""
    count = look.palette.shape[1]
    paint = np.empty((count, 7), np.float32)
    for material in range(count):
        for channel in range(3):
            color = look.palette[frame, material, channel]
            paint[material, channel] = color * look.ambient[frame, channel]
            paint[material, 3 + channel] = color * look.sun[frame, channel]
        paint[material, 6] = look.palette[frame, material, 3]
    return paint


@compiled
def _sky_colors(frame: Index, look: Appearance) -> NDArray[np.float32]:
    """`(2, 3)` colours of the horizon and the zenith."""
    colors = np.empty((2, 3), np.float32)
    for channel in range(3):
        colors[0, channel] = look.horizon[frame, channel]
        colors[1, channel] = look.zenith[frame, channel]
    return colors
