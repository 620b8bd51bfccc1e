"""Meshes from files, with the colours that the files give."""

import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from autonomy.camera.collada import unit_of, without_materials
from autonomy.camera.mesh_assets import MeshAssets
from autonomy.camera.mesh_colors import colored
from autonomy.camera.obj_file import check_positions, read_obj
from autonomy.camera.surface import Surface
from autonomy.errors import InputError
from autonomy.xml_file import read_xml

MESH_SUFFIXES = (".obj", ".stl", ".dae", ".ply", ".glb", ".gltf")
"""Of files that can be read."""
_LARGEST = 256 << 20  # bytes
_NEEDED = {"collada": "pycollada", "PIL": "Pillow"}


def read_surfaces(path: Path) -> list[Surface]:
    """Read an OBJ, STL, COLLADA (DAE), PLY or glTF file.

    COLLADA's unit is taken into account; which way a file says is up is not, as in ROS.

    Raises:
        InputError: The file is missing, of another kind, or holds no triangles that can be read.
    """
    _check_file(path)
    assets = MeshAssets(path)
    try:
        surfaces = [own for piece in _pieces(path, assets) for own in colored(piece)]
    except InputError:
        raise
    except Exception as error:  # each of trimesh's readers raises its own kinds
        raise InputError(f"mesh file {path} cannot be read: {_reason(error)}") from error
    seen = [surface for surface in surfaces if surface.area > 0.0]
    if not seen:
        raise InputError(f"mesh file {path} must hold triangles, got none")
    notes = (*assets.notes, *(surface.note for surface in seen if surface.note))
    note = "; ".join(dict.fromkeys(notes))
    return [replace(own, note=f"mesh file {path}: {note}" if note else "") for own in seen]


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"mesh file must exist, got {path}")
    if path.suffix.lower() not in MESH_SUFFIXES:
        raise InputError(f"mesh file {path} must be one of {', '.join(MESH_SUFFIXES)}")
    if (size := path.stat().st_size) > _LARGEST:
        raise InputError(
            f"mesh file {path} must have at most {_LARGEST >> 20} MiB, got {size >> 20}"
        )


def _pieces(path: Path, assets: MeshAssets) -> list[Any]:
    """Return the meshes of a file where they are in its scene."""
    kind = path.suffix.lower()[1:]
    if kind == "dae":
        return _collada_pieces(path, assets)
    data = read_obj(path) if kind == "obj" else path.read_bytes()
    return _loaded(data, kind, path, assets)


def _collada_pieces(path: Path, assets: MeshAssets) -> list[Any]:
    root = read_xml(path, "mesh", "COLLADA")
    unit = unit_of(root, path)
    pieces = _loaded(path.read_bytes(), "dae", path, assets)
    if not pieces and (pieces := _loaded(without_materials(root), "dae", path, assets)):
        assets.miss("a material")
    for piece in pieces if unit != 1.0 else ():
        piece.apply_scale(unit)
    return pieces


def _loaded(data: bytes, kind: str, path: Path, assets: Any) -> list[Any]:
    import trimesh

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries whose own code is meant
        scene: Any = trimesh.load_scene(io.BytesIO(data), file_type=kind, resolver=assets)
        pieces = [own for own in scene.dump() if isinstance(own, trimesh.Trimesh)]
    pieces = [own for own in pieces if len(own.faces)]
    for piece in pieces:
        check_positions(piece.vertices, path)
    return pieces


def _reason(error: Exception) -> str:
    """Return why a library could not read a file, if it says so in words for others."""
    if isinstance(error, ModuleNotFoundError) and error.name in _NEEDED:
        return f"{_NEEDED[error.name]} is not installed: pip install 'autonomy[arm]'"
    if isinstance(error, ValueError | IndexError):
        return str(error).partition("\n")[0][:200]
    return "it is damaged, or not what its name says"
