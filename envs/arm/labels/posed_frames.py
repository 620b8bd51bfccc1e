"""Frames of arms in postures all over their tables: what labelled frames are made of."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.labels.placing import place_things
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.fixtures import place_fixtures
from autonomy.envs.arm.physics.postures import make_postures
from autonomy.envs.arm.physics.shapes import distinct
from autonomy.envs.arm.physics.simulation import inspect
from autonomy.envs.arm.stage import ArmStage, design, still_stage
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.tasks.layout import standing_poses, upright_poses
from autonomy.options import SPLITS
from autonomy.policy import Observation

_POSTURES = 3000


@dataclass(frozen=True)
class PosedFrames:
    """n frames of each camera, and all that their labels follow from.

    Attributes:
        images: By key, each `(n, H, W, ...)`.
        draw_names: What each draw shows, by its number in the instance image.
        projections: `(n, C, 3, 4)` of places as seen from the robot's base, see `CameraRig`.
        shape: `(n, O)` which of the catalogue each thing is.
        object_pose: `(n, O, 7)` where it is.
        goal: `(n, G)`.
        is_held: `(n,)` whether a thing is in the hand.
        drawn: `(n,)` what the randomisation drew.
    """

    images: Observation
    draw_names: list[str]
    projections: NDArray[np.float32]
    shape: NDArray[np.int64]
    object_pose: Array
    goal: Array
    is_held: NDArray[np.bool_]
    drawn: NDArray[np.void]


class PosedArms:
    """Brings the tools of arms all over their tables, with things in their hands and beside them.

    Attributes:
        start: How episodes begin.
    """

    def __init__(self, options: ArmOptions, seed: int) -> None:
        """Prepare to show what `options.split` has; one seed gives always the same frames."""
        self._options, self.start = options, EpisodeStart(options)
        self._facts = inspect(design(options, self.start))
        self._seed = (seed, SPLITS.index(options.split))
        robot, grips = options.chosen_robot, options.chosen_task.uses_gripper
        own = np.random.default_rng(self._seed)
        self._postures = make_postures(robot, _POSTURES, grips, own)
        self._stroke = robot.gripper_width if grips else 0.0
        self._stages: dict[tuple[int, tuple[str, ...]], ArmStage] = {}

    def frames(self, batch: int, count: int, images: tuple[str, ...]) -> PosedFrames:
        """Return `count` frames with the named kinds of `images`.

        They follow from the seed, `batch` and `count` alone.
        """
        stage, rows = self._stage_of(count, images), np.arange(count)
        random = np.random.default_rng((*self._seed, 1 + batch))
        is_held, draws = self._arrange(stage, random)
        stage.dress(rows, draws)
        if stage.rig.sensor_draws:
            uniform = random.random((count, stage.rig.sensor_draws))
            stage.rig.draw_sensors(rows, uniform)
        stage.aim(rows, np.zeros(count, np.int64))
        return PosedFrames(
            images=stage.observe(rows),
            draw_names=stage.draw_names(self._postures.gripper_links),
            projections=stage.rig.projections(rows, self._options.chosen_robot.standing.base),
            shape=stage.shared.setup.shape.copy(),
            object_pose=stage.shared.bodies.object_pose.copy(),
            goal=stage.goal.copy(),
            is_held=is_held,
            drawn=stage.sampler.records(draws),
        )

    def _arrange(
        self, stage: ArmStage, random: np.random.Generator
    ) -> tuple[NDArray[np.bool_], Array]:
        """Put robots and things somewhere; return `(n,)` if one is held, and what was drawn."""
        task, start = self._options.chosen_task, self.start
        setup, bodies, _ = stage.shared
        count = len(stage.goal)
        setup.shape[:] = distinct(random.random((count, task.objects)), len(start.catalogue))
        layout = start.lay_out(random.random((count, task.draws)), setup.shape)
        sizes = start.sizes[setup.shape]
        placed = place_things(self._postures, layout, sizes, self._stroke, random)
        for name in ("joint_position", "link_pose", "tool_position"):
            getattr(bodies, name)[:] = getattr(self._postures.bodies, name)[placed.posture]
        bodies.object_pose[:] = upright_poses(placed.place, placed.turn)
        uniform = random.random((count, start.sampler.size))
        draws = start.sampler.sample(uniform)
        stage.goal[:] = layout.goal
        if start.clutter.most:
            uniform = random.random((count, start.clutter.draw_count))
            beside = start.clutter_beside(layout, uniform, draws)
            setup.clutter_shape[:], bodies.clutter_pose[:] = beside
        if task.fixtures:
            setup.fixture_start[:] = standing_poses(task.fixtures, layout)
            setup.fixture_joints[:] = layout.fixture_joints
            place_fixtures(task.fixtures, setup, bodies)
        return placed.held, draws

    def _stage_of(self, count: int, images: tuple[str, ...]) -> ArmStage:
        """Return a stage for so many frames, which is made only once."""
        if (count, images) not in self._stages:
            options = replace(
                self._options,
                observations=images,
                task=self._options.chosen_task,
                robot=self._options.chosen_robot,
            )
            self._stages[count, images] = still_stage(count, options, self.start, self._facts)
        return self._stages[count, images]
