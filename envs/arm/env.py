"""The arm worlds: the environment that joins physics, cameras and task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import BatchedWorld, Choices, Outcome
from autonomy.camera.rig import CameraRig, image_spaces, with_images
from autonomy.camera.sensor import SensorRandomization
from autonomy.camera.texture import Coverings
from autonomy.envs.arm.episodes import empty_episodes
from autonomy.envs.arm.experts import PLANS, Expert
from autonomy.envs.arm.goals import read_choices
from autonomy.envs.arm.judge import RewardWeights, arm_metrics, goal_reward, judge, measurements
from autonomy.envs.arm.labels import pose_quantities
from autonomy.envs.arm.observations import Vectors, proprioception, true_state
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.perceived import THING, Perceived, from_base, perceivable
from autonomy.envs.arm.plan import Truth, gripper_opening
from autonomy.envs.arm.robot import find_robot
from autonomy.envs.arm.saved_files import SavedFiles
from autonomy.envs.arm.scene.appearance import COVERED, ArmRandomization
from autonomy.envs.arm.scene.arm_scene import Extras
from autonomy.envs.arm.scene.views import OVERVIEW, PORTRAIT, CameraBodies
from autonomy.envs.arm.simulation import Design, inspect
from autonomy.envs.arm.stage import Props, Stage
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.start_physics import start_physics
from autonomy.envs.arm.tasks import TASKS
from autonomy.errors import InputError
from autonomy.options import read_options
from autonomy.perception.loading import make_perception
from autonomy.perception.loop import Known, Perception, TruePerception
from autonomy.policy import Observation, Policy
from autonomy.rewards import weighted_sum
from autonomy.single import SingleEnv
from autonomy.world import Info, Trace
from autonomy.world_state import Bounds, State


class ArmVectorEnv(BatchedWorld):
    """N robot arms, each at its table, with one task.

    Actions `(N, A)` in [-1, 1], by the option `control`: `position` moves the tool by up to 30 mm
    along x, y and z, and `pose` turns it about the vertical by up to 0.15 rad besides;
    `joint_delta` turns each joint by up to 0.08 rad, `joint_position` goes to a place in its
    range, `joint_velocity` and `joint_torque` are shares of its limits. Where the task needs a
    gripper, the last number closes (-1) and opens (1) it.

    `reset(options={"goal": goal})` begins episodes with a goal of one's own, `(G,)` for all or
    `(N, G)`; all else is drawn as without it.
    """

    def __init__(
        self,
        num_envs: int = 1,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        *,
        task: str,
        **options: Any,
    ) -> None:
        """Make N worlds for a task of `TASKS` with the options of `ArmOptions`.

        Raises:
            InputError: An option is unknown or out of range, the robot cannot be read, or
                PyBullet is not installed.
        """
        chosen = read_options(ArmOptions, options)
        self._options, self._task_name, self._task = chosen, task, TASKS[task]()
        self._robot = find_robot(chosen.robot)
        randomization = chosen.ranges
        self._start = EpisodeStart(self._task, self._robot, randomization, chosen.split)
        self._sampler = self._start.sampler
        design = self._design()
        facts = inspect(design)
        self._vectors = Vectors(facts, self._task.goal_size, self._task.goal_bound)
        cameras = chosen.sized_cameras()
        images = image_spaces(cameras, chosen.images)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            spaces.Dict(images | self._vectors.spaces(chosen.observations)),
            spaces.Box(-1.0, 1.0, (facts.sizes.actions,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = facts.action_names
        self._episodes = empty_episodes(num_envs, self._task.goal_size, self._sampler.size)
        self._max_steps = chosen.max_episode_steps or self._task.max_steps
        self._weights = RewardWeights()
        camera_bodies = CameraBodies(cameras, facts)
        rig = CameraRig(
            with_images(cameras, chosen.images), num_envs, chosen.split, randomization.sensor
        )
        self._perception = self._perceiving(randomization.sensor)
        self._physics = start_physics(design, facts.sizes, num_envs, chosen.processes)
        shared, self._bodies = self._physics.shared, self._physics.shared.bodies
        props = self._props(randomization)
        self._stage = Stage(props, rig, camera_bodies, shared, self._episodes)

    def _design(self) -> Design:
        """Return what all simulations have in common.

        Raises:
            InputError: The task needs a gripper that the robot has not.
        """
        robot, options, task = self._robot, self._options, self._task
        if task.uses_gripper and not robot.gripper_joints:
            raise InputError(
                f"the task {self._task_name} needs a gripper, and {robot.urdf} has none named in "
                "gripper_joints"
            )
        return Design(
            robot,
            options.control,
            task.uses_gripper,
            self._start.catalogue,
            task.objects,
            options.control_rate,
            options.substeps,
            self._start.clutter.shapes,
            self._start.clutter.most,
        )

    def _perceiving(self, sensor: SensorRandomization) -> Perception:
        """Return what knows what is perceived.

        Raises:
            InputError: The module cannot be used, or the task is not one that can be perceived.
        """
        chosen, step = self._options, 1.0 / self._options.control_rate
        if "perceived" not in chosen.observations:
            return TruePerception(self._knowledge)
        return make_perception(
            chosen.perception,
            self.num_envs,
            perceivable(self._task, self._robot.base),
            chosen.split,
            sensor,
            step,
            self._knowledge,
        )

    def _props(self, randomization: ArmRandomization) -> Props:
        clutter = self._start.clutter
        has_shadows = randomization.shadow.high[0] > 0.0
        coverings = Coverings(randomization, COVERED, self._options.split)
        extras = Extras(
            clutter.shapes, clutter.most, randomization.has_patterns, has_shadows, coverings
        )
        return Props(self._robot, self._options.triangles, self._task, self._start, extras)

    def _choices(self, rows: NDArray[np.intp], options: dict[str, Any]) -> Choices:
        return read_choices(options, rows, self.num_envs, self._task, self._robot)

    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        setup = self._physics.shared.setup
        self._start.draw(rows, self.streams, choices, self._episodes, setup)
        rig = self._stage.rig
        if rig.sensor_draws:
            rig.draw_sensors(rows, self.streams.uniform(rows, "sensor", rig.sensor_draws))
        self._physics.begin(rows)
        uniform = self.streams.uniform(rows, "sensor", self._perception.sensor_draws)
        self._perception.begin(rows, uniform)
        self._dress(rows)
        self._aim(rows)
        self._look(rows)

    def _dress(self, rows: NDArray[np.intp]) -> None:
        """Bring the random draws of some rows to their looks and mounts."""
        self._perception.mount(rows, self._stage.dress(rows))

    def _aim(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where what they are mounted on is."""
        if self._options.images:
            self._stage.aim(rows)

    def _look(self, rows: NDArray[np.intp]) -> None:
        """Let some rows be perceived, once a step."""
        world = np.tile(np.eye(3, 4), (len(rows), 1, 1))
        self._perception.look(self._stage.see_goal, rows, world, self._episodes.elapsed[rows])

    def _knowledge(self) -> Known:
        """Return the truth of what is perceived; nobody asks how fast things turn."""
        bodies, shape = self._bodies, self._physics.shared.setup.shape
        pose, goal, catalogue = bodies.object_pose, self._episodes.goal, self._start.catalogue
        mean = pose_quantities(pose, goal, shape, catalogue, self._robot).astype(np.float64)
        rate = np.zeros_like(mean)
        things = rate[:, : -goal.shape[1]].reshape(*shape.shape, len(THING))
        things[:, :, :3] = bodies.object_velocity[:, :, :3]
        return Known(mean, rate)

    def _advance(self, actions: NDArray[np.float32]) -> Outcome:
        episodes, task = self._episodes, self._task
        self._physics.shared.actions[:] = np.clip(actions, -1.0, 1.0)
        lost = self._physics.advance()
        episodes.elapsed[:] += 1
        self._aim(self._every_row)
        self._look(self._every_row)
        achieved = task.achieved(self._bodies)
        distance = task.distance(achieved, episodes.goal)
        arrived = (distance < task.tolerance) & task.is_still(self._bodies)
        verdict = judge(arrived, episodes.elapsed >= self._max_steps, lost)
        terms = {"goal": goal_reward(task, distance, self._options.reward)}
        info: Info = {
            "success": verdict.success,
            "episode_end": verdict.reason,
            "reward_terms": terms,
            "measurements": {
                **measurements(self._bodies, distance, task.unit),
                **self._perception.errors(),
            },
            **self._stage.rig.describe(),
        }
        reward = weighted_sum(terms, self._weights)
        return Outcome(reward, verdict.terminated, verdict.truncated, info)

    def compute_reward(
        self, achieved_goal: NDArray[Any], desired_goal: NDArray[Any], info: Any = None
    ) -> NDArray[np.float64]:
        """Return the reward `(...)` of having reached goals `(..., G)`, as the steps give it."""
        distance = self._task.distance(np.asarray(achieved_goal), np.asarray(desired_goal))
        return self._weights.goal * goal_reward(self._task, distance, self._options.reward)

    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        bodies, wanted = self._bodies, self._options.observations
        observation: Observation = {}
        if self._options.images:
            observation = self._stage.observe(rows, self._options.goal_marker)
        vectors = {
            "proprioception": lambda: proprioception(bodies),
            "state": lambda: true_state(bodies),
            "perceived": lambda: self._seen_from_base().vector(bodies.tool_position),
            "achieved_goal": lambda: self._task.achieved(bodies),
            "desired_goal": lambda: self._episodes.goal,
        }
        for name, values in vectors.items():
            if name in wanted:
                observation[name] = self._vectors.observed(name, values()[rows])
        return observation

    def _seen_from_base(self) -> Perceived:
        return from_base(self._perception.known(), self._robot.base)

    def _describe(self) -> Info:
        draws = self._sampler.named(self._episodes.draws.copy())
        shape = self._physics.shared.setup.shape.copy()
        drawn = {**draws, **self._stage.rig.drawn(), "shape": shape}
        return {"randomization": drawn, **self._stage.rig.describe()}

    def _pictures(self) -> tuple[NDArray[np.uint8], ...]:
        return self._stage.pictures(PORTRAIT)

    def _overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return pictures of each table from above."""
        return self._stage.pictures(OVERVIEW)

    def expert(self) -> Policy:
        """Return a scripted policy on the true state.

        Raises:
            InputError: The option `control` is not `position`.
        """
        if self._options.control != "position":
            raise InputError(f"the expert's control must be position, got {self._options.control}")
        return Expert(self._truth, PLANS[self._task_name], self._task.uses_gripper)

    def _truth(self) -> Truth:
        self._check_running()
        setup, bodies = self._physics.shared.setup, self._bodies
        opening, rate = gripper_opening(self._robot, bodies)
        size = self._start.sizes[setup.shape]
        return Truth(bodies, setup, size, self._episodes.goal, opening, rate)

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes; see `arm_metrics`."""
        return arm_metrics(episodes, self._options.control_rate, self._task.unit)

    @property
    def _kind(self) -> str:
        robot, options = Path(self._robot.urdf).name, self._options
        return f"Arm {self._task_name} with {robot} by {options.control} ({options.split})"

    def _arrays(self) -> State:
        shared = self._physics.shared
        return {
            **shared.setup._asdict(),
            **shared.bodies._asdict(),
            **self._episodes._asdict(),
            "lost": self._physics.lost,
            **self._stage.rig.arrays(),
            **self._perception.arrays(),
        }

    def _bounds(self) -> Bounds:
        return {
            "shape": (0, len(self._start.catalogue) - 1),
            "clutter_shape": (-1, len(self._start.clutter.shapes) - 1),
            "draws": self._sampler.bounds,
            **self._stage.rig.bounds(),
            **self._perception.bounds(),
        }

    _saved = SavedFiles._fields

    def _save(self) -> State:
        """Return Bullet's own files, which alone bring its contacts back."""
        return SavedFiles.joined(self._physics.save())._asdict()

    def _check(self, state: State) -> None:
        _files_of(state).check(self.num_envs)

    def _restore(self, state: State) -> None:
        self._physics.restore(_files_of(state).split())
        self._dress(self._every_row)
        self._aim(self._every_row)

    def close_extras(self, **kwargs: Any) -> None:
        """End what the physics runs in."""
        self._physics.close()


def _files_of(state: State) -> SavedFiles:
    return SavedFiles(*(state[name] for name in SavedFiles._fields))


class ArmEnv(SingleEnv[ArmVectorEnv]):
    """One arm at its table: `ArmVectorEnv` with N = 1 and without its first axis."""

    def __init__(self, render_mode: str | None = None, *, task: str, **options: Any) -> None:
        """Make one world for a task of `TASKS` with the options of `ArmOptions`."""
        batch = ArmVectorEnv(1, render_mode, AutoresetMode.DISABLED, task=task, **options)
        super().__init__(batch)

    def compute_reward(
        self, achieved_goal: NDArray[Any], desired_goal: NDArray[Any], info: Any = None
    ) -> NDArray[np.float64]:
        """Return the reward of having reached goals `(..., G)`, as the steps give it."""
        return self.batch.compute_reward(achieved_goal, desired_goal, info)
