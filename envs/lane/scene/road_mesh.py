"""A road as triangles: embankments down to the flat ground, asphalt, paint."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh
from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.ribbons import Quads, ribbons, stretches

VERGE = 0.3  # [m] of asphalt beyond the outermost boundary

_SAG = 0.05  # [m] by which a chord may leave the road's curve
_LONGEST_CHORD = 12.0  # [m]
_CHUNK = 40.0  # [m] of road in one part of the library
_PAINT_HEIGHT = 0.015  # [m] keeps paint in front of the asphalt that it lies on
_PAINT_WIDTH = 0.16  # [m]
_DOUBLE_GAP = 0.12  # [m] between the two lines of a double marking
_DASH, _DASH_PERIOD = 3.0, 9.0  # [m]
_CLASSES = {
    "solid": SemanticClass.MARKING_SOLID,
    "dashed": SemanticClass.MARKING_DASHED,
    "double": SemanticClass.MARKING_DOUBLE,
}

Strip = tuple[NDArray[np.float64], Material, SemanticClass]
"""Edges `(M, 2, 3)` [m], right and left, and what is between them."""


class _Sections(NamedTuple):
    """A road at M cross-sections, between which it is straight."""

    along: NDArray[np.float64]  # (M,) [m]
    position: NDArray[np.float64]  # (M, 3) [m]
    normal: NDArray[np.float64]  # (M, 2)
    boundaries: NDArray[np.float64]  # (M, L+1) [m]
    land: NDArray[np.float64]  # (M, 2) [m] to the right and to the left that is the road's own


def road_meshes(road: Road, width: NDArray[np.float64]) -> list[Mesh]:
    """Return one mesh for each stretch of about 40 m, in the order of the road.

    `width` `(S, 2)` [m] is the land to the right and to the left that is the road's own.
    """
    stations = cross_sections(road)
    sections = _Sections(
        _along(road, stations),
        road.position[stations],
        road.normal_at(stations),
        road.boundaries[stations],
        width[stations],
    )
    strips = [*_embankments(sections), _asphalt(sections), *_lines(sections, road.markings)]
    bounds = _chunk_bounds(sections)
    return stretches(ribbons(strips), _dashes(sections, road.markings, bounds), bounds)


def cross_sections(road: Road) -> NDArray[np.intp]:
    """Return stations close enough that straight chords between them follow the road.

    A closed road ends with its first station, so the last chord closes it.
    """
    vertical = np.gradient(road.grade, road.spacing)
    bend = np.maximum(np.abs(road.curvature), np.abs(vertical))
    chord = np.minimum(np.sqrt(8 * _SAG / np.maximum(bend, 1e-6)), _LONGEST_CHORD)
    chords_passed = np.concatenate([[0.0], np.cumsum(road.spacing / chord)])
    if not road.closed:
        chords_passed = chords_passed[:-1]
    wanted = np.linspace(0.0, chords_passed[-1], int(np.ceil(chords_passed[-1])) + 1)
    stations = np.unique(np.searchsorted(chords_passed, wanted - 1e-9))
    return stations % road.station_count


def _along(road: Road, stations: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance along the road [m] of cross-sections, that of a closing one included."""
    along = stations.astype(np.float64) * road.spacing
    if road.closed:
        along[-1] = road.length
    return along


def _embankments(sections: _Sections) -> list[Strip]:
    right, left = _edges(sections)
    foot_right = np.minimum(-sections.land[:, 0], right - 0.5)
    foot_left = np.maximum(sections.land[:, 1], left + 0.5)
    slopes = _strip(sections, foot_right, right, 0.0), _strip(sections, left, foot_left, 0.0)
    for foot, edges in enumerate(slopes):
        edges[:, foot, 2] = 0.0
    return [(edges, Material.GROUND, SemanticClass.GROUND) for edges in slopes]


def _edges(sections: _Sections) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offsets of the asphalt's right and left edge."""
    return sections.boundaries[:, 0] - VERGE, sections.boundaries[:, -1] + VERGE


