"""From meshes to the triangles of one image: culled, projected, lit at their corners, clipped."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.rasterizer.blocks import first_of_blocks, whole_blocks
from autonomy.camera.rasterizer.clipping import clip, faces_camera
from autonomy.camera.rasterizer.culling import find_shown
from autonomy.camera.rasterizer.optics import Optics
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.scene import Scene
from autonomy.compiled import Index, compiled


@compiled
def project_frame(
    frame: Index,
    library: LibraryArrays,
    scene: Scene,
    camera_from_world: NDArray[np.float64],
    optics: Optics,
    vertices: NDArray[np.float32],
    triangles: Triangles,
) -> Index:
    """Project what one frame draws and return the number K of its triangles.

    Args:
        frame: Row of `scene`.
        library: All meshes.
        scene: What is drawn where, and where the sun is.
        camera_from_world: `(3, 4)` pose of the camera.
        optics: The camera.
        vertices: `(7, V)` working room for one part, in whole blocks.
        triangles: Receives corners and labels.
    """
    draws, to_sun = scene.draws, scene.look.sun_direction[frame]
    count = np.int64(0)
    camera_from_body, camera_from_part = np.empty((3, 4)), np.empty((3, 4))
    body_to_sun, part_to_sun = np.empty(3, np.float32), np.empty(3, np.float32)
    for draw in range(draws.parts.shape[1]):
        _compose(camera_from_world, draws.poses[frame, draw], camera_from_body)
        _turn_back(draws.poses[frame, draw], to_sun, body_to_sun)
        first, last = draws.parts[frame, draw, 0], draws.parts[frame, draw, 1]
        shown_parts = find_shown(library, first, last, camera_from_body, optics)
        for part in range(first, last):
            shown = shown_parts[part - first]
            if shown < 0:
                continue
            mesh = library.parts[shown]
            _compose(camera_from_body, library.poses[part], camera_from_part)
            _turn_back(library.poses[part], body_to_sun, part_to_sun)
            start = _project_vertices(
                library.vertices, mesh, camera_from_part, part_to_sun, optics.lens, vertices
            )
            drawn = _collect(library.triangles, mesh, start, optics, vertices, count, triangles)
            instance = draws.instances[frame, draw] + library.parts[part, 4]
            _label(library, instance, draw, triangles.labels[count:drawn])
            count = drawn
    return count


@compiled
def _label(library: LibraryArrays, instance: Index, draw: Index, labels: NDArray[np.int32]) -> None:
    """Turn the triangles' own indices into material, class, instance and draw."""
    for row in range(len(labels)):
        triangle = labels[row, 0]
        labels[row, 0] = library.materials[triangle]
        labels[row, 1] = library.classes[triangle]
        labels[row, 2] = instance
        labels[row, 3] = draw


@compiled
def _compose(
    outer: NDArray[np.float64], inner: NDArray[np.float64], result: NDArray[np.float64]
) -> None:
    """Chain two `(3, 4)` poses."""
    for i in range(3):
        for j in range(4):
            value = outer[i, 3] if j == 3 else 0.0
            for k in range(3):
                value += outer[i, k] * inner[k, j]
            result[i, j] = value


@compiled
def _turn_back(
    pose: NDArray[np.float64], direction: NDArray[np.float32], result: NDArray[np.float32]
) -> None:
    """Express an outer unit direction in a body's frame, whatever the pose's scale."""
    scale = 1.0 / math.sqrt(pose[0, 0] ** 2 + pose[1, 0] ** 2 + pose[2, 0] ** 2)
    for i in range(3):
        along = pose[0, i] * direction[0] + pose[1, i] * direction[1] + pose[2, i] * direction[2]
        result[i] = along * scale


