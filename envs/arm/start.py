"""How episodes of the arm worlds begin."""

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.physics.arm_state import Setup
from autonomy.envs.arm.physics.shapes import distinct
from autonomy.envs.arm.tasks.clutter import Clutter
from autonomy.envs.arm.tasks.layout import Layout, upright_poses
from autonomy.randomization import Sampler, in_split
from autonomy.streams import RandomStreams

Draws = dict[str, NDArray[np.float64]]

_ASKEW = 0.04  # [rad] that each joint may begin away from home


class EpisodeStart:
    """Draws the beginnings of a task's episodes from the part of everything that a split has.

    Attributes:
        catalogue: What may lie on the table.
        sizes: `(K, 3)` of those shapes [m].
        clutter: What may lie beside them.
        sampler: Of the randomisation.
    """

    def __init__(self, options: ArmOptions) -> None:
        self._task, self._split = options.chosen_task, options.split
        self._home = np.array(options.chosen_robot.home)
        self.catalogue = self._task.shapes(self._split)
        self.clutter = Clutter(options.ranges.clutter, self._split)
        self.sampler = Sampler(options.ranges)
        self.sizes = np.array([shape.size for shape in self.catalogue]).reshape(-1, 3)
        self._grip = np.array([shape.friction for shape in self.catalogue])

    def draw(
        self,
        rows: NDArray[np.intp],
        streams: RandomStreams,
        choices: Choices,
        draws: NDArray[np.float64],
        goal: NDArray[np.float64],
        setup: Setup,
    ) -> None:
        """Write what n rows are to reach, and what the physics begins their episodes with.

        Args:
            rows: `(n,)`.
            streams: Of random numbers.
            choices: What a user chose.
            draws: `(N, K)` of the randomisation, which say how heavy things are.
            goal: `(N, G)`, of which n are written.
            setup: Likewise.
        """
        task, split = self._task, self._split
        which = distinct(streams.uniform(rows, "body", task.objects), len(self.catalogue))
        shapes = [tuple(self.catalogue[shape] for shape in own) for own in which]
        layout = task.lay_out(in_split(streams.uniform(rows, "task", task.draws), split), shapes)
        goal[rows] = choices.get("goal", layout.goal)
        askew = 2.0 * streams.uniform(rows, "body", len(self._home)) - 1.0
        setup.arm[rows] = self._home + _ASKEW * askew
        setup.shape[rows] = which
        setup.object_start[rows] = upright_poses(layout.object_place, layout.object_turn)
        named = self.sampler.named(draws[rows])
        self._vary(rows, named, setup)
        if self.clutter.most:
            self._add_clutter(rows, streams, layout, named["clutter"], setup)

    def _vary(self, rows: NDArray[np.intp], draws: Draws, setup: Setup) -> None:
        setup.mass[rows] = draws["mass"][:, np.newaxis]
        setup.friction[rows] = draws["friction"][:, np.newaxis] * self._grip[setup.shape[rows]]
        setup.joint_damping[rows] = draws["joint_damping"]
        setup.gain[rows] = draws["motor_gain"]

    def _add_clutter(
        self,
        rows: NDArray[np.intp],
        streams: RandomStreams,
        layout: Layout,
        number: NDArray[np.float64],
        setup: Setup,
    ) -> None:
        uniform = streams.uniform(rows, "scene", self.clutter.draw_count)
        shapes, poses = self.clutter.lay_out(uniform, number, self._task.taken(layout))
        setup.clutter_shape[rows], setup.clutter_start[rows] = shapes, poses
