"""The arm worlds: the environment that joins physics, cameras and task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import BatchedWorld, Choices, Outcome
from autonomy.camera.rig import image_spaces
from autonomy.envs.arm.episodes import EpisodeStart
from autonomy.envs.arm.labels.quantities import pose_quantities
from autonomy.envs.arm.observations import Vectors, proprioception, true_state
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.perceived import THING, from_base, perceivable
from autonomy.envs.arm.physics.saved_files import SavedFiles
from autonomy.envs.arm.physics.simulation import inspect
from autonomy.envs.arm.physics.start_physics import start_physics
from autonomy.envs.arm.scene.views import OVERVIEW, PORTRAIT
from autonomy.envs.arm.stage import Stage, design
from autonomy.envs.arm.tasks.goals import read_choices
from autonomy.envs.arm.tasks.situation import Situation, gripper_opening
from autonomy.errors import InputError
from autonomy.options import read_options
from autonomy.perception.in_world.loading import make_perception, perceiving_module
from autonomy.perception.in_world.loop import Known, Perceivable
from autonomy.policy import Observation, Policy
from autonomy.randomization import in_split
from autonomy.rewards import weighted_sum
from autonomy.single import SingleEnv
from autonomy.task import endings
from autonomy.world import Info, ResetInfo, Trace
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

    options_class = ArmOptions

    def __init__(
        self,
        num_envs: int = 1,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        **options: Any,
    ) -> None:
        """Make N worlds with the options of `ArmOptions`.

        Raises:
            InputError: An option is unknown or out of range, the robot cannot be read, or
                PyBullet is not installed.
        """
        chosen: ArmOptions = read_options(self.options_class, options)
        self._options, self._task, self._robot = chosen, chosen.chosen_task, chosen.chosen_robot
        self._start = EpisodeStart(chosen)
        self._sampler = self._start.sampler
        simulated = design(chosen, self._start)
        facts = inspect(simulated)
        wanted = "perceived" in chosen.observations
        followed = perceivable(self._task, self._robot.base) if wanted else Perceivable({}, {})
        module = perceiving_module(chosen.perception if wanted else None, followed)
        self._own = module.motions if module else {}
        self._vectors = Vectors(facts, self._task.goal_size, self._task.goal_bound, self._own)
        images = image_spaces(chosen.sized_cameras(), chosen.images)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            spaces.Dict(images | self._vectors.spaces(chosen.observations)),
            spaces.Box(-1.0, 1.0, (facts.sizes.actions,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = facts.action_names
        self._episodes = self._start.room(num_envs)
        self._max_steps = chosen.max_episode_steps or self._task.max_steps
        sensor, step = chosen.ranges.sensor, 1.0 / chosen.control_rate
        self._perception = make_perception(
            module, num_envs, followed, sensor, step, self._knowledge
        )
        self._physics = start_physics(simulated, facts.sizes, num_envs, chosen.processes)
        shared, self._bodies = self._physics.shared, self._physics.shared.bodies
        self._stage = Stage(chosen, self._start, facts, shared, self._episodes)

    def _choices(self, rows: NDArray[np.intp], options: dict[str, Any]) -> Choices:
        return read_choices(options, rows, self.num_envs, self._task, self._robot)

    def _begin(self, rows: NDArray[np.intp], choices: Choices) -> None:
        setup = self._physics.shared.setup
        self._start.draw(rows, self.streams, choices, self._episodes, setup)
        rig = self._stage.rig
        if rig.sensor_draws:
            rig.draw_sensors(rows, self._sensor_draws(rows, rig.sensor_draws))
        self._physics.begin(rows)
        self._perception.begin(rows, self._sensor_draws(rows, self._perception.sensor_draws))
        self._dress(rows)
        self._aim(rows)
        self._look(rows)

    def _sensor_draws(self, rows: NDArray[np.intp], count: int) -> NDArray[np.float64]:
        return in_split(self.streams.uniform(rows, "sensor", count), self._options.split)

    def _dress(self, rows: NDArray[np.intp]) -> None:
        """Bring the random draws of some rows to their looks and mounts."""
        self._perception.mount(rows, self._stage.dress(rows))

    def _aim(self, rows: NDArray[np.intp]) -> None:
        """Bring the cameras of some rows to where what they are mounted on is."""
        if self._options.images:
            self._stage.aim(rows)

    def _look(self, rows: NDArray[np.intp]) -> None:
        """Let some rows be perceived, once a step."""
        elapsed = self._episodes.elapsed[rows]
        self._perception.look(self._stage.see_goal, rows, self._stage.poses, elapsed)

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
        judged = task.judge(self._situation(), self._options.reward)
        is_late = episodes.elapsed >= self._max_steps
        ended = endings(judged, task.success_terminates, is_late, lost)
        measured = {name: own.astype(np.float32) for name, own in judged.measurements.items()}
        info: Info = {
            "success": ended.success,
            "episode_end": ended.reason,
            "reward_terms": judged.terms,
            "measurements": {**measured, **self._perception.errors()},
            **self._stage.rig.describe(),
        }
        reward = weighted_sum(judged.terms, task.weights)
        return Outcome(reward, ended.terminated, ended.truncated, info)

    def compute_reward(
        self, achieved_goal: NDArray[Any], desired_goal: NDArray[Any], info: Any = None
    ) -> NDArray[np.float64]:
        """Return the reward `(...)` of having reached goals `(..., G)`, as the steps give it.

        Raises:
            InputError: The task rewards more than its goal.
        """
        weights, task = vars(self._task.weights), self._task
        if [*weights] != ["goal"]:
            raise InputError(
                "to be computed from goals, rewards must have no term but goal, "
                f"got {', '.join(weights)}"
            )
        distance = task.distance(np.asarray(achieved_goal), np.asarray(desired_goal))
        return weights["goal"] * task.goal_term(distance, self._options.reward)

    def _observe(self, rows: NDArray[np.intp]) -> Observation:
        bodies, wanted = self._bodies, self._options.observations
        observation: Observation = {}
        if self._options.images:
            observation = self._stage.observe(rows)
        vectors = {
            "proprioception": lambda: proprioception(bodies),
            "state": lambda: true_state(bodies),
            "perceived": self._perceived,
            "achieved_goal": lambda: self._task.achieved(bodies),
            "desired_goal": lambda: self._episodes.goal,
        }
        for name, values in vectors.items():
            if name in wanted:
                observation[name] = self._vectors.observed(name, values()[rows])
        return observation

    def _perceived(self) -> NDArray[np.float64]:
        known = self._perception.known()
        if self._own:
            return known.mean
        return from_base(known, self._robot.base).vector(self._bodies.tool_position)

    def _describe(self) -> ResetInfo:
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
        """Return the task's scripted policy, which knows the true state.

        Raises:
            InputError: The option `control` is not what it moves.
        """
        return self._task.expert(self._running_situation, self._options.control)

    def _running_situation(self) -> Situation:
        self._check_running()
        return self._situation()

    def _situation(self) -> Situation:
        setup, bodies = self._physics.shared.setup, self._bodies
        opening, rate = gripper_opening(self._robot, bodies)
        size = self._start.sizes[setup.shape]
        return Situation(bodies, setup, size, self._episodes.goal, opening, rate)

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures."""
        return self._task.metrics(episodes, self._options.control_rate)

    @property
    def _kind(self) -> str:
        robot, options = Path(self._robot.urdf).name, self._options
        return f"Arm {self._task.name} with {robot} by {options.control} ({options.split})"

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
        if "_physics" in vars(self):  # Gymnasium 1.2 also closes what was refused half-made
            self._physics.close()


def _files_of(state: State) -> SavedFiles:
    return SavedFiles(*(state[name] for name in SavedFiles._fields))


class ArmEnv(SingleEnv[ArmVectorEnv]):
    """One arm at its table: `ArmVectorEnv` with N = 1 and without its first axis."""

    def __init__(self, render_mode: str | None = None, **options: Any) -> None:
        """Make one world with the options of `ArmOptions`."""
        batch = ArmVectorEnv(1, render_mode, AutoresetMode.DISABLED, **options)
        super().__init__(batch)

    def compute_reward(
        self, achieved_goal: NDArray[Any], desired_goal: NDArray[Any], info: Any = None
    ) -> NDArray[np.float64]:
        """Return the reward of having reached goals `(..., G)`, as the steps give it."""
        return self.batch.compute_reward(achieved_goal, desired_goal, info)
