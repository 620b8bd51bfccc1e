"""From where the cameras of the arm worlds look."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera, check_bodies
from autonomy.envs.arm.options import TOOL, WORLD
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.simulation import Facts
from autonomy.envs.arm.scene.arm_scene import to_matrices
from autonomy.linear_algebra import chained

OVERVIEW = MountedCamera(
    Camera(height=200, width=200, fov=math.radians(50.0), near=0.05, far=60.0),
    Mount(WORLD, position=(-0.1, 0.0, 1.5), pitch=math.pi / 2),
)
"""Where things are, from above."""


class CameraBodies:
    """Where the bodies are that cameras are fixed to."""

    def __init__(self, cameras: Mapping[str, MountedCamera], facts: Facts) -> None:
        """Find the bodies of cameras, by name, on a robot.

        Raises:
            InputError: A camera is on a body that there is not.
        """
        links = {name: number for number, name in enumerate(facts.link_names)}
        places = {WORLD: -1, TOOL: facts.tool, **links}
        check_bodies(cameras, places)
        self._links = {one.mount.body: places[one.mount.body] for one in cameras.values()}
        self._tool_frame = facts.tool_frame

    def poses(self, bodies: Bodies, rows: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
        """Return the poses `(n, 3, 4)` in some rows of each body that has a camera."""
        poses: dict[str, NDArray[np.float64]] = {}
        for name, link in self._links.items():
            pose = np.tile(np.eye(3, 4), (len(rows), 1, 1))
            if link >= 0:
                to_matrices(bodies.link_pose[rows, link : link + 1], pose[:, np.newaxis])
            poses[name] = chained(pose, self._tool_frame) if name == TOOL else pose
        return poses
