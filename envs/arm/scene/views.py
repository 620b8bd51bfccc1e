"""From where the cameras of the arm worlds look."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.envs.arm.options import TOOL, WORLD, ArmCamera
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.simulation import Facts
from autonomy.envs.arm.scene.arm_scene import to_matrices
from autonomy.errors import InputError
from autonomy.linear_algebra import chained

PORTRAIT = Camera(
    height=720,
    width=1280,
    fov=math.radians(46.0),
    position=(1.25, 1.05, 0.92),
    pitch=0.45,
    yaw=-2.45,
    near=0.05,
    far=60.0,
)
"""What people see of the world."""
OVERVIEW = Camera(
    height=200,
    width=200,
    fov=math.radians(50.0),
    position=(-0.1, 0.0, 1.5),
    pitch=math.pi / 2,
    near=0.05,
    far=60.0,
)
"""Where things are, from above."""


class CameraBodies:
    """What each camera is mounted on."""

    def __init__(self, cameras: Mapping[str, Camera], facts: Facts) -> None:
        """Find the bodies of cameras, by name, on a robot.

        Raises:
            InputError: A camera is on a body that there is not.
        """
        links = {name: number for number, name in enumerate(facts.link_names)}
        places = {WORLD: -1, TOOL: facts.tool, **links}
        self._links: dict[str, int] = {}
        self._frames: dict[str, NDArray[np.float64]] = {}
        for name, camera in cameras.items():
            body = camera.body if isinstance(camera, ArmCamera) else WORLD
            if body not in places:
                raise InputError(f"camera {name} must be on one of {', '.join(places)}, got {body}")
            self._links[name] = places[body]
            self._frames[name] = facts.tool_frame if body == TOOL else np.eye(3, 4)

    def poses(self, bodies: Bodies, rows: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
        """Return for each camera its body's poses `(n, 3, 4)` in some rows."""
        poses: dict[str, NDArray[np.float64]] = {}
        for name, link in self._links.items():
            pose = np.tile(np.eye(3, 4), (len(rows), 1, 1))
            if link >= 0:
                to_matrices(bodies.link_pose[rows, link : link + 1], pose[:, np.newaxis])
            poses[name] = chained(pose, self._frames[name])
        return poses
