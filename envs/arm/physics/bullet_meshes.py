"""The mesh files of a description as PyBullet is given them.

PyBullet reads meshes without looking: an index beyond the vertices ends the process. All but its
own come to it as OBJ files that we have written.
"""

from functools import cache
from pathlib import Path

from autonomy.envs.arm.descriptions.description import Collision, Description
from autonomy.envs.arm.descriptions.notes import size_note
from autonomy.envs.arm.physics.bullet import data_path
from autonomy.envs.arm.physics.collision_mesh import read_collision_mesh

_OWN_SUFFIXES = (".obj", ".stl")  # of PyBullet's own files that are given to it as they are
MeshKey = tuple[Path | None, bool, int]
"""A mesh file, whether it is concave, and into how many slabs it is cut."""


def key_of(collision: Collision) -> MeshKey:
    """Return by what `write_meshes` knows a mesh."""
    return collision.geometry.file, collision.is_concave, collision.slabs


def write_meshes(description: Description, folder: Path) -> dict[MeshKey, Path]:
    """Write the meshes that bodies touch; return where PyBullet finds each.

    Raises:
        InputError: One cannot be read.
    """
    found: dict[MeshKey, Path] = {}
    for key in (key_of(own) for link in description.links for own in link.collisions):
        file, is_concave, slabs = key
        if file is None or key in found:
            continue
        if is_bullets_own(file):
            found[key] = file
        else:
            found[key] = folder / f"mesh_{len(found)}.obj"
            found[key].write_bytes(read_collision_mesh(file, is_concave, slabs).obj)
    return found


def collision_notes(description: Description) -> list[str]:
    """Return what to say of the sizes of meshes that bodies touch; often nothing."""
    notes: list[str] = []
    for own in (own for link in description.links for own in link.collisions):
        file, scale = own.geometry.file, own.geometry.size
        if file is not None and not is_bullets_own(file):
            size = read_collision_mesh(file, own.is_concave).size
            notes += size_note(file, [abs(a) * b for a, b in zip(scale, size, strict=True)])
    return notes


@cache
def is_bullets_own(file: Path) -> bool:
    """Tell whether a mesh came with PyBullet, in a format that it reads."""
    is_there = file.resolve().is_relative_to(Path(data_path()).resolve())
    return is_there and file.suffix.lower() in _OWN_SUFFIXES
