"""Turning vectors by quaternions as Bullet writes them: x, y, z, w."""

import numpy as np

from autonomy.envs.arm.physics.control import Array


def turned(vectors: Array, quaternions: Array) -> Array:
    """Return vectors `(N, 3)`, each in a frame that is turned by one of `quaternions` `(N, 4)`."""
    axis, w = quaternions[:, :3], quaternions[:, 3:]
    across = 2.0 * np.cross(axis, vectors)
    return vectors + w * across + np.cross(axis, across)


def inverse(quaternions: Array) -> Array:
    """Return the quaternions `(N, 4)` that turn back."""
    return quaternions * (-1.0, -1.0, -1.0, 1.0)
