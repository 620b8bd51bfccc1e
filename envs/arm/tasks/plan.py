"""What plans have in common: how they choose where the tool is to go."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.control import Array

OPEN, CLOSED = 1.0, -1.0
"""What the gripper is told."""
NEAR = 0.012
"""[m] From a place, where the tool or a thing is there."""

Aim = tuple[Array, Array]
"""Places `(N, 3)` [m] that the tool is to go to, and openings of the gripper `(N,)` in [-1, 1]."""


def closed(places: Array) -> Aim:
    """Go to places `(N, 3)` with the gripper closed."""
    return places, np.full(len(places), CLOSED)


def first_of(*cases: tuple[NDArray[np.bool_], Array], otherwise: Array) -> Array:
    """Return `(N, 3)`: in each row the place of the first case whose mask `(N,)` is true."""
    masks = [mask[:, np.newaxis] for mask, _ in cases]
    return np.select(masks, [place for _, place in cases], otherwise)


def at_height(places: Array, height: Array | float) -> Array:
    """Add a height [m] to places `(N, 2)`."""
    return np.column_stack([places, np.broadcast_to(height, len(places))])


def length(vectors: Array) -> Array:
    """Return the lengths `(...)` of vectors `(..., K)`."""
    return np.linalg.norm(vectors, axis=-1)
