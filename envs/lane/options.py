"""What a user may choose of the lane world."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera, check_bodies
from autonomy.envs.lane.roads.chosen_roads import GENERATED, Roads
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
class LaneOptions(CommonOptions):
    """Options of the lane world, besides those of all worlds.

    Training episodes also begin more often on roads of many lanes and before bends, and farther
    from the lane's middle.

    Attributes:
        task: What is asked for: a `LaneTask`, a name of `TASKS`, or `package.module:Class` or
            `file.py:Class`.
        randomization: `default`, `none`, `strong` or ranges of one's own.
        roads: `generated`, a `RoadDistribution`, a `RoadSource`, or `module:Name` or `file.py:Name`
            of one; or a `Road`, a CSV or JSON file, a folder or a list of those: one road for all
            splits, or three and more that are divided among them.
        route_length: How far to drive [m]; by default 1,000 m, or once along the shortest of given
            roads, without the first 10 m and the last 100 m of an open one.
        target_speed: Speed to drive where the road allows it [m/s].
        max_episode_steps: By default as many as the route takes at a third of the target speed.

    Raises:
        InputError: A value is out of range or unknown.
    """

    vectors: ClassVar[tuple[str, ...]] = ("proprioception", "state", "perceived", "command")
    of_policies: ClassVar[tuple[str, ...]] = (*CommonOptions.of_policies, "task", "target_speed")
    camera_sets: ClassVar[Mapping[str, Mapping[str, MountedCamera]]] = {"default": {"front": FRONT}}

    task: Any = "lane_follow"
    randomization: str | LaneRandomization = "default"
    roads: Roads = GENERATED
    route_length: float | None = None
    target_speed: float = 11.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bodies(self.sized_cameras(), (CAR,))
        self.check_positive("route_length", "target_speed")

    @cached_property
    def ranges(self) -> LaneRandomization:
        """What varies from episode to episode."""
        return preset(self.randomization, PRESETS)

    def step_limit(self, route_length: float) -> int:
        """Return the control steps after which an episode over a route [m] is truncated."""
        if self.max_episode_steps is not None:
            return self.max_episode_steps
        return math.ceil(3.0 * route_length / self.target_speed * self.control_rate)
