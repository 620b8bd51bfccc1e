"""Which parts a camera sees, and which of them are small, by the spheres around them."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.rasterizer.optics import Optics
from autonomy.compiled import Index, compiled

_SMALLEST = 0.5  # [px] radius of a part's sphere in the image, below which it is left out
_COARSE = 5.0  # [px] likewise, below which its coarse mesh is as good


@compiled
def find_shown(
    library: LibraryArrays,
    first: Index,
    last: Index,
    pose: NDArray[np.float64],
    optics: Optics,
) -> NDArray[np.int32]:
    """Return `(last - first,)` parts whose meshes stand for those of a range, -1 for none.

    Nothing is shown of what is too small to see, or wholly beyond one of the view's six planes.
    """
    fx, fy, cx, cy = optics.lens[0], optics.lens[1], optics.lens[2], optics.lens[3]
    to_left, to_right = cx + 0.5, optics.width - 0.5 - cx
    to_top, to_bottom = cy + 0.5, optics.height - 0.5 - cy
    # how far along the axes of its edges' normals a sphere of radius 1 reaches
    left_slant, right_slant = math.hypot(fx, to_left), math.hypot(fx, to_right)
    top_slant, bottom_slant = math.hypot(fy, to_top), math.hypot(fy, to_bottom)
    spheres = library.spheres
    shown = np.empty(last - first, np.int32)
    r00, r01, r02, r03 = pose[0]
    r10, r11, r12, r13 = pose[1]
    r20, r21, r22, r23 = pose[2]
    for i in range(np.uint64(last - first)):
        part = np.uint64(first) + i
        x, y = np.float64(spheres[0, part]), np.float64(spheres[1, part])
        z = np.float64(spheres[2, part])
        radius = np.float64(spheres[3, part])
        right = r00 * x + r01 * y + r02 * z + r03
        down = r10 * x + r11 * y + r12 * z + r13
        ahead = r20 * x + r21 * y + r22 * z + r23
        is_seen = (
            (ahead + radius >= optics.near)
            & (ahead - radius <= optics.far)
            & (radius * fx >= _SMALLEST * ahead)
            & (to_left * ahead + fx * right >= -radius * left_slant)
            & (to_right * ahead - fx * right >= -radius * right_slant)
            & (to_top * ahead + fy * down >= -radius * top_slant)
            & (to_bottom * ahead - fy * down >= -radius * bottom_slant)
        )
        is_small = radius * fx < _COARSE * ahead
        mesh = library.coarse[part] if is_small else np.int32(part)
        shown[i] = mesh if is_seen else np.int32(-1)
    return shown
