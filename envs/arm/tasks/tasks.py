"""The tasks, easiest first."""

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import cos, sin
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape, ShapeRange
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.tasks.flip import Flip
from autonomy.envs.arm.tasks.goal_limits import off_the_table, out_of_reach
from autonomy.envs.arm.tasks.slide import Slide
from autonomy.envs.arm.tasks.task import STILL, Layout, Task, away_from, spread

_AHEAD, _ASIDE = 0.12, 0.15  # [m] to each side of the middle, where things lie
_KINDS = 4  # shapes of a kind in a split's catalogue; each costs time, lying about or not
_BOXES = ShapeRange("box", (0.036, 0.036, 0.036), (0.052, 0.052, 0.052))
_CYLINDERS = ShapeRange("cylinder", (0.036, 0.036, 0.04), (0.052, 0.052, 0.06))


class Reach(Task):
    """Bring the tool to a place in the air."""

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw x, y and z of the goal."""
        count = len(uniform)
        goal = np.stack(
            [
                spread(uniform[:, 0], -_AHEAD, _AHEAD),
                spread(uniform[:, 1], -2 * _ASIDE, 2 * _ASIDE),
                spread(uniform[:, 2], 0.05, 0.35),
            ],
            axis=1,
        )
        return Layout(np.zeros((count, 0, 3)), np.zeros((count, 0)), goal)

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the tool is."""
        return bodies.tool_position.copy()

    def is_still(self, bodies: Bodies) -> NDArray[np.bool_]:
        """Return whether the tool is."""
        return np.linalg.norm(bodies.tool_velocity, axis=1) < STILL


class Push(Task):
    """Push a thing over the table to a place."""

    objects = 1
    max_steps = 100
    draws = 5

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return boxes and cylinders of 36 to 52 mm."""
        return _BOXES.shapes(_KINDS, split) + _CYLINDERS.shapes(_KINDS, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw where it begins, how it is turned, and where it is to come."""
        heights = _half_heights(shapes)
        place = _on_table(uniform[:, :2])
        target = away_from(_on_table(uniform[:, 3:5]), place, 0.1)
        turn = spread(uniform[:, 2:3], -np.pi / 4, np.pi / 4)
        return Layout(
            np.concatenate([place, heights], axis=1)[:, np.newaxis],
            turn,
            np.concatenate([target, heights], axis=1),
        )

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the thing is."""
        return bodies.object_pose[:, 0, :3].copy()

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal should be that is out of reach or not on the table; else nothing."""
        return super().refusal(goal, robot) or off_the_table(goal)


class PickAndPlace(Push):
    """Bring a thing to a place on the table or above it."""

    uses_gripper = True
    draws = 7

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw as for pushing, and in half of the episodes a height of up to 0.2 m."""
        layout = super().lay_out(uniform, shapes)
        lifted = uniform[:, 5] < 0.5
        layout.goal[:, 2] += np.where(lifted, spread(uniform[:, 6], 0.05, 0.2), 0.0)
        return layout

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal should be that is out of reach; else nothing."""
        return out_of_reach(goal[np.newaxis], robot)


class Stack(Task):
    """Set one box on a place of the table, and another one on top of it."""

    objects = 2
    uses_gripper = True
    max_steps = 150
    tolerance = 0.04
    goal_size = 6
    draws = 6

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return boxes of 36 to 52 mm."""
        return _BOXES.shapes(2 * _KINDS, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw a triangle: at one corner is the goal, at the others the boxes."""
        heights = _half_heights(shapes)
        angle = 2 * np.pi * (uniform[:, :1] + np.arange(3) / 3)
        radius = spread(uniform[:, 1:4], 0.09, 0.12)
        corners = np.stack([radius * cos(angle), radius * sin(angle)], axis=2)
        place = np.concatenate([corners[:, :2], heights[:, :, np.newaxis]], axis=2)
        upper = 2 * heights[:, 0] + heights[:, 1]
        goal = np.column_stack([corners[:, 2], heights[:, 0], corners[:, 2], upper])
        return Layout(place, spread(uniform[:, 4:6], -np.pi / 4, np.pi / 4), goal)

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the two boxes are, the lower one first."""
        return bodies.object_pose[:, :, :3].reshape(-1, 6)

    def distance(self, achieved: Array, desired: Array) -> Array:
        """Return how far that box is away that is farther."""
        apart = (achieved - desired).reshape(*achieved.shape[:-1], 2, 3)
        return np.linalg.norm(apart, axis=-1).max(axis=-1)

    def place_of(self, goal: Array, bodies: Bodies) -> Array:
        """Mark where the upper box is to be."""
        return goal[:, 3:]


TASKS: dict[str, type[Task]] = {
    "reach": Reach,
    "push": Push,
    "pick_and_place": PickAndPlace,
    "stack": Stack,
    "slide": Slide,
    "flip": Flip,
}
"""Tasks by name."""


def _on_table(uniform: Array) -> Array:
    """Spread `(n, 2)` numbers in [0, 1) over where things lie."""
    return spread(uniform, -1.0, 1.0) * (_AHEAD, _ASIDE)


def _half_heights(shapes: list[tuple[Shape, ...]]) -> Array:
    """Return `(n, O)` how high the middles of things are that stand on the table [m]."""
    return np.array([[shape.half_height for shape in own] for own in shapes])
