"""The visual meshes of robots and fixtures, link by link, as a scene holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.decimation import decimated
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.surface import Surface
from autonomy.elementary import power
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.fixtures import load_fixture
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.link_pieces import Piece, pieces_of

_SHADE = 12  # steps of a colour's components, which span 0 to 255
_MOST_COLORS = 100  # for which a palette has room, of a robot and of fixtures each
_FAIRNESS = 0.7  # 1 shares triangles out by area, 0 gives every link as many
_FEWEST = 24  # triangles that a link keeps, however small it is


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


@lru_cache(maxsize=16)
def robot_meshes(robot: Robot, triangles: int | None, first_material: int) -> LinkMeshes:
    """Read a robot's visual meshes and decimate them together to about `triangles`.

    Raises:
        InputError: The robot or one of its meshes cannot be read.
    """
    client = connect()
    loaded = load_robot(client, robot)
    client.disconnect()
    pieces = pieces_of(loaded.description, loaded.link_names)
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
    client, pieces, first = connect(), list[Piece](), 0
    for fixture in fixtures:
        loaded = load_fixture(client, fixture)
        pieces += pieces_of(loaded.description, loaded.link_names, first)
        first += loaded.links
    client.disconnect()
    return _link_meshes(pieces, triangles, first_material, SemanticClass.FIXTURE)


def _link_meshes(
    pieces: list[Piece], triangles: int | None, first_material: int, semantic_class: int
) -> LinkMeshes:
    if triangles is not None and pieces:
        pieces = _decimated(pieces, triangles)
    pieces = _with_few_colors(pieces)
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


def _with_few_colors(pieces: list[Piece]) -> list[Piece]:
    """Make one of colours that nobody can tell apart, and of more where there are too many."""
    step, rounded = _SHADE, pieces
    while step == _SHADE or len({piece.color for piece in rounded}) > _MOST_COLORS:
        rounded = [piece._replace(color=_rounded(piece.color, step)) for piece in pieces]
        step *= 2
    return rounded


def _rounded(color: tuple[int, int, int], step: int) -> tuple[int, int, int]:
    red, green, blue = (min(step * round(value / step), 255) for value in color)
    return red, green, blue


def _decimated(pieces: list[Piece], triangles: int) -> list[Piece]:
    """Share triangles out among links by area, and give what some leave over to the others."""
    links = sorted({piece.link for piece in pieces})
    groups = [[piece for piece in pieces if piece.link == link] for link in links]
    areas = power([sum(piece.surface.area for piece in own) for own in groups], _FAIRNESS)
    counts = np.array([sum(len(piece.surface.triangles) for piece in own) for own in groups])
    shares = np.maximum(triangles * areas / areas.sum(), _FEWEST)
    for _ in range(8):
        kept = np.minimum(shares, counts)
        shares = shares * np.clip(triangles / kept.sum(), 0.5, 2.0)
    return [
        piece
        for own, share in zip(groups, shares, strict=True)
        for piece in _coarser(own, max(_FEWEST, round(share)))
    ]


def _coarser(pieces: list[Piece], count: int) -> list[Piece]:
    """Return the pieces of one link with about `count` triangles; some may be too small to keep."""
    coarse = decimated([piece.surface for piece in pieces], count)
    both = zip(pieces, coarse, strict=True)
    return [piece._replace(surface=own) for piece, own in both if len(own.triangles)]


def _mesh(piece: Surface, material: int, semantic_class: int) -> Mesh:
    creased = piece.creased()
    return surface(creased.vertices, creased.triangles, material, semantic_class)
