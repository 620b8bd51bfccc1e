"""Scripted policies that read the true state and move the tool with the `position` controller."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.tool_control import STEP
from autonomy.envs.arm.tasks.flip import plan_flip
from autonomy.envs.arm.tasks.plan import CLOSED, OPEN, Plan, Truth, at_height, first_of, length
from autonomy.envs.arm.tasks.slide import plan_slide
from autonomy.policy import Observation

_LOW = 0.022  # [m] height of the tool when it pushes
_HIGH = 0.13  # [m] height at which it passes over things
_BEHIND = 0.075  # [m] from a thing's middle, where it comes down to push
_NEAR = 0.012  # [m] from a place, where the tool or a thing is there


class Expert:
    """Moves the tool to where a plan wants it."""

    def __init__(self, read: Callable[[], Truth], plan: Plan, grips: bool) -> None:
        """Follow a plan; `grips` says whether actions end with the gripper's number."""
        self._read = read
        self._plan = plan
        self._grips = grips

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: the true state is all there is to know."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions; the observation is not read."""
        truth = self._read()
        place, opening = self._plan(truth)
        action = (place - truth.bodies.command[:, :3]) / STEP
        if self._grips:
            action = np.column_stack([action, opening])
        return np.clip(action, -1.0, 1.0).astype(np.float32)


def plan_reach(truth: Truth) -> tuple[Array, Array]:
    """Go there."""
    return truth.goal, np.full(len(truth.goal), CLOSED)


def plan_push(truth: Truth) -> tuple[Array, Array]:
    """Come down behind the thing as seen from its goal, and push it along the line between."""
    tool, thing = truth.bodies.tool_position, truth.bodies.object_pose[:, 0, :3]
    to_goal = truth.goal[:, :2] - thing[:, :2]
    left = length(to_goal)
    ahead = to_goal / np.maximum(left, 1e-6)[:, np.newaxis]
    from_thing = tool[:, :2] - thing[:, :2]
    along = (from_thing * ahead).sum(axis=1)
    aside = length(from_thing - along[:, np.newaxis] * ahead)
    behind = thing[:, :2] - _BEHIND * ahead
    next_along = along + np.minimum(0.6 * STEP, 0.02 + 0.3 * left)  # slower as it gets there

    is_low = tool[:, 2] < _LOW + 0.02
    return first_of(
        (left < _NEAR, tool),
        (
            is_low & (along < -0.02) & (aside < 0.03),
            at_height(thing[:, :2] + next_along[:, np.newaxis] * ahead, _LOW),
        ),
        (length(tool[:, :2] - behind) < 0.015, at_height(behind, _LOW)),
        (tool[:, 2] < _HIGH - 0.03, at_height(tool[:, :2], _HIGH)),
        otherwise=at_height(behind, _HIGH),
    ), np.full(len(tool), CLOSED)


def plan_pick_and_place(truth: Truth) -> tuple[Array, Array]:
    """Grasp the thing and carry it straight to its goal."""
    thing = truth.bodies.object_pose[:, 0, :3]
    return _grasp_and_carry(truth, thing, truth.goal)


def plan_stack(truth: Truth) -> tuple[Array, Array]:
    """Bring the first box to its goal, let go and rise, and set the second one on top."""
    tool, first, second = (
        truth.bodies.tool_position,
        truth.bodies.object_pose[:, 0, :3],
        truth.bodies.object_pose[:, 1, :3],
    )
    lower, upper = truth.goal[:, :3], truth.goal[:, 3:]
    one, one_opening = _grasp_and_carry(truth, first, _over_and_down(first, lower, 0.03))
    other, other_opening = _grasp_and_carry(truth, second, _over_and_down(second, upper, 0.06))
    rising = truth.bodies.command[:, :3].copy()
    rising[:, 2] += np.where(_is_open(truth), 0.02, 0.0)

    is_set = length(first - lower) < _NEAR
    is_above_it = (length(tool[:, :2] - first[:, :2]) < 0.05) & (tool[:, 2] < first[:, 2] + 0.07)
    lets_go = is_set & is_above_it & (length(tool - second) > 0.02)
    place = first_of((lets_go, rising), (is_set, other), otherwise=one)
    return place, np.select([lets_go, is_set], [OPEN, other_opening], one_opening)


PLANS: dict[str, Plan] = {
    "reach": plan_reach,
    "push": plan_push,
    "pick_and_place": plan_pick_and_place,
    "stack": plan_stack,
    "slide": plan_slide,
    "flip": plan_flip,
}
"""Plans by the task's name."""


def _grasp_and_carry(truth: Truth, thing: Array, goal: Array) -> tuple[Array, Array]:
    """Open above a thing, come down on it, close, and carry its middle to a place."""
    tool = truth.bodies.tool_position
    is_over = length(tool[:, :2] - thing[:, :2]) < 0.01
    is_around = (length(tool[:, :2] - thing[:, :2]) < _NEAR) & (
        np.abs(tool[:, 2] - thing[:, 2]) < _NEAR
    )
    holds = is_around & (np.abs(truth.opening_rate) < 0.25) & ~_is_open(truth)
    place = first_of(
        (holds, goal + (tool - thing)),
        (is_around, truth.bodies.command[:, :3]),
        (is_over, thing),
        otherwise=thing + np.array((0.0, 0.0, 0.1)),
    )
    return place, np.where(is_around, CLOSED, OPEN)


def _over_and_down(thing: Array, goal: Array, clearance: float) -> Array:
    """Return where a thing goes next on its way to a place: up, across, and down on it."""
    above = goal + np.array((0.0, 0.0, clearance))
    return first_of(
        (length(goal[:, :2] - thing[:, :2]) < 0.01, goal),
        (thing[:, 2] > above[:, 2] - 0.015, above),
        otherwise=np.column_stack([thing[:, :2], above[:, 2]]),
    )


def _is_open(truth: Truth) -> NDArray[np.bool_]:
    return truth.opening > 0.965
