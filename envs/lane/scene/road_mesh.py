"""A road as triangles: embankments down to the flat ground, asphalt, paint."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh
from autonomy.envs.lane.roads.road import Marking
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.ribbons import Quads, ribbons, stretches
from autonomy.envs.lane.scene.sections import Sections

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


def road_meshes(sections: Sections, markings: tuple[Marking, ...]) -> list[Mesh]:
    """Return one mesh for each stretch of about 40 m, in the order of the road."""
    banks = _embankments(sections)
    strips = [*banks, _asphalt(sections), *_lines(sections, markings)]
    shown = np.ones((len(strips), len(sections.on_bridge)), np.bool_)
    shown[: len(banks)] = ~sections.on_bridge
    bounds = _chunk_bounds(sections)
    return stretches(ribbons(strips, shown), _dashes(sections, markings, bounds), bounds)


def _embankments(sections: Sections) -> list[Strip]:
    (right, left), (foot_right, foot_left) = sections.edges, sections.feet
    slopes = _strip(sections, foot_right, right, 0.0), _strip(sections, left, foot_left, 0.0)
    for foot, edges in enumerate(slopes):
        edges[:, foot, 2] = 0.0
    return [(edges, Material.GROUND, SemanticClass.GROUND) for edges in slopes]


def _asphalt(sections: Sections) -> Strip:
    return _strip(sections, *sections.edges, 0.0), Material.ASPHALT, SemanticClass.ROAD


def _lines(sections: Sections, markings: tuple[Marking, ...]) -> list[Strip]:
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


def _painted(sections: Sections, middle: NDArray[np.float64]) -> NDArray[np.float64]:
    half = _PAINT_WIDTH / 2
    return _strip(sections, middle - half, middle + half, _PAINT_HEIGHT)


def _strip(
    sections: Sections, right: NDArray[np.float64], left: NDArray[np.float64], height: float
) -> NDArray[np.float64]:
    """`(M, 2, 3)` right and left ends [m] of a strip that lies `height` above the road."""
    return np.stack([sections.at(right, height), sections.at(left, height)], axis=1)


def _chunk_bounds(sections: Sections) -> NDArray[np.intp]:
    """Indices of the cross-sections where stretches begin and end."""
    along = sections.along
    count = max(1, round(along[-1] / _CHUNK))
    bounds = np.searchsorted(along, np.linspace(0.0, along[-1], count + 1) - 1e-9)
    return np.unique(np.minimum(bounds, len(along) - 1))


def _dashes(sections: Sections, markings: tuple[Marking, ...], bounds: NDArray[np.intp]) -> Quads:
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
