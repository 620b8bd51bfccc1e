"""What controllers have in common.

A position-type controller holds on to a command, the place that was last asked for. An action of
zero asks for that place again, so nothing sags or drifts.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class ArmReading(NamedTuple):
    """What a controller knows of an arm of n joints."""

    joints: Array  # (n,) position [rad]
    tool: Array  # (3,) position [m]
    turn: Array  # (3, 3) rotation of the tool link
    jacobian: Callable[[], Array]  # of the tool point, (6, n): linear above angular


class Motors(NamedTuple):
    """What the arm's motors are told."""

    mode: Literal["position", "velocity", "torque"]
    targets: Array  # (n,) [rad], [rad/s] or [N m]


class Controller(Protocol):
    """How the arm's part of an action becomes motor commands."""

    names: tuple[str, ...]
    """One for each number of the action."""

    def begin(self, reading: ArmReading) -> Array:
        """Return the command that holds the arm where it is."""
        ...

    def drive(self, command: Array, action: Array, reading: ArmReading) -> Motors:
        """Bring an action to the command, in place; return what the motors are told."""
        ...
