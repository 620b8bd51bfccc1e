"""Tipping a box over so that its painted end looks somewhere: the task, and how it is done."""

import math

import numpy as np
from numpy.typing import NDArray

from autonomy.elementary import arccos, arctan2, cos, sin
from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape, ShapeRange
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.tasks.layout import Layout, half_heights, spread
from autonomy.envs.arm.tasks.plan import Aim, at_height, closed, first_of, length
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import ArmTask

_BOXES = ShapeRange("box", (0.036, 0.036, 0.09), (0.044, 0.044, 0.11), painted=0.3)
_COUNT = 8  # boxes in a split's catalogue
_AHEAD, _ASIDE = 0.1, 0.15  # [m] to each side of the middle, where they stand
_STILL = 0.5  # [rad/s] what turns slower has arrived
_MARK = 0.1  # [m] from the box's middle, where the goal is marked

_ABOVE = 0.05  # [m] over the box, where the tool passes
_BEHIND = 0.05  # [m] from the box's side, where the tool comes down
_PUSH = 0.012  # [m] in a control step
_FALLS = 0.6  # [rad] from upright; a box that leans so far falls on its own


class Flip(ArmTask):
    """Tip a standing box over, so that its painted end comes to look in a direction.

    The goal is that direction: a level unit vector in the world frame, square to one of the box's
    sides. How far it is away is the angle between it and where the end looks; how the box is
    turned about its own long axis, which nobody can see, does not count.
    """

    objects = 1
    max_steps = 100
    unit = "rad"
    tolerance = 0.2
    margin = 1.0
    goal_bound = 1.0
    draws = 4

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return boxes of 36 to 44 mm that stand 90 to 110 mm high, one end of them painted."""
        return _BOXES.shapes(_COUNT, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw where the box stands, how it is turned, and which of its sides it is to fall on."""
        place = spread(uniform[:, :2], -1.0, 1.0) * (_AHEAD, _ASIDE)
        turn = spread(uniform[:, 2], -np.pi / 4, np.pi / 4)
        way = turn + np.pi / 2 * np.floor(4.0 * uniform[:, 3])
        goal = np.column_stack([cos(way), sin(way), np.zeros(len(way))])
        standing = np.column_stack([place, half_heights(shapes)])
        return Layout(goal, standing[:, np.newaxis], turn[:, np.newaxis])

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the painted end looks, as a unit vector."""
        return _long_axis(bodies)

    def distance(self, achieved: Array, desired: Array) -> Array:
        """Return the angle [rad] between two directions, of whatever length."""
        across = length(np.cross(achieved, desired))
        return arctan2(across, (achieved * desired).sum(axis=-1))

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal should be that is no way in which a box can rest; else nothing."""
        off_level = math.asin(min(abs(goal[2]), 1.0))
        rests = min(off_level, np.pi / 2 - off_level) < self.tolerance
        if rests and abs(length(goal) - 1.0) < 0.01:
            return ""
        return f"a level or upright direction, up to {self.tolerance} rad, of length 1"

    def places(self, goal: Array) -> Array:
        """Return none: a direction is no place."""
        return np.zeros((len(goal), 0, 3))

    def mark(self, goal: Array, bodies: Bodies) -> Array:
        """Mark the side of the box to which the painted end is to look."""
        return bodies.object_pose[:, 0, :3] + _MARK * goal

    def is_still(self, bodies: Bodies) -> NDArray[np.bool_]:
        """Return whether the box neither moves nor turns."""
        turns = length(bodies.object_velocity[:, 0, 3:]) > _STILL
        return super().is_still(bodies) & ~turns

    def plan(self, now: Situation) -> Aim:
        """Come down at the side away from the goal, and push the upper part over."""
        tool, box = now.bodies.tool_position, now.bodies.object_pose[:, 0, :3]
        width, height = now.size[:, 0, 0], now.size[:, 0, 2]
        ahead = now.goal[:, :2]
        behind = box[:, :2] - (width / 2 + _BEHIND)[:, np.newaxis] * ahead
        contact = 0.75 * height
        from_box = tool[:, :2] - box[:, :2]
        along = (from_box * ahead).sum(axis=1)
        touches = along > -(width / 2 + 0.02)
        lean = arccos(np.clip(_long_axis(now.bodies)[:, 2], -1.0, 1.0))
        # along the circle about the edge on which the box tips, so that the fingers do not rub
        rise = np.where(touches, arctan2(width, contact) - lean, 0.0)
        push = _PUSH * np.column_stack([cos(rise)[:, np.newaxis] * ahead, sin(rise)])
        high = height + _ABOVE

        aside = length(from_box - along[:, np.newaxis] * ahead)
        is_low = tool[:, 2] < contact + np.where(touches, 0.04, 0.01)
        place = first_of(
            (lean > _FALLS, now.bodies.command[:, :3]),
            (is_low & (aside < 0.015), tool + push),
            (length(tool[:, :2] - behind) < 0.01, at_height(behind, contact)),
            (tool[:, 2] < high - 0.03, at_height(tool[:, :2], high)),
            otherwise=at_height(behind, high),
        )
        return closed(place)


def _long_axis(bodies: Bodies) -> Array:
    """Return unit vectors `(N, 3)` from the middle of the box to its painted end."""
    x, y, z, w = bodies.object_pose[:, 0, 3:].T
    return np.column_stack([2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)])
