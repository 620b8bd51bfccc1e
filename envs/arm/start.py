"""How episodes of the arm worlds begin."""

import numpy as np
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.physics.arm_state import Setup
from autonomy.envs.arm.physics.fixtures import radius_of
from autonomy.envs.arm.physics.shapes import distinct
from autonomy.envs.arm.tasks.clutter import Clutter
from autonomy.envs.arm.tasks.layout import Layout, standing_poses, upright_poses
from autonomy.errors import InputError
from autonomy.randomization import Sampler, in_split
from autonomy.streams import RandomStreams

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
        self._standing = options.chosen_robot.standing
        self._home = np.array(self._standing.home)
        self.catalogue = self._task.shapes(self._split)
        self.clutter = Clutter(options.ranges.clutter, self._split)
        self.sampler = Sampler(options.ranges, options.split)
        self.sizes = np.array([shape.size for shape in self.catalogue]).reshape(-1, 3)
        self._grip = np.array([shape.friction for shape in self.catalogue])
        fixtures = self._task.fixtures if self.clutter.most else ()
        self._radii = [radius_of(fixture) for fixture in fixtures]

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
        task = self._task
        which = distinct(streams.uniform(rows, "body", task.objects), len(self.catalogue))
        layout = self.lay_out(streams.uniform(rows, "task", task.draws), which)
        goal[rows] = choices.get("goal", layout.goal)
        askew = 2.0 * streams.uniform(rows, "body", len(self._home)) - 1.0
        setup.arm[rows] = self._home + _ASKEW * askew
        setup.shape[rows] = which
        setup.object_start[rows] = upright_poses(layout.object_place, layout.object_turn)
        setup.fixture_start[rows] = standing_poses(task.fixtures, layout)
        setup.fixture_joints[rows] = layout.fixture_joints
        self._vary(rows, draws[rows], setup)
        if self.clutter.most:
            self._add_clutter(rows, streams, layout, draws[rows], setup)

    def lay_out(self, uniform: NDArray[np.float64], which: NDArray[np.int64]) -> Layout:
        """Turn random numbers `(n, draws)` in [0, 1) into layouts for shapes `(n, O)`.

        Raises:
            InputError: The task lays out other goals or things than it says.
        """
        task = self._task
        shapes = [tuple(self.catalogue[shape] for shape in own) for own in which.tolist()]
        layout = task.lay_out(in_split(uniform, self._split), shapes)
        for name, given, wanted in (
            ("goals", layout.goal.shape, (len(uniform), task.goal_size)),
            ("things", layout.object_place.shape[1:], (task.objects, 3)),
        ):
            if given != wanted:
                raise InputError(
                    f"the task {task.name} must lay out {name} of shape {wanted}, got {given}"
                )
        return task.fitted(layout, self._standing)

    def clutter_beside(
        self, layout: Layout, uniform: NDArray[np.float64], draws: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return shapes and poses of clutter beside what layouts have, see `Clutter.lay_out`.

        Args:
            layout: Of n episodes.
            uniform: `(n, K)` numbers in [0, 1), as many as `clutter` says.
            draws: `(n, K)` of the randomisation.
        """
        fixtures = standing_poses(self._task.fixtures, layout)[:, :, :3]
        places = self._task.taken(layout)
        taken = np.concatenate([places, fixtures], axis=1)
        radius = np.concatenate([np.zeros(places.shape[1]), self._radii])
        return self.clutter.lay_out(uniform, self.sampler.named(draws)["clutter"], taken, radius)

    def _vary(self, rows: NDArray[np.intp], draws: NDArray[np.float64], setup: Setup) -> None:
        drawn = self.sampler.named(draws)
        setup.mass[rows] = drawn["mass"][:, np.newaxis]
        setup.friction[rows] = drawn["friction"][:, np.newaxis] * self._grip[setup.shape[rows]]
        setup.joint_damping[rows] = drawn["joint_damping"]
        setup.gain[rows] = drawn["motor_gain"]

    def _add_clutter(
        self,
        rows: NDArray[np.intp],
        streams: RandomStreams,
        layout: Layout,
        draws: NDArray[np.float64],
        setup: Setup,
    ) -> None:
        uniform = streams.uniform(rows, "scene", self.clutter.draw_count)
        shapes, poses = self.clutter_beside(layout, uniform, draws)
        setup.clutter_shape[rows], setup.clutter_start[rows] = shapes, poses
