"""What a user may choose of the lane-following world."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera, check_bodies
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.envs.lane.scene.appearance import PRESETS, LaneRandomization
from autonomy.options import CommonOptions
from autonomy.randomization import preset

CAR = "car"
"""The body that cameras are fixed to; its frame begins on the road under the rear axle."""

FRONT = MountedCamera(
    Camera(height=84, width=84, fov=math.radians(120.0), near=0.3, far=120.0),
    Mount(CAR, position=(0.8, 0.0, 1.4), pitch=0.22),
)


@dataclass(frozen=True)
class LaneFollowOptions(CommonOptions):
    """Options of `autonomy/LaneFollow-v0`, besides those of all worlds.

    Training episodes also begin more often on roads of many lanes and before bends, and farther
    from the lane's middle.

    Attributes:
        randomization: `default`, `none`, `strong`, or ranges of one's own: a `LaneRandomization`
            or `file.py:NAME` of one.
        road: A road, or a CSV or JSON file with one, instead of generated roads.
        roads: The distribution of generated roads.
        route_length: How far to drive [m]; by default 1,000 m, or once along a given road.
        target_speed: Speed to drive where the road allows it [m/s].
        max_episode_steps: By default as many as the route takes at a third of the target speed.

    Raises:
        InputError: A value is out of range or unknown.
    """

    vectors: ClassVar[tuple[str, ...]] = ("proprioception", "state", "perceived")
    camera_sets: ClassVar[Mapping[str, Mapping[str, MountedCamera]]] = {"default": {"front": FRONT}}

    randomization: str | LaneRandomization = "default"
    road: Road | Path | str | None = None
    roads: RoadDistribution = field(default_factory=RoadDistribution)
    route_length: float | None = None
    target_speed: float = 11.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bodies(self.sized_cameras(), (CAR,))
        self.check_positive("route_length", "target_speed")
        _ = self.ranges  # refuses what is none

    @cached_property
    def ranges(self) -> LaneRandomization:
        """What varies."""
        return preset(self.randomization, PRESETS)

    def step_limit(self, route_length: float) -> int:
        """Return the control steps after which an episode over a route [m] is truncated."""
        if self.max_episode_steps is not None:
            return self.max_episode_steps
        return math.ceil(3.0 * route_length / self.target_speed * self.control_rate)
