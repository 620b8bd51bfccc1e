"""Scripted policies that read the true state and move the tool with the `position` controller."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.policy import Observation
from envs.arm.arm_state import Bodies
from envs.arm.controllers import STEP
from envs.arm.robot import Robot
from envs.arm.task import Array

_LOW = 0.022  # [m] height of the tool when it pushes
_HIGH = 0.13  # [m] height at which it passes over things


class Truth(NamedTuple):
    """What experts know."""

    bodies: Bodies
    goal: Array  # (N, G)
    opening: Array  # (N,) of the gripper: 0 closed, 1 open
    opening_rate: Array  # (N,) [1/s]


def truth(robot: Robot, bodies: Bodies, goal: Array) -> Truth:
    """Gather it."""
    if not robot.gripper_joints:
        nothing = np.zeros(len(goal))
        return Truth(bodies, goal, nothing, nothing)
    first, shut = -len(robot.gripper_joints), robot.gripper_closed[0]
    span = robot.gripper_open[0] - shut
    opening = (bodies.joint_position[:, first] - shut) / span
    return Truth(bodies, goal, opening, bodies.joint_velocity[:, first] / span)


class Expert:
    """Moves the tool to where a plan wants it."""

    def __init__(
        self, read: Callable[[], Truth], plan: Callable[[Truth], tuple[Array, Array]], grips: bool
    ) -> None:
        """Follow `plan`, which returns places `(N, 3)` [m] and gripper openings `(N,)`."""
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
    return truth.goal, _closed(truth)


def plan_push(truth: Truth) -> tuple[Array, Array]:
    """Come down behind the thing as seen from its goal, and push it along the line between."""
    tool, thing = truth.bodies.tool_position, truth.bodies.object_pose[:, 0, :3]
    to_goal = truth.goal[:, :2] - thing[:, :2]
    left = np.linalg.norm(to_goal, axis=1, keepdims=True)
    ahead = to_goal / np.maximum(left, 1e-6)
    beside = tool[:, :2] - thing[:, :2]
    along = (beside * ahead).sum(axis=1, keepdims=True)
    aside = np.linalg.norm(beside - along * ahead, axis=1, keepdims=True)
    behind = thing[:, :2] - 0.075 * ahead
    is_low = tool[:, 2:] < _LOW + 0.02
    is_behind = (along < -0.025) & (aside < np.where(is_low, 0.02, 0.008))
    over_it = np.linalg.norm(tool[:, :2] - behind, axis=1, keepdims=True) < 0.015
    pushing = is_behind & is_low
    advance = along + np.minimum(0.6 * STEP, 0.02 + 0.3 * left)
    place = np.where(pushing, thing[:, :2] + advance * ahead, behind)
    stays_low = pushing | (over_it & (tool[:, 2:] < _HIGH + 0.03))
    height = np.where(stays_low, _LOW, _HIGH)
    rising = ~pushing & ~over_it & (tool[:, 2:] < _HIGH - 0.03)
    place = np.where(rising, tool[:, :2], place)
    arrived = left < 0.012
    place = np.where(arrived, tool[:, :2], place)
    height = np.where(arrived, tool[:, 2:], height)
    return np.hstack([place, height]), _closed(truth)


def plan_pick_and_place(truth: Truth) -> tuple[Array, Array]:
    """Open above the thing, come down on it, close, and carry it to its goal."""
    return _grasp_and_carry(truth, 0, truth.goal, clearance=0.0)


def plan_stack(truth: Truth) -> tuple[Array, Array]:
    """Bring the first thing to its goal, let go and rise, and set the second one on top."""
    first, second = truth.goal[:, :3], truth.goal[:, 3:]
    tool, thing = truth.bodies.tool_position, truth.bodies.object_pose[:, 0, :3]
    away = np.linalg.norm(thing - first, axis=1)
    below = np.linalg.norm(tool[:, :2] - thing[:, :2], axis=1) < 0.05
    is_set = (away < 0.012)[:, np.newaxis]
    leaving = is_set & (below & (tool[:, 2] < thing[:, 2] + 0.07))[:, np.newaxis]
    one, one_opening = _grasp_and_carry(truth, 0, first, clearance=0.03)
    other, other_opening = _grasp_and_carry(truth, 1, second, clearance=0.06)
    holds_other = np.linalg.norm(tool - truth.bodies.object_pose[:, 1, :3], axis=1) < 0.02
    leaving &= ~holds_other[:, np.newaxis]
    rising = truth.bodies.command[:, :3].copy()
    rising[:, 2] += np.where(_is_open(truth), 0.02, 0.0)
    place = np.where(leaving, rising, np.where(is_set, other, one))
    opening = np.where(is_set[:, 0], other_opening, one_opening)
    return place, np.where(leaving[:, 0], 1.0, opening)


def _grasp_and_carry(
    truth: Truth, number: int, goal: Array, clearance: float
) -> tuple[Array, Array]:
    """Bring one of the things to a place `(N, 3)`, from as high above it as `clearance` [m]."""
    tool, thing = truth.bodies.tool_position, truth.bodies.object_pose[:, number, :3]
    beside = np.linalg.norm(tool[:, :2] - thing[:, :2], axis=1)
    is_around = (beside < 0.012) & (np.abs(tool[:, 2] - thing[:, 2]) < 0.012)
    holds = is_around & (np.abs(truth.opening_rate) < 0.25) & ~_is_open(truth)
    over = thing + np.array((0.0, 0.0, 0.1))
    place = np.where((beside < 0.01)[:, np.newaxis], thing, over)
    place = np.where(is_around[:, np.newaxis], truth.bodies.command[:, :3], place)
    carried = _carried(thing, goal, clearance) + (tool - thing)
    return np.where(holds[:, np.newaxis], carried, place), np.where(is_around, -1.0, 1.0)


def _carried(thing: Array, goal: Array, clearance: float) -> Array:
    """Return where a thing goes next: up, across, and down on its goal."""
    if clearance == 0.0:
        return goal
    left = np.linalg.norm(goal[:, :2] - thing[:, :2], axis=1)
    height = np.where(left < 0.01, goal[:, 2], goal[:, 2] + clearance)
    is_high = (thing[:, 2] > goal[:, 2] + clearance - 0.015) | (left < 0.01)
    across = np.where(is_high[:, np.newaxis], goal[:, :2], thing[:, :2])
    return np.column_stack([across, height])


def _is_open(truth: Truth) -> NDArray[np.bool_]:
    return truth.opening > 0.965


def _closed(truth: Truth) -> Array:
    return np.full(len(truth.goal), -1.0)


PLANS: dict[str, Callable[[Truth], tuple[Array, Array]]] = {
    "reach": plan_reach,
    "push": plan_push,
    "pick_and_place": plan_pick_and_place,
    "stack": plan_stack,
}
"""Plans by the task's name."""
