"""One call from scenes and views to images."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numba import get_num_threads, prange
from numba.np.ufunc.parallel import get_thread_id
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.lens import lens_of
from autonomy.camera.library import LibraryArrays, MeshLibrary
from autonomy.camera.rasterizer.blocks import with_room
from autonomy.camera.rasterizer.contact_shadow import add_contact_shadows
from autonomy.camera.rasterizer.geometry import project_frame
from autonomy.camera.rasterizer.grain import grain_tile
from autonomy.camera.rasterizer.light import frame_light
from autonomy.camera.rasterizer.optics import Optics, Views, zoomed
from autonomy.camera.rasterizer.pattern import add_patterns
from autonomy.camera.rasterizer.readings import read_depth, read_labels
from autonomy.camera.rasterizer.shading import shade
from autonomy.camera.rasterizer.triangles import Triangles
from autonomy.camera.rasterizer.visibility import VisibilityBuffer, rasterize
from autonomy.camera.scene import Appearance, Draws, Frames, Scene
from autonomy.compiled import Index, compiled, compiled_parallel
from autonomy.errors import InputError


class Images(NamedTuple):
    """Where the frames go; a channel that is not wanted has no pixels."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    semantic: NDArray[np.uint8]
    instance: NDArray[np.int32]


class Buffers(NamedTuple):
    """Working room, one row a thread: for `project_frame`, `Triangles`, `VisibilityBuffer`."""

    vertices: NDArray[np.float32]
    corners: NDArray[np.float32]
    labels: NDArray[np.int32]
    planes: NDArray[np.float32]
    nearness: NDArray[np.float32]
    seen: NDArray[np.int32]


class Renderer:
    """Draws batches of frames as one kind of camera sees them, for one caller at a time."""

    def __init__(self, camera: Camera) -> None:
        """Prepare for `camera`.

        Raises:
            InputError: The camera's distortion cannot be undone.
        """
        self._lens = lens_of(camera)
        source = self._lens.source if self._lens else camera
        self._optics = Optics(
            self._lens.intrinsics if self._lens else camera.intrinsics,
            source.near,
            source.far,
            source.height,
            source.width,
            grain_tile(),
        )
        self._buffers = self._allocate(get_num_threads(), triangles=1024, vertices=1024)

    def render(
        self,
        library: MeshLibrary,
        scene: Scene,
        camera_from_world: NDArray[np.float64],
        channels: Collection[str],
        zoom: NDArray[np.float64] | None = None,
    ) -> Frames:
        """Draw N scenes, each from its own `camera_from_world` `(N, 3, 4)`, into new arrays.

        The frames do not depend on N, on their neighbours or on the number of threads.
        `channels` names the fields of `Frames` to fill; what is not named costs nothing.
        `zoom` `(N,)` are factors of the focal length, of a camera without distortion.

        Raises:
            InputError: The palette lacks a material of the library.
        """
        assert set(channels) <= set(Images._fields)
        assert len(scene.draws.parts) == len(scene.look.palette) == len(camera_from_world)
        if library.material_count > scene.look.palette.shape[1]:
            raise InputError(
                f"a palette must hold the library's {library.material_count} materials, "
                f"got {scene.look.palette.shape[1]}"
            )
        zooms = np.ones(len(camera_from_world)) if zoom is None else zoom
        alone = len(camera_from_world) == 1
        self._fit(library, scene.draws, 1 if alone else get_num_threads())
        images = self._images(len(camera_from_world), channels)
        render = _render_alone if alone else _render_batch
        render(
            library.arrays,
            scene.draws,
            scene.look,
            Views(camera_from_world, zooms),
            self._optics,
            self._buffers,
            images,
        )
        frames = Frames(**{name: getattr(images, name) for name in channels})
        return self._lens.distort(frames) if self._lens else frames

    def _images(self, count: int, channels: Collection[str]) -> Images:
        shape, nothing = (count, self._optics.height, self._optics.width), (0, 0, 0)
        return Images(
            rgb=np.empty((*shape, 3) if "rgb" in channels else (0, 0, 0, 3), np.uint8),
            depth=np.empty(shape if "depth" in channels else nothing, np.float32),
            semantic=np.empty(shape if "semantic" in channels else nothing, np.uint8),
            instance=np.empty(shape if "instance" in channels else nothing, np.int32),
        )

    def _fit(self, library: MeshLibrary, draws: Draws, wanted_threads: int) -> None:
        """Make room, on every thread, for the largest frame.

        A triangle that is cut at the near plane becomes two.
        """
        triangles = 2 * library.most_triangles(draws.parts)
        room = self._buffers
        threads, _, vertices = room.vertices.shape
        wanted = (wanted_threads, triangles, with_room(library.largest_part))
        given = (threads, room.labels.shape[1], vertices)
        if any(more > has for more, has in zip(wanted, given, strict=True)):
            self._buffers = self._allocate(*map(max, wanted, given))

    def _allocate(self, threads: int, triangles: int, vertices: int) -> Buffers:
        size = (self._optics.height, with_room(self._optics.width))
        room = with_room(triangles)
        return Buffers(
            vertices=np.empty((threads, 7, vertices), np.float32),
            corners=np.empty((threads, 12, room), np.float32),
            labels=np.empty((threads, triangles, 4), np.int32),
            planes=np.empty((threads, 3, room), np.float32),
            nearness=np.empty((threads, *size), np.float32),
            seen=np.empty((threads, *size), np.int32),
        )


