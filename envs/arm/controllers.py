"""What an action means: from numbers in [-1, 1] to what the motors are told.

Every controller holds on to a command, and a position-type one to a place: what an action of zero
asks for is the place that was last asked for, so nothing sags or drifts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from envs.arm.robot import Robot
from envs.arm.robot_body import Joints, RobotBody

Array = NDArray[np.float64]

STEP = 0.03  # [m] of the tool, per control step
TURN = 0.15  # [rad] of the tool about the vertical, per control step
_JOINT_STEP = 0.08  # [rad] per control step
_AHEAD = 0.06  # [m] that a commanded place may be ahead of the tool
_LOW, _HIGH = np.array([-0.35, -0.4, 0.0]), np.array([0.3, 0.4, 0.5])  # [m] the tool's box
_DAMPING = 0.02  # of the least squares
_HOMING = 0.1  # share of the way home, per step, that joints take where the tool does not care


class Reading(NamedTuple):
    """What a controller knows of the arm."""

    joints: Array  # (n,) position [rad]
    tool: Array  # (3,) position [m]
    turn: Array  # (3, 3) rotation of the tool link
    jacobian: Callable[[], Array]  # of the tool point, (6, n): linear above angular


class Motors(NamedTuple):
    """What the arm's motors are told."""

    mode: Literal["position", "velocity", "torque"]
    targets: Array  # (n,) [rad], [rad/s] or [N m]


@dataclass(frozen=True)
class Controller:
    """How the arm's part of an action becomes motor commands.

    Attributes:
        names: One for each number of the action.
        begin: From a reading, the command that holds the arm where it is.
        drive: From a command (changed in place), an action and a reading, what motors are told.
    """

    names: tuple[str, ...]
    begin: Callable[[Reading], Array]
    drive: Callable[[Array, Array, Reading], Motors]


def make_controller(kind: str, robot: Robot, body: RobotBody, upright: Array) -> Controller:
    """Make the controller of a name for a robot.

    Args:
        kind: `position` or `pose` move the tool, without and with its turn about the vertical;
            `joint_delta`, `joint_position`, `joint_velocity` and `joint_torque` move the joints.
        robot: The robot.
        body: Where it is in the physics.
        upright: `(3, 3)` rotation of the tool link at home, which it keeps but for that turn.

    Raises:
        InputError: There is no controller of that name.
    """
    arm, count = body.arm, len(body.arm.numbers)
    joints = tuple(f"joint_{number}" for number in range(1, count + 1))
    if kind in ("position", "pose"):
        names = ("x", "y", "z", "turn") if kind == "pose" else ("x", "y", "z")
        tool = _ToolDriver(robot, arm, upright)
        return Controller(names, tool.begin, tool.drive)
    if kind == "joint_delta":

        def step(command: Array, action: Array, reading: Reading) -> Motors:
            command += _JOINT_STEP * action
            np.clip(command, arm.lower, arm.upper, out=command)
            return Motors("position", command)

        return Controller(joints, _joints_as_they_are, step)
    if kind == "joint_position":
        low, high = _finite(arm.lower, arm.upper)

        def go(command: Array, action: Array, reading: Reading) -> Motors:
            command[:] = low + (high - low) * (action + 1.0) / 2.0
            return Motors("position", command)

        return Controller(joints, _joints_as_they_are, go)
    if kind == "joint_velocity":
        return Controller(
            joints, _nothing, lambda _, action, reading: Motors("velocity", action * arm.speed)
        )
    if kind == "joint_torque":
        return Controller(
            joints, _nothing, lambda _, action, reading: Motors("torque", action * arm.force)
        )
    raise InputError(f"control must be one of {', '.join(CONTROLS)}, got {kind!r}")


CONTROLS = ("position", "pose", "joint_delta", "joint_position", "joint_velocity", "joint_torque")


def _joints_as_they_are(reading: Reading) -> Array:
    return reading.joints.copy()


def _nothing(reading: Reading) -> Array:
    return np.zeros(0)


def _finite(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Let joints that turn without end turn once."""
    return np.maximum(lower, -np.pi), np.minimum(upper, np.pi)


@dataclass(frozen=True)
class _ToolDriver:
    """Moves the tool by damped least squares on its Jacobian.

    Buss and Kim, "Selectively damped least squares for inverse kinematics", 2005, section 3; what
    the tool leaves open brings the joints home.
    """

    robot: Robot
    arm: Joints
    upright: Array  # (3, 3)

    def begin(self, reading: Reading) -> Array:
        """Hold the tool where it is: x, y, z [m] and turn [rad]."""
        return np.append(reading.tool, 0.0)

    def drive(self, command: Array, action: Array, reading: Reading) -> Motors:
        """Move the place that the tool is to be at, and the joints towards it."""
        if action[:3].any():
            command[:3] = self._allowed(command[:3] + STEP * action[:3], reading.tool)
        if len(action) > 3:
            command[3] += TURN * action[3]
        cos, sin = np.cos(command[3]), np.sin(command[3])
        wanted = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]]) @ self.upright
        error = np.concatenate([command[:3] - reading.tool, _turn_between(reading.turn, wanted)])
        jacobian = reading.jacobian()
        damped = jacobian @ jacobian.T + _DAMPING**2 * np.eye(6)
        homewards = _HOMING * (np.array(self.robot.home) - reading.joints)
        step = homewards + jacobian.T @ np.linalg.solve(damped, error - jacobian @ homewards)
        joints = np.clip(reading.joints + step, self.arm.lower, self.arm.upper)
        return Motors("position", joints)

    def _allowed(self, place: Array, tool: Array) -> Array:
        """Return the nearest place that the tool may be told to go to."""
        place = tool + _shortened(place - tool, _AHEAD)
        place = np.clip(place, _LOW, _HIGH)
        base = np.array(self.robot.base[:2])
        place[:2] = base + _shortened(place[:2] - base, self.robot.reach)
        return place


def _shortened(way: Array, longest: float) -> Array:
    length = float(np.sqrt(way @ way))
    return way * (longest / length) if length > longest else way


def _turn_between(now: Array, wanted: Array) -> Array:
    """Return the rotation vector [rad] from one rotation to another that is not far away."""
    between = wanted @ now.T
    return 0.5 * np.array(
        [
            between[2, 1] - between[1, 2],
            between[0, 2] - between[2, 0],
            between[1, 0] - between[0, 1],
        ]
    )
