"""From meshes to the triangles of one image: culled, projected, lit at their corners, clipped."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.scene import Draws
from autonomy.compiled import compiled

_SMALLEST = 0.5  # [px] radius of a part's sphere in the image, below which it is left out

Corner = tuple[float, float, float, float]
"""Image x and y [px], nearness (1 / depth) [1/m], sunlight in [0, 1]."""


@compiled
def project_frame(
    frame: int,
    library: LibraryArrays,
    draws: Draws,
    to_sun: NDArray[np.float32],
    camera_from_world: NDArray[np.float64],
    lens: NDArray[np.float64],
    reach: tuple[float, float],
    size: tuple[int, int],
    vertices: NDArray[np.float32],
    corners: NDArray[np.float32],
    labels: NDArray[np.int32],
) -> int:
    """Project what one frame draws and return the number K of its triangles.

    Args:
        frame: Row of `draws`.
        library: All meshes.
        draws: What is drawn where.
        to_sun: `(3,)` unit vector of the world.
        camera_from_world: `(3, 4)` pose of the camera.
        lens: `(4,)` fx, fy, cx, cy [px].
        reach: Nearest and farthest depth [m].
        size: Image height and width [px].
        vertices: `(7, V)` working room for one part.
        corners: `(K, 12)` receives image x, y, nearness, sunlight of each triangle's corners.
        labels: `(K, 3)` receives material, class, instance of each triangle.
    """
    count = np.int64(0)
    for draw in range(draws.parts.shape[1]):
        camera_from_body = _composed(camera_from_world, draws.poses[frame, draw])
        for part in range(draws.parts[frame, draw, 0], draws.parts[frame, draw, 1]):
            if _out_of_sight(library.spheres[part], camera_from_body, lens, reach, size):
                continue
            camera_from_part = _composed(camera_from_body, library.poses[part])
            sunward = _turned_back(
                library.poses[part], _turned_back(draws.poses[frame, draw], to_sun)
            )
            _project_vertices(
                library.vertices, library.parts[part], camera_from_part, sunward, lens, vertices
            )
            drawn = _collect(
                library.triangles,
                library.parts[part],
                lens,
                reach[0],
                size,
                vertices,
                count,
                corners,
                labels,
            )
            for row in range(count, drawn):
                triangle = labels[row, 0]
                labels[row, 0] = library.materials[triangle]
                labels[row, 1] = library.classes[triangle]
                labels[row, 2] = draws.instances[frame, draw] + library.parts[part, 4]
            count = drawn
    return count


@compiled
def _composed(outer: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chain two `(3, 4)` poses."""
    result = np.empty((3, 4))
    for i in range(3):
        for j in range(4):
            value = outer[i, 3] if j == 3 else 0.0
            for k in range(3):
                value += outer[i, k] * inner[k, j]
            result[i, j] = value
    return result


@compiled
def _turned_back(pose: NDArray[np.float64], direction: NDArray[np.float32]) -> NDArray[np.float32]:
    """Express an outer unit direction in a body's frame, whatever the pose's scale."""
    result = np.empty(3, np.float32)
    scale = math.sqrt(pose[0, 0] ** 2 + pose[1, 0] ** 2 + pose[2, 0] ** 2)
    for i in range(3):
        along = pose[0, i] * direction[0] + pose[1, i] * direction[1] + pose[2, i] * direction[2]
        result[i] = along / scale
    return result


@compiled
def _out_of_sight(
    sphere: NDArray[np.float32],
    pose: NDArray[np.float64],
    lens: NDArray[np.float64],
    reach: tuple[float, float],
    size: tuple[int, int],
) -> bool:
    """Tell whether a sphere is too small to see, or wholly beyond one of the view's six planes."""
    x, y, z, radius = sphere[0], sphere[1], sphere[2], sphere[3]
    right = pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z + pose[0, 3]
    down = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z + pose[1, 3]
    ahead = pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z + pose[2, 3]
    if ahead + radius < reach[0] or ahead - radius > reach[1]:
        return True
    if radius * lens[0] < _SMALLEST * ahead:
        return True
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    return (
        _beyond(right, ahead, fx, cx + 0.5, radius)
        or _beyond(-right, ahead, fx, size[1] - 0.5 - cx, radius)
        or _beyond(down, ahead, fy, cy + 0.5, radius)
        or _beyond(-down, ahead, fy, size[0] - 0.5 - cy, radius)
    )


@compiled
def _beyond(across: float, ahead: float, focal: float, edge: float, radius: float) -> bool:
    """Tell whether a sphere lies outside the plane through the camera and one image edge."""
    return focal * across + edge * ahead < -radius * math.sqrt(focal * focal + edge * edge)


