"""A stage: N copies of what stands and moves in a world, and all cameras; it knows no goal."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import MountedCamera
from autonomy.camera.rig import CameraRig, named_images, with_images
from autonomy.camera.scene import Frames, Scene
from autonomy.camera.sensor import SensorRandomization
from autonomy.options import CommonOptions
from autonomy.policy import Observation
from autonomy.randomization import Sampler
from autonomy.shown_world import Outlook
from autonomy.world import ImageInfo

NO_EYES: Mapping[str, MountedCamera] = MappingProxyType({})
"""Of perception that does not look."""

_EYE = "perception_"


class Ranges(Protocol):
    """What a world's randomisation is: a dataclass of ranges, with a sensor's."""

    @property
    def sensor(self) -> SensorRandomization:
        """Of all cameras."""
        ...


class Stage(ABC):
    """Shows N worlds to policies, to perception and to people.

    Attributes:
        sampler: Of how the world looks.
        rig: All cameras.
    """

    def __init__(
        self,
        num_envs: int,
        options: CommonOptions,
        ranges: Ranges,
        eyes: Mapping[str, MountedCamera],
    ) -> None:
        """Install the cameras of `options`, and the `eyes` of perception, by its names of frames.

        Raises:
            InputError: A camera's distortion cannot be undone.
        """
        self.sampler = Sampler(ranges, options.split)
        cameras = options.sized_cameras()
        self._cameras = tuple(cameras)
        self._eyes = {name: _EYE + name for name in eyes}
        looking = {self._eyes[name]: camera for name, camera in eyes.items()}
        both = with_images(cameras, options.images) | with_images(looking, ("camera",))
        self.rig = CameraRig(both, num_envs, options.split, ranges.sensor)
        self._every_row = np.arange(num_envs)

    @abstractmethod
    def bodies(self, rows: NDArray[np.intp]) -> Mapping[str, NDArray[np.float64]]:
        """Return the poses `(n, 3, 4)` in some rows of each body that has a camera."""

    @abstractmethod
    def see(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and what is in front of the policies' cameras in some rows."""

    def look(self, rows: NDArray[np.intp]) -> tuple[MeshLibrary, Scene]:
        """Return what `see` does, for perception's cameras."""
        return self.see(rows)

    @abstractmethod
    def surroundings(self) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and all that is there, for people who look from anywhere."""

    @abstractmethod
    def outlook(self) -> Outlook:
        """Return from where a person first looks."""

    @abstractmethod
    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture `(720, 1280, 3)` for a person of each row."""

    @abstractmethod
    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a small picture `(200, 200, 3)` of where things are, of each row."""

    def dress(self, rows: NDArray[np.intp], draws: NDArray[np.float64]) -> None:
        """Bring random draws `(n, K)` to the looks and the mounts of some rows."""
        self.rig.mount(rows, self.sampler.records(draws))

    def aim(self, rows: NDArray[np.intp], elapsed: NDArray[np.int64]) -> None:
        """Bring the cameras of some rows to their bodies, `elapsed` `(n,)` steps on."""
        if self.rig.has_images:
            self.rig.aim(rows, self.bodies(rows), elapsed)

    def observe(self, rows: NDArray[np.intp]) -> Observation:
        """Return the images that policies observe in some rows."""
        return named_images(self.rig.observe(*self.see(rows), rows, self._cameras))

    def frames(
        self, rows: NDArray[np.intp], origin: tuple[float, float, float]
    ) -> dict[str, NDArray[Any]]:
        """Return what perception reads in some rows: its frames, and how they see places.

        The latter are `projections`, as seen from `origin`; see `CameraRig.projections`.
        """
        eyes = self._eyes
        seen = self.rig.observe(*self.look(rows), rows, eyes.values())
        frames: dict[str, NDArray[Any]] = {name: seen[eye]["camera"] for name, eye in eyes.items()}
        return {**frames, "projections": self.rig.projections(rows, origin, eyes.values())}

    @property
    def camera_names(self) -> tuple[str, ...]:
        """Names of the policies' cameras."""
        return self._cameras

    def close_up(self, camera: str, row: int, height: int, channels: Sequence[str]) -> Frames:
        """Return what a camera sees in a row, in frames `height` [px] high."""
        library, scene = self.see(np.array([row]))
        return self.rig.close_up(camera, library, scene, row, height, channels)

    def describe(self) -> ImageInfo:
        """Return what `info` tells of the policies' cameras."""
        return self.rig.describe(self._cameras)

    def some(self, rows: NDArray[np.intp], scene: Scene) -> Scene:
        """Return the part of a scene of all rows that is in front of some."""
        return scene.rows(rows) if len(rows) < len(self._every_row) else scene
