"""The rasteriser on the processor's cores: what it keeps between calls, and the call."""

from collections.abc import Collection

import numpy as np
from numba import get_num_threads

from autonomy.camera.library import LibraryArrays, MeshLibrary
from autonomy.camera.rasterizer.blocks import with_room
from autonomy.camera.rasterizer.draw import Buffers, Images, draw_alone, draw_batch
from autonomy.camera.rasterizer.grain import grain_tile
from autonomy.camera.rasterizer.optics import Optics, Views
from autonomy.camera.scene import Draws, Scene

_FINER = 2  # what the sun sees than an image
_SUN_SIDES = 256, 2048  # [px] at least and at most


class CpuRasterizer:
    """Draws batches of frames through one kind of optics, for one caller at a time."""

    def __init__(self, optics: Optics) -> None:
        self._optics, self._grain = optics, grain_tile()
        self._library, self._version = MeshLibrary().arrays, -1
        self._buffers = self._allocate(get_num_threads(), triangles=1024, vertices=1024)

    def draw(
        self, library: MeshLibrary, scene: Scene, views: Views, channels: Collection[str]
    ) -> Images:
        """Draw N scenes, each from its own view, into new arrays; of `Images`, only `channels`.

        The frames do not depend on N, on their neighbours or on the number of threads.
        """
        alone = len(views.poses) == 1
        self._take(library)
        casts = scene.look.cast.shape[1] > 0 and "rgb" in channels
        self._fit(library, scene.draws, 1 if alone else get_num_threads())
        self._fit_sun(_sun_side(self._optics) if casts else 0)
        images = self._images(len(views.poses), channels)
        draw = draw_alone if alone else draw_batch
        draw(
            self._library,
            scene.draws,
            scene.look,
            views,
            self._optics,
            self._grain,
            library.textures,
            self._buffers,
            images,
        )
        return images

    def _take(self, library: MeshLibrary) -> None:
        """Look at the library anew where it has changed."""
        if library.version != self._version:
            self._library = _in_whole_blocks(library)
            self._version = library.version

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

    def _fit_sun(self, side: int) -> None:
        """Make room, on every thread, for what the sun sees: `side` x `side` pixels, or none."""
        threads, room = len(self._buffers.vertices), self._buffers.lit_seen
        if room.shape[:2] != (threads, side):
            shape = (threads, side, with_room(side))
            lit = np.empty(shape, np.float32), np.empty(shape, np.int32)
            self._buffers = self._buffers._replace(lit_nearness=lit[0], lit_seen=lit[1])

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
            lit_nearness=np.empty((threads, 0, 0), np.float32),
            lit_seen=np.empty((threads, 0, 0), np.int32),
        )


def _sun_side(optics: Optics) -> int:
    """Return how many pixels wide and high the sun sees: some of its own for each of an image's."""
    wanted = _FINER * max(optics.height, optics.width)
    return min(max(1 << (wanted - 1).bit_length(), _SUN_SIDES[0]), _SUN_SIDES[1])


def _in_whole_blocks(library: MeshLibrary) -> LibraryArrays:
    """Return the library's arrays, with room for its largest part in whole blocks.

    They have it themselves, but in a library of a few dozen vertices.
    """
    arrays = library.arrays
    missing = with_room(library.largest_part) - arrays.vertices.shape[1]
    if missing <= 0:
        return arrays
    return arrays._replace(vertices=np.pad(arrays.vertices, ((0, 0), (0, missing))))
