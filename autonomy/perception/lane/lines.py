"""The two lines of the own lane in the image, whichever way a module reports the lane."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.perception.estimates import Estimates
from autonomy.perception.lane.metrics import ABSENT
from autonomy.perception.lane.shape import boundary_lines, lane_boundaries

_REACH = 60.0  # [m] along the lane


def estimated_lines(
    estimates: Estimates, camera: MountedCamera, rows: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the columns `(n, 2, R)` [px] of the estimated lane's lines, absent without a lane.

    Args:
        estimates: Of `LANE_QUANTITIES`.
        camera: The pinhole camera, on the car.
        rows: `(R,)` rows [px].
    """
    lines = boundary_lines(lane_boundaries(estimates.mean, _REACH), camera, rows)
    lines[~np.isfinite(estimates.std[:, 0])] = ABSENT
    return lines


def segmented_lines(
    classes: NDArray[np.uint8], names: tuple[str, ...], rows: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the columns `(n, 2, R)` [px] of the own lane's lines: the middles of its markings.

    Where an edge of the own lane has no marking, it is the line; at the image's border there is
    none.

    Args:
        classes: `(n, H, W)` positions in `names`.
        names: Of the classes; `own_lane`, and those that begin with `marking`.
        rows: `(R,)` rows [px].
    """
    lane = names.index("own_lane")
    paint = [number for number, name in enumerate(names) if name.startswith("marking")]
    own = classes[:, rows.astype(np.intp)]
    lines = np.full((len(classes), 2, len(rows)), ABSENT, np.float32)
    for frame, row in np.argwhere((own == lane).any(axis=2)):
        line = own[frame, row]
        marked = np.isin(line, paint)
        lines[frame, 0, row] = _edge(line == lane, marked)
        mirrored = _edge((line == lane)[::-1], marked[::-1])
        lines[frame, 1, row] = ABSENT if mirrored < 0 else len(line) - 1 - mirrored
    return lines


def _edge(lane: NDArray[np.bool_], marked: NDArray[np.bool_]) -> float:
    """Return the column of the left line in one row of pixels `(W,)`."""
    first = int(lane.argmax())
    unmarked = np.flatnonzero(~marked[:first])
    outside = int(unmarked[-1]) if len(unmarked) else -1
    if outside < 0:
        return ABSENT
    return (outside + first) / 2.0
