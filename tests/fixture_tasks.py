"""Tasks with fixtures, as users write them: a bin with walls, a button, a drawer."""

from typing import Any

import numpy as np

from autonomy.envs.arm.furniture import button, drawer, open_bin
from autonomy.envs.arm.tasks.grasp import grasp_and_carry, over_and_down
from autonomy.envs.arm.tasks.layout import Layout, half_heights, spread
from autonomy.envs.arm.tasks.pick_and_place import PickAndPlace
from autonomy.envs.arm.tasks.plan import at_height, closed, first_of, length
from autonomy.envs.arm.tasks.task import ArmTask


class IntoBin(PickAndPlace):
    """Bring a thing over the walls of a bin, and set it down inside."""

    fixtures = (open_bin((0.05, 0.32, 0.0)),)
    tolerance = 0.04

    def lay_out(self, uniform: Any, shapes: Any) -> Layout:
        """Draw as for picking and placing, and set the goal into the bin."""
        layout = super().lay_out(uniform, shapes)
        heights = half_heights(shapes)[:, 0] + 0.006
        return layout._replace(goal=at_height(np.tile((0.05, 0.32), (len(uniform), 1)), heights))

    def plan(self, now: Any) -> Any:
        """Go up, across, and down."""
        thing = now.bodies.object_pose[:, 0, :3]
        return grasp_and_carry(now, thing, over_and_down(thing, now.goal, 0.1))


class Press(ArmTask):
    """Press a button that stands somewhere else in every episode."""

    fixtures = (button((0.0, 0.0, 0.0)),)
    goal_size, tolerance, margin, draws = 1, 0.003, 0.02, 2

    def lay_out(self, uniform: Any, shapes: Any) -> Layout:
        """Draw where it stands."""
        shift = at_height(spread(uniform, -0.12, 0.12), 0.0)
        return Layout(goal=np.full((len(uniform), 1), -0.012), fixture_shift=shift[:, None])

    def achieved(self, bodies: Any) -> Any:
        """Return how far it is pressed."""
        return bodies.fixture_position.copy()

    def plan(self, now: Any) -> Any:
        """Come over it, and down."""
        tool, cap = now.bodies.tool_position, now.bodies.fixture_pose[:, 1, :3]
        is_over = length(tool[:, :2] - cap[:, :2]) < 0.01
        return closed(first_of((is_over, tool - (0, 0, 0.02)), otherwise=cap - (0, 0, -0.08)))


class Pull(ArmTask):
    """Pull a drawer out that is shut, or a little open."""

    fixtures = (drawer((0.1, 0.0, 0.0)),)
    goal_size, tolerance, draws, max_steps = 1, 0.015, 2, 80

    def lay_out(self, uniform: Any, shapes: Any) -> Layout:
        """Draw where it stands, and how far it is open."""
        shift = np.zeros((len(uniform), 1, 3))
        shift[:, 0, 1] = spread(uniform[:, 0], -0.2, 0.2)
        goal = np.full((len(uniform), 1), 0.08)
        return Layout(goal, fixture_shift=shift, fixture_joints=0.02 * uniform[:, 1:])

    def achieved(self, bodies: Any) -> Any:
        """Return how far it is open."""
        return bodies.fixture_position.copy()

    def plan(self, now: Any) -> Any:
        """Come down behind its bar, and pull."""
        tool, bar = now.bodies.tool_position, now.bodies.fixture_pose[:, 1, :2]
        behind = bar - (-0.02, 0.0)
        off, left = length(tool[:, :2] - behind), now.goal - now.bodies.fixture_position
        pulled = tool - np.clip(left, -0.03, 0.03) * (1.0, 0.0, 0.0)
        return closed(
            first_of(
                ((tool[:, 2] < 0.06) & (off < 0.02), pulled),
                (off < 0.01, at_height(behind, 0.04)),
                otherwise=at_height(behind, 0.12),
            )
        )
