"""A scripted policy that reads the true state and moves the tool with the `position` controller."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.tool_control import STEP
from autonomy.envs.arm.tasks.plan import Aim
from autonomy.envs.arm.tasks.situation import Situation
from autonomy.policy import Observation


class Expert:
    """Moves the tool to where a plan wants it."""

    def __init__(
        self, read: Callable[[], Situation], plan: Callable[[Situation], Aim], grips: bool
    ) -> None:
        """Follow a plan; `grips` says whether actions end with the gripper's number."""
        self._read = read
        self._plan = plan
        self._grips = grips

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing: the true state is all there is to know."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions; the observation is not read."""
        now = self._read()
        place, opening = self._plan(now)
        action = (place - now.bodies.command[:, :3]) / STEP
        if self._grips:
            action = np.column_stack([action, opening])
        return np.clip(action, -1.0, 1.0).astype(np.float32)
