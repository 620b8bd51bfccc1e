"""How N worlds come to know quantities: from the truth, or from what a module makes of frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mount import MountedCamera
from autonomy.camera.rig import CameraRig, named_images, with_images
from autonomy.camera.scene import Scene
from autonomy.camera.sensor import SensorRandomization
from autonomy.perception.estimates import Estimates
from autonomy.perception.filtering import ConstantVelocityFilters, Motion
from autonomy.perception.reading import Reading
from autonomy.row_blocks import RowBlocks
from autonomy.world import Trace
from autonomy.world_state import Bounds, State

_PREFIX = "perception_"
_ERROR = "perception_error_"  # of a quantity, as a measurement


class EstimatingModule(Protocol):
    """What is needed of an `autonomy.perception.module.PerceptionModule`, without torch."""

    is_calibrated: ClassVar[bool]
    reading: Reading

    def perceive(self, *frames: NDArray[Any]) -> Estimates:
        """Return what frames mean."""
        ...


@dataclass(frozen=True)
class Perceivable:
    """What can be perceived in a world.

    Attributes:
        world: `lane` or `arm`.
        cameras: What modules look through, at whatever size; all on one body.
        motions: The quantities, and how each moves.
        origin: Where in the world the frame of the quantities begins (x, y, z) [m].
    """

    world: str
    cameras: Mapping[str, MountedCamera]
    motions: Mapping[str, Motion]
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)


class Known(NamedTuple):
    """What is known of Q quantities in N worlds."""

    mean: NDArray[np.float64]  # (N, Q) in their units
    rate: NDArray[np.float64]  # (N, Q) how fast they change [unit/s]


See = Callable[[NDArray[np.intp]], tuple[MeshLibrary, Scene]]
"""Returns all meshes, and what is in front of the cameras of n rows."""


class Perception(Protocol):
    """Comes to know what is perceived in N worlds."""

    @property
    def sensor_draws(self) -> int:
        """Random numbers that it takes in an episode."""
        ...

    def begin(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Begin episodes in n rows with numbers in [0, 1) `(n, sensor_draws)`."""
        ...

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of some rows as their random draws say, see `CameraRig.mount`."""
        ...

    def look(
        self,
        see: See,
        rows: NDArray[np.intp],
        body: NDArray[np.float64],
        elapsed: NDArray[np.int64],
    ) -> None:
        """Take in what n rows' cameras see, once a step.

        Args:
            see: Tells what is in front of them.
            rows: Which worlds these are.
            body: `(n, 3, 4)` poses of what the cameras are mounted on.
            elapsed: `(n,)` control steps since their episodes began.
        """
        ...

    def known(self) -> Known:
        """Return what is known now of all rows."""
        ...

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Return as measurements `(N,)` how far that is from the truth, where it can be."""
        ...

    def arrays(self) -> State:
        """Return everything that changes; mounts follow from elsewhere."""
        ...

    def bounds(self) -> Bounds:
        """Return the bounds of those of `arrays` that have any."""
        ...


class TruePerception:
    """Knows the truth."""

    sensor_draws = 0

    def __init__(self, truth: Callable[[], Known]) -> None:
        self._truth = truth

    def begin(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Do nothing."""

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Do nothing."""

    def look(
        self,
        see: See,
        rows: NDArray[np.intp],
        body: NDArray[np.float64],
        elapsed: NDArray[np.int64],
    ) -> None:
        """Do nothing: there is no need to look."""

    def known(self) -> Known:
        """Return how it is."""
        return self._truth()

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Return nothing: there are none."""
        return {}

    def arrays(self) -> State:
        """Return nothing: nothing is remembered."""
        return {}

    def bounds(self) -> Bounds:
        """Return nothing likewise."""
        return {}


class FramePerception:
    """Looks through cameras, asks a module, and filters its answers over time."""

    def __init__(
        self,
        num_envs: int,
        followed: Perceivable,
        module: EstimatingModule,
        split: str,
        sensor: SensorRandomization,
        step: float,
        truth: Callable[[], Known],
    ) -> None:
        """Prepare for N worlds.

        Args:
            num_envs: N.
            followed: What is to be known.
            module: What reads the frames.
            split: Whose sensors may come.
            sensor: Of the cameras.
            step: Seconds between two looks.
            truth: Tells how it is, to measure errors by.
        """
        height, width = module.reading.image_size
        sized = {name: one.sized(height, width) for name, one in followed.cameras.items()}
        self._module, self._truth, self._names = module, truth, tuple(followed.motions)
        self._columns = [module.reading.reports.index(name) for name in self._names]
        self._rig = CameraRig(with_images(sized, ("camera",)), num_envs, split, sensor)
        self._origin = followed.origin
        self._mean_and_std = RowBlocks(self._perceive)
        self._filters = ConstantVelocityFilters(num_envs, list(followed.motions.values()), step)

    @property
    def sensor_draws(self) -> int:
        """Random numbers that the cameras' sensors take in an episode."""
        return self._rig.sensor_draws

    def begin(self, rows: NDArray[np.intp], uniform: NDArray[np.float64]) -> None:
        """Begin episodes in n rows: draw their sensors, forget what was there."""
        self._rig.draw_sensors(rows, uniform)
        self._filters.begin(rows)

    def mount(self, rows: NDArray[np.intp], draws: NDArray[np.void]) -> None:
        """Mount the cameras of some rows as their random draws say, see `CameraRig.mount`."""
        self._rig.mount(rows, draws)

    def look(
        self,
        see: See,
        rows: NDArray[np.intp],
        body: NDArray[np.float64],
        elapsed: NDArray[np.int64],
    ) -> None:
        """Take in what n rows' cameras see, as `Perception.look` says."""
        self._rig.aim(rows, dict.fromkeys(self._rig.bodies, body), elapsed)
        frames = named_images(self._rig.observe(*see(rows), rows))
        inputs: list[NDArray[Any]] = [frames[name] for name in self._module.reading.cameras]
        if self._module.is_calibrated:
            inputs.append(self._rig.projections(rows, self._origin))
        found = self._mean_and_std(inputs)
        self._filters.update(rows, Estimates(found[:, 0], found[:, 1]))

    def _perceive(self, inputs: list[NDArray[Any]]) -> NDArray[np.float32]:
        """Return means and standard deviations `(n, 2, Q)` of the quantities that are followed."""
        return np.stack(self._module.perceive(*inputs), axis=1)[:, :, self._columns]

    def known(self) -> Known:
        """Return what the filters say."""
        return Known(self._filters.mean, self._filters.rate)

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Return how far each quantity is from the truth."""
        errors = self._filters.error(self._truth().mean).astype(np.float32)
        return {_ERROR + name: errors[:, column] for column, name in enumerate(self._names)}

    def arrays(self) -> State:
        """Return everything that changes; mounts follow from elsewhere."""
        arrays = {**self._rig.arrays(), **self._filters.arrays()}
        return {_PREFIX + name: values for name, values in arrays.items()}

    def bounds(self) -> Bounds:
        """Return the bounds of those of `arrays` that have any."""
        return {_PREFIX + name: bounds for name, bounds in self._rig.bounds().items()}


def perception_metrics(episodes: Sequence[Trace]) -> dict[str, float]:
    """Return the root mean squares of the measurements that `Perception.errors` gave."""
    names = [name for name in episodes[0] if name.startswith(_ERROR)]
    errors = {name: np.concatenate([episode[name] for episode in episodes]) for name in names}
    return {
        name: float(np.sqrt(np.mean(own.astype(np.float64) ** 2))) for name, own in errors.items()
    }
