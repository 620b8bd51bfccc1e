"""Surfaces that lie together, made as coarse as an image needs, without tearing them apart.

Garland and Heckbert, "Surface simplification using quadric error metrics", 1997. As there, what
bounds a surface counts too: a triangle square to it, a fin, stands on each edge where it ends or
meets another colour while it is decimated, so that edges stay where they are although the surface
is flat there. As all are decimated as one, no gap opens between two.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.surface import Surface

_WELD = 1e-4  # of the surfaces' extent: vertices nearer than that are one
_EXTENT = 0.2  # to which they are scaled meanwhile, for decimation has an absolute tolerance
_AGGRESSION = 3.0  # of decimation: from 0, slow and true to the shape, to 10


class _Whole(NamedTuple):
    """Surfaces joined, whose triangles share vertices wherever they meet."""

    vertices: NDArray[np.float64]  # (V, 3)
    triangles: NDArray[np.int64]  # (T, 3)
    owners: NDArray[np.intp]  # (T,) the surface that each is of


def decimated(surfaces: Sequence[Surface], count: int) -> list[Surface]:
    """Return surfaces in one frame with about `count` triangles together, if they have more.

    One of which nothing is left has no triangles.
    """
    if count >= sum(len(own.triangles) for own in surfaces):
        return list(surfaces)
    whole = _joined(surfaces)
    if count < len(whole.triangles):
        whole = _simplified(whole, count)
    return [_part(own, whole, number) for number, own in enumerate(surfaces)]


def _joined(surfaces: Sequence[Surface]) -> _Whole:
    sizes = [len(own.vertices) for own in surfaces]
    starts = np.cumsum([0, *sizes[:-1]])
    vertices = np.concatenate([own.vertices for own in surfaces])
    triangles = [own.triangles + start for own, start in zip(surfaces, starts, strict=True)]
    owners = np.repeat(np.arange(len(surfaces)), [len(own.triangles) for own in surfaces])
    cells = np.round(vertices / (_WELD * _extent(vertices))).astype(np.int64)
    _, first, vertex = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    return _proper(_Whole(vertices[first], vertex.ravel()[np.concatenate(triangles)], owners))


def _proper(whole: _Whole) -> _Whole:
    """Leave out triangles without area, and all but the first of the same vertices."""
    triangles = whole.triangles
    proper = np.flatnonzero((triangles != np.roll(triangles, 1, axis=1)).all(axis=1))
    _, once = np.unique(np.sort(triangles[proper], axis=1), axis=0, return_index=True)
    kept = proper[np.sort(once)]
    return whole._replace(triangles=triangles[kept], owners=whole.owners[kept])


def _simplified(whole: _Whole, count: int) -> _Whole:
    from fast_simplification import replay_simplification, simplify

    scale = _EXTENT / _extent(whole.vertices)
    tips, fins = _fins(whole)
    points: Any = (np.concatenate([whole.vertices, tips]) * scale).astype(np.float32)
    triangles = np.concatenate([whole.triangles, fins]).astype(np.int32)
    *_, collapses = simplify(
        points, triangles, target_count=count, agg=_AGGRESSION, return_collapses=True
    )
    # which triangles are left, and so of which surface each is, only a replay tells
    left, _, vertex = replay_simplification(points, triangles, collapses)
    kept = vertex[whole.triangles].astype(np.int64)
    return _proper(_Whole(left.astype(np.float64) / scale, kept, whole.owners))


def _fins(whole: _Whole) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return tips `(F, 3)`, and triangles `(F, 3)` of an edge and the tip that stands on it."""
    triangles = whole.triangles
    edges = np.concatenate([np.roll(triangles, -k, axis=1)[:, :2] for k in range(3)])
    owners = np.tile(whole.owners, 3)
    _, number = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True)
    number = number.ravel()
    sides = np.bincount(number)
    lowest, highest = np.full(len(sides), len(owners)), np.full(len(sides), -1)
    np.minimum.at(lowest, number, owners)
    np.maximum.at(highest, number, owners)
    bounds = ((sides == 1) | (lowest != highest))[number]
    corners = whole.vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    upright = np.tile(normals / np.where(lengths > 0.0, lengths, 1.0), (3, 1))[bounds]
    start, end = (whole.vertices[edges[bounds, k]] for k in range(2))
    tips = (start + end) / 2.0 + np.linalg.norm(end - start, axis=1, keepdims=True) * upright
    return tips, np.column_stack([edges[bounds], len(whole.vertices) + np.arange(len(tips))])


def _part(surface: Surface, whole: _Whole, number: int) -> Surface:
    own = whole.triangles[whole.owners == number]
    used, vertex = np.unique(own, return_inverse=True)
    return replace(surface, vertices=whole.vertices[used], triangles=vertex.reshape(-1, 3))


def _extent(vertices: NDArray[np.float64]) -> float:
    return float(np.ptp(vertices, axis=0).max())
