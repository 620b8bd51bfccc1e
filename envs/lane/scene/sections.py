"""A road at cross-sections, between which it is drawn straight."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Road

VERGE = 0.3  # [m] of asphalt beyond the outermost boundary

_SAG = 0.05  # [m] by which a chord may leave the road's curve
_LONGEST_CHORD = 12.0  # [m]


class Sections(NamedTuple):
    """A road at M cross-sections, between which it is straight."""

    stations: NDArray[np.intp]  # (M,) the last is the first again if the road is closed
    along: NDArray[np.float64]  # (M,) [m]
    position: NDArray[np.float64]  # (M, 3) [m]
    normal: NDArray[np.float64]  # (M, 2)
    boundaries: NDArray[np.float64]  # (M, L+1) [m]
    land: NDArray[np.float64]  # (M, 2) [m] to the right and to the left that is the road's own
    on_bridge: NDArray[np.bool_]  # (M - 1,) whether a bridge leads from one to the next

    @property
    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Offsets of the asphalt's right and left edge, each `(M,)` [m]."""
        return self.boundaries[:, 0] - VERGE, self.boundaries[:, -1] + VERGE

    @property
    def feet(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Offsets of the right and the left embankment's foot, each `(M,)` [m]."""
        right, left = self.edges
        return np.minimum(-self.land[:, 0], right - 0.5), np.maximum(self.land[:, 1], left + 0.5)

    def at(self, offset: NDArray[np.float64], height: float) -> NDArray[np.float64]:
        """Return points `(M, 3)` at offsets `(M,)` to the left, `height` above the road [m]."""
        points = np.empty((len(self.position), 3))
        points[:, :2] = self.position[:, :2] + offset[:, np.newaxis] * self.normal
        points[:, 2] = self.position[:, 2] + height
        return points


def sections_of(road: Road, width: NDArray[np.float64]) -> Sections:
    """Cut a road; `width` `(S, 2)` [m] is the land to the right and to the left that is its own."""
    stations = cross_sections(road)
    over = road.passing.over[stations]
    return Sections(
        stations,
        _along(road, stations),
        road.position[stations],
        road.normal_at(stations),
        road.boundaries[stations],
        width[stations],
        over[:-1] & over[1:],
    )


def cross_sections(road: Road) -> NDArray[np.intp]:
    """Return stations close enough that straight chords between them follow the road.

    The ends of bridges are among them. A closed road ends with its first station, so the last chord
    closes it.
    """
    vertical = np.gradient(road.grade, road.spacing)
    bend = np.maximum(np.abs(road.curvature), np.abs(vertical))
    chord = np.minimum(np.sqrt(8 * _SAG / np.maximum(bend, 1e-6)), _LONGEST_CHORD)
    chords_passed = np.concatenate([[0.0], np.cumsum(road.spacing / chord)])
    if not road.closed:
        chords_passed = chords_passed[:-1]
    wanted = np.linspace(0.0, chords_passed[-1], int(np.ceil(chords_passed[-1])) + 1)
    stations = np.searchsorted(chords_passed, wanted - 1e-9)
    ends = [bridge[[0, -1]] for bridge in road.bridges]
    return np.unique(np.concatenate([stations, *ends])) % road.station_count


def _along(road: Road, stations: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance along the road [m] of cross-sections, that of a closing one included."""
    along = stations.astype(np.float64) * road.spacing
    if road.closed:
        along[-1] = road.length
    return along
