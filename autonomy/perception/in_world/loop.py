"""How N worlds come to know quantities: from the truth, or from what a module makes of frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.mount import MountedCamera
from autonomy.camera.rig import camera_keys
from autonomy.perception.estimates import Estimates
from autonomy.perception.in_world.filtering import ConstantVelocityFilters, Motion
from autonomy.perception.signature import Signature
from autonomy.row_blocks import RowBlocks
from autonomy.world import Trace
from autonomy.world_state import State

_PREFIX = "perception_"
_ERROR = "perception_error_"  # of a quantity, as a measurement


class EstimatingModule(Protocol):
    """What is needed of an `autonomy.perception.modules.module.PerceptionModule`, without torch."""

    motions: ClassVar[Mapping[str, Motion]]
    signature: Signature

    def perceive(self, frames: Mapping[str, NDArray[Any]]) -> Any:
        """Return what frames mean."""
        ...

    def estimates(self, result: Any) -> Estimates:
        """Return what of that is followed: `motions`, or else what the signature reports."""
        ...

    def draw(self, picture: NDArray[np.uint8], result: Any, camera: MountedCamera) -> None:
        """Draw what a frame means over a larger picture of it `(H, W, 3)`."""
        ...


@dataclass(frozen=True)
class Perceivable:
    """What can be perceived in a world.

    Attributes:
        cameras: What modules look through, at whatever size; all on one body.
        motions: The quantities, and how each moves.
        origin: Where in the world the frame of the quantities begins (x, y, z) [m].
    """

    cameras: Mapping[str, MountedCamera]
    motions: Mapping[str, Motion]
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def with_module(self, module: EstimatingModule | None) -> Mapping[str, Motion]:
        """Return what a module has followed: these quantities, or its own if it has any."""
        return (module.motions if module else {}) or self.motions


class Known(NamedTuple):
    """What is known of Q quantities in N worlds."""

    mean: NDArray[np.float64]  # (N, Q) in their units
    rate: NDArray[np.float64]  # (N, Q) how fast they change [unit/s]


class Perception(Protocol):
    """Comes to know what is perceived in N worlds.

    Attributes:
        cameras: What it looks through, by the names of the frames that it reads.
        origin: Where in the world the frame of the quantities begins (x, y, z) [m].
    """

    cameras: Mapping[str, MountedCamera]
    origin: tuple[float, float, float]

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Begin episodes in some rows."""
        ...

    def update(self, rows: NDArray[np.intp], frames: Mapping[str, NDArray[Any]]) -> None:
        """Take in what n rows' cameras see, once a step.

        Args:
            rows: Which worlds these are.
            frames: By name, each `(n, H, W, 3)`; and `projections`, see `CameraRig.projections`.
        """
        ...

    def known(self) -> Known:
        """Return what is known now of all rows."""
        ...

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Return as measurements `(N,)` how far that is from the truth, where it can be."""
        ...

    def arrays(self) -> State:
        """Return everything that changes."""
        ...

    def draw(
        self, frames: Mapping[str, NDArray[Any]], pictures: Mapping[str, NDArray[np.uint8]]
    ) -> None:
        """Draw what is made of one row's frames over larger pictures of the same `(H, W, 3)`."""
        ...


class TruePerception:
    """Knows the truth."""

    def __init__(self, truth: Callable[[], Known]) -> None:
        self.cameras: Mapping[str, MountedCamera] = {}
        self.origin = (0.0, 0.0, 0.0)
        self._truth = truth

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Do nothing."""

    def update(self, rows: NDArray[np.intp], frames: Mapping[str, NDArray[Any]]) -> None:
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

    def draw(
        self, frames: Mapping[str, NDArray[Any]], pictures: Mapping[str, NDArray[np.uint8]]
    ) -> None:
        """Do nothing: there are no frames."""


class FramePerception:
    """Looks through cameras, asks a module, and filters its answers over time."""

    def __init__(
        self,
        num_envs: int,
        followed: Perceivable,
        module: EstimatingModule,
        step: float,
        truth: Callable[[], Known],
    ) -> None:
        """Prepare for N worlds.

        Args:
            num_envs: N.
            followed: What is to be known.
            module: What reads the frames.
            step: Seconds between two looks.
            truth: Tells how it is, to measure errors by.
        """
        self.cameras: Mapping[str, MountedCamera] = _read(followed.cameras, module.signature)
        self.origin = followed.origin
        motions = followed.with_module(module)
        self._module, self._names = module, tuple(motions)
        self._truth = None if module.motions else truth
        told = tuple(module.motions) or module.signature.reports
        self._columns = [told.index(name) for name in self._names]
        self._mean_and_std = RowBlocks(self._perceive)
        self._filters = ConstantVelocityFilters(num_envs, list(motions.values()), step)

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Forget what was there in some rows."""
        self._filters.begin(rows)

    def update(self, rows: NDArray[np.intp], frames: Mapping[str, NDArray[Any]]) -> None:
        """Take in what n rows' cameras see, as `Perception.update` says."""
        found = self._mean_and_std([frames[name] for name in self._module.signature.reads])
        self._filters.update(rows, Estimates(found[:, 0], found[:, 1]))

    def _perceive(self, inputs: list[NDArray[Any]]) -> NDArray[np.float32]:
        """Return means and standard deviations `(n, 2, Q)` of the quantities that are followed."""
        named = dict(zip(self._module.signature.reads, inputs, strict=True))
        found = self._module.estimates(self._module.perceive(named))
        return np.stack(found, axis=1)[:, :, self._columns].astype(np.float32)

    def known(self) -> Known:
        """Return what the filters say."""
        return Known(self._filters.mean, self._filters.rate)

    def errors(self) -> dict[str, NDArray[np.float32]]:
        """Return how far each quantity of the world is from the truth; no world knows others."""
        if self._truth is None:
            return {}
        errors = self._filters.error(self._truth().mean).astype(np.float32)
        return {_ERROR + name: errors[:, column] for column, name in enumerate(self._names)}

    def arrays(self) -> State:
        """Return everything that changes."""
        return {_PREFIX + name: values for name, values in self._filters.arrays().items()}

    def draw(
        self, frames: Mapping[str, NDArray[Any]], pictures: Mapping[str, NDArray[np.uint8]]
    ) -> None:
        """Draw what the module makes of one row's frames over larger pictures of the same."""
        named = {name: frames[name] for name in self._module.signature.reads}
        name = next(iter(self._module.signature.frames))
        picture, camera = pictures[name], self.cameras[name]
        result = self._module.perceive(named)
        self._module.draw(picture, result, camera.sized(*picture.shape[:2]))


def _read(cameras: Mapping[str, MountedCamera], signature: Signature) -> dict[str, MountedCamera]:
    """Return those cameras that a module reads, at the sizes of its frames, by their names."""
    by_key = dict(zip(camera_keys(cameras), cameras.values(), strict=True))
    return {key: by_key[key].sized(*size) for key, size in signature.frames.items()}


def perception_metrics(episodes: Sequence[Trace]) -> dict[str, float]:
    """Return the root mean squares of the measurements that `Perception.errors` gave."""
    names = [name for name in episodes[0] if name.startswith(_ERROR)]
    errors = {name: np.concatenate([episode[name] for episode in episodes]) for name in names}
    return {
        name: float(np.sqrt(np.mean(own.astype(np.float64) ** 2))) for name, own in errors.items()
    }
