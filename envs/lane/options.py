"""What a user may choose of the lane-following world."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path

from autonomy.camera.camera import Camera
from autonomy.errors import InputError
from envs.lane.roads.road import Road
from envs.lane.roads.road_distribution import RoadDistribution
from envs.lane.scene.appearance import LaneRandomization, randomization

IMAGES = ("camera", "depth", "semantic", "instance")
VECTORS = ("proprioception", "state")
FRONT = Camera(
    height=84,
    width=84,
    fov=math.radians(120.0),
    position=(0.8, 0.0, 1.4),
    pitch=0.22,
    near=0.3,
    far=120.0,
)


@dataclass(frozen=True)
class LaneFollowOptions:
    """Options of `autonomy/LaneFollow-v0`.

    Attributes:
        observations: Names out of `camera`, `depth`, `semantic`, `instance`, `proprioception`
            and `state`.
        image_size: Height and width [px] of every camera's images; by default the cameras' own.
        cameras: By name. The first one's images are observed as `camera`, `depth`, ...; those of
            another, `left` say, as `camera_left`, `depth_left`, ...
        randomization: `default`, `none` or ranges of one's own.
        split: `train`, `validation` or `test`: which generated roads may come. Training episodes
            also begin more often before bends, and farther from the lane's middle.
        road: A road, or a CSV or JSON file with one, instead of generated roads.
        roads: The distribution of generated roads.
        route_length: How far to drive [m]; by default 1,000 m, or once along a given road.
        control_rate: Control steps a second [Hz].
        target_speed: Speed to drive where the road allows it [m/s].
        max_episode_steps: Control steps after which an episode is truncated; by default as many
            as the route takes at a third of the target speed.

    Raises:
        InputError: A value is out of range or unknown.
    """

    observations: tuple[str, ...] = ("camera", "proprioception")
    image_size: tuple[int, int] | None = None
    cameras: Mapping[str, Camera] = field(default_factory=lambda: {"front": FRONT})
    randomization: str | LaneRandomization = "default"
    split: str = "train"
    road: Road | Path | str | None = None
    roads: RoadDistribution = field(default_factory=RoadDistribution)
    route_length: float | None = None
    control_rate: float = 10.0
    target_speed: float = 11.0
    max_episode_steps: int | None = None

    def __post_init__(self) -> None:
        unknown = [name for name in self.observations if name not in IMAGES + VECTORS]
        if unknown or not self.observations:
            raise InputError(
                f"observations must be one or more of {', '.join(IMAGES + VECTORS)}, "
                f"got {', '.join(unknown) or 'none'}"
            )
        for name in ("route_length", "control_rate", "target_speed", "max_episode_steps"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise InputError(f"{name} must be positive, got {value}")
        if self.image_size is not None and not _is_size(self.image_size):
            raise InputError(f"image_size must be a height and a width, got {self.image_size!r}")
        if not self.cameras:
            raise InputError("cameras must name at least one camera, got none")
        randomization(self.randomization)
        self.sized_cameras()  # refuses an image size that no camera can have

    @property
    def images(self) -> tuple[str, ...]:
        """The observed kinds of image."""
        return tuple(name for name in IMAGES if name in self.observations)

    def step_limit(self, route_length: float) -> int:
        """Return the control steps after which an episode over a route [m] is truncated."""
        if self.max_episode_steps is not None:
            return self.max_episode_steps
        return math.ceil(3.0 * route_length / self.target_speed * self.control_rate)

    def sized_cameras(self) -> dict[str, Camera]:
        """The cameras at their observed size."""
        if self.image_size is None:
            return dict(self.cameras)
        height, width = self.image_size
        return {
            name: replace(camera, height=height, width=width)
            for name, camera in self.cameras.items()
        }


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(number, Integral) for number in value)
    )