@compiled
def _project_vertices(
    library_vertices: NDArray[np.float32],
    part: NDArray[np.int32],
    pose: NDArray[np.float64],
    to_sun: NDArray[np.float32],
    lens: NDArray[np.float64],
    vertices: NDArray[np.float32],
) -> np.int32:
    """Fill the rows camera x, y, z [m], image x, y [px], nearness [1/m], sunlight.

    Returns which of the library's vertices the first column is of.
    """
    length = whole_blocks(part[1] - part[0])
    start = first_of_blocks(part[0], length, library_vertices.shape[1])
    first = np.uint64(start)
    r00, r01, r02, r03 = _row(pose, 0)
    r10, r11, r12, r13 = _row(pose, 1)
    r20, r21, r22, r23 = _row(pose, 2)
    fx, fy = np.float32(lens[0]), np.float32(lens[1])
    cx, cy = np.float32(lens[2]), np.float32(lens[3])
    east, north, up = to_sun[0], to_sun[1], to_sun[2]
    half = np.float32(0.5)
    for i in range(length):
        x = library_vertices[0, first + i]
        y = library_vertices[1, first + i]
        z = library_vertices[2, first + i]
        right = r00 * x + r01 * y + r02 * z + r03
        down = r10 * x + r11 * y + r12 * z + r13
        ahead = r20 * x + r21 * y + r22 * z + r23
        nearness = np.float32(1.0) / ahead
        vertices[0, i] = right
        vertices[1, i] = down
        vertices[2, i] = ahead
        vertices[3, i] = fx * right * nearness + cx
        vertices[4, i] = fy * down * nearness + cy
        vertices[5, i] = nearness
        # Half-Lambert (Mitchell et al., Shading in Valve's Source Engine, 2006): faces turned
        # from the sun keep their shape without a second light.
        lit = half + half * (
            library_vertices[3, first + i] * east
            + library_vertices[4, first + i] * north
            + library_vertices[5, first + i] * up
        )
        vertices[6, i] = lit * lit
    return start


@compiled
def _row(
    pose: NDArray[np.float64], i: int
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    return (
        np.float32(pose[i, 0]),
        np.float32(pose[i, 1]),
        np.float32(pose[i, 2]),
        np.float32(pose[i, 3]),
    )


@compiled
def _collect(
    library_triangles: NDArray[np.int32],
    part: NDArray[np.int32],
    start: np.int32,
    optics: Optics,
    vertices: NDArray[np.float32],
    count: Index,
    triangles: Triangles,
) -> Index:
    """Append a part's triangles that face the camera and touch the image; label their index.

    `start` is which of the library's vertices the first column of `vertices` is of.
    """
    corners, labels, near = triangles.corners, triangles.labels, optics.near
    right, bottom = np.float32(optics.width - 1), np.float32(optics.height - 1)
    for triangle in range(part[2], part[3]):
        a = library_triangles[triangle, 0] - start
        b = library_triangles[triangle, 1] - start
        c = library_triangles[triangle, 2] - start
        nearest = min(vertices[2, a], vertices[2, b], vertices[2, c])
        if nearest < near:
            if max(vertices[2, a], vertices[2, b], vertices[2, c]) > near:
                clipped = clip(vertices, (a, b, c), optics, count, corners)
                for row in range(count, clipped):
                    labels[row, 0] = triangle
                count = clipped
            continue
        ax, bx, cx = vertices[3, a], vertices[3, b], vertices[3, c]
        ay, by, cy = vertices[4, a], vertices[4, b], vertices[4, c]
        if not (
            faces_camera(ax, ay, bx, by, cx, cy)
            & _meets_centres(min(ax, bx, cx), max(ax, bx, cx), right)
            & _meets_centres(min(ay, by, cy), max(ay, by, cy), bottom)
        ):
            continue
        for k in range(4):
            corners[k, count] = vertices[3 + k, a]
            corners[4 + k, count] = vertices[3 + k, b]
            corners[8 + k, count] = vertices[3 + k, c]
        labels[count, 0] = triangle
        count += 1
    return count


@compiled
def _meets_centres(low: np.float32, high: np.float32, last: np.float32) -> bool:
    """Tell whether a whole number from 0 to `last` lies between two positions in the image."""
    return max(np.ceil(low), np.float32(0.0)) <= min(np.floor(high), last)
