"""From where people see a robot whole, and what it works on: as near as its size allows."""

from functools import lru_cache
from itertools import product as every

import numpy as np

from autonomy.camera.camera import Camera
from autonomy.camera.mount import Mount, MountedCamera
from autonomy.envs.arm.options import WORLD
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.arm_scene import to_matrices
from autonomy.envs.arm.scene.link_meshes import LinkMeshes
from autonomy.linear_algebra import product

_CAMERA = Camera(height=720, width=1280, fov=0.8, near=0.05, far=60.0)
_DIRECTION = Mount(WORLD, pitch=0.42, yaw=-2.45)
_FILLED = (0.86, 0.96)  # of the picture's width and height
_RISES = 0.06  # [m] by which a robot at work is higher than at home
_WORKED_ON = np.array(list(every((-0.25, 0.25), (-0.3, 0.3), (0.0, 0.4))))  # [m]
_WHOLE_REACH = 0.76  # [m] with which a robot works on all of that


def portrait_view(robot: Robot, meshes: LinkMeshes) -> MountedCamera:
    """Return a camera that sees a robot at home, of such meshes, and the table before it."""
    at_home = _vertices_at_home(robot, meshes)
    worked_on = _WORKED_ON * min(robot.standing.reach / _WHOLE_REACH, 1.0)
    points = np.concatenate([at_home, at_home + np.array((0.0, 0.0, _RISES)), worked_on])
    turn = _DIRECTION.camera_from_body[:, :3].copy()
    place = product(_nearest(product(points, turn.T.copy()))[np.newaxis], turn)[0]
    x, y, z = place.tolist()
    return MountedCamera(_CAMERA, Mount(WORLD, (x, y, z), _DIRECTION.pitch, _DIRECTION.yaw))


def _nearest(points: Array) -> Array:
    """Return where `(3,)` the camera, turned as it is, sees all of some points `(P, 3)`.

    Points and place are in axes as the camera's: of the picture's width and height the points fill
    one share, and are in the middle of it.
    """
    fx, fy, cx, cy = _CAMERA.intrinsics
    ahead, slopes = points[:, 2], np.array(_FILLED) * (cx / fx, cy / fy)
    first, last = (
        np.array([(side * points[:, k] - slopes[k] * ahead).max() for k in range(2)])
        for side in (-1.0, 1.0)
    )
    depth = (-(first + last) / (2.0 * slopes)).min()
    return np.array([*((last - first) / 2.0), depth])


@lru_cache(maxsize=16)
def _poses_at_home(robot: Robot) -> Array:
    """Return the poses `(L, 7)` of a robot's links, the base's first."""
    client = connect()
    loaded = load_robot(client, robot)
    for joint, position in zip(loaded.arm.numbers, robot.standing.home, strict=True):
        client.resetJointState(loaded.body, joint, position)
    links = range(len(loaded.link_names) - 1)
    states = client.getLinkStates(loaded.body, links, computeForwardKinematics=1)
    client.disconnect()
    base = (*robot.standing.base, 0.0, 0.0, 0.0, 1.0)
    return np.array([base, *(state[4] + state[5] for state in states)])


def _vertices_at_home(robot: Robot, meshes: LinkMeshes) -> Array:
    """Return `(V, 3)` of all links [m]."""
    poses = _poses_at_home(robot)[np.newaxis]
    matrices = np.empty((*poses.shape[:2], 3, 4))
    to_matrices(poses, matrices)
    return np.concatenate(
        [
            product(mesh.vertices.astype(np.float64), matrices[0, link, :, :3].T.copy())
            + matrices[0, link, :, 3]
            for link, mesh in meshes.links
        ]
        or [np.zeros((0, 3))]
    )
