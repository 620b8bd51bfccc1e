"""Training: a world, a recipe and a seed become a run folder with a policy in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from rich.console import Console
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import CallbackList

from autonomy.agents.curves import Curves, curve_logger
from autonomy.agents.dagger import DAgger
from autonomy.agents.network_policy import ActorNetwork, NetworkPolicy
from autonomy.agents.preparation import conditions, prepare
from autonomy.agents.progress import ProgressDisplay
from autonomy.agents.recipes import DAggerRecipe, PPORecipe, Recipe, SACRecipe
from autonomy.agents.stable_baselines.ppo import ImagePPO, make_ppo, ppo_actor, start_ppo_from
from autonomy.agents.stable_baselines.sac import make_sac, sac_actor
from autonomy.agents.validation import Validation
from autonomy.agents.vec_env import BatchedVecEnv
from autonomy.errors import InputError
from autonomy.evaluation import Evaluation
from autonomy.files import make_folder, write_json
from autonomy.make import make_world
from autonomy.policies.folder import load_policy_folder, save_policy
from autonomy.policies.source import load_policy, policy_folder
from autonomy.world import World


@dataclass(frozen=True)
class Trained:
    """What came out of a training run."""

    run: Path
    """The run folder; the policy folder is `policy` inside it."""
    steps: int
    """Environment steps that were learned from."""
    seconds: float
    """Wall-clock time from making the worlds to the written policy."""
    validation: Evaluation
    """Of the policy that was kept."""


def train(
    env_id: str, recipe: Recipe, seed: int, run: Path, device: str, console: Console
) -> Trained:
    """Train a policy for `env_id` and leave it in the run folder `run`.

    Args:
        env_id: Gymnasium id of a registered world.
        recipe: How to learn; its class decides the algorithm.
        seed: The same seed on the same machine gives the same weights.
        run: Folder to make.
        device: `auto`, `cpu` or `cuda`.
        console: Where the progress is shown.

    Raises:
        InputError: Something given cannot work; the run folder is not made then.
    """
    start = time.perf_counter()
    device = prepare(recipe, seed, run, device)
    envs = _training_envs(env_id, recipe)
    validation_envs = _validation_envs(env_id, recipe)
    model, current = _learner(envs, recipe, seed, device)

    make_folder(run)
    write_json(run / "config.json", _config(env_id, recipe, seed, device))
    model.set_logger(curve_logger(run / "curves"))
    validation = Validation(
        validation_envs,
        recipe.validation_episodes,
        recipe.validation_interval,
        current=lambda: NetworkPolicy(current(), device),
        save=lambda policy, steps: save_policy(
            run / "checkpoints" / str(steps), policy, env_id, recipe.env_options
        ),
    )
    with ProgressDisplay(recipe.total_steps, console) as progress:
        callbacks = CallbackList([validation, Curves(envs, recipe.curve_interval), progress])
        model.learn(recipe.total_steps, callbacks, log_interval=cast(int, None))
    model.logger.close()
    envs.close()
    validation_envs.close()
    assert validation.best is not None, "training ends with a validation"
    evaluation, policy = validation.best
    save_policy(run / "policy", policy, env_id, recipe.env_options)
    return Trained(run, model.num_timesteps, time.perf_counter() - start, evaluation)


def _training_envs(env_id: str, recipe: Recipe) -> BatchedVecEnv:
    same_step = {"autoreset_mode": AutoresetMode.SAME_STEP}
    options = _options(recipe, "train")
    options["observations"] = recipe.observations + recipe.privileged
    world = make_world(env_id, recipe.num_envs, **same_step, **options)
    _check_actions(world.single_action_space)
    return BatchedVecEnv(cast(VectorEnv[Any, Any, Any], world))


def _validation_envs(env_id: str, recipe: Recipe) -> World:
    num_envs = min(recipe.num_envs, recipe.validation_episodes)
    return make_world(env_id, num_envs, **_options(recipe, "validation"))


def _options(recipe: Recipe, split: str) -> dict[str, Any]:
    perceives = "perceived" in recipe.observations
    perception = {"perception": recipe.perception} if perceives else {}
    return {"split": split, **recipe.env_options, **perception, **recipe.world}


def _check_actions(space: spaces.Space[Any]) -> None:
    if not isinstance(space, spaces.Box) or (space.low != -1.0).any() or (space.high != 1.0).any():
        raise InputError(f"actions must be a Box from -1 to 1 to be learned, got {space}")


def _learner(
    envs: BatchedVecEnv, recipe: Recipe, seed: int, device: str
) -> tuple[BaseAlgorithm, Callable[[], ActorNetwork]]:
    """Return the learner, and what copies its actor."""
    if isinstance(recipe, PPORecipe):
        ppo: ImagePPO = make_ppo(envs, recipe, seed, device)
        if recipe.start_from:
            start_ppo_from(ppo, recipe, _network(recipe.start_from, device))
        return ppo, lambda: ppo_actor(ppo, recipe)
    if isinstance(recipe, DAggerRecipe):
        teacher = load_policy(recipe.teacher, cast(World, envs.envs), device, seed)
        dagger = DAgger(envs, teacher, recipe, seed, device)
        return dagger, dagger.actor
    assert isinstance(recipe, SACRecipe)
    sac = make_sac(envs, recipe, seed, device)
    return sac, lambda: sac_actor(sac, recipe)


def _network(source: str, device: str) -> ActorNetwork:
    """Return the network of a run folder or a policy folder.

    Raises:
        InputError: It holds none.
    """
    folder = policy_folder(source)
    policy = load_policy_folder(folder, device) if folder else None
    if not isinstance(policy, NetworkPolicy):
        raise InputError(f"start_from must be a folder with a trained network, got {source!r}")
    return policy.network


def _config(env_id: str, recipe: Recipe, seed: int, device: str) -> dict[str, Any]:
    return {
        "env_id": env_id,
        "algorithm": type(recipe).__name__,
        **conditions(recipe, seed, device),
    }
