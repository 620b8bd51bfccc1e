"""Things on the table that have nothing to do with the task."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape, ShapeRange, distinct
from autonomy.envs.arm.tasks.layout import spread, upright_poses
from autonomy.errors import InputError
from autonomy.randomization import Range, in_split

_BOXES = ShapeRange("box", (0.03, 0.03, 0.03), (0.06, 0.06, 0.06))
_CYLINDERS = ShapeRange("cylinder", (0.03, 0.03, 0.03), (0.06, 0.06, 0.06))
# [m] middles of the cells that hold one thing each: beside what the tasks ask for, and so far
# apart that things in neighbouring cells never touch
_CELLS = np.array([(x, y) for y in (-0.43, -0.28, 0.28, 0.43) for x in (-0.22, -0.07, 0.08, 0.23)])
_OFF_MIDDLE = 0.02  # [m]
_CLEARANCE = 0.12  # [m] between a cell's middle and what belongs to the task
_MOST = 8  # however the task lies, as many cells are clear of it


class Clutter:
    """What may lie beside the task, and where it lies in an episode."""

    def __init__(self, number: Range, split: str) -> None:
        """Prepare for a number of things, drawn per episode and rounded down.

        Raises:
            InputError: There may be fewer than none, or too many for the table.
        """
        if not (number.low[0] >= 0.0 and number.largest_floor <= _MOST):
            raise InputError(
                f"clutter must be between 0 and {_MOST} things, got {number.low[0]} to "
                f"{number.high[0]}"
            )
        self._split = split
        self.most = number.largest_floor
        self.shapes: tuple[Shape, ...] = ()
        if self.most:
            self.shapes = _BOXES.shapes(self.most, split) + _CYLINDERS.shapes(self.most, split)

    @property
    def draw_count(self) -> int:
        """Random numbers that a layout takes."""
        return len(_CELLS) + 4 * self.most if self.most else 0

    def lay_out(
        self, uniform: Array, number: Array, taken: Array, radius: Array | float = 0.0
    ) -> tuple[NDArray[np.int64], Array]:
        """Turn random numbers `(n, draw_count)` in [0, 1) into clutter beside what is there.

        Args:
            uniform: The random numbers.
            number: `(n,)` of things, rounded down.
            taken: `(n, K, 3)` places that belong to the task [m].
            radius: `(K,)` of what is there [m].

        Returns:
            Which shape each thing has `(n, C)`, -1 for none; and its pose `(n, C, 7)`.
        """
        most, cells = self.most, len(_CELLS)
        order, which, aside, turn = np.split(
            uniform, [cells, cells + most, cells + 3 * most], axis=1
        )
        near = _distance(taken[:, :, :2], radius) < _CLEARANCE
        chosen = np.argsort(order + near, axis=1, kind="stable")[:, :most]
        shapes = distinct(which, len(self.shapes))
        half_heights = np.array([shape.half_height for shape in self.shapes])[shapes]
        aside = in_split(aside, self._split).reshape(len(uniform), most, 2)
        places = _CELLS[chosen] + spread(aside, -_OFF_MIDDLE, _OFF_MIDDLE)
        poses = upright_poses(
            np.concatenate([places, half_heights[:, :, np.newaxis]], axis=2), 2 * np.pi * turn
        )
        has = np.arange(most) < np.floor(number)[:, np.newaxis]
        has &= ~np.take_along_axis(near, chosen, axis=1)  # a fixture may leave fewer cells clear
        return np.where(has, shapes, -1), poses


def _distance(places: Array, radius: Array | float) -> Array:
    """Return `(n, M)` how far each cell is from the nearest of things `(n, K, 2)` [m]."""
    apart = _CELLS[np.newaxis, :, np.newaxis] - places[:, np.newaxis]
    return (np.linalg.norm(apart, axis=3) - radius).min(axis=2, initial=np.inf)