@compiled
def _draw(
    frame: Index,
    library: LibraryArrays,
    scene: Scene,
    views: Views,
    all_optics: Optics,
    buffers: Buffers,
    images: Images,
) -> None:
    """Draw one frame in the working room of the thread that runs."""
    thread, pose = get_thread_id(), views.poses[frame]
    optics = zoomed(all_optics, views.zooms[frame])
    triangles = Triangles(buffers.corners[thread], buffers.planes[thread], buffers.labels[thread])
    buffer = VisibilityBuffer(buffers.nearness[thread], buffers.seen[thread])
    count = project_frame(frame, library, scene, pose, optics, buffers.vertices[thread], triangles)
    highest = rasterize(count, triangles, optics.width, buffer)
    if images.rgb.size:
        light = frame_light(frame, scene.look, optics.lens, pose)
        shade(light, optics.grain, triangles, buffer, highest, images.rgb[frame])
        if scene.look.patterns.shape[1]:
            add_patterns(frame, scene, light, optics.grain, triangles, buffer, images.rgb[frame])
        if scene.look.shadows.shape[1]:
            shadows, rgb = scene.look.shadows[frame], images.rgb[frame]
            add_contact_shadows(shadows, light.rays, pose, optics, buffer, rgb)
    if images.depth.size:
        read_depth(buffer.nearness, images.depth[frame])
    if images.semantic.size:
        read_labels(1, 0, buffer.seen, triangles.labels, images.semantic[frame])
    if images.instance.size:
        read_labels(2, -1, buffer.seen, triangles.labels, images.instance[frame])


@compiled
def _render_alone(
    library: LibraryArrays,
    draws: Draws,
    look: Appearance,
    views: Views,
    optics: Optics,
    buffers: Buffers,
    images: Images,
) -> None:
    """Draw a batch of one: to wake the other threads would cost as much as the frame."""
    _draw(np.int64(0), library, Scene(draws, look), views, optics, buffers, images)


@compiled_parallel
def _render_batch(
    library: LibraryArrays,
    draws: Draws,
    look: Appearance,
    views: Views,
    optics: Optics,
    buffers: Buffers,
    images: Images,
) -> None:
    for frame in prange(len(views.poses)):
        # `prange` counts both signed and unsigned; the cast saves compiling `_draw` for each
        _draw(np.int64(frame), library, Scene(draws, look), views, optics, buffers, images)
