"""What a user may choose of every world."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from autonomy.camera.images import IMAGES, check_pixels
from autonomy.errors import InputError, UnknownOptionError, shown
from autonomy.imported_class import is_name_of_object, named_object

if TYPE_CHECKING:  # what lists the options need not load what draws
    from _typeshed import DataclassInstance

    from autonomy.camera.mount import MountedCamera
    from autonomy.perception.in_world.loop import EstimatingModule

Chosen = TypeVar("Chosen", bound="DataclassInstance")

SPLITS = ("train", "validation", "test")
TRUTH = "truth"
"""How `perceived` is come by without perception."""


@dataclass(frozen=True)
class CommonOptions:
    """The options that all worlds take.

    Attributes:
        observations: Names out of `camera`, `depth`, `semantic`, `instance` and of what the world
            has besides images.
        image_size: Height and width [px] of every camera's images; by default the cameras' own.
        cameras: Cameras by name, a name out of `camera_sets`, or a JSON file of cameras (see
            `rig_to_json`). The first one's images are observed as `camera`, `depth`, ...; those
            of another, `left` say, as `camera_left`, `depth_left`, ...
        shadows: Whether what stands and moves casts shadows in the sun of policies' and
            perception's images, as it does in pictures for people.
        split: `train`, `validation` or `test`: which roads or objects may come.
        control_rate: Control steps a second [Hz].
        max_episode_steps: Control steps after which an episode is truncated; by default the task
            decides.
        perception: How `perceived` is come by: `truth`, or a perception module or the folder of
            one, which then looks through cameras of its own at every step.
        perception_modules: Modules (`package.module`) and files (`file.py`) of the user's own,
            whose classes that folder may name.

    Raises:
        InputError: A value is out of range or unknown.
    """

    vectors: ClassVar[tuple[str, ...]] = ()
    """What there is to observe besides images."""
    of_policies: ClassVar[tuple[str, ...]] = (
        "observations",
        "image_size",
        "cameras",
        "shadows",
        "control_rate",
    )
    """The options that decide what a policy sees, what its actions do and what is asked of it: they
    go with it."""

    camera_sets: ClassVar["Mapping[str, Mapping[str, MountedCamera]]"] = {}
    """What the option `cameras` may name."""

    observations: tuple[str, ...] = ("camera", "proprioception")
    image_size: tuple[int, int] | None = None
    cameras: "str | Path | Mapping[str, MountedCamera]" = "default"
    shadows: bool = False
    split: str = "train"
    control_rate: float = 10.0
    max_episode_steps: int | None = None
    perception: "str | EstimatingModule | None" = None
    perception_modules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = IMAGES + self.vectors
        if not _are_names(self.observations):
            raise InputError(
                f"observations must be names out of {', '.join(known)}, "
                f"got {shown(self.observations)}"
            )
        unknown = [name for name in self.observations if name not in known]
        if unknown or not self.observations:
            raise InputError(
                f"observations must be one or more of {', '.join(known)}, "
                f"got {', '.join(unknown) or 'none'}"
            )
        if "perceived" in self.observations and self.perception is None:
            raise InputError(
                "perception must be truth or a module's folder to observe perceived, got none"
            )
        self.check_positive("control_rate", "max_episode_steps")
        if self.image_size is not None and not _is_size(self.image_size):
            raise InputError(f"image_size must be a height and a width, got {self.image_size!r}")
        if self.split not in SPLITS:
            raise InputError(f"split must be one of {', '.join(SPLITS)}, got {self.split!r}")
        for name, one in self.sized_cameras().items():
            check_pixels(f"images of camera {name}", one.camera.height, one.camera.width)

    def check_positive(self, *names: str) -> None:
        """Raise `InputError` if a field of those has a value that is not a positive number.

        Those whose type says None may be that too.
        """
        may_be_none = {field.name for field in fields(self) if "None" in str(field.type)}
        for name in names:
            value = getattr(self, name)
            if value is None and name in may_be_none:
                continue
            number: Any = value if isinstance(value, Real) else 0
            if not 0 < number <= sys.float_info.max:
                raise InputError(f"{name} must be positive, got {shown(value)}")

    @property
    def perceives(self) -> bool:
        """Whether a perception module looks at every step."""
        return "perceived" in self.observations and self.perception != TRUTH

    @property
    def images(self) -> tuple[str, ...]:
        """The observed kinds of image."""
        return tuple(name for name in IMAGES if name in self.observations)

    def sized_cameras(self) -> "dict[str, MountedCamera]":
        """The cameras at their observed size."""
        if self.image_size is None:
            return dict(self._found_cameras)
        height, width = self.image_size
        return {name: one.sized(height, width) for name, one in self._found_cameras.items()}

    @cached_property
    def _found_cameras(self) -> "dict[str, MountedCamera]":
        return _find_cameras(self.cameras, self.camera_sets)


def read_options(kind: type[Chosen], given: dict[str, Any]) -> Chosen:
    """Return a world's options, a dataclass, from keywords.

    What is given as `package.module:name` or `file.py:name` is what is there, and of a class one
    made of nothing.

    Raises:
        UnknownOptionError: There is no option of such a name.
        InputError: The options refuse a value, or there is nothing of its name.
    """
    known = [field.name for field in fields(kind)]
    for name in given:
        if name not in known:  # in Python's words, by which TorchRL knows what to leave out
            raise UnknownOptionError(
                f"unexpected keyword argument {name!r}: the options are {', '.join(sorted(known))}"
            )
    read = {
        name: named_object(value) if is_name_of_object(value) else value
        for name, value in given.items()
    }
    return kind(**read)


def _find_cameras(
    chosen: str | Path | Mapping[str, Any], sets: "Mapping[str, Mapping[str, MountedCamera]]"
) -> "dict[str, MountedCamera]":
    """Return cameras that were given by name, by the name of a set, as JSON, or in a file of it."""
    from autonomy.camera.camera_json import read_rig, rig_from_json
    from autonomy.camera.mount import MountedCamera

    if isinstance(chosen, Mapping):
        if not chosen:
            raise InputError("cameras must name at least one camera, got none")
        given = dict(chosen)
        is_made = all(isinstance(one, MountedCamera) for one in given.values())
        return given if is_made else rig_from_json(given)
    if str(chosen) in sets:
        return dict(sets[str(chosen)])
    if not str(chosen).endswith(".json"):
        names = ", ".join(sets)
        raise InputError(
            f"cameras must be {names}, a JSON file of cameras or cameras by name, got {chosen!r}"
        )
    return read_rig(Path(chosen))


def _are_names(value: object) -> bool:
    if not isinstance(value, tuple | list):
        return False
    return all(isinstance(name, str) for name in cast(Sequence[object], value))


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(number, Integral) for number in value)
    )
