"""Simple solids to build worlds from."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mesh import Mesh, surface
from autonomy.elementary import cos, sin


def box(size: tuple[float, float, float], material: int, semantic_class: int) -> Mesh:
    """Return a box of `size` (x, y, z) [m] around the origin."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))]
    return surface(signs * np.array(size) / 2, triangles, material, semantic_class, smooth=False)


def cylinder(
    radius: float,
    height: float,
    sides: int,
    material: int,
    semantic_class: int,
    closed: bool = True,
) -> Mesh:
    """Return an upright cylinder [m] around the origin, with or without its two ends."""
    lower, upper = _circle(radius, sides, -height / 2), _circle(radius, sides, height / 2)
    index = np.arange(sides)
    after = (index + 1) % sides
    walls = [(index, after, sides + after), (index, sides + after, sides + index)]
    low_centre, high_centre = np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
    ends = [(after, index, low_centre), (sides + index, sides + after, high_centre)]
    points = np.vstack([lower, upper, [[0, 0, -height / 2], [0, 0, height / 2]]])
    triangles = np.vstack([np.column_stack(part) for part in (walls + ends if closed else walls)])
    return surface(points, triangles, material, semantic_class, smooth=False)


def cone(
    radius: float,
    height: float,
    sides: int,
    material: int,
    semantic_class: int,
    closed: bool = True,
) -> Mesh:
    """Return an upright cone [m], its middle height at the origin, with or without its base."""
    index = np.arange(sides)
    after = (index + 1) % sides
    points = np.vstack(
        [_circle(radius, sides, -height / 2), [[0, 0, -height / 2], [0, 0, height / 2]]]
    )
    wall = np.column_stack([index, after, np.full(sides, sides + 1)])
    base = np.column_stack([after, index, np.full(sides, sides)])
    triangles = np.vstack([wall, base]) if closed else wall
    return surface(points, triangles, material, semantic_class, smooth=False)


def sphere(radius: float, rings: int, material: int, semantic_class: int) -> Mesh:
    """Return a sphere [m] around the origin, of `rings` bands with twice as many sectors."""
    polar = np.linspace(0, np.pi, rings + 1)
    return _round(radius * _around(polar, 2 * rings), material, semantic_class)


def capsule(radius: float, length: float, rings: int, material: int, semantic_class: int) -> Mesh:
    """Return an upright capsule [m] around the origin: a cylinder of a length between half spheres.

    The half spheres have `rings` bands together, an even number.
    """
    polar = np.linspace(0, np.pi, rings + 1)
    half = rings // 2
    points = radius * _around(np.insert(polar, half, polar[half]), 2 * rings)
    points[: half + 1, :, 2] += length / 2
    points[half + 1 :, :, 2] -= length / 2
    return _round(points, material, semantic_class)


def _around(polar: NDArray[np.float64], sectors: int) -> NDArray[np.float64]:
    """Return points `(P, S, 3)` of the unit sphere at some angles from its upper pole [rad]."""
    azimuth = np.arange(sectors) * 2 * np.pi / sectors
    grid_polar, grid_azimuth = np.meshgrid(polar, azimuth, indexing="ij")
    return np.stack(
        [
            sin(grid_polar) * cos(grid_azimuth),
            sin(grid_polar) * sin(grid_azimuth),
            cos(grid_polar),
        ],
        axis=-1,
    )


def _round(points: NDArray[np.float64], material: int, semantic_class: int) -> Mesh:
    rows, columns = points.shape[0] - 1, points.shape[1]
    triangles = _grid_triangles(rows, columns)
    return surface(points.reshape(-1, 3), triangles, material, semantic_class)


def _circle(radius: float, sides: int, height: float) -> NDArray[np.float64]:
    angles = np.arange(sides) * 2 * np.pi / sides
    return np.column_stack([radius * cos(angles), radius * sin(angles), np.full(sides, height)])


def _grid_triangles(rows: int, columns: int) -> NDArray[np.intp]:
    """Triangles of a grid that is closed around its columns."""
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    after = (column + 1) % columns
    a, b = row * columns + column, row * columns + after
    c, d = a + columns, b + columns
    # at the poles one triangle of each pair has no area
    lower, upper = np.stack([a, c, d], axis=-1)[:-1], np.stack([a, d, b], axis=-1)[1:]
    return np.vstack([lower.reshape(-1, 3), upper.reshape(-1, 3)])
