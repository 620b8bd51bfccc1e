"""The visual meshes of robots and fixtures, link by link, as their URDF files give them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.mesh_file import Surface, read_surfaces
from autonomy.camera.primitives import box, cylinder, sphere
from autonomy.elementary import power
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.fixtures import load_fixture
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.robot import Robot
from autonomy.errors import InputError
from autonomy.linear_algebra import product

_SHADE = 12  # steps of a colour's components, which span 0 to 255
_FAIRNESS = 0.7  # 1 shares triangles out by area, 0 gives every surface as many
_FEWEST = 24  # triangles that a surface keeps, however small it is


@dataclass(frozen=True)
class LinkMeshes:
    """What a robot looks like, or all fixtures together.

    Attributes:
        links: For each link that is seen, its number (a base counts as one) and its mesh, in
            the link's frame; the mesh's materials count up from `first_material`.
        colors: `(K, 3)` red, green, blue in [0, 255] of those materials.
    """

    links: tuple[tuple[int, Mesh], ...]
    colors: NDArray[np.float32]


NO_MESHES = LinkMeshes((), np.zeros((0, 3), np.float32))


class _Piece(NamedTuple):
    """A surface of a link, in the link's frame."""

    link: int
    surface: Surface
    color: tuple[int, int, int]


@lru_cache(maxsize=16)
def robot_meshes(robot: Robot, triangles: int | None, first_material: int) -> LinkMeshes:
    """Read a robot's visual meshes and decimate them together to about `triangles`.

    Raises:
        InputError: The robot or one of its meshes cannot be read.
    """
    client = connect()
    pieces = _pieces(client, load_robot(client, robot, visible=True).body)
    client.disconnect()
    return _link_meshes(pieces, triangles, first_material, SemanticClass.ROBOT)


def fixture_meshes(
    fixtures: Sequence[Fixture], triangles: int | None, first_material: int
) -> LinkMeshes:
    """Read the visual meshes of fixtures likewise; their links count on from each to the next.

    Raises:
        InputError: A fixture or one of its meshes cannot be read.
    """
    if not fixtures:
        return NO_MESHES
    client, pieces, first = connect(), list[_Piece](), 0
    for fixture in fixtures:
        loaded = load_fixture(client, fixture, visible=True)
        own = _pieces(client, loaded.body)
        pieces += [piece._replace(link=first + piece.link) for piece in own]
        first += loaded.links
    client.disconnect()
    return _link_meshes(pieces, triangles, first_material, SemanticClass.FIXTURE)


def _link_meshes(
    pieces: list[_Piece], triangles: int | None, first_material: int, semantic_class: int
) -> LinkMeshes:
    if triangles is not None and pieces:
        pieces = _decimated(pieces, triangles)
    colors = sorted({piece.color for piece in pieces})
    links = sorted({piece.link for piece in pieces})
    meshes = [
        joined(
            [
                _mesh(piece.surface, first_material + colors.index(piece.color), semantic_class)
                for piece in pieces
                if piece.link == link
            ]
        )
        for link in links
    ]
    return LinkMeshes(
        tuple(zip(links, meshes, strict=True)), np.array(colors, np.float32).reshape(-1, 3)
    )


def _pieces(client: Any, body: int) -> list[_Piece]:
    return [
        piece for shape in client.getVisualShapeData(body) for piece in _pieces_of(client, shape)
    ]


def _pieces_of(client: Any, shape: Sequence[Any]) -> list[_Piece]:
    """Read one visual shape; the URDF's colour counts where the mesh file has none."""
    _, link, kind, size, file, position, quaternion, rgba = shape[:8]
    turn = np.array(client.getMatrixFromQuaternion(quaternion)).reshape(3, 3)
    red, green, blue = (round(255 * float(value)) for value in rgba[:3])
    pieces: list[_Piece] = []
    for own in _surfaces(kind, size, Path(file.decode())):
        vertices = product(own.vertices, turn.T) + position
        color = _rounded(own.color or (red, green, blue))
        pieces.append(_Piece(link + 1, replace(own, vertices=vertices), color))
    return pieces


def _rounded(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """Make one of colours that nobody can tell apart."""
    red, green, blue = (min(_SHADE * round(value / _SHADE), 255) for value in color)
    return red, green, blue


def _surfaces(kind: int, size: Sequence[float], path: Path) -> list[Surface]:
    """Return the surfaces of a shape of one of Bullet's kinds, in its own frame."""
    bullet = pybullet()
    if kind == bullet.GEOM_MESH:
        return [replace(own, vertices=own.vertices * np.array(size)) for own in read_surfaces(path)]
    if kind == bullet.GEOM_BOX:
        mesh = box((size[0], size[1], size[2]), 0, 0)
    elif kind == bullet.GEOM_CYLINDER:
        mesh = cylinder(size[1], size[0], 24, 0, 0)
    elif kind == bullet.GEOM_SPHERE:
        mesh = sphere(size[0], 12, 0, 0)
    else:
        raise InputError(
            f"visual shapes of a URDF must be meshes, boxes, cylinders or spheres, got kind {kind}"
        )
    return [Surface(mesh.vertices.astype(np.float64), mesh.triangles.astype(np.int64), None)]


def _decimated(pieces: list[_Piece], triangles: int) -> list[_Piece]:
    """Share triangles out by area, and give what small surfaces leave over to the others."""
    areas = power([piece.surface.area for piece in pieces], _FAIRNESS)
    counts = np.array([len(piece.surface.triangles) for piece in pieces])
    shares = np.maximum(triangles * areas / areas.sum(), _FEWEST)
    for _ in range(8):
        kept = np.minimum(shares, counts)
        shares = shares * np.clip(triangles / kept.sum(), 0.5, 2.0)
    return [
        piece._replace(surface=piece.surface.decimated(max(_FEWEST, round(share))))
        for piece, share in zip(pieces, shares, strict=True)
    ]


def _mesh(piece: Surface, material: int, semantic_class: int) -> Mesh:
    creased = piece.creased()
    return surface(creased.vertices, creased.triangles, material, semantic_class)
