"""A road as triangles: embankments down to the flat ground, asphalt, paint."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, joined
from autonomy.envs.lane.roads.road import Marking, Road
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.ribbons import Ribbons, ribbons

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


def road_meshes(road: Road, width: NDArray[np.float64]) -> list[Mesh]:
    """Return one mesh for each stretch of about 40 m, in the order of the road.

    `width` `(S, 2)` [m] is the land to the right and to the left that is the road's own.
    """
    stations = cross_sections(road)
    strips = ribbons(
        [
            *_embankments(road, stations, width[stations]),
            _asphalt(road, stations),
            *_lines(road, stations),
        ]
    )
    bounds = _chunk_bounds(road, stations)
    dashes = _dashes(road, stations, bounds)
    return [
        joined([strips.stretch(first, last), *dashes[index]])
        for index, (first, last) in enumerate(pairwise(bounds.tolist()))
    ]


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


def _embankments(
    road: Road, stations: NDArray[np.intp], width: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], Material, SemanticClass]]:
    right, left = _edges(road, stations)
    foot_right, foot_left = (
        np.minimum(-width[:, 0], right - 0.5),
        np.maximum(width[:, 1], left + 0.5),
    )
    slopes = [(foot_right, right, True, False), (left, foot_left, False, True)]
    strips: list[tuple[NDArray[np.float64], Material, SemanticClass]] = []
    for start, stop, start_low, stop_low in slopes:
        edges = _strip(road, stations, start, stop, height=0.0)
        if start_low:
            edges[:, 0, 2] = 0.0
        if stop_low:
            edges[:, 1, 2] = 0.0
        strips.append((edges, Material.GROUND, SemanticClass.GROUND))
    return strips


def _edges(
    road: Road, stations: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offsets of the asphalt's right and left edge."""
    return road.boundaries[stations, 0] - VERGE, road.boundaries[stations, -1] + VERGE


def _asphalt(
    road: Road, stations: NDArray[np.intp]
) -> tuple[NDArray[np.float64], Material, SemanticClass]:
    right, left = _edges(road, stations)
    return _strip(road, stations, right, left, height=0.0), Material.ASPHALT, SemanticClass.ROAD


def _lines(
    road: Road, stations: NDArray[np.intp]
) -> list[tuple[NDArray[np.float64], Material, SemanticClass]]:
    """Unbroken paint."""
    strips: list[tuple[NDArray[np.float64], Material, SemanticClass]] = []
    for boundary, marking in enumerate(road.markings):
        middle = road.boundaries[stations, boundary]
        for offset in _unbroken(marking):
            edges = _strip(
                road,
                stations,
                middle + offset - _PAINT_WIDTH / 2,
                middle + offset + _PAINT_WIDTH / 2,
                _PAINT_HEIGHT,
            )
            strips.append((edges, _paint(marking), _CLASSES[marking.kind]))
    return strips


def _unbroken(marking: Marking) -> tuple[float, ...]:
    """Offsets [m] of a marking's unbroken lines from its boundary."""
    apart = (_PAINT_WIDTH + _DOUBLE_GAP) / 2
    return {"solid": (0.0,), "double": (-apart, apart)}.get(marking.kind, ())


def _paint(marking: Marking) -> Material:
    return Material.WHITE_PAINT if marking.color == "white" else Material.YELLOW_PAINT


def _strip(
    road: Road,
    stations: NDArray[np.intp],
    right: NDArray[np.float64],
    left: NDArray[np.float64],
    height: float,
) -> NDArray[np.float64]:
    """`(M, 2, 3)` right and left ends [m] of a strip that lies `height` above the road."""
    position, normal = road.position[stations], road.normal[stations]
    ends = np.empty((len(stations), 2, 3))
    ends[:, 0, :2] = position[:, :2] + right[:, None] * normal
    ends[:, 1, :2] = position[:, :2] + left[:, None] * normal
    ends[:, :, 2] = position[:, None, 2] + height
    return ends


def _chunk_bounds(road: Road, stations: NDArray[np.intp]) -> NDArray[np.intp]:
    """Indices into `stations` where stretches begin and end."""
    along = _along(road, stations)
    count = max(1, round(along[-1] / _CHUNK))
    bounds = np.searchsorted(along, np.linspace(0.0, along[-1], count + 1) - 1e-9)
    return np.unique(np.minimum(bounds, len(stations) - 1))


def _along(road: Road, stations: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance along the road [m] of cross-sections, that of a closing one included."""
    along = stations.astype(np.float64) * road.spacing
    if road.closed:
        along[-1] = road.length
    return along


def _dashes(road: Road, stations: NDArray[np.intp], bounds: NDArray[np.intp]) -> list[list[Mesh]]:
    """Broken paint: for each stretch a list of meshes, one a boundary.

    A dash's corners are interpolated between cross-sections, where the asphalt is flat.
    """
    along = _along(road, stations)
    count = int(along[-1] // _DASH_PERIOD)
    starts = np.arange(count) * (along[-1] / max(count, 1))
    stretch = np.searchsorted(along[bounds], starts, side="right") - 1
    meshes: list[list[Mesh]] = [[] for _ in bounds[1:]]
    for boundary, marking in enumerate(road.markings):
        if marking.kind != "dashed":
            continue
        middle = road.boundaries[stations, boundary]
        half = _PAINT_WIDTH / 2
        edges = _strip(road, stations, middle - half, middle + half, _PAINT_HEIGHT)
        rear, front = _between(edges, along, starts), _between(edges, along, starts + _DASH)
        quads = np.stack([rear, front], axis=1)
        for index, own in enumerate(meshes):
            chosen = quads[stretch == index]
            if len(chosen):
                own.append(_quads(chosen, _paint(marking)))
    return meshes


def _between(
    edges: NDArray[np.float64], along: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate `(M, 2, 3)` ends at distances along the road."""
    index = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(along) - 2)
    share = (at - along[index]) / (along[index + 1] - along[index])
    return edges[index] + share[:, None, None] * (edges[index + 1] - edges[index])


def _quads(ends: NDArray[np.float64], paint: Material) -> Mesh:
    """One mesh of separate quads `(Q, 2, 2, 3)`: rear and front, right and left."""
    strips = Ribbons(
        edges=ends,
        normals=np.broadcast_to([0.0, 0.0, 1.0], ends.shape),
        materials=(paint,) * len(ends),
        classes=(SemanticClass.MARKING_DASHED,) * len(ends),
    )
    return strips.stretch(0, 1)
