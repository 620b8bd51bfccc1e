"""Actions that move the tool."""

import math

import numpy as np

from autonomy.compiled import compiled
from autonomy.envs.arm.physics.control import ArmReading, Array, Motors
from autonomy.envs.arm.physics.urdf import Joints
from autonomy.envs.arm.robot import Robot, Standing
from autonomy.linear_algebra import product, solved

STEP = 0.03  # [m] of the tool, per control step
TURN = 0.15  # [rad] of the tool about the vertical, per control step
_AHEAD = 0.06  # [m] that a commanded place may be ahead of the tool
TOOL_LOW, TOOL_HIGH = (-0.35, -0.4, 0.0), (0.3, 0.4, 0.5)  # [m] the tool's box
_DAMPING = (0.004, 0.5)  # of the least squares for the place [m] and the turn [rad]
_STILL = 0.02  # likewise, of what is not to turn the tool
_LARGEST = 0.15  # [rad or m] that the tool turns, or a joint moves besides, in one step
HOMING = 0.1  # share of the way home, per step, that joints take where the tool does not care


class ToolPosition:
    """Moves the tool by damped least squares on its Jacobian.

    Buss, "Introduction to inverse kinematics with Jacobian transpose, pseudoinverse and damped
    least squares methods", 2004; what the tool leaves open brings the joints home.
    """

    names: tuple[str, ...] = ("x", "y", "z")

    def __init__(self, robot: Robot, arm: Joints, upright: Array) -> None:
        self._arm = arm
        self._home = np.array(robot.standing.home)
        self._standing = robot.standing
        self._upright = upright

    def begin(self, reading: ArmReading) -> Array:
        """Hold the tool where it is: x, y, z [m] and turn [rad]."""
        return np.append(reading.tool, 0.0)

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Move the place that the tool is to be at, and the joints towards it."""
        if action[:3].any():
            command[:3] = self._allowed(command[:3] + STEP * action[:3], reading.tool)
        wanted = product(_about_vertical(command[3]), self._upright)
        turn = _turn_between(reading.turn, wanted)
        error = np.concatenate([command[:3] - reading.tool, turn])
        homewards = HOMING * (self._home - reading.joints)
        low, high = self._arm.lower - reading.joints, self._arm.upper - reading.joints
        step = step_towards(reading.jacobian(), error, homewards, low, high)
        return Motors("position", np.clip(reading.joints + step, self._arm.lower, self._arm.upper))

    def _allowed(self, place: Array, tool: Array) -> Array:
        """Return the nearest place that the tool may be told to go to."""
        return nearest_in_reach(tool + _shortened(place - tool, _AHEAD), self._standing)


class ToolPose(ToolPosition):
    """Turns the tool about the vertical besides."""

    names: tuple[str, ...] = ("x", "y", "z", "turn")

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Move the place and the turn that the tool is to be at, and the joints towards it."""
        command[3] += TURN * action[3]
        return super().drive(command, action, reading)


def nearest_in_reach(place: Array, standing: Standing) -> Array:
    """Return the place `(3,)` nearest to another to which the tool may go [m]."""
    base, place = np.array(standing.base[:2]), np.clip(place, TOOL_LOW, TOOL_HIGH)
    place[:2] = base + _shortened(place[:2] - base, standing.reach)
    return place


@compiled
def step_towards(jacobian: Array, error: Array, homewards: Array, low: Array, high: Array) -> Array:
    """Return the joints' step `(n,)` for an error `(6,)` of the tool: place [m], then turn [rad].

    The place comes first, the turn takes what joints that leaves open, and the step `homewards`
    `(n,)` the rest (Siciliano and Slotine, "A general framework for managing multiple tasks in
    highly redundant robotic systems", 1991). No joint leaves its range of steps, `low` to `high`
    `(n,)`: what comes later does without one that would.
    """
    to_place = _step_to_place(jacobian[:3], error[:3], low, high)
    turn = error[3:] * min(1.0, _LARGEST / max(np.sqrt((error[3:] ** 2).sum()), _LARGEST))
    free = np.ones(len(low))
    for _ in range(len(low)):
        step = to_place + _step_besides(jacobian * free, turn, to_place, homewards * free)
        beyond = np.maximum(low - step, step - high) * free
        worst = np.argmax(beyond)
        if beyond[worst] <= 0.0:
            return step
        free[worst] = 0.0
    return to_place


@compiled
def _step_to_place(jacobian: Array, error: Array, low: Array, high: Array) -> Array:
    """Return the step `(n,)` that moves the tool by `error` `(3,)`.

    A joint that would leave its range goes to its end, and the others do the rest (Flacco et al.,
    "Motion control of redundant robots under joint constraints: saturation in the null space",
    2012).
    """
    step, free = np.zeros(len(low)), np.ones(len(low))
    for _ in range(len(low)):
        left = error - _moved(jacobian, step)
        own = step + _moved(_damped_inverse(jacobian * free, _DAMPING[0]), left)
        beyond = np.maximum(low - own, own - high) * free
        worst = np.argmax(beyond)
        if beyond[worst] <= 0.0:
            return own
        free[worst] = 0.0
        step[worst] = min(max(own[worst], low[worst]), high[worst])
    return step


@compiled
def _step_besides(jacobian: Array, turn: Array, to_place: Array, homewards: Array) -> Array:
    """Return the step `(n,)` for the turn, and then home, which leaves the tool in its place."""
    still = np.eye(len(to_place))
    still -= product(_damped_inverse(jacobian[:3], _DAMPING[0]), jacobian[:3])
    turning = product(jacobian[3:], still)
    inverse = _damped_inverse(turning, _DAMPING[1])
    step = _moved(inverse, turn - _moved(jacobian[3:], to_place))
    # what goes home may not pull at the turn, however gently that is sought
    step += homewards - _moved(_damped_inverse(turning, _STILL), _moved(turning, homewards))
    step = _moved(still, step)
    return step * min(1.0, _LARGEST / max(np.abs(step).max(), _LARGEST))


@compiled
def _damped_inverse(jacobian: Array, damping: float) -> Array:
    """Return `(n, 3)` the damped pseudoinverse of `(3, n)`."""
    square = product(jacobian, jacobian.T)
    for i in range(3):
        square[i, i] += damping**2
    return solved(square, jacobian).T.copy()


@compiled
def _moved(matrix: Array, vector: Array) -> Array:
    return product(matrix, vector.reshape(-1, 1)).ravel()


def _about_vertical(angle: float) -> Array:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _shortened(way: Array, longest: float) -> Array:
    length = math.sqrt((way * way).sum())
    return way * (longest / length) if length > longest else way


def _turn_between(now: Array, wanted: Array) -> Array:
    """Return the rotation vector [rad] from one rotation to another that is not far away."""
    between = product(wanted, now.T)
    return 0.5 * np.array(
        [
            between[2, 1] - between[1, 2],
            between[0, 2] - between[2, 0],
            between[1, 0] - between[0, 1],
        ]
    )
