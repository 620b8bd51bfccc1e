"""How episodes begin: what lies where, what is to be reached, and how it all looks."""

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.envs.arm.arm_state import Setup
from autonomy.envs.arm.clutter import Clutter
from autonomy.envs.arm.episodes import Episodes
from autonomy.envs.arm.objects import distinct
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.appearance import ArmRandomization
from autonomy.envs.arm.task import Layout, Task, upright_poses
from autonomy.randomization import Sampler, in_split
from autonomy.streams import RandomStreams

_ASKEW = 0.04  # [rad] that each joint may begin away from home


class EpisodeStart:
    """Draws the beginnings of a task's episodes from the part of everything that a split has."""

    def __init__(
        self, task: Task, robot: Robot, randomization: ArmRandomization, split: str
    ) -> None:
        self.catalogue = task.shapes(split)
        self.clutter = Clutter(randomization.clutter, split)
        self.sampler = Sampler(randomization, split)
        self._task, self._home, self._split = task, np.array(robot.home), split
        self.sizes = np.array([shape.size for shape in self.catalogue]).reshape(-1, 3)
        self._grip = np.array([shape.friction for shape in self.catalogue])

    def draw(
        self,
        rows: NDArray[np.intp],
        streams: RandomStreams,
        choices: Choices,
        episodes: Episodes,
        setup: Setup,
    ) -> None:
        """Write what episodes in some rows are like, and what the physics begins them with."""
        task, split = self._task, self._split
        scene = streams.uniform(rows, "scene", self.sampler.size)
        which = distinct(streams.uniform(rows, "body", task.objects), len(self.catalogue))
        shapes = [tuple(self.catalogue[shape] for shape in own) for own in which]
        layout = task.lay_out(in_split(streams.uniform(rows, "task", task.draws), split), shapes)
        episodes.draws[rows] = self.sampler.sample(scene)
        episodes.goal[rows] = choices.get("goal", layout.goal)
        episodes.elapsed[rows] = 0
        askew = 2.0 * streams.uniform(rows, "body", len(self._home)) - 1.0
        setup.arm[rows] = self._home + _ASKEW * askew
        setup.shape[rows] = which
        setup.object_start[rows] = upright_poses(layout.object_place, layout.object_turn)
        self._vary(rows, episodes, setup)
        if self.clutter.most:
            self._add_clutter(rows, streams, layout, episodes, setup)

    def _vary(self, rows: NDArray[np.intp], episodes: Episodes, setup: Setup) -> None:
        draws = self.sampler.named(episodes.draws[rows])
        setup.mass[rows] = draws["mass"][:, np.newaxis]
        setup.friction[rows] = draws["friction"][:, np.newaxis] * self._grip[setup.shape[rows]]
        setup.joint_damping[rows] = draws["joint_damping"]
        setup.gain[rows] = draws["motor_gain"]

    def _add_clutter(
        self,
        rows: NDArray[np.intp],
        streams: RandomStreams,
        layout: Layout,
        episodes: Episodes,
        setup: Setup,
    ) -> None:
        number = self.sampler.named(episodes.draws[rows])["clutter"]
        uniform = streams.uniform(rows, "scene", self.clutter.draw_count)
        shapes, poses = self.clutter.lay_out(uniform, number, layout)
        setup.clutter_shape[rows], setup.clutter_start[rows] = shapes, poses
