"""The colours of a mesh file's pieces: surfaces here have one each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.surface import Surface

_ALIKE = 40.0  # components in [0, 255] that differ by less are of one colour
_SHARE = 0.9  # of triangles that must be alike for all to be
_MOST = 16  # colours of a piece that are drawn apart


def colored(piece: Any) -> list[Surface]:
    """Return a piece that trimesh has read as surfaces of one colour each.

    Where a picture or colours of vertices give it a few colours, each has its triangles; where
    they give it many, it has the middle one, and a note says so.
    """
    joined = piece.copy()
    joined.merge_vertices(merge_tex=True, merge_norm=True)
    vertices, triangles = np.array(joined.vertices), np.array(joined.faces)
    colors = _vertex_colors(piece)
    if colors is None:
        return [Surface(vertices, triangles, _plain_color(piece))]
    middle = np.median(colors, axis=0)
    facets = colors[piece.faces].mean(axis=1)
    if (np.abs(facets - middle).max(axis=1) < _ALIKE).mean() >= _SHARE:
        return [Surface(vertices, triangles, _whole(middle))]
    swatches, which = np.unique(np.round(facets), axis=0, return_inverse=True)
    if len(swatches) <= _MOST:
        return [
            Surface(vertices, triangles[which.ravel() == number], _whole(swatch))
            for number, swatch in enumerate(swatches)
        ]
    note = "a picture or colours of vertices are drawn as their middle colour"
    return [Surface(vertices, triangles, _whole(middle), note)]


def _vertex_colors(piece: Any) -> NDArray[np.float64] | None:
    """Return colours `(V, 3)` in [0, 255] of the vertices, if they may differ."""
    visual = piece.visual
    if visual.kind in ("vertex", "face"):
        return np.array(visual.vertex_colors[:, :3], np.float64)
    if _picture(_material(piece)) is None or getattr(visual, "uv", None) is None:
        return None
    return np.array(visual.to_color().vertex_colors[:, :3], np.float64)


def _plain_color(piece: Any) -> tuple[int, int, int] | None:
    """Return a material's colour, if there is a material."""
    material = _material(piece)
    return None if material is None else _whole(material.main_color)


def _material(piece: Any) -> Any:
    """Return a piece's material, if its file gives one.

    Where coordinates of a picture come without a material, trimesh makes one, without a name and
    with a picture of no file.
    """
    material = getattr(piece.visual, "material", None)
    picture = getattr(material, "image", None)
    is_made = picture is not None and picture.format is None and not hasattr(material, "_name")
    return None if is_made else material


def _picture(material: Any) -> Any:
    return getattr(material, "image", None) or getattr(material, "baseColorTexture", None)


def _whole(color: Any) -> tuple[int, int, int]:
    red, green, blue = color[:3]
    return int(red), int(green), int(blue)
