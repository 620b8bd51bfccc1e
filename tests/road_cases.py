"""Roads of known shape, for the tests of roads."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.roads.road_json import road_to_json


def road_along(
    xy: NDArray[np.float64], curvature: NDArray[np.float64], closed: bool, edge: float = 3.5
) -> Road:
    """A flat road of two lanes through points one spacing apart."""
    step = np.roll(xy, -1, axis=0) - xy if closed else np.gradient(xy, axis=0)
    count = len(xy)
    spacing = float(np.hypot(*(xy[1] - xy[0])))
    return Road(
        name="test",
        closed=closed,
        spacing=spacing,
        position=np.column_stack([xy, np.full(count, 0.3)]),
        heading=np.unwrap(np.arctan2(step[:, 1], step[:, 0])) - curvature * spacing / 2 * closed,
        curvature=curvature,
        grade=np.zeros(count),
        boundaries=np.tile((-edge, 0.0, edge), (count, 1)),
        directions=np.array((1, -1)),
        markings=(Marking("solid"), Marking("double", "yellow"), Marking("solid")),
    )


def circle(radius: float, edge: float = 3.5) -> Road:
    count = round(2 * np.pi * radius)
    angle = np.arange(count) * 2 * np.pi / count
    xy = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return road_along(xy, np.full(count, 1 / radius), True, edge)


def eight() -> Road:
    angle = np.linspace(0, 2 * np.pi, 4001)
    dense = 100 * np.column_stack([np.sin(angle), np.sin(angle) * np.cos(angle)])
    way = np.append(0, np.cumsum(np.hypot(*np.diff(dense, axis=0).T)))
    at = np.linspace(0, way[-1], round(way[-1]), endpoint=False)
    xy = np.column_stack([np.interp(at, way, side) for side in dense.T])
    return road_along(xy, np.full(len(xy), 1e-9), True)


def same(one: Road, other: Road) -> bool:
    return road_to_json(one) == road_to_json(other)


def crossing_sections(road: Road, right: NDArray[np.float64], left: NDArray[np.float64]) -> int:
    """How many pairs of cross-sections meet that reach so far to the right and the left (S,)."""
    ends = np.stack([road.at_offset(-right), road.at_offset(left)], axis=1)[::3]
    a, b = ends[:, None], ends[None, :]
    crossing = _opposite(a, b[..., 0, :], b[..., 1, :])
    crossing &= _opposite(b, a[..., 0, :], a[..., 1, :])
    return int(crossing.sum())


def _opposite(
    line: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether p and q lie strictly on opposite sides of a line (..., 2 ends, 2)."""

    def side(point: NDArray[np.float64]) -> NDArray[np.float64]:
        along, to = line[..., 1, :] - line[..., 0, :], point - line[..., 0, :]
        return along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]

    return side(p) * side(q) < 0
