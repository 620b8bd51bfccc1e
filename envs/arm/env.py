"""The arm worlds: the environment that joins physics, cameras and task."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import Choices
from autonomy.camera.rig import image_spaces
from autonomy.camera_world import CameraWorld
from autonomy.envs.arm.labels.quantities import pose_quantities
from autonomy.envs.arm.levers import levers
from autonomy.envs.arm.observation_names import vector_names
from autonomy.envs.arm.observations import Vectors, proprioception, true_state
from autonomy.envs.arm.options import ArmOptions
from autonomy.envs.arm.perceived import THING, from_base, perceivable
from autonomy.envs.arm.physics.saved_files import SavedFiles
from autonomy.envs.arm.physics.simulation import inspect
from autonomy.envs.arm.physics.start_physics import start_physics
from autonomy.envs.arm.stage import ArmStage, design
from autonomy.envs.arm.start import EpisodeStart
from autonomy.envs.arm.tasks.goals import read_choices
from autonomy.envs.arm.tasks.situation import Situation, grip_of, gripper_opening
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.errors import InputError
from autonomy.options import read_options
from autonomy.perception.in_world.loading import make_perception, perceiving_module
from autonomy.perception.in_world.loop import Known, Perceivable
from autonomy.policy import Policy
from autonomy.single import SingleEnv
from autonomy.task import Judgement, Mask
from autonomy.world import MapLines
from autonomy.world_state import Bounds, State


class ArmVectorEnv(CameraWorld[ArmOptions, ArmStage, ArmTask]):
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
        simulated = design(chosen, self._start)
        self._facts = facts = inspect(simulated)
        wanted = "perceived" in chosen.observations
        followed = (
            perceivable(self._task, self._robot.standing.base) if wanted else Perceivable({}, {})
        )
        module = perceiving_module(chosen, followed)
        self._own = module.motions if module else {}
        self._bounded = Vectors(facts, self._task.goal_size, self._task.goal_bound, self._own)
        images = image_spaces(chosen.sized_cameras(), chosen.images)
        super().__init__(
            num_envs,
            render_mode,
            autoreset_mode,
            spaces.Dict(images | self._bounded.spaces(chosen.observations)),
            spaces.Box(-1.0, 1.0, (facts.sizes.actions,), np.float32),
            chosen.control_rate,
        )
        self.metadata["action_names"] = facts.action_names
        self.metadata["levers"] = levers(facts.action_names)
        self.metadata["observation_names"] = vector_names(facts, self._task, self._own)
        self._step_limit = chosen.max_episode_steps or self._task.max_steps
        step = 1.0 / chosen.control_rate
        self._perception = make_perception(module, num_envs, followed, step, self._knowledge)
        self._physics = start_physics(simulated, facts.sizes, num_envs, chosen.processes)
        shared = self._physics.shared
        self._bodies, self._setup = shared.bodies, shared.setup
        self._stage = ArmStage(chosen, self._start, facts, shared, self._perception.cameras)
        self._make_room()

    def _choices(self, rows: NDArray[np.intp], options: dict[str, Any]) -> Choices:
        return read_choices(options, rows, self.num_envs, self._task, self._robot)

    def _place(self, rows: NDArray[np.intp], choices: Choices) -> None:
        goal, draws = self._stage.goal, self._episodes.draws
        self._start.draw(rows, self.streams, choices, draws, goal, self._setup)
        self._physics.begin(rows)

    def _knowledge(self) -> Known:
        """Return the truth of what is perceived; nobody asks how fast things turn."""
        bodies, shape = self._bodies, self._setup.shape
        pose, goal, catalogue = bodies.object_pose, self._stage.goal, self._start.catalogue
        mean = pose_quantities(pose, goal, shape, catalogue, self._robot).astype(np.float64)
        rate = np.zeros_like(mean)
        things = rate[:, : -goal.shape[1]].reshape(*shape.shape, len(THING))
        things[:, :, :3] = bodies.object_velocity[:, :, :3]
        return Known(mean, rate)

    def _move(self, actions: NDArray[np.float32]) -> Mask:
        self._physics.shared.actions[:] = np.clip(actions, -1.0, 1.0)
        return self._physics.advance()

    def _judge(self) -> Judgement:
        return self._task.judge(self._situation())

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

    def _vectors(self) -> Mapping[str, Callable[[], NDArray[Any]]]:
        bodies = self._bodies
        vectors: dict[str, Callable[[], NDArray[Any]]] = {
            "proprioception": lambda: proprioception(bodies),
            "state": lambda: true_state(bodies, self._setup),
            "perceived": self._perceived,
            "achieved_goal": lambda: self._task.achieved(bodies),
            "desired_goal": lambda: self._stage.goal,
        }
        return {name: partial(self._observed, name, own) for name, own in vectors.items()}

    def _observed(self, name: str, values: Callable[[], NDArray[Any]]) -> NDArray[np.float32]:
        return self._bounded.observed(name, values())

    def _perceived(self) -> NDArray[np.float64]:
        known = self._perception.known()
        if self._own:
            return known.mean
        return from_base(known, self._robot.standing.base).vector(self._bodies.tool_position)

    def _placed(self) -> Mapping[str, NDArray[Any]]:
        return {"shape": self._setup.shape}

    @property
    def episode_ends(self) -> Mapping[str, str]:
        """How episodes end, by reason."""
        return {**super().episode_ends, "physics_lost": "truncated"}

    def map_places(self) -> NDArray[np.float64]:
        """Return `(N, 2)` where the tools are on a map of the table: x and y [m]."""
        self._check_running()
        return self._stage.map_places()

    def map_lines(self, row: int) -> MapLines:
        """Return the table's edge, where things lay and lie, and the mark of the goal."""
        self._check_running()
        return self._stage.map_lines(row)

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
        setup, bodies = self._setup, self._bodies
        opening, rate = gripper_opening(self._robot, bodies)
        size = self._start.sizes[setup.shape]
        goal, reward = self._stage.goal, self._options.reward
        grip, standing = grip_of(self._facts, bodies), self._robot.standing
        return Situation(bodies, setup, size, goal, opening, rate, reward, grip, standing)

    @property
    def _kind(self) -> str:
        robot, options = Path(self._robot.urdf).name, self._options
        return f"Arm {self._task.name} with {robot} by {options.control} ({options.split})"

    def _moving(self) -> State:
        return {
            **self._setup._asdict(),
            **self._bodies._asdict(),
            "goal": self._stage.goal,
            "lost": self._physics.lost,
        }

    def _bounds(self) -> Bounds:
        return {
            **super()._bounds(),
            "shape": (0, len(self._start.catalogue) - 1),
            "clutter_shape": (-1, len(self._start.clutter.shapes) - 1),
        }

    _saved = SavedFiles._fields

    def _save(self) -> State:
        """Return Bullet's own files, which alone bring its contacts back."""
        return SavedFiles.joined(self._physics.save())._asdict()

    def _check(self, state: State) -> None:
        _files_of(state).check(self.num_envs)

    def _put_back(self, state: State) -> None:
        self._physics.restore(_files_of(state).split())

    def close_extras(self, **kwargs: Any) -> None:
        """End what the physics runs in."""
        super().close_extras(**kwargs)
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
