"""Where things on the table, and the tool above it, cast contact shadows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.scene import DARKNESS, RADIUS, X, Y
from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape

_TOOL_RADIUS = 0.03  # [m]
_WIDER = 1.7  # times what stands there
_SPREAD = 0.5  # [m] by which a shadow grows for each metre above the table
_FADES = 0.12  # [m] above the table, where nothing is left of it


class Shadows:
    """The shadows of N worlds: the tool's, the things', and the clutter's."""

    def __init__(self, num_envs: int, catalogue: Sequence[Shape], clutter: Sequence[Shape]) -> None:
        self.darkness: Array = np.zeros(num_envs)
        """Of each world, in [0, 1]."""
        self._things, self._clutter = _footprints(catalogue), _footprints(clutter)

    def cast(self, shadows: NDArray[np.float32], bodies: Bodies, setup: Setup) -> None:
        """Fill the first of shadows `(N, S, 5)` for what `setup` says is where `bodies` are."""
        shapes, clutter = setup.shape, setup.clutter_shape
        tool = np.tile((_TOOL_RADIUS, 0.0), (len(shapes), 1, 1))
        self._fill(shadows[:, :1], bodies.tool_position[:, np.newaxis], tool)
        things = slice(1, 1 + shapes.shape[1])
        self._fill(shadows[:, things], bodies.object_pose, self._things[shapes])
        beside = shadows[:, things.stop : things.stop + clutter.shape[1]]
        self._fill(beside, bodies.clutter_pose, self._clutter[clutter])
        beside[:, :, DARKNESS] *= clutter >= 0

    def _fill(self, shadows: NDArray[np.float32], places: Array, footprints: Array) -> None:
        """Fill `(N, K, 5)` for things at places `(N, K, 3...)` with footprints `(N, K, 2)`."""
        above = np.maximum(places[:, :, 2] - footprints[:, :, 1], 0.0)
        shadows[:, :, X], shadows[:, :, Y] = places[:, :, 0], places[:, :, 1]
        shadows[:, :, RADIUS] = _WIDER * footprints[:, :, 0] + _SPREAD * above
        left = np.maximum(1.0 - above / _FADES, 0.0)
        shadows[:, :, DARKNESS] = self.darkness[:, np.newaxis] * left**2


def _footprints(shapes: Sequence[Shape]) -> Array:
    """Return `(K, 2)` the radius of what a shape covers, and its half height [m]."""
    return np.array(
        [(np.hypot(*shape.size[:2]) / 2, shape.half_height) for shape in shapes]
    ).reshape(-1, 2)
