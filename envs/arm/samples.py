"""Labelled frames of the arm at its table, without a step of physics: any posture is a sample."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from autonomy.camera.rig import IMAGES
from autonomy.envs.arm.labels.pixels import BOX_CLASSES, DrawLabels, segment_classes
from autonomy.envs.arm.labels.posed_frames import PosedArms, PosedFrames
from autonomy.envs.arm.labels.quantities import pose_quantities
from autonomy.envs.arm.options import PERCEPTION_CAMERAS, ArmOptions
from autonomy.envs.arm.perceived import quantity_names
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.appearance import PRESETS, ArmRandomization
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError
from autonomy.perception.samples import Samples, image_labels
from autonomy.randomization import preset
from autonomy.seed import checked_seed

_OF_PIXELS = {"segments", "boxes", "instances"}  # which the instance image tells


class ArmSamples:
    """Frames of a robot at its table with one task, from the `PERCEPTION_CAMERAS`.

    Shapes, looks, camera mounts, goals and where things begin are those of a split; postures come
    from inverse kinematics, with the tool all over the table.

    Attributes:
        labels: What can be labelled, and the names of what it tells.
    """

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        task: str | ArmTask = "pick_and_place",
        randomization: str | ArmRandomization = "default",
        robot: str | Robot = "panda",
    ) -> None:
        """Prepare to draw; see `ArmOptions` for what tasks and robots may be.

        Args:
            split: `train`, `validation` or `test`: whose shapes, looks and places these are.
            seed: The same seed gives the same frames.
            task: Whose things and goals, such as `reach`; by default `pick_and_place`.
            randomization: How much varies: `default`, `none`, `strong` or ranges of one's own.
            robot: Whose; by default `panda`.

        Raises:
            InputError: The split, the task, the robot or the randomisation is unknown, the seed is
                negative, or the task is not one of a place and at most one thing.
        """
        checked_seed(seed)
        ranges = preset(randomization, PRESETS)
        # a single frame has no past from which another could arrive
        prompt = replace(ranges.sensor, latency=PRESETS["none"].sensor.latency)
        self._options = ArmOptions(
            task=task,
            split=split,
            robot=robot,
            randomization=replace(ranges, sensor=prompt),
            cameras="perception",
            goal_marker=True,
        )
        self.labels: Mapping[str, tuple[str, ...]] = {
            "segments": segment_classes(self._options.chosen_task),
            "boxes": BOX_CLASSES,
            "instances": (),
            "quantities": quantity_names(self._options.chosen_task),
            "projections": (),
            **image_labels(*list(PERCEPTION_CAMERAS)[1:]),
        }
        self._arms = PosedArms(self._options, seed)
        named = isinstance(robot, str)
        self._description = {
            "world": "arm",
            "task": task if isinstance(task, str) else task.name,
            "split": split,
            "seed": seed,
            "randomization": randomization if isinstance(randomization, str) else asdict(ranges),
            "robot": robot if named else Path(robot.urdf).name,
        }

    def description(self) -> dict[str, Any]:
        """Return what decides the samples, in JSON values."""
        return dict(self._description)

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Return `count` samples with some of the `labels`.

        They follow from the source's seed, `batch` and `count` alone.

        Raises:
            InputError: There is no such label.
        """
        for label in labels:
            if label not in self.labels:
                raise InputError(f"labels must be some of {', '.join(self.labels)}, got {label!r}")
        of_pixels = not _OF_PIXELS.isdisjoint(labels)
        asked = {"camera", *(label.partition("_")[0] for label in labels)}
        asked |= {"instance"} if of_pixels else set()
        frames = self._arms.frames(batch, count, tuple(own for own in IMAGES if own in asked))
        images = frames.images
        samples: Samples = {
            name: own for name, own in images.items() if name.startswith("camera") or name in labels
        }
        if "quantities" in labels:
            samples["quantities"] = self._quantities(frames)
        if "projections" in labels:
            samples["projections"] = frames.projections
        if of_pixels:
            samples |= DrawLabels(frames.draw_names).of(images["instance"], labels)
        return samples | self._groups(frames)

    def _quantities(self, frames: PosedFrames) -> Any:
        catalogue, robot = self._arms.start.catalogue, self._options.chosen_robot
        return pose_quantities(frames.object_pose, frames.goal, frames.shape, catalogue, robot)

    def _groups(self, frames: PosedFrames) -> Samples:
        """Return what varied, to judge groups by."""
        draws, start = frames.drawn, self._arms.start
        groups = {
            "light": draws["sun_strength"] + draws["sky_strength"],
            "camera_shift": np.linalg.norm(draws["camera_shift"], axis=1),
            "camera_turn": np.hypot(draws["camera_pitch"], draws["camera_yaw"]),
        }
        if frames.shape.shape[1]:
            own = frames.shape[:, 0]
            boxes = np.array([shape.kind == "box" for shape in start.catalogue], np.float64)
            groups |= {
                "object_brightness": draws["first_object"].mean(axis=1),
                "object_size": start.sizes[own, 0],
                "object_is_box": boxes[own],
                "object_is_held": frames.is_held.astype(np.float64),
            }
        return {f"group_{name}": np.asarray(values) for name, values in groups.items()}
