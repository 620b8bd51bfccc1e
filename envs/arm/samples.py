"""Labelled frames of the arm at its table, without a step of physics: any posture is a sample."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.rig import CameraRig, named_images, with_images
from autonomy.camera.texture import Coverings
from autonomy.envs.arm.arm_state import Bodies, Setup, Shared, allocate
from autonomy.envs.arm.labels import (
    BOX_CLASSES,
    SEGMENT_CLASSES,
    DrawLabels,
    pose_quantities,
)
from autonomy.envs.arm.objects import distinct
from autonomy.envs.arm.options import PERCEPTION_CAMERAS, WORLD
from autonomy.envs.arm.perceived import quantity_names
from autonomy.envs.arm.placing import place_things
from autonomy.envs.arm.postures import make_postures
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.scene.appearance import COVERED, PRESETS
from autonomy.envs.arm.scene.arm_scene import ArmScene, Extras
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.robot_meshes import robot_meshes
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.task import Layout, upright_poses
from autonomy.envs.arm.tasks import TASKS
from autonomy.errors import InputError
from autonomy.options import SPLITS
from autonomy.perception.samples import Samples
from autonomy.randomization import in_split, preset
from autonomy.seed import checked_seed

LABELS = ("segments", "boxes", "instances", "quantities", "projections")
_OF_PIXELS = {"segments", "boxes", "instances"}  # which the instance image tells
_POSTURES = 3000
_TRIANGLES = 5000
_STROKE = 2 * PANDA.gripper_open[0]  # [m] between the fingers of the open gripper


class _Stage(NamedTuple):
    """What draws samples of one number at a time."""

    scene: ArmScene
    rig: CameraRig
    shared: Shared
    rows: NDArray[np.intp]


class ArmSamples:
    """Frames of a Panda at its table with one task, from the `PERCEPTION_CAMERAS`.

    Shapes, looks, camera mounts, goals and where things begin are those of a split; postures come
    from inverse kinematics, with the tool all over the table.
    """

    world = "arm"
    segment_classes = SEGMENT_CLASSES
    box_classes = BOX_CLASSES

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        task: str = "pick_and_place",
        randomization: str = "default",
    ) -> None:
        """Prepare to draw.

        Raises:
            InputError: The split, the task or the randomisation is unknown, the seed is negative,
                or the task is not one of a place and at most one thing.
        """
        if split not in SPLITS:
            raise InputError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
        if task not in TASKS:
            raise InputError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
        checked_seed(seed)
        self._task, self._given = TASKS[task](), (task, split, seed, randomization)
        self.quantities = quantity_names(self._task)
        self._ranges = preset(randomization, PRESETS)
        self._sensor = replace(self._ranges.sensor, latency=PRESETS["none"].sensor.latency)
        self._start = EpisodeStart(self._task, PANDA, self._ranges, split)
        self._random = (seed, SPLITS.index(split))
        grips = self._task.uses_gripper
        own = np.random.default_rng(self._random)
        self._postures = make_postures(PANDA, _POSTURES, grips, own)
        self._stages: dict[tuple[int, tuple[str, ...]], _Stage] = {}

    def description(self) -> dict[str, Any]:
        """Return what decides the samples, in JSON values."""
        names = ("task", "split", "seed", "randomization")
        return {"world": self.world, **dict(zip(names, self._given, strict=True))}

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return `count` samples with some `labels` of `LABELS`.

        Raises:
            InputError: There is no such label.
        """
        for label in labels:
            if label not in LABELS:
                raise InputError(f"labels must be some of {', '.join(LABELS)}, got {label!r}")
        random = np.random.default_rng((*self._random, 1 + batch))
        of_pixels = not _OF_PIXELS.isdisjoint(labels)
        stage = self._stage(count, ("camera", "instance") if of_pixels else ("camera",))
        draws, goal, held = self._arrange(stage, random)
        self._dress(stage, draws, random)
        scene = stage.scene.seen(stage.shared.bodies, stage.shared.setup)
        scene = stage.scene.with_goal(scene, goal)
        seen = named_images(stage.rig.observe(stage.scene.library, scene, stage.rows))
        samples: Samples = {name: own for name, own in seen.items() if name.startswith("camera")}
        shape, pose = stage.shared.setup.shape, stage.shared.bodies.object_pose
        catalogue = self._start.catalogue
        if "quantities" in labels:
            samples["quantities"] = pose_quantities(pose, goal, shape, catalogue, PANDA)
        if "projections" in labels:
            samples["projections"] = stage.rig.projections(stage.rows, PANDA.base)
        if of_pixels:
            draw_labels = DrawLabels(stage.scene, self._postures.gripper_links)
            samples |= draw_labels.of(seen["instance"], labels)
        return samples | self._groups(draws, shape, held)

    def _stage(self, count: int, images: tuple[str, ...]) -> _Stage:
        """Return what draws so many samples, which is made only once."""
        if (count, images) not in self._stages:
            clutter, sizes = self._start.clutter, self._postures.sizes
            extras = Extras(
                clutter.shapes,
                clutter.most,
                self._ranges.has_patterns,
                self._ranges.shadow.high[0] > 0.0,
                Coverings(self._ranges, COVERED, self._given[1]),
            )
            things = self._task.objects
            meshes = robot_meshes(PANDA, _TRIANGLES, Material.ROBOT)
            self._stages[count, images] = _Stage(
                ArmScene(count, meshes, self._start.catalogue, things, extras),
                CameraRig(
                    with_images(PERCEPTION_CAMERAS, images), count, self._given[1], self._sensor
                ),
                allocate(count, sizes._replace(objects=things, clutter=clutter.most)),
                np.arange(count),
            )
        return self._stages[count, images]

    def _arrange(
        self, stage: _Stage, random: np.random.Generator
    ) -> tuple[NDArray[np.void], NDArray[np.float64], NDArray[np.bool_]]:
        """Put robots and things somewhere; return what was drawn, the goals, and what is held."""
        task, start, split, count = self._task, self._start, self._given[1], len(stage.rows)
        setup, bodies = stage.shared.setup, stage.shared.bodies
        setup.shape[:] = distinct(random.random((count, task.objects)), len(start.catalogue))
        shapes = [tuple(start.catalogue[number] for number in own) for own in setup.shape]
        layout = task.lay_out(in_split(random.random((count, task.draws)), split), shapes)
        sizes = start.sizes[setup.shape]
        stroke = _STROKE if task.uses_gripper else 0.0
        placed = place_things(self._postures, layout, sizes, stroke, random)
        for name in ("joint_position", "link_pose", "tool_position"):
            getattr(bodies, name)[:] = getattr(self._postures.bodies, name)[placed.posture]
        bodies.object_pose[:] = upright_poses(placed.place, placed.turn)
        uniform = random.random((count, start.sampler.size))
        draws = start.sampler.records(start.sampler.sample(uniform))
        if start.clutter.most:
            self._add_clutter(setup, bodies, draws, layout, random)
        return draws, layout.goal, placed.held

    def _add_clutter(
        self,
        setup: Setup,
        bodies: Bodies,
        draws: NDArray[np.void],
        layout: Layout,
        random: np.random.Generator,
    ) -> None:
        clutter = self._start.clutter
        uniform = random.random((len(draws), clutter.draw_count))
        setup.clutter_shape[:], bodies.clutter_pose[:] = clutter.lay_out(
            uniform, draws["clutter"], layout
        )

    def _dress(self, stage: _Stage, draws: NDArray[np.void], random: np.random.Generator) -> None:
        """Bring random draws to looks, mounts and sensors."""
        stage.scene.dress(stage.rows, draws)
        stage.rig.mount(stage.rows, draws)
        if stage.rig.sensor_draws:
            uniform = random.random((len(stage.rows), stage.rig.sensor_draws))
            stage.rig.draw_sensors(stage.rows, uniform)
        world = np.tile(np.eye(3, 4), (len(stage.rows), 1, 1))
        still = np.zeros(len(stage.rows), np.int64)
        stage.rig.aim(stage.rows, {WORLD: world}, still)

    def _groups(
        self, draws: NDArray[np.void], shape: NDArray[np.int64], held: NDArray[np.bool_]
    ) -> Samples:
        """Return what varied, to judge groups by."""
        groups = {
            "light": draws["sun_strength"] + draws["sky_strength"],
            "camera_shift": np.linalg.norm(draws["camera_shift"], axis=1),
            "camera_turn": np.hypot(draws["camera_pitch"], draws["camera_yaw"]),
        }
        if self._task.objects:
            own = shape[:, 0]
            boxes = np.array([shape.kind == "box" for shape in self._start.catalogue], np.float64)
            groups |= {
                "object_brightness": draws["first_object"].mean(axis=1),
                "object_size": self._start.sizes[own, 0],
                "object_is_box": boxes[own],
                "object_is_held": held.astype(np.float64),
            }
        return {f"group_{name}": np.asarray(values) for name, values in groups.items()}
