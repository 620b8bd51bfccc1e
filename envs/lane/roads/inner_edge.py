"""The inner edge of bends that are tighter than half the road: eased, so that it does not fold."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from autonomy.envs.lane.roads.drivable import INNER_RADIUS_MIN, LANE_WIDTH_MIN
from autonomy.envs.lane.roads.station_runs import station_runs
from autonomy.envs.lane.roads.surveyed_line import smooth_periodic
from autonomy.errors import InputError

NARROWEST = 2.2
"""[m] a lane's width where the circuit is narrow."""

_EASING = 5.0  # [m], over which the road narrows inside a hairpin
_MARGIN = 0.2  # [m] that the inner edge's radius has more than it must
_WORTH_SAYING = 0.1  # [m], the accuracy of a survey


def eased_widths(
    widths: NDArray[np.float64], curvature: NDArray[np.float64], spacing: float
) -> NDArray[np.float64]:
    """Return widths (S, 2), right and left [m], narrowed inside bends that would fold their edge.

    An edge whose radius would be less than `INNER_RADIUS_MIN` moves outwards, beyond the line
    itself if it must, as long as there is a lane left on the line's other side; then the width
    there is negative.

    Args:
        widths: (S, 2) those that were measured [m].
        curvature: (S,) of the closed line [1/m].
        spacing: between stations [m].
    """
    bend = np.stack([-curvature, curvature], axis=1)
    around = round(3 * _EASING / spacing)
    lane = NARROWEST - _lowest(widths[:, ::-1], around)
    room = 1 / np.maximum(bend, 1e-3) - (INNER_RADIUS_MIN + _MARGIN)
    room = np.maximum(room, np.minimum(lane, NARROWEST / 2))
    lowest = _lowest(np.minimum(room, widths.max()), around)
    return np.minimum(widths, smooth_periodic(lowest, _EASING / spacing))


def check_eased(
    name: str, widths: NDArray[np.float64], eased: NDArray[np.float64], spacing: float
) -> None:
    """Check that eased widths (S, 2) leave a lane wherever there was room for one.

    Raises:
        InputError: They do not.
    """
    had_room, has_room = (own.sum(axis=1) >= LANE_WIDTH_MIN for own in (widths, eased))
    if (had_room & ~has_room).any():
        where = float(np.argmax(had_room & ~has_room) * spacing)
        raise InputError(
            f"road {name} cannot be driven {where:.0f} m along it: it bends too tightly for its "
            f"width, where {LANE_WIDTH_MIN} m of lane are needed beyond an inner edge with a "
            f"radius of {INNER_RADIUS_MIN} m"
        )


def _lowest(values: NDArray[np.float64], around: int) -> NDArray[np.float64]:
    """Return the lowest of periodic rows (S, 2) within some rows of each."""
    padded = np.pad(values, ((around, around), (0, 0)), mode="wrap")
    return sliding_window_view(padded, 2 * around + 1, axis=0).min(axis=-1)


def said_of_easing(
    widths: NDArray[np.float64], eased: NDArray[np.float64], spacing: float
) -> list[str]:
    """Return what to say of widths (S, 2) that were eased: nothing, or one without its subject."""
    moved = (widths - eased).max(axis=1)
    places = [
        f"by up to {moved[run].max():.1f} m from {run[0] * spacing:.0f} m to "
        f"{run[-1] * spacing:.0f} m"
        for run in station_runs(moved > _WORTH_SAYING, closed=True)
    ]
    if not places:
        return []
    return [
        "bends more tightly than its width allows, so its inner edge is eased "
        f"{', '.join(places)} along it"
    ]
