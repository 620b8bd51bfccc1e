"""What the sun sees: a frame like a camera's, which says how far its light gets.

It looks at a ball from so far away that its rays are all but parallel.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.rasterizer.geometry import project_frame
from autonomy.camera.rasterizer.optics import Optics
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer, rasterize
from autonomy.camera.scene import Scene
from autonomy.compiled import Index, compiled

DISTANCE = 100.0
"""Of the sun, in radii of the ball."""


class SunSight(NamedTuple):
    """What the sun sees of one frame; S is 0 where nothing casts shadows."""

    pose: NDArray[np.float64]  # (3, 4) world to the camera that the sun is
    lens: NDArray[np.float64]  # (4,) fx, fy, cx, cy [px]
    buffer: VisibilityBuffer  # (S, S)


@compiled
def see_from_sun(
    frame: Index,
    library: LibraryArrays,
    scene: Scene,
    buffer: VisibilityBuffer,
    vertices: NDArray[np.float32],
    triangles: Triangles,
) -> SunSight:
    """Fill `buffer` `(S, S)` with what the sun sees of one frame's ball of `Appearance.cast`.

    Args:
        frame: Row of `scene`.
        library: All meshes.
        scene: What is drawn where, and where the sun is.
        buffer: Receives what is seen, if it has any pixel.
        vertices: Working room, see `project_frame`.
        triangles: Working room likewise.
    """
    side = buffer.seen.shape[0]
    sight = SunSight(np.empty((3, 4)), np.empty(4), buffer)
    if side:
        ball = scene.look.cast[frame]
        _aim(ball, scene.look.sun_direction[frame], sight.pose)
        distance = DISTANCE * np.float64(ball[3])
        sight.lens[:2], sight.lens[2:] = DISTANCE * (0.5 * side - 1.0), 0.5 * (side - 1.0)
        optics = Optics(sight.lens, 0.5 * distance, 2.0 * distance, side, side)
        count = project_frame(frame, library, scene, sight.pose, optics, vertices, triangles)
        rasterize(count, triangles, side, buffer)
    return sight


@compiled
def _aim(
    ball: NDArray[np.float32], sun_direction: NDArray[np.float32], pose: NDArray[np.float64]
) -> None:
    """Fill the pose `(3, 4)` of a camera in the sun that looks at a ball."""
    to_sun, right, least = np.empty(3), np.zeros(3), 0
    for i in range(3):
        to_sun[i] = sun_direction[i]
        least = i if abs(to_sun[i]) < abs(to_sun[least]) else least
    right[least] = 1.0  # the axis that is most across, without its part along the rays
    along = to_sun[least]
    for i in range(3):
        right[i] -= along * to_sun[i]
    length = math.sqrt(right[0] ** 2 + right[1] ** 2 + right[2] ** 2)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        pose[0, i] = right[i] / length
        pose[1, i] = (right[j] * to_sun[k] - right[k] * to_sun[j]) / length
        pose[2, i] = -to_sun[i]
    for i in range(3):
        pose[i, 3] = 0.0
        for k in range(3):
            sun = np.float64(ball[k]) + DISTANCE * np.float64(ball[3]) * to_sun[k]
            pose[i, 3] -= pose[i, k] * sun
