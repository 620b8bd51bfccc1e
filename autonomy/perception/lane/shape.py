"""The lane ahead as numbers, and where they put its boundaries in the image."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.elementary import cos, sin
from autonomy.linear_algebra import product
from autonomy.perception.lane.metrics import ABSENT

CURVATURE_DISTANCES = (5.0, 20.0, 40.0)
"""How far ahead curvatures are told [m]."""

LANE_QUANTITIES = (
    "lane_offset_m",
    "heading_error_rad",
    *(f"curvature_{distance:.0f}m_per_m" for distance in CURVATURE_DISTANCES),
    "lane_width_m",
)
"""What a lane is estimated by: the car's place in it, its curvature ahead, and its width."""

_BEHIND, _STEP = -4.0, 0.5  # [m] where boundaries begin, and how far apart their points are


def lane_boundaries(quantities: NDArray[np.float32], reach: float) -> NDArray[np.float64]:
    """Return the left and the right boundary `(n, 2, S, 3)` in the car's frame, on flat ground.

    Between those distances the curvature is linear, and before the first and after the last it is
    constant.

    Args:
        quantities: `(n, Q)` in the order of `LANE_QUANTITIES`.
        reach: How far along the lane they go [m].
    """
    offset, heading_error, *curvatures, width = quantities.astype(np.float64).T
    along = np.arange(_BEHIND, reach + _STEP, _STEP)
    bend = np.stack(
        [np.interp(along, CURVATURE_DISTANCES, own) for own in np.stack(curvatures, axis=1)]
    )
    heading = _integral(bend, along)
    ahead, aside = cos(heading), sin(heading)
    sides = np.array([0.5, -0.5])[None, :, None] * width[:, None, None]
    x = _integral(ahead, along)[:, None] - sides * aside[:, None]
    y = _integral(aside, along)[:, None] + sides * ahead[:, None] - offset[:, None, None]
    forth, left = (of(heading_error)[:, None, None] for of in (cos, sin))
    return np.stack([forth * x + left * y, forth * y - left * x, np.zeros_like(x)], axis=-1)


def boundary_lines(
    boundaries: NDArray[np.float64], mounted: MountedCamera, rows: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the columns `(n, 2, R)` [px] where boundaries `(n, 2, S, 3)` cross rows of the image.

    Args:
        boundaries: Points of the car's frame, farther and farther ahead.
        mounted: A pinhole camera on the car.
        rows: `(R,)` rows [px].
    """
    camera = mounted.camera
    columns = np.full((*boundaries.shape[:2], len(rows)), ABSENT, np.float32)
    for frame, pair in enumerate(boundaries):
        for side, boundary in enumerate(pair):
            across, down = boundary_pixels(boundary, mounted)[::-1].T
            if len(across):
                own = np.interp(rows, down, across, left=np.nan, right=np.nan)
                inside = (own >= -0.5) & (own < camera.width - 0.5)
                columns[frame, side, inside] = np.maximum(own[inside], 0.0)
    return columns


def boundary_pixels(boundary: NDArray[np.float64], mounted: MountedCamera) -> NDArray[np.float64]:
    """Return the pixels `(P, 2)` of one boundary's points, each higher in the image than the last.

    Points that are not in front of the camera, or come down again behind a bend, are left out.

    Args:
        boundary: `(S, 3)` points of the car's frame, farther and farther ahead.
        mounted: A pinhole camera on the car.
    """
    pose, camera = mounted.mount.camera_from_body, mounted.camera
    fx, fy, cx, cy = camera.intrinsics
    points = product(boundary, pose[:, :3].T) + pose[:, 3]
    x, y, depth = points[points[:, 2] > camera.near].T
    across, down = cx + fx * x / depth, cy + fy * y / depth
    lowest = np.minimum.accumulate(np.append(np.inf, down))[:-1]
    rises = down < lowest
    return np.stack([across[rises], down[rises]], axis=1)


def _integral(values: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the integral `(n, S)` of values `(n, S)` from where `along` is zero."""
    steps = 0.5 * (values[:, 1:] + values[:, :-1]) * np.diff(along)
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(steps, axis=1)], axis=1)
    return sums - sums[:, [int(np.argmin(np.abs(along)))]]
