"""What a user may choose of the arm worlds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.envs.arm.find_robot import find_robot
from autonomy.envs.arm.physics.controllers import CONTROLS
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.appearance import PRESETS, ArmRandomization
from autonomy.envs.arm.tasks.find_task import find_task
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError
from autonomy.options import CommonOptions
from autonomy.randomization import preset

WORLD, TOOL = "world", "tool"
"""Bodies that cameras are fixed to, besides the robot's links. The tool's frame goes with the tool
link; its origin is the tool point, and where the robot is at home its axes are those of the world,
whatever the link's own are."""

GOALS = ("achieved_goal", "desired_goal")


FRONT = MountedCamera(
    Camera(height=84, width=84, fov=math.radians(50.0), near=0.05, far=20.0),
    Mount(WORLD, position=(0.75, 0.0, 0.55), pitch=0.66, yaw=math.pi),
)
WRIST = MountedCamera(
    Camera(height=84, width=84, fov=math.radians(90.0), near=0.01, far=20.0),
    Mount(TOOL, position=(0.07, 0.0, 0.12), pitch=math.pi / 2, yaw=math.pi),
)
SIDE = MountedCamera(
    Camera(height=128, width=128, fov=math.radians(50.0), near=0.05, far=20.0),
    Mount(WORLD, position=(0.45, -0.65, 0.5), pitch=0.5, yaw=2.27),
)
PERCEPTION_CAMERAS: dict[str, MountedCamera] = {
    "front": MountedCamera(FRONT.sized(128, 128).camera, replace(FRONT.mount, pitch=0.55)),
    "side": SIDE,
}
"""What perception modules look through: from two sides, so that the hand seldom hides a thing from
both, and no wider than where things may be."""


@dataclass(frozen=True)
class ArmOptions(CommonOptions):
    """Options of the arm worlds, besides those of all worlds.

    Attributes:
        task: A name of `TASKS`, `module:Class` or `file.py:Class`, or an `ArmTask` of one's own.
        robot: A name of `ROBOTS`, a URDF or SDF file, `module:NAME` or `file.py:NAME`, or a `Robot`
            of one's own.
        arm_joints: Of a robot from a file, the joints that carry its tool; by default all that
            move by themselves between its root and its tool, but for a gripper's.
        tool_link: Of a robot from a file, the link that its tool is on; by default the only one
            that it can be.
        control: What an action moves: the tool's `position`, its `pose` (with its turn about the
            vertical), or `joint_delta`, `joint_position`, `joint_velocity`, `joint_torque`.
        reward: `sparse` is -1 until the goal is reached; `dense` rises on the way there.
        randomization: `default`, `none`, `strong` or ranges of one's own.
        substeps: Steps of the physics in a control step.
        triangles: How many the robot's meshes may have together, and as many the fixtures'; None
            leaves them whole.
        processes: In how many processes the physics runs beside this one; 0 runs it in this one,
            and by default a batch of 8 and more has as many as there are processor cores.
        goal_marker: Whether cameras see a green ball at the goal's place.
        max_episode_steps: By default the task's own number.

    Raises:
        InputError: A value is out of range or unknown.
    """

    vectors: ClassVar[tuple[str, ...]] = ("proprioception", "state", "perceived", *GOALS)
    camera_sets: ClassVar[Mapping[str, Mapping[str, MountedCamera]]] = {
        "default": {"front": FRONT, "wrist": WRIST},
        "perception": PERCEPTION_CAMERAS,
        "all": {**PERCEPTION_CAMERAS, "wrist": WRIST},
    }

    of_policies: ClassVar[tuple[str, ...]] = (
        *CommonOptions.of_policies,
        "task",
        "robot",
        "arm_joints",
        "tool_link",
        "control",
        "goal_marker",
    )

    observations: tuple[str, ...] = ("camera", "proprioception", *GOALS)
    task: str | ArmTask = "reach"
    control_rate: float = 20.0
    robot: str | Robot = "panda"
    arm_joints: tuple[str, ...] = ()
    tool_link: str | None = None
    control: str = "position"
    reward: str = "sparse"
    randomization: str | ArmRandomization = "default"
    substeps: int = 8
    triangles: int | None = 5000
    processes: int | None = None
    goal_marker: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("substeps", "triangles")
        preset(self.randomization, PRESETS)
        if self.control not in CONTROLS:
            raise InputError(f"control must be one of {', '.join(CONTROLS)}, got {self.control!r}")
        if self.reward not in ("sparse", "dense"):
            raise InputError(f"reward must be sparse or dense, got {self.reward!r}")
        if self.processes is not None and self.processes < 0:
            raise InputError(f"processes must not be negative, got {self.processes}")
        if self.chosen_task.uses_gripper and not self.chosen_robot.gripper_joints:
            raise InputError(
                f"the task {self.chosen_task.name} needs a gripper, and {self.chosen_robot.urdf} "
                "has none named in gripper_joints"
            )

    @cached_property
    def chosen_task(self) -> ArmTask:
        """The task itself."""
        return find_task(self.task)

    @cached_property
    def chosen_robot(self) -> Robot:
        """The robot itself."""
        return find_robot(self.robot, self.arm_joints, self.tool_link)

    @cached_property
    def ranges(self) -> ArmRandomization:
        """What varies from episode to episode."""
        return preset(self.randomization, PRESETS)
