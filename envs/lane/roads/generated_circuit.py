"""Closed circuits: polygons whose vertices are rounded by clothoids and arcs."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autonomy.elementary import arctan2, cos, power, sin
from autonomy.envs.lane.roads.alignment import Corners, tangent_length
from autonomy.envs.lane.roads.road_distribution import RoadDistribution

_CANDIDATES = 48
_AT_ONCE = 8  # most draws have one with room among the first few
_SHORTEST_CORNER = 20.0  # [m]
_SHARP = 1.7  # [rad] of deflection from which the two legs of a corner face each other


class _Polygon(NamedTuple):
    """n vertices, with what it takes to round them."""

    length: NDArray[np.float64]  # (n,) of the edge that leaves a vertex [m]
    deflection: NDArray[np.float64]  # (n,) [rad]
    unit: NDArray[np.float64]  # (n,) what a corner of radius 1 takes from both of its edges
    needed: NDArray[np.float64]  # (n,) the smallest radius [m]


def draw_circuit(
    random: Generator, distribution: RoadDistribution, reach: float, radius_min: float
) -> Corners | None:
    """Draw corners that lead back to their start, or None where the draw cannot be rounded.

    Args:
        random: where the numbers come from.
        distribution: the ranges.
        reach: from the reference line to the road's edge [m].
        radius_min: of the reference line [m].
    """
    transition = random.uniform(0.25, 0.6)
    polygons = _draw_polygons(random, random.uniform(*distribution.circuit_length))
    facing = 1.05 * (reach + distribution.clearance / 2)
    radii = (radius_min, distribution.radius[1], facing)
    tried = (
        _first_with_room(polygons[first : first + _AT_ONCE], transition, *radii)
        for first in range(0, _CANDIDATES, _AT_ONCE)
    )
    found = next((own for own in tried if own is not None), None)
    if found is None:
        return None
    radius = _draw_radii(random, found, distribution.radius[1])
    straight = found.length - _both_ends(radius * found.unit)
    corners = Corners(np.roll(straight, 1), found.deflection, radius, transition)
    shortest, longest = distribution.circuit_length
    return corners if shortest <= corners.length <= longest else None


def _first_with_room(
    polygons: NDArray[np.float64],
    transition: float,
    radius_min: float,
    radius_max: float,
    facing: float,
) -> _Polygon | None:
    """Return the first of polygons (c, n, 2) whose edges have room for the corners they need."""
    edge = np.roll(polygons, -1, axis=1) - polygons  # edge i leaves vertex i
    length = np.hypot(edge[..., 0], edge[..., 1])
    direction = arctan2(edge[..., 1], edge[..., 0])
    deflection = direction - np.roll(direction, 1, axis=1)
    deflection = (deflection + np.pi) % (2 * np.pi) - np.pi
    unit = tangent_length(deflection, transition)
    needed = np.maximum(radius_min, _SHORTEST_CORNER / np.maximum(np.abs(deflection), 1e-6))
    needed = np.minimum(needed, radius_max)
    needed = np.where(np.abs(deflection) > _SHARP, np.maximum(needed, facing), needed)
    fits = np.nonzero((_both_ends(needed * unit) <= length).all(axis=1))[0]
    if not len(fits):
        return None
    first = fits[0]
    return _Polygon(length[first], deflection[first], unit[first], needed[first])


def _draw_polygons(random: Generator, perimeter: float) -> NDArray[np.float64]:
    """(candidates, n, 2) simple polygons: stars of varied depth, stretched."""
    count = int(random.integers(5, 17))
    size = (_CANDIDATES, count)
    angle = np.cumsum(random.uniform(0.5, 1.5, size=size), axis=1)
    angle *= 2 * np.pi / (angle[:, -1:] + random.uniform(0.5, 1.5, size=(_CANDIDATES, 1)))
    distance = random.uniform(random.uniform(0.15, 0.6), 1.0, size=size)
    stretch = random.uniform(1.0, 2.0)
    points = distance[..., None] * np.stack([stretch * cos(angle), sin(angle)], axis=2)
    edge = np.roll(points, -1, axis=1) - points
    around = np.hypot(edge[..., 0], edge[..., 1]).sum(axis=1)
    points *= (1.1 * perimeter / around)[:, None, None]
    mirror = random.choice((-1.0, 1.0))
    return points * (1.0, mirror)


def _both_ends(at_vertex: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the corners at both ends of each edge take from it."""
    return at_vertex + np.roll(at_vertex, -1, axis=-1)


def _draw_radii(random: Generator, polygon: _Polygon, largest: float) -> NDArray[np.float64]:
    """Radii between what is needed and what the edges have room for."""
    needed = polygon.needed
    share = polygon.length / _both_ends(needed * polygon.unit)  # by how much both corners may grow
    room = np.minimum(share, np.roll(share, 1))
    growth = np.minimum(room, np.maximum(largest / needed, 1.0))
    return needed * power(growth, random.random(len(needed)))
