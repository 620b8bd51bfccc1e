"""Pushing a thing over the table to a place."""

import numpy as np

from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.physics.tool_control import STEP
from autonomy.envs.arm.robot import Robot, Standing
from autonomy.envs.arm.tasks.goal_limits import AROUND, brought_in_reach, off_the_table
from autonomy.envs.arm.tasks.layout import (
    BOXES,
    CYLINDERS,
    KINDS,
    Layout,
    away_from,
    half_heights,
    on_table,
    spread,
)
from autonomy.envs.arm.tasks.plan import NEAR, Aim, at_height, closed, first_of, length
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import ArmTask

_LOW = 0.022  # [m] height of the tool when it pushes
_HIGH = 0.13  # [m] height at which it passes over things
_APART = 0.1  # [m] at least, of a thing and its goal
_BEHIND = 0.075  # [m] from a thing's middle, where it comes down to push


class Push(ArmTask):
    """Push a thing over the table to a place."""

    objects = 1
    max_steps = 100
    draws = 5

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return boxes and cylinders of 36 to 52 mm."""
        return BOXES.shapes(KINDS, split) + CYLINDERS.shapes(KINDS, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw where it begins, how it is turned, and where it is to come."""
        heights = half_heights(shapes)
        place = on_table(uniform[:, :2])
        target = away_from(on_table(uniform[:, 3:5]), place, _APART)
        return Layout(
            goal=np.concatenate([target, heights], axis=1),
            object_place=np.concatenate([place, heights], axis=1)[:, np.newaxis],
            object_turn=spread(uniform[:, 2:3], -np.pi / 4, np.pi / 4),
        )

    def fitted(self, layout: Layout, standing: Standing) -> Layout:
        """Keep the goal away from the thing, on its other side if need be."""
        fitted = super().fitted(layout, standing)
        place, goal = fitted.object_place[:, 0, :2], fitted.goal.copy()
        for way in (1.0, -1.0):
            near = length(goal[:, :2] - place) < _APART - 1e-9
            asked = place + way * (away_from(layout.goal[:, :2], place, _APART) - place)
            there = np.column_stack([asked, goal[:, 2]])
            goal = np.where(near[:, np.newaxis], brought_in_reach(there, standing, AROUND), goal)
        return fitted._replace(goal=goal)

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the thing is."""
        return bodies.object_pose[:, 0, :3].copy()

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal should be that is out of reach or not on the table; else nothing."""
        return super().refusal(goal, robot) or off_the_table(goal)

    def plan(self, now: Situation) -> Aim:
        """Come down behind the thing as seen from its goal, and push it along the line between."""
        tool, thing = now.bodies.tool_position, now.bodies.object_pose[:, 0, :3]
        to_goal = now.goal[:, :2] - thing[:, :2]
        left = length(to_goal)
        ahead = to_goal / np.maximum(left, 1e-6)[:, np.newaxis]
        from_thing = tool[:, :2] - thing[:, :2]
        along = (from_thing * ahead).sum(axis=1)
        aside = length(from_thing - along[:, np.newaxis] * ahead)
        outwards = now.standing._replace(nearest=0.0)
        behind = brought_in_reach(thing[:, :2] - _BEHIND * ahead, outwards, 0.0)
        next_along = along + np.minimum(0.6 * STEP, 0.02 + 0.3 * left)  # slower as it gets there

        is_low = tool[:, 2] < _LOW + 0.02
        place = first_of(
            (left < NEAR, tool),
            (
                is_low & (along < -0.02) & (aside < 0.03),
                at_height(thing[:, :2] + next_along[:, np.newaxis] * ahead, _LOW),
            ),
            (length(tool[:, :2] - behind) < 0.015, at_height(behind, _LOW)),
            (tool[:, 2] < _HIGH - 0.03, at_height(tool[:, :2], _HIGH)),
            otherwise=at_height(behind, _HIGH),
        )
        return closed(place)