def _asphalt(sections: _Sections) -> Strip:
    return _strip(sections, *_edges(sections), 0.0), Material.ASPHALT, SemanticClass.ROAD


def _lines(sections: _Sections, markings: tuple[Marking, ...]) -> list[Strip]:
    """Unbroken paint."""
    strips: list[Strip] = []
    for boundary, marking in enumerate(markings):
        middle = sections.boundaries[:, boundary]
        for offset in _unbroken(marking):
            edges = _painted(sections, middle + offset)
            strips.append((edges, _paint(marking), _CLASSES[marking.kind]))
    return strips


def _unbroken(marking: Marking) -> tuple[float, ...]:
    """Offsets [m] of a marking's unbroken lines from its boundary."""
    apart = (_PAINT_WIDTH + _DOUBLE_GAP) / 2
    return {"solid": (0.0,), "double": (-apart, apart)}.get(marking.kind, ())


def _paint(marking: Marking) -> Material:
    return Material.WHITE_PAINT if marking.color == "white" else Material.YELLOW_PAINT


def _painted(sections: _Sections, middle: NDArray[np.float64]) -> NDArray[np.float64]:
    half = _PAINT_WIDTH / 2
    return _strip(sections, middle - half, middle + half, _PAINT_HEIGHT)


def _strip(
    sections: _Sections, right: NDArray[np.float64], left: NDArray[np.float64], height: float
) -> NDArray[np.float64]:
    """`(M, 2, 3)` right and left ends [m] of a strip that lies `height` above the road."""
    position, normal = sections.position, sections.normal
    ends = np.empty((len(position), 2, 3))
    ends[:, 0, :2] = position[:, :2] + right[:, None] * normal
    ends[:, 1, :2] = position[:, :2] + left[:, None] * normal
    ends[:, :, 2] = position[:, None, 2] + height
    return ends


def _chunk_bounds(sections: _Sections) -> NDArray[np.intp]:
    """Indices of the cross-sections where stretches begin and end."""
    along = sections.along
    count = max(1, round(along[-1] / _CHUNK))
    bounds = np.searchsorted(along, np.linspace(0.0, along[-1], count + 1) - 1e-9)
    return np.unique(np.minimum(bounds, len(along) - 1))


def _dashes(sections: _Sections, markings: tuple[Marking, ...], bounds: NDArray[np.intp]) -> Quads:
    """Broken paint: the dashes of each stretch, boundary by boundary.

    A dash's corners are interpolated between cross-sections, where the asphalt is flat.
    """
    along = sections.along
    count = int(along[-1] // _DASH_PERIOD)
    starts = np.arange(count) * (along[-1] / max(count, 1))
    dashed = [k for k, marking in enumerate(markings) if marking.kind == "dashed"]
    corners = np.empty((len(dashed), count, 2, 2, 3))
    for own, boundary in zip(corners, dashed, strict=True):
        edges = _painted(sections, sections.boundaries[:, boundary])
        own[:, 0] = _between(edges, along, starts)
        own[:, 1] = _between(edges, along, starts + _DASH)
    stretch = np.searchsorted(along[bounds], starts, side="right") - 1
    every = np.tile(stretch, len(dashed))
    order = np.argsort(every, kind="stable")
    paint = np.array([_paint(markings[boundary]) for boundary in dashed], np.uint8)
    return Quads(
        corners.reshape(-1, 2, 2, 3)[order],
        np.repeat(paint, count)[order],
        np.full(len(order), SemanticClass.MARKING_DASHED, np.uint8),
        np.append(0, np.cumsum(np.bincount(every, minlength=len(bounds) - 1))),
    )


def _between(
    edges: NDArray[np.float64], along: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate `(M, 2, 3)` ends at distances along the road."""
    index = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(along) - 2)
    share = (at - along[index]) / (along[index + 1] - along[index])
    return edges[index] + share[:, None, None] * (edges[index + 1] - edges[index])
