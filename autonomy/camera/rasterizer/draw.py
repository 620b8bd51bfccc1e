"""From scenes and views to images: the drivers of the kernels, a frame a thread."""

from typing import NamedTuple

import numpy as np
from numba import prange
from numba.np.ufunc.parallel import get_thread_id
from numpy.typing import NDArray

from autonomy.camera.library import LibraryArrays
from autonomy.camera.rasterizer.cast_shadow import add_cast_shadows
from autonomy.camera.rasterizer.contact_shadow import add_contact_shadows
from autonomy.camera.rasterizer.covering import frame_covers
from autonomy.camera.rasterizer.geometry import project_frame
from autonomy.camera.rasterizer.light import frame_light
from autonomy.camera.rasterizer.optics import Optics, Views, zoomed
from autonomy.camera.rasterizer.pattern import add_patterns
from autonomy.camera.rasterizer.readings import read_depth, read_labels
from autonomy.camera.rasterizer.shading import shade
from autonomy.camera.rasterizer.sun_sight import see_from_sun
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer, rasterize
from autonomy.camera.scene import Appearance, Draws, Scene
from autonomy.camera.texture import TextureArrays
from autonomy.compiled import Index, compiled, compiled_parallel


class Images(NamedTuple):
    """Where the frames go; a channel that is not wanted has no pixels."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    semantic: NDArray[np.uint8]
    instance: NDArray[np.int32]


class Buffers(NamedTuple):
    """Working room, one row a thread: for `project_frame`, `Triangles`, `VisibilityBuffer`.

    The last two are what the sun sees, without a pixel where nothing casts shadows.
    """

    vertices: NDArray[np.float32]
    corners: NDArray[np.float32]
    labels: NDArray[np.int32]
    planes: NDArray[np.float32]
    nearness: NDArray[np.float32]
    seen: NDArray[np.int32]
    lit_nearness: NDArray[np.float32]
    lit_seen: NDArray[np.int32]


@compiled
def _draw(
    frame: Index,
    library: LibraryArrays,
    scene: Scene,
    views: Views,
    all_optics: Optics,
    grain: NDArray[np.float32],
    textures: TextureArrays,
    buffers: Buffers,
    images: Images,
) -> None:
    """Draw one frame in the working room of the thread that runs."""
    thread, pose = get_thread_id(), views.poses[frame]
    optics = zoomed(all_optics, views.zooms[frame])
    triangles = Triangles(buffers.corners[thread], buffers.planes[thread], buffers.labels[thread])
    buffer = VisibilityBuffer(buffers.nearness[thread], buffers.seen[thread])
    vertices = buffers.vertices[thread]
    lit = VisibilityBuffer(buffers.lit_nearness[thread], buffers.lit_seen[thread])
    sight = see_from_sun(frame, library, scene, lit, vertices, triangles)
    count = project_frame(frame, library, scene, pose, optics, vertices, triangles)
    highest = rasterize(count, triangles, optics.width, buffer)
    if images.rgb.size:
        light = frame_light(frame, scene.look, optics.lens, pose)
        covers = frame_covers(frame, scene, textures, light.rays, count, triangles)
        shade(light, grain, covers, triangles, buffer, highest, images.rgb[frame])
        if scene.look.patterns.shape[1]:
            add_patterns(frame, scene, light, grain, triangles, buffer, images.rgb[frame])
        if scene.look.shadows.shape[1]:
            shadows, rgb = scene.look.shadows[frame], images.rgb[frame]
            add_contact_shadows(shadows, light.rays, pose, optics, buffer, rgb)
        if lit.seen.shape[0]:
            rgb = images.rgb[frame]
            add_cast_shadows(frame, scene.look, light, sight, triangles, buffer, rgb)
    if images.depth.size:
        read_depth(buffer.nearness, images.depth[frame])
    if images.semantic.size:
        read_labels(1, 0, buffer.seen, triangles.labels, images.semantic[frame])
    if images.instance.size:
        read_labels(2, -1, buffer.seen, triangles.labels, images.instance[frame])


@compiled
def draw_alone(
    library: LibraryArrays,
    draws: Draws,
    look: Appearance,
    views: Views,
    optics: Optics,
    grain: NDArray[np.float32],
    textures: TextureArrays,
    buffers: Buffers,
    images: Images,
) -> None:
    """Draw a batch of one: to wake the other threads would cost as much as the frame."""
    _draw(np.int64(0), library, Scene(draws, look), views, optics, grain, textures, buffers, images)


@compiled_parallel
def draw_batch(
    library: LibraryArrays,
    draws: Draws,
    look: Appearance,
    views: Views,
    optics: Optics,
    grain: NDArray[np.float32],
    textures: TextureArrays,
    buffers: Buffers,
    images: Images,
) -> None:
    """Draw a batch on all threads; `prange` takes no tuple of tuples, so a scene comes in two."""
    for frame in prange(len(views.poses)):
        # `prange` counts both signed and unsigned; the cast saves compiling `_draw` for each
        _draw(
            np.int64(frame),
            library,
            Scene(draws, look),
            views,
            optics,
            grain,
            textures,
            buffers,
            images,
        )
