"""The meshes of a world as things in a browser that one can look at from anywhere."""

import math
import zlib
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import trimesh
import viser
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from trimesh.exchange.gltf import export_glb

from autonomy.camera.library import MeshLibrary
from autonomy.camera.scene import Appearance, Scene
from autonomy.shown_world import ShownWorld

_ROOT = "/world"
_SHADES = 64  # of the sky


AWAY = (-1.0, 0.0, 0.0)
"""Where who looks is first, seen from what is looked at, but for height and distance."""


class SolidView:
    """Keeps what browsers show of one row of a world like the world itself.

    What stays where it is is sent once; what moves only sends its pose. Browsers do not light
    anything: the light is in the colours, as it falls where a thing is when its mesh is sent.
    """

    def __init__(self, scene: viser.SceneApi) -> None:
        self._scene = scene
        self._root = scene.add_frame(_ROOT, show_axes=False)
        self._things: dict[int, _Thing] = {}  # by the numbers of the scene's draws
        scene.configure_default_lights(enabled=False)
        self._shown: tuple[Any, ...] = ()

    def show(self, world: ShownWorld) -> None:
        """Show the first row as it is now."""
        library, scene = world.surroundings()
        own, outlook = scene.rows(np.array([0])), world.outlook()
        key = _key(library, own)
        if key != self._shown:
            self._remake(library, own)
            self._shown = key
        self._move(own.draws.poses[0])
        turn = self._turn(outlook.eyes[0] - outlook.targets[0])
        self._root.wxyz = turn.as_quat(scalar_first=True)
        self._root.position = -turn.apply(outlook.targets[0])

    def _turn(self, away: NDArray[np.float64]) -> Rotation:
        """Return how the world is turned, so that who looks stays behind what moves."""
        ahead = math.atan2(-away[1], -away[0])
        return Rotation.from_euler("z", math.atan2(-AWAY[1], -AWAY[0]) - ahead)

    def clear(self) -> None:
        """Show nothing."""
        for own in self._things.values():
            own.frame.remove()
        self._things, self._shown = {}, ()

    def _remake(self, library: MeshLibrary, scene: Scene) -> None:
        """Send what is new, and remove what is gone."""
        draws, look, before = scene.draws, scene.look, self._things
        self._things = {}
        for number, (first, last) in enumerate(draws.parts[0].tolist()):
            mesh = _mesh(library, first, last, look, draws.poses[0, number])
            if mesh is None:
                continue
            thing, digest = before.pop(number, None) or self._placed(number), _digest(mesh)
            if thing.digest != digest:
                self._scene.add_glb(f"{_ROOT}/{number}/mesh", _unlit(mesh))
                thing.digest = digest
            self._things[number] = thing
        for own in before.values():
            own.frame.remove()
        self._sky(scene)

    def _placed(self, number: int) -> "_Thing":
        """Return a place for a mesh, which stays where it is when the mesh is replaced."""
        frame = self._scene.add_frame(f"{_ROOT}/{number}", show_axes=False)
        return _Thing(frame, 0, np.full((3, 4), np.nan))

    def _move(self, poses: NDArray[np.float64]) -> None:
        for number, thing in self._things.items():
            if (poses[number] != thing.pose).any():
                thing.pose = poses[number].copy()
                thing.frame.position = thing.pose[:, 3]
                thing.frame.wxyz = _quaternion(thing.pose)

    def _sky(self, scene: Scene) -> None:
        """Put the sky's colours behind everything."""
        share = np.linspace(1.0, 0.0, _SHADES)[:, np.newaxis, np.newaxis]
        sky = share * scene.look.zenith[0] + (1.0 - share) * scene.look.horizon[0]
        picture = np.repeat(sky.clip(0, 255).astype(np.uint8), 2, axis=1)
        self._scene.set_background_image(picture, format="png")


@dataclass
class _Thing:
    """What browsers have of one draw of a scene."""

    frame: viser.FrameHandle
    digest: int  # of the mesh in it
    pose: NDArray[np.float64]  # (3, 4)


def _digest(mesh: trimesh.Trimesh) -> int:
    """Return what tells whether a mesh or its colours have changed."""
    return zlib.crc32(cast(bytes, mesh.export(file_type="ply")))


def _unlit(mesh: trimesh.Trimesh) -> bytes:
    """Return a mesh as glTF that shows its colours as they are."""
    return export_glb(trimesh.Scene(mesh), tree_postprocessor=_set_unlit)


def _set_unlit(tree: dict[str, Any]) -> None:
    unlit = "KHR_materials_unlit"
    tree["extensionsUsed"] = [unlit]
    tree["materials"] = [{"extensions": {unlit: {}}}]
    for mesh in tree["meshes"]:
        for primitive in mesh["primitives"]:
            primitive["material"] = 0


def _quaternion(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    return Rotation.from_matrix(pose[:, :3]).as_quat(scalar_first=True)


def _key(library: MeshLibrary, scene: Scene) -> tuple[Any, ...]:
    """Return what tells whether meshes or their colours have changed."""
    look = scene.look
    return (library.version, scene.draws.parts.tobytes(), *(own.tobytes() for own in look[:6]))


def _mesh(
    library: MeshLibrary, first: int, last: int, look: Appearance, pose: NDArray[np.float64]
) -> trimesh.Trimesh | None:
    """Return the parts of a draw as one mesh, with colours as the light makes them at a pose."""
    pieces = [_piece(library, part, look, pose) for part in range(first, last)]
    if not pieces:
        return None
    starts = np.cumsum([0, *(len(vertices) for vertices, _, _ in pieces)])[:-1]
    return trimesh.Trimesh(
        np.concatenate([vertices for vertices, _, _ in pieces]),
        np.concatenate(
            [faces + start for (_, faces, _), start in zip(pieces, starts, strict=True)]
        ),
        vertex_colors=np.concatenate([colours for _, _, colours in pieces]),
        process=False,
    )


def _piece(
    library: MeshLibrary, part: int, look: Appearance, pose: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return a part's vertices, one for each corner and material, triangles and colours."""
    arrays = library.arrays
    _, _, first, last, _ = arrays.parts[part].tolist()
    corners = arrays.triangles[first:last].astype(np.int64)
    materials = np.repeat(arrays.materials[first:last].astype(np.int64), 3)
    pairs = corners.reshape(-1) * 256 + materials
    unique, faces = np.unique(pairs, return_inverse=True)
    vertices, own = arrays.vertices[:, unique // 256].astype(np.float64), arrays.poses[part]
    placed = np.einsum("ij,jv->vi", own[:, :3], vertices[:3]) + own[:, 3]
    turn = np.einsum("ij,jk->ik", pose[:, :3], own[:, :3])
    normals = np.einsum("ij,jv->vi", turn / np.linalg.norm(turn[:, 0]), vertices[3:])
    return placed, faces.reshape(-1, 3), _lit(look.palette[0, unique % 256, :3], normals, look)


def _lit(
    colours: NDArray[np.float32], normals: NDArray[np.float64], look: Appearance
) -> NDArray[np.uint8]:
    """Return colours `(V, 3)` in the light, as glTF has them: linear (IEC 61966-2-1)."""
    towards_sun = np.einsum("vi,i->v", normals, look.sun_direction[0]).clip(0.0)[:, np.newaxis]
    seen = colours * (look.ambient[0] + towards_sun * look.sun[0])
    share = seen.clip(0, 255) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return (255.0 * linear).round().astype(np.uint8)
