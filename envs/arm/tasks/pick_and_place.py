"""Bringing a thing to a place on the table or above it."""

import numpy as np

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.tasks.goal_limits import out_of_reach
from autonomy.envs.arm.tasks.grasp import grasp_and_carry
from autonomy.envs.arm.tasks.layout import Layout, spread
from autonomy.envs.arm.tasks.plan import Aim
from autonomy.envs.arm.tasks.push import Push
from autonomy.envs.arm.tasks.situation import Situation


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

    def plan(self, now: Situation) -> Aim:
        """Grasp the thing and carry it straight to its goal."""
        return grasp_and_carry(now, now.bodies.object_pose[:, 0, :3], now.goal)
