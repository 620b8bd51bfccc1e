"""What of a robot or a fixture is seen: surfaces of one colour, in the frames of its links."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autonomy.camera.mesh import Mesh
from autonomy.camera.mesh_file import read_surfaces
from autonomy.camera.primitives import box, capsule, cylinder, sphere
from autonomy.camera.surface import Surface
from autonomy.envs.arm.descriptions.description import Description, Geometry, Link, Visual
from autonomy.envs.arm.descriptions.notes import size_note, tell
from autonomy.envs.arm.descriptions.poses import turn_of
from autonomy.envs.arm.physics.bullet_meshes import is_bullets_own
from autonomy.errors import InputError
from autonomy.linear_algebra import product
from autonomy.picture_file import read_picture

Color = tuple[int, int, int]
_WHITE = (1.0, 1.0, 1.0)
_SIDES, _RINGS = 24, 12  # of round shapes


class Piece(NamedTuple):
    """A surface of a link, in the link's frame."""

    link: int
    surface: Surface
    color: Color


def pieces_of(description: Description, link_names: Sequence[str], first: int = 0) -> list[Piece]:
    """Return what is seen of links.

    A warning says what is not drawn as the files have it.

    Args:
        description: What their file says.
        link_names: The links in the order in which they are numbered.
        first: Number of the first of them.

    Raises:
        InputError: A mesh cannot be read.
    """
    has_visuals = any(link.visuals for link in description.links)
    pieces: list[Piece] = []
    for number, name in enumerate(link_names, start=first):
        for visual in _shown(description.link[name], has_visuals):
            pieces += [Piece(number, *own) for own in _colored(visual)]
    return pieces


def _shown(link: Link, has_visuals: bool) -> Iterable[Visual]:
    """Return what is seen of a link: what others touch, where a file shows nothing at all."""
    if has_visuals:
        return link.visuals
    return [Visual(own.geometry, own.pose) for own in link.collisions]


def _colored(visual: Visual) -> list[tuple[Surface, Color]]:
    """Return surfaces in the link's frame; the robot file's colour counts where a mesh has none."""
    turn, position = np.array(turn_of(visual.pose.rpy)), np.array(visual.pose.position)
    red, green, blue = (round(255 * value) for value in visual.color or _WHITE)
    color, result = _texture_color(visual.texture) or (red, green, blue), []
    for own in _surfaces(visual.geometry):
        vertices = product(own.vertices, turn.T) + position
        result.append((replace(own, vertices=vertices), own.color or color))
    return result


def _texture_color(texture: Path | None) -> Color | None:
    """Return the middle colour of a picture, if there is one that can be read."""
    if texture is None:
        return None
    try:
        picture = read_picture(texture)
    except InputError as error:
        tell([str(error)])
        return None
    tell([f"texture {texture} is drawn as its middle colour"])
    red, green, blue = np.median(picture.reshape(-1, 3), axis=0)
    return int(red), int(green), int(blue)


def _surfaces(geometry: Geometry) -> list[Surface]:
    """Return the surfaces of a shape, in its own frame."""
    if geometry.file is not None:
        surfaces = [own.scaled(geometry.size) for own in read_surfaces(geometry.file)]
        if not is_bullets_own(geometry.file):
            tell(_notes_of(geometry.file, surfaces))
        return surfaces
    mesh = _solid(geometry)
    return [Surface(mesh.vertices.astype(np.float64), mesh.triangles.astype(np.int64), None)]


def _notes_of(file: Path, surfaces: Sequence[Surface]) -> Iterable[str]:
    low = np.min([own.vertices.min(axis=0) for own in surfaces], axis=0)
    high = np.max([own.vertices.max(axis=0) for own in surfaces], axis=0)
    yield from dict.fromkeys(own.note for own in surfaces if own.note)
    yield from size_note(file, high - low)


def _solid(geometry: Geometry) -> Mesh:
    size = geometry.size
    if geometry.kind == "box":
        return box((size[0], size[1], size[2]), 0, 0)
    if geometry.kind == "cylinder":
        return cylinder(size[0], size[1], _SIDES, 0, 0)
    if geometry.kind == "capsule":
        return capsule(size[0], size[1], _RINGS, 0, 0)
    return sphere(size[0], _RINGS, 0, 0)
