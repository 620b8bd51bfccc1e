"""The cameras of N worlds, each mounted a little differently: from bodies to observed images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.classes import SemanticClass
from autonomy.camera.images import IMAGES
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import MountedCamera
from autonomy.camera.poses import camera_from_world, mounted
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Frames, Scene
from autonomy.camera.sensor import PERFECT, Sensor, SensorRandomization
from autonomy.errors import InputError
from autonomy.linear_algebra import products
from autonomy.policy import Observation
from autonomy.world import CameraInfo, ImageInfo
from autonomy.world_state import Bounds, State

_CHANNELS: dict[str, str] = dict(zip(IMAGES, ("rgb", "depth", "semantic", "instance"), strict=True))

CameraImages = dict[str, Observation]
"""For each camera's name its images by kind, each `(n, H, W, ...)`."""


@dataclass(frozen=True)
class RigCamera(MountedCamera):
    """A camera of a rig, and the kinds of image that it gives."""

    images: tuple[str, ...]


def with_images(
    cameras: Mapping[str, MountedCamera], images: tuple[str, ...]
) -> dict[str, RigCamera]:
    """Return cameras for a rig, all of which give the same kinds of image."""
    return {name: RigCamera(one.camera, one.mount, images) for name, one in cameras.items()}


class CameraRig:
    """One renderer a camera, where each camera is, and what its sensor does to the images.

    Where a method takes names of cameras, it means all of them if it is given none.

    Attributes:
        has_images: Whether any camera gives an image.
    """

    def __init__(
        self,
        cameras: Mapping[str, RigCamera],
        num_envs: int,
        split: str,
        sensor: SensorRandomization = PERFECT,
    ) -> None:
        """Prepare to draw the images of each of the cameras in N worlds of a split.

        Raises:
            InputError: A camera's distortion cannot be undone, its images are too large, or it sees
                what is behind it, where there is no depth, and is to give depth.
        """
        self._cameras = {
            name: _Installed(name, number, one, num_envs)
            for number, (name, one) in enumerate(cameras.items())
        }
        for name, one in self._cameras.items():
            if "depth" in one.images and not one.renderer.has_depth:
                raise InputError(
                    f"camera {name} must see less than 90 degrees to each side to give depth, "
                    "which is along its axis"
                )
        self._every_row = np.arange(num_envs)
        self._elapsed = np.zeros(num_envs, np.int64)
        self.has_images = any(one.images for one in cameras.values())
        self._sensor: Sensor | None = None
        if sensor != PERFECT and self.has_images:
            self._sensor = Sensor(sensor, num_envs, split, self._entries())

    @property
    def bodies(self) -> tuple[str, ...]:
        """Names of what the cameras are fixed to."""
        return tuple({one.mount.body: None for one in self._cameras.values()})

    @property
    def sensor_draws(self) -> int:
        """Random numbers that the sensors of an episode take."""
        return self._sensor.draw_count if self._sensor else 0

    def draw_sensors(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Begin episodes in n rows with numbers in [0, 1) `(n, sensor_draws)`."""
        if self._sensor:
            self._sensor.draw(rows, uniform)

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of n rows as their random draws `(n,)` say, all of them alike.

        Those have the fields of `MountRanges`.
        """
        for one in self._cameras.values():
            one.mounts[rows] = mounted(
                np.array(one.mount.position) + draws["camera_shift"],
                one.mount.pitch + draws["camera_pitch"],
                one.mount.yaw + draws["camera_yaw"],
            )

    def aim(
        self,
        rows: NDArray[np.intp],
        bodies: Mapping[str, NDArray[np.float64]],
        elapsed: NDArray[np.int64],
    ) -> None:
        """Bring the cameras of some rows to where their bodies are.

        Args:
            rows: Which worlds these are.
            bodies: The poses `(n, 3, 4)` of each of `bodies`.
            elapsed: `(n,)` control steps since their episodes began.
        """
        self._elapsed[rows] = elapsed
        for one in self._cameras.values():
            one.views[rows] = camera_from_world(one.mounts[rows], bodies[one.mount.body])

    def observe(
        self,
        library: MeshLibrary,
        scene: Scene,
        rows: NDArray[np.intp],
        cameras: Iterable[str] = (),
    ) -> CameraImages:
        """Return the images of some cameras in some rows, whose scenes are given."""
        return {one.name: self._images(one, library, scene, rows) for one in self._named(cameras)}

    def close_up(
        self,
        camera: str,
        library: MeshLibrary,
        scene: Scene,
        row: int,
        height: int,
        channels: Sequence[str],
    ) -> Frames:
        """Return what a camera sees now in a row, as frames `(1, height, W, ...)`.

        Args:
            camera: Its name.
            library: All meshes.
            scene: The row's.
            row: Which world it is.
            height: Of the frames [px]; their width follows from the camera's shape.
            channels: Those of `Frames` to draw; depth only where the camera has any.
        """
        one, rows = self._cameras[camera], np.array([row])
        renderer = one.close_up(height)
        drawn = [own for own in channels if own != "depth" or renderer.has_depth]
        return renderer.render(library, scene, one.views[rows], drawn, self._zoom(one, rows))

    def describe(self, cameras: Iterable[str] = ()) -> ImageInfo:
        """Return what `info` tells of some cameras, nothing where there are no images."""
        chosen = [one for one in self._named(cameras) if one.images]
        placed = {one.name: self._placed(one, self._every_row) for one in chosen}
        return {"cameras": placed} if placed else {}

    def projections(
        self,
        rows: NDArray[np.intp],
        origin: tuple[float, float, float],
        cameras: Iterable[str] = (),
    ) -> NDArray[np.float32]:
        """Return how C cameras see places in the images of n rows that arrive now.

        `(n, C, 3, 4)` bring places [m], as seen from `origin` in the world, to homogeneous columns
        and rows in shares of the image, from 0 to 1 from edge to edge; lenses without distortion.
        """
        seen: list[NDArray[np.float64]] = []
        for one in self._named(cameras):
            size = np.array((one.camera.width, one.camera.height, 1.0))
            placed = self._placed(one, rows)
            matrices, views = placed["intrinsics"], placed["camera_from_world"]
            matrices[:, :2, 2] += 0.5
            views[:, :, 3] += (views[:, :, :3] * origin).sum(axis=2)
            seen.append(products(matrices, views) / size[:, np.newaxis])
        return np.stack(seen, axis=1).astype(np.float32)

    def drawn(self) -> dict[str, NDArray[np.float64]]:
        """Return what the sensors drew, each `(N,)`."""
        return self._sensor.drawn() if self._sensor else {}

    def arrays(self) -> State:
        """Return what of the sensors changes; mounts and aims follow from elsewhere."""
        return self._sensor.arrays() if self._sensor else {}

    def bounds(self) -> Bounds:
        """Return the bounds of those of `arrays` that have any."""
        return self._sensor.bounds() if self._sensor else {}

    def _named(self, cameras: Iterable[str]) -> "list[_Installed]":
        return [self._cameras[name] for name in cameras or self._cameras]

    def _images(
        self, one: "_Installed", library: MeshLibrary, scene: Scene, rows: NDArray[np.intp]
    ) -> Observation:
        """Return what a camera sees in some rows, as it arrives now."""
        channels = [_CHANNELS[image] for image in one.images]
        zoom, seen = self._zoom(one, rows), Observation()
        frames = one.renderer.render(library, scene, one.views[rows], channels, zoom)
        for image, channel in zip(one.images, channels, strict=True):
            pixels = getattr(frames, channel)
            if self._sensor and image == "camera":
                pixels = self._sensor.capture(pixels, one.number, rows, self._elapsed[rows])
            seen[image] = self._arriving(f"{image}_{one.name}", pixels, rows)
        return seen

    def _entries(self) -> dict[str, tuple[tuple[int, ...], Any]]:
        """Return shape and type of all that a sensor may delay: images, and from where they are."""
        entries: dict[str, tuple[tuple[int, ...], Any]] = {}
        for name, one in self._cameras.items():
            for image in one.images:
                space = _image_space(image, one.camera)
                entries[f"{image}_{name}"] = (space.shape, space.dtype)
            entries[f"view_{name}"] = ((3, 4), np.float64)
        return entries

    def _zoom(self, one: "_Installed", rows: NDArray[np.intp]) -> NDArray[np.float64] | None:
        """Return the zoom of a camera in some rows, None where there is none."""
        if self._sensor is None or not one.camera.is_pinhole:
            return None
        return self._sensor.zoom(rows)

    def _placed(self, one: "_Installed", rows: NDArray[np.intp]) -> CameraInfo:
        """Return a camera's calibration, for the images of rows that arrive now."""
        matrices, zoom = one.matrices[rows], self._zoom(one, rows)
        if zoom is not None:
            matrices[:, :2, :2] *= zoom[:, np.newaxis, np.newaxis]
        return {
            "intrinsics": matrices,
            "distortion": one.distortions[rows],
            "fisheye": one.are_fisheyes[rows],
            "camera_from_world": self._arriving(f"view_{one.name}", one.views[rows], rows),
        }

    def _arriving(self, name: str, values: NDArray[Any], rows: NDArray[np.intp]) -> NDArray[Any]:
        """Return what arrives of values `(n, ...)` that some rows' sensors give now or gave."""
        if self._sensor is None:
            return values
        return self._sensor.delayed(name, values, rows, self._elapsed[rows])


class _Installed:
    """One camera of N worlds."""

    def __init__(self, name: str, number: int, one: RigCamera, num_envs: int) -> None:
        self.name, self.number = name, number
        self.camera, self.mount, self.images = one.camera, one.mount, one.images
        self.renderer = Renderer(one.camera)
        self.matrices = np.tile(one.camera.matrix, (num_envs, 1, 1))
        self.distortions = np.tile(np.array(one.camera.distortion, np.float64), (num_envs, 1))
        self.are_fisheyes = np.full(num_envs, one.camera.fisheye)
        self.mounts = np.zeros((num_envs, 3, 4))
        self.views = np.zeros((num_envs, 3, 4))
        self._close_up: Renderer | None = None

    def close_up(self, height: int) -> Renderer:
        """Return what draws images of the same shape, `height` pixels high."""
        own = self.camera
        if self._close_up is None or self._close_up.height != height:
            width = max(1, round(own.width * height / own.height))
            self._close_up = Renderer(own.sized(height, width))
        return self._close_up


def named_images(images: CameraImages) -> Observation:
    """Return images by the names under which they are observed."""
    return {
        _key(kind, name, position): pixels
        for position, (name, own) in enumerate(images.items())
        for kind, pixels in own.items()
    }


def camera_keys(cameras: Iterable[str]) -> tuple[str, ...]:
    """Return under which names the colours of each camera are observed."""
    return tuple(_key("camera", name, position) for position, name in enumerate(cameras))


def image_spaces(
    cameras: Mapping[str, MountedCamera], images: Sequence[str]
) -> dict[str, spaces.Space[NDArray[Any]]]:
    """Return the spaces of one environment's images."""
    return {
        _key(image, name, position): _image_space(image, one.camera)
        for position, (name, one) in enumerate(cameras.items())
        for image in images
    }


def _key(image: str, camera: str, position: int) -> str:
    """Return the key of a camera's image: the first camera's needs no name."""
    return image if position == 0 else f"{image}_{camera}"


def _image_space(image: str, camera: Camera) -> spaces.Box:
    size = (camera.height, camera.width)
    if image == "camera":
        return spaces.Box(0, 255, (*size, 3), np.uint8)
    if image == "depth":
        return spaces.Box(0.0, np.inf, size, np.float32)
    if image == "semantic":
        return spaces.Box(0, int(max(SemanticClass)), size, np.uint8)
    return spaces.Box(-1, np.iinfo(np.int32).max, size, np.int32)
