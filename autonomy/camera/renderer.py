"""One call from scenes and views to images."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.images import check_pixels
from autonomy.camera.lens import AHEAD, Pinhole, lens_of
from autonomy.camera.library import MeshLibrary
from autonomy.camera.rasterizer.cpu import CpuRasterizer
from autonomy.camera.rasterizer.draw import Images
from autonomy.camera.rasterizer.optics import Optics, Views
from autonomy.camera.scene import Frames, Scene
from autonomy.errors import InputError
from autonomy.linear_algebra import products


class Renderer:
    """Draws batches of frames as one kind of camera sees them, for one caller at a time.

    Attributes:
        height: Of the frames [px].
    """

    def __init__(self, camera: Camera) -> None:
        """Prepare for `camera`.

        Raises:
            InputError: The camera's distortion cannot be undone, or its images are too large.
        """
        check_pixels("a camera's images", camera.height, camera.width)
        self.height = camera.height
        self._lens = lens_of(camera)
        self._sources = self._lens.sources if self._lens else (_pinhole(camera),)
        self._rasterizers = [
            CpuRasterizer(Optics(own.intrinsics, camera.near, camera.far, own.height, own.width))
            for own in self._sources
        ]

    @property
    def has_depth(self) -> bool:
        """Whether all that the camera sees has a depth along its axis, which is not behind it."""
        return self._lens is None or self._lens.has_depth

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
        frames: list[Frames] = []
        for source, rasterizer in zip(self._sources, self._rasterizers, strict=True):
            views = Views(_turned(source, camera_from_world), zooms)
            images = rasterizer.draw(library, scene, views, channels)
            frames.append(Frames(**{name: getattr(images, name) for name in channels}))
        return self._lens.distort(frames) if self._lens else frames[0]


def _pinhole(camera: Camera) -> Pinhole:
    return Pinhole(AHEAD, camera.intrinsics, camera.height, camera.width)


def _turned(source: Pinhole, camera_from_world: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the poses `(N, 3, 4)` of a pinhole of cameras at poses `(N, 3, 4)`."""
    if source.turn is AHEAD:
        return camera_from_world
    return products(np.tile(source.turn, (len(camera_from_world), 1, 1)), camera_from_world)