@compiled
def _project_vertices(
    library_vertices: NDArray[np.float32],
    part: NDArray[np.int32],
    pose: NDArray[np.float64],
    to_sun: NDArray[np.float32],
    lens: NDArray[np.float64],
    vertices: NDArray[np.float32],
) -> None:
    """Fill the rows camera x, y, z [m], image x, y [px], nearness [1/m], sunlight."""
    first = np.uint64(part[0])
    r00, r01, r02, r03 = _row(pose, 0)
    r10, r11, r12, r13 = _row(pose, 1)
    r20, r21, r22, r23 = _row(pose, 2)
    fx, fy = np.float32(lens[0]), np.float32(lens[1])
    cx, cy = np.float32(lens[2]), np.float32(lens[3])
    east, north, up = to_sun[0], to_sun[1], to_sun[2]
    half = np.float32(0.5)
    for i in range(np.uint64(part[1]) - first):
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
    triangles: NDArray[np.int32],
    part: NDArray[np.int32],
    lens: NDArray[np.float64],
    near: float,
    size: tuple[int, int],
    vertices: NDArray[np.float32],
    count: int,
    corners: NDArray[np.float32],
    labels: NDArray[np.int32],
) -> int:
    """Append a part's triangles that face the camera and touch the image; label their index."""
    first = part[0]
    right, bottom = np.float32(size[1] - 1), np.float32(size[0] - 1)
    for triangle in range(part[2], part[3]):
        a = triangles[triangle, 0] - first
        b = triangles[triangle, 1] - first
        c = triangles[triangle, 2] - first
        nearest = min(vertices[2, a], vertices[2, b], vertices[2, c])
        if nearest < near:
            if max(vertices[2, a], vertices[2, b], vertices[2, c]) > near:
                clipped = _clip(vertices, a, b, c, lens, near, count, corners)
                for row in range(count, clipped):
                    labels[row, 0] = triangle
                count = clipped
            continue
        ax, bx, cx = vertices[3, a], vertices[3, b], vertices[3, c]
        ay, by, cy = vertices[4, a], vertices[4, b], vertices[4, c]
        if not _faces_camera(ax, ay, bx, by, cx, cy):
            continue
        high, low = max(ay, by, cy), min(ay, by, cy)
        if max(ax, bx, cx) < 0 or min(ax, bx, cx) > right or high < 0 or low > bottom:
            continue
        if math.ceil(low) > math.floor(high):  # between two rows of pixel centres
            continue
        for k in range(4):
            corners[count, k] = vertices[3 + k, a]
            corners[count, 4 + k] = vertices[3 + k, b]
            corners[count, 8 + k] = vertices[3 + k, c]
        labels[count, 0] = triangle
        count += 1
    return count


@compiled
def _faces_camera(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> bool:
    """Tell whether corners run counter-clockwise as seen, which is clockwise with y down.

    In double precision, so that rounding drops no sliver that covers a pixel's centre.
    """
    left, top = float(ax), float(ay)
    return (bx - left) * (cy - top) - (cx - left) * (by - top) < 0.0


@compiled
def _clip(
    vertices: NDArray[np.float32],
    a: int,
    b: int,
    c: int,
    lens: NDArray[np.float64],
    near: float,
    count: int,
    corners: NDArray[np.float32],
) -> int:
    """Cut a triangle at the near plane (Sutherland and Hodgman, 1974); append what is left."""
    cut = np.empty((4, 4), np.float32)
    kept = 0
    for here, after in ((a, b), (b, c), (c, a)):
        if vertices[2, here] >= near:
            for k in range(4):
                cut[kept, k] = vertices[3 + k, here]
            kept += 1
        if (vertices[2, here] >= near) != (vertices[2, after] >= near):
            # Always from the end in front, so that triangles that share the edge cut it alike.
            front, back = (here, after) if vertices[2, here] >= near else (after, here)
            crossing = _crossing(vertices, front, back, lens, near)
            for k in range(4):
                cut[kept, k] = crossing[k]
            kept += 1
    for k in range(1, kept - 1):
        if _faces_camera(cut[0, 0], cut[0, 1], cut[k, 0], cut[k, 1], cut[k + 1, 0], cut[k + 1, 1]):
            for column in range(4):
                corners[count, column] = cut[0, column]
                corners[count, 4 + column] = cut[k, column]
                corners[count, 8 + column] = cut[k + 1, column]
            count += 1
    return count


@compiled
def _crossing(
    vertices: NDArray[np.float32], front: int, back: int, lens: NDArray[np.float64], near: float
) -> Corner:
    """Where an edge meets the near plane."""
    share = (vertices[2, front] - near) / (vertices[2, front] - vertices[2, back])
    right = vertices[0, front] + share * (vertices[0, back] - vertices[0, front])
    down = vertices[1, front] + share * (vertices[1, back] - vertices[1, front])
    sunlight = vertices[6, front] + share * (vertices[6, back] - vertices[6, front])
    return (lens[0] * right / near + lens[2], lens[1] * down / near + lens[3], 1.0 / near, sunlight)
