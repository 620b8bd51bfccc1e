"""Setting one box on a place of the table, and another one on top of it."""

import numpy as np

from autonomy.elementary import cos, sin
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.tasks.grasp import grasp_and_carry, is_open, over_and_down
from autonomy.envs.arm.tasks.layout import BOXES, KINDS, Layout, half_heights, spread
from autonomy.envs.arm.tasks.plan import NEAR, OPEN, Aim, first_of, length
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import ArmTask


class Stack(ArmTask):
    """Set one box on a place of the table, and another one on top of it."""

    objects = 2
    uses_gripper = True
    max_steps = 150
    tolerance = 0.04
    goal_size = 6
    draws = 6

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return boxes of 36 to 52 mm."""
        return BOXES.shapes(2 * KINDS, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw a triangle: at one corner is the goal, at the others the boxes."""
        heights = half_heights(shapes)
        angle = 2 * np.pi * (uniform[:, :1] + np.arange(3) / 3)
        radius = spread(uniform[:, 1:4], 0.09, 0.12)
        corners = np.stack([radius * cos(angle), radius * sin(angle)], axis=2)
        upper = 2 * heights[:, 0] + heights[:, 1]
        return Layout(
            goal=np.column_stack([corners[:, 2], heights[:, 0], corners[:, 2], upper]),
            object_place=np.concatenate([corners[:, :2], heights[:, :, np.newaxis]], axis=2),
            object_turn=spread(uniform[:, 4:6], -np.pi / 4, np.pi / 4),
        )

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the two boxes are, the lower one first."""
        return bodies.object_pose[:, :, :3].reshape(-1, 6)

    def distance(self, achieved: Array, desired: Array) -> Array:
        """Return how far that box is away that is farther."""
        apart = (achieved - desired).reshape(*achieved.shape[:-1], 2, 3)
        return np.linalg.norm(apart, axis=-1).max(axis=-1)

    def plan(self, now: Situation) -> Aim:
        """Bring the first box to its goal, let go and rise, and set the second one on top."""
        tool = now.bodies.tool_position
        first, second = now.bodies.object_pose[:, 0, :3], now.bodies.object_pose[:, 1, :3]
        lower, upper = now.goal[:, :3], now.goal[:, 3:]
        one, one_opening = grasp_and_carry(now, first, over_and_down(first, lower, 0.03))
        other, other_opening = grasp_and_carry(now, second, over_and_down(second, upper, 0.06), 1)
        rising = now.bodies.command[:, :3].copy()
        rising[:, 2] += np.where(is_open(now), 0.02, 0.0)

        is_set = length(first - lower) < NEAR
        is_above_it = (length(tool[:, :2] - first[:, :2]) < 0.05) & (
            tool[:, 2] < first[:, 2] + 0.07
        )
        lets_go = is_set & is_above_it & (length(tool - second) > 0.02)
        place = first_of((lets_go, rising), (is_set, other), otherwise=one)
        return place, np.select([lets_go, is_set], [OPEN, other_opening], one_opening)
