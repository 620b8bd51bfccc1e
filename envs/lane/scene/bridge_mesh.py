"""What carries a road over itself: a deck with barriers between two abutments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, surface
from autonomy.envs.lane.roads.road_clearance import DECK
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.scene.sections import Sections

_WALK = 0.8  # [m] of the deck between the asphalt and a barrier, where delineators stand
_BARRIER = 0.3, 0.8  # [m] width and height


def bridge_meshes(sections: Sections, bridges: Sequence[NDArray[np.intp]]) -> list[Mesh]:
    """Return a mesh for each bridge of a road, given by its stations."""
    if not bridges:
        return []
    outline, ends = _outline(sections), _ends(sections)
    section_at = {station: m for m, station in enumerate(sections.stations.tolist())}
    of_each = [
        [section_at[station] for station in bridge.tolist() if station in section_at]
        for bridge in bridges
    ]
    return [_mesh(outline[own], ends[own]) for own in of_each]


def _outline(sections: Sections) -> NDArray[np.float64]:
    """Return the deck around each section, `(M, 10, 3)` [m], from its left over its bottom.

    Seen along the road it goes round counter-clockwise, and the asphalt closes it.
    """
    right, left = sections.edges
    width, height = _BARRIER
    half = [(0.0, 0.0), (_WALK, 0.0), (_WALK, height), (_WALK + width, height)]
    half.append((_WALK + width, -DECK))
    points = [sections.at(left + out, up) for out, up in half]
    points += [sections.at(right - out, up) for out, up in reversed(half)]
    return np.stack(points, axis=1)


def _ends(sections: Sections) -> NDArray[np.float64]:
    """Return the embankment's outline at each section, `(M, 4, 3)` [m], from its right foot on."""
    feet = [sections.at(foot, 0.0) for foot in sections.feet]
    for foot in feet:
        foot[:, 2] = 0.0
    right, left = (sections.at(edge, 0.0) for edge in sections.edges)
    return np.stack([*feet, left, right], axis=1)


def _mesh(outline: NDArray[np.float64], ends: NDArray[np.float64]) -> Mesh:
    """Return a bridge between its first and its last section, `(K, 10, 3)`, `(K, 4, 3)`."""
    start, stop = _capped(outline[0]), _capped(outline[-1])
    quads = np.concatenate(
        [
            _sides(outline),
            ends[:1],  # the abutments face each other
            ends[-1:, ::-1],
            start,  # the deck's own ends face away from each other
            stop[:, ::-1],
        ]
    )
    corners = 4 * np.arange(len(quads))[:, np.newaxis]
    triangles = np.concatenate([corners + np.array((0, 1, 2)), corners + np.array((0, 2, 3))])
    points = quads.reshape(-1, 3)
    return surface(points, triangles, Material.WALL, SemanticClass.BUILDING, smooth=False)


def _sides(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quads `(Q, 4, 3)` between the outlines `(K, 10, 3)` of sections."""
    here, ahead = outline[:-1], outline[1:]
    quads = [here[:, :-1], ahead[:, :-1], ahead[:, 1:], here[:, 1:]]
    return np.stack(quads, axis=2).reshape(-1, 4, 3)


def _capped(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quads `(4, 4, 3)` that close an outline `(10, 3)`, seen along the road."""
    quads: list[NDArray[np.float64]] = []
    for half, turn in ((outline[:5], 1), (outline[:4:-1], -1)):
        below = half[0] - (0.0, 0.0, DECK)
        barrier, deck = half[1:], np.stack([half[0], half[1], half[4], below])
        quads += [barrier[::turn], deck[::turn]]
    return np.stack(quads)
