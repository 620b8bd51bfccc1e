"""What the arm worlds let a policy observe besides images."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.camera.rig import image_spaces
from envs.arm.arm_state import Bodies, Sizes
from envs.arm.options import ArmOptions

_MOST = 100.0  # in SI units; only what was flung off the table gets there


def observation_space(options: ArmOptions, sizes: Sizes, goal_size: int) -> spaces.Dict:
    """Return the space of one environment's observations."""
    entries = image_spaces(options.sized_cameras(), options.images)
    vectors = {
        "proprioception": 2 * sizes.joints + 6,
        "state": 2 * sizes.joints + 6 + 16 * sizes.objects,
        "achieved_goal": goal_size,
        "desired_goal": goal_size,
    }
    for name, size in vectors.items():
        if name in options.observations:
            entries[name] = spaces.Box(-_MOST, _MOST, (size,), np.float32)
    return spaces.Dict(entries)


def proprioception(bodies: Bodies) -> NDArray[np.float32]:
    """Return what the arm knows of itself, `(N, 2 J + 6)`.

    Joint positions and velocities [rad, m and per s], the tool's position [m] and velocity [m/s].
    """
    return _joined(
        [bodies.joint_position, bodies.joint_velocity, bodies.tool_position, bodies.tool_velocity]
    )


def true_state(bodies: Bodies) -> NDArray[np.float32]:
    """Return the privileged state `(N, 2 J + 6 + 16 O)`.

    Proprioception, and of each thing its position [m], quaternion, velocity [m/s and rad/s] and
    place as seen from the tool [m].
    """
    things = bodies.object_pose
    beside = things[:, :, :3] - bodies.tool_position[:, np.newaxis]
    own = np.concatenate([things, bodies.object_velocity, beside], axis=2)
    return np.concatenate([proprioception(bodies), _joined([own])], axis=1)


def _joined(parts: list[NDArray[Any]]) -> NDArray[np.float32]:
    count = len(parts[0])
    row = np.concatenate([part.reshape(count, -1) for part in parts], axis=1)
    return np.clip(row, -_MOST, _MOST).astype(np.float32)


def goal_vector(goal: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return goals `(N, G)` as they are observed."""
    return _joined([goal])
