"""Bringing the tool somewhere."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.tasks.layout import AHEAD, ASIDE, Layout, spread
from autonomy.envs.arm.tasks.plan import Aim, closed
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.envs.arm.tasks.task import STILL, ArmTask


class Reach(ArmTask):
    """Bring the tool to a place in the air."""

    def lay_out(self, uniform: Array, shapes: list[tuple[Shape, ...]]) -> Layout:
        """Draw x, y and z of the goal."""
        goal = [
            spread(uniform[:, 0], -AHEAD, AHEAD),
            spread(uniform[:, 1], -2 * ASIDE, 2 * ASIDE),
            spread(uniform[:, 2], 0.05, 0.35),
        ]
        return Layout(np.stack(goal, axis=1))

    def achieved(self, bodies: Bodies) -> Array:
        """Return where the tool is."""
        return bodies.tool_position.copy()

    def is_still(self, bodies: Bodies) -> NDArray[np.bool_]:
        """Return whether the tool is."""
        return np.linalg.norm(bodies.tool_velocity, axis=1) < STILL

    def plan(self, now: Situation) -> Aim:
        """Go there."""
        return closed(now.goal)
