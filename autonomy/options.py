"""What a user may choose of every world."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from autonomy.camera.images import IMAGES
from autonomy.errors import InputError, UnknownOptionError
from autonomy.imported_class import is_name_of_object, named_object

if TYPE_CHECKING:  # what lists the options need not load what draws
    from _typeshed import DataclassInstance

    from autonomy.camera.camera import Camera
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
        cameras: By name. The first one's images are observed as `camera`, `depth`, ...; those of
            another, `left` say, as `camera_left`, `depth_left`, ...
        split: `train`, `validation` or `test`: which roads or objects may come.
        control_rate: Control steps a second [Hz].
        max_episode_steps: Control steps after which an episode is truncated; by default the task
            decides.
        perception: How `perceived` is come by: `truth`, or a perception module or the folder of
            one, which then looks through cameras of its own at every step.

    Raises:
        InputError: A value is out of range or unknown.
    """

    vectors: ClassVar[tuple[str, ...]] = ()
    """What there is to observe besides images."""
    of_policies: ClassVar[tuple[str, ...]] = (
        "observations",
        "image_size",
        "cameras",
        "control_rate",
    )
    """The options that decide what a policy sees, what its actions do and what is asked of it: they
    go with it."""

    observations: tuple[str, ...] = ("camera", "proprioception")
    image_size: tuple[int, int] | None = None
    cameras: "Mapping[str, Camera]" = field(default_factory=dict[str, "Camera"])
    split: str = "train"
    control_rate: float = 10.0
    max_episode_steps: int | None = None
    perception: "str | EstimatingModule | None" = None

    def __post_init__(self) -> None:
        known = IMAGES + self.vectors
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
        if not self.cameras:
            raise InputError("cameras must name at least one camera, got none")
        if self.split not in SPLITS:
            raise InputError(f"split must be one of {', '.join(SPLITS)}, got {self.split!r}")
        self.sized_cameras()  # refuses an image size that no camera can have

    def check_positive(self, *names: str) -> None:
        """Raise `InputError` if a field of those has a value that is not a positive number."""
        for name in names:
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise InputError(f"{name} must be positive, got {value}")

    @property
    def perceives(self) -> bool:
        """Whether a perception module looks at every step."""
        return "perceived" in self.observations and self.perception != TRUTH

    @property
    def images(self) -> tuple[str, ...]:
        """The observed kinds of image."""
        return tuple(name for name in IMAGES if name in self.observations)

    def sized_cameras(self) -> "dict[str, Camera]":
        """The cameras at their observed size."""
        if self.image_size is None:
            return dict(self.cameras)
        height, width = self.image_size
        return {
            name: replace(camera, height=height, width=width)
            for name, camera in self.cameras.items()
        }


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
        if name not in known:
            raise UnknownOptionError(
                f"there is no option {name!r}, only {', '.join(sorted(known))}"
            )
    read = {
        name: named_object(value) if is_name_of_object(value) else value
        for name, value in given.items()
    }
    return kind(**read)


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(number, Integral) for number in value)
    )
