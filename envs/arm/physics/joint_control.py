"""Actions that move the joints."""

import numpy as np

from autonomy.envs.arm.physics.control import ArmReading, Array, Motors
from autonomy.envs.arm.physics.urdf import Joints

_STEP = 0.08  # [rad] per control step


class _EveryJoint:
    """One number a joint, and nothing to hold on to: every action says it all."""

    def __init__(self, arm: Joints) -> None:
        self._arm = arm
        self.names = tuple(f"joint_{number}" for number in range(1, len(arm.numbers) + 1))

    def begin(self, reading: ArmReading) -> Array:
        """Hold on to nothing."""
        return np.zeros(0)


class JointDelta(_EveryJoint):
    """Moves the place that each joint is to be at."""

    def begin(self, reading: ArmReading) -> Array:
        """Hold the joints where they are [rad]."""
        return reading.joints.copy()

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Move it."""
        command[:] = np.clip(command + _STEP * action, self._arm.lower, self._arm.upper)
        return Motors("position", command)


class JointPosition(_EveryJoint):
    """Sends each joint to a place in its range; one that turns without end, in one turn."""

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Send it."""
        low, high = np.maximum(self._arm.lower, -np.pi), np.minimum(self._arm.upper, np.pi)
        return Motors("position", low + (high - low) * (action + 1.0) / 2.0)


class JointVelocity(_EveryJoint):
    """Turns each joint at a share of its top speed."""

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Turn it."""
        return Motors("velocity", action * self._arm.speed)


class JointTorque(_EveryJoint):
    """Drives each joint with a share of its greatest torque."""

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Drive it."""
        return Motors("torque", action * self._arm.force)
