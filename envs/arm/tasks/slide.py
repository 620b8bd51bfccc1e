"""Sliding a puck to a place that the arm cannot push it to: the task, and how it is done."""

from typing import NamedTuple

import numpy as np

from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape, ShapeRange
from autonomy.envs.arm.physics.table import TABLE_FRICTION
from autonomy.envs.arm.robot import Robot, Standing
from autonomy.envs.arm.tasks.goal_limits import off_the_table
from autonomy.envs.arm.tasks.layout import Layout, half_heights, spread
from autonomy.envs.arm.tasks.plan import Aim, at_height, closed, first_of, length
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import ArmTask

_PUCKS = ShapeRange("cylinder", (0.06, 0.06, 0.024), (0.08, 0.08, 0.024), friction=0.06)
_COUNT = 8  # pucks in a split's catalogue
_ASIDE = 0.15  # [m] to each side of the middle, of starts and goals

_LOW, _HIGH = 0.014, 0.12  # [m] height of the tool where it hits, and where it passes over a puck
_TIP = np.array((0.0102, 0.0208))  # [m] from the tool point to the fingers' sides, along x and y
_GAP = 0.005  # [m] between fingers and puck before a hit
_BEHIND = 0.03  # [m] between them where the tool comes down
_IN_LINE = 0.015  # [m] off the line through the goal, where a puck is straight before it
_LONGEST = 0.3  # [m] that one hit is trusted with; what is farther away takes two
_LAST = 0.24  # [m] that then remain for the second one
# [1/s] speed of the tool for each metre that it is told to go at once: motors make good 0.15 of
# their error in each of 160 steps of physics a second, and the fingers meet the puck between two
_QUICKNESS = 23.0
_GRAVITY = 9.81  # [m/s2]
_DRAG = 0.04  # [1/s] share of their speed that things lose in Bullet without friction


class Slide(ArmTask):
    """Hit a puck so that it slides to a place beyond the arm's reach, and stops there.

    As in FetchSlide of Gymnasium-Robotics, the puck is so smooth that it slides on after a hit.
    The nearest goals are just so far away that a Panda cannot push it there.
    """

    objects = 1
    max_steps = 200
    draws = 4

    def shapes(self, split: str) -> tuple[Shape, ...]:
        """Return pucks of 60 to 80 mm, with a friction of 0.02 to 0.03 on the table."""
        return _PUCKS.shapes(_COUNT, split)

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw where the puck begins, and where it is to stop."""
        (half_height,) = half_heights(shapes).T
        aside = spread(uniform[:, 2:], -_ASIDE, _ASIDE)
        place = np.column_stack([spread(uniform[:, 0], -0.05, 0.1), aside[:, 0], half_height])
        goal = np.column_stack([spread(uniform[:, 1], 0.32, 0.42), aside[:, 1], half_height])
        return Layout(goal, place[:, np.newaxis], np.zeros((len(place), 1)))

    def fitted(self, layout: Layout, standing: Standing) -> Layout:
        """Leave the goal where no tool reaches."""
        return super().fitted(layout, standing)._replace(goal=layout.goal)

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the puck is."""
        return bodies.object_pose[:, 0, :3].copy()

    def refusal(self, goal: Array, robot: Robot) -> str:
        """Say what a goal should be that is not on the table; else nothing."""
        return off_the_table(goal)

    def plan(self, now: Situation) -> Aim:
        """Hit the puck to the side until it lies straight before its goal, then forward.

        So it is always hit by a flat side of the fingers, and goes where that points.
        """
        hit = _next_hit(now)
        tool, puck = now.bodies.tool_position, now.bodies.object_pose[:, 0, :2]
        held = now.bodies.command[:, :2]  # a tool at rest is a little short of what it is told
        from_puck = tool[:, :2] - puck
        along = (from_puck * hit.ahead).sum(axis=1)
        aside = length(from_puck - along[:, np.newaxis] * hit.ahead)
        gap = -along - hit.touching
        ready, behind = (
            puck - (hit.touching + away)[:, np.newaxis] * hit.ahead for away in (_GAP, _BEHIND)
        )
        speed = _speed_to_stop_after(hit.distance, now.setup.friction[:, 0])
        swing = gap + speed / (_QUICKNESS * now.setup.gain)

        slides = length(now.bodies.object_velocity[:, 0, :2]) > 0.02
        is_low = (tool[:, 2] < _LOW + 0.01) & (aside < 0.012)
        is_ready = is_low & (np.abs(gap) < 2 * _GAP) & (length(now.bodies.tool_velocity) < 0.02)
        place = first_of(
            (slides, at_height(tool[:, :2], _HIGH)),
            (is_ready, at_height(held + swing[:, np.newaxis] * hit.ahead, _LOW)),
            (is_low & (gap > 0.0), at_height(ready, _LOW)),
            (length(tool[:, :2] - behind) < 0.01, at_height(behind, _LOW)),
            (tool[:, 2] < _HIGH - 0.03, at_height(tool[:, :2], _HIGH)),
            otherwise=at_height(behind, _HIGH),
        )
        return closed(place)


class _Hit(NamedTuple):
    """How the puck is to be hit next."""

    ahead: Array  # (N, 2) direction, along x or y
    distance: Array  # (N,) that the puck is to slide [m]
    touching: Array  # (N,) from the tool point to the puck's middle where they touch [m]


def _next_hit(now: Situation) -> _Hit:
    way = now.goal[:, :2] - now.bodies.object_pose[:, 0, :2]
    is_in_line = np.abs(way[:, 1:]) < _IN_LINE
    axis = np.where(is_in_line, (1.0, 0.0), (0.0, 1.0))
    left = np.abs(way * axis).sum(axis=1)
    distance = np.where(left > _LONGEST, left - _LAST, left)
    return _Hit(axis * np.sign(way), distance, now.size[:, 0, 0] / 2 + (axis * _TIP).sum(axis=1))


def _speed_to_stop_after(distance: Array, friction: Array) -> Array:
    """Return the speed [m/s] with which a thing of a friction slides a distance [m]."""
    slowing = TABLE_FRICTION * friction * _GRAVITY  # [m/s2]
    speed = np.sqrt(2.0 * slowing * distance)
    # averaged over its way, a thing that slows down evenly has two thirds of its first speed
    return np.sqrt(2.0 * (slowing + _DRAG * speed * 2.0 / 3.0) * distance)
