"""Training: a world, a recipe and a seed become a policy, round by round."""

import copy
import math
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing
from traceback import walk_tb
from typing import Any, Self, cast

import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from autonomy.agents.learner import Learner, make_learner
from autonomy.agents.preparation import prepare
from autonomy.agents.progress import Progress, Validation
from autonomy.agents.recipe import Recipe
from autonomy.agents.state_arrays import part, within
from autonomy.agents.validation import Best, Validator
from autonomy.agents.watched import Watched
from autonomy.doing import doing
from autonomy.errors import DivergedError, InputError
from autonomy.make import make_world
from autonomy.policies.folder import SavablePolicy
from autonomy.world import World
from autonomy.world_state import State


class Training:
    """Learns while it is iterated over, and yields after each round how far it is.

    A round is to collect and to learn once. Nothing is written, and nothing is stepped before the
    first round is asked for; `close` closes the worlds, as the last round does.
    """

    def __init__(self, env_id: str, recipe: Recipe, seed: int = 0, device: str = "auto") -> None:
        """Get ready to train.

        Args:
            env_id: Gymnasium id of a registered world.
            recipe: How to learn; its class names the learner.
            seed: The same seed on the same machine gives the same weights.
            device: `auto`, `cpu` or `cuda`.

        Raises:
            InputError: Something given cannot work; it is said here, not in the first round.
        """
        chosen = prepare(recipe, seed, device)
        with ExitStack() as opened:
            envs = opened.enter_context(closing(Watched(_training_world(env_id, recipe))))
            others = opened.enter_context(closing(_validation_world(env_id, recipe)))
            self._learner = make_learner(cast(World, envs), recipe, seed, chosen)
            self._envs, self._validator = envs, Validator(others, recipe)
            self._rounds = self._learned(recipe.total_steps, opened.pop_all())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Progress:
        """Go on for a round.

        Raises:
            StopIteration: All steps were learned from.
            DivergedError: What was learned is no numbers any more.
        """
        return next(self._rounds)

    def close(self) -> None:
        """Close the worlds."""
        self._rounds.close()

    @property
    def best(self) -> Best | None:
        """The policy to keep, of those that were validated."""
        return self._validator.best

    @property
    def policy(self) -> SavablePolicy:
        """A copy of the policy as it is, between rounds."""
        with torch.random.fork_rng(devices=[]):  # a look at the policy changes nothing
            return copy.deepcopy(self._learner.policy)

    @property
    def steps(self) -> int:
        """Environment steps that were learned from, all environments together."""
        return self._envs.steps

    @property
    def has_state(self) -> bool:
        """Whether the learner, which may be a user's own, gives and takes its state."""
        return all(hasattr(self._learner, name) for name in ("get_state", "set_state"))

    def get_state(self) -> State:
        """Return, between rounds, all that changes; whoever keeps it takes a copy.

        Raises:
            DivergedError: A weight is not finite, or soon will not be.
        """
        _check_weights(self._learner, self._envs.steps)
        return {
            **within("learner", self._learner.get_state()),
            **within("envs", self._envs.get_state()),
            **within("validation", self._validator.get_state()),
        }

    def set_state(self, state: State) -> None:
        """Go on, bit for bit, from what `get_state` of a training with the same recipe returned.

        Raises:
            InputError: The state is of another learner or another world.
        """
        self._envs.set_state(part("envs", state))
        self._learner.set_state(part("learner", state))
        self._validator.set_state(part("validation", state))

    def _learned(self, total_steps: int, opened: ExitStack) -> Generator[Progress]:
        with opened:
            while self._envs.steps < total_steps:
                learned = self._round()
                yield Progress(
                    self._envs.steps,
                    self._metrics(learned),
                    self._envs.take_episodes(),
                    self._validation(),
                )

    def _round(self) -> Mapping[str, float]:
        learner, envs, before = self._learner, self._envs, self._envs.steps
        try:
            with doing("learning"):
                learner.collect()
                learned = learner.update()
        except ValueError as error:  # distributions and worlds refuse what such weights make of it
            _check_weights(learner, envs.steps)
            if _is_of_a_distribution(error):
                raise DivergedError(
                    f"what actions are drawn from was no number after {envs.steps} steps: {_ADVICE}"
                ) from None
            raise
        if envs.steps == before:
            raise InputError(f"{type(learner).__name__}.collect must step its environments")
        for name, value in learned.items():
            if ("loss" in name or "gradient" in name) and not math.isfinite(value):
                raise DivergedError(f"{name} was {value} after {envs.steps} steps: {_ADVICE}")
        return learned

    def _metrics(self, learned: Mapping[str, float]) -> dict[str, float]:
        rewards = {f"reward/{name}": value for name, value in self._envs.take_rewards().items()}
        return {**rewards, **{f"train/{name}": float(value) for name, value in learned.items()}}

    def _validation(self) -> Validation | None:
        steps = self._envs.steps
        if not self._validator.is_due(steps):
            return None
        _check_weights(self._learner, steps)
        with doing("validating"):
            return self._validator.validate(copy.deepcopy(self._learner.policy), steps)


_ADVICE = "a smaller learning_rate or max_gradient_norm may help"
_LARGEST = 1e9  # a weight beyond which a network's outputs are no numbers soon


def _check_weights(learner: Learner, steps: int) -> None:
    with torch.random.fork_rng(devices=[]):  # a look at the policy changes nothing
        tensors = learner.policy.tensors()
    for name, weights in tensors.items():
        if weights.numel() and not (size := weights.abs().max().item()) <= _LARGEST:
            raise DivergedError(
                f"weights {name} were up to {size:.3g} after {steps} steps: {_ADVICE}"
            )


def _is_of_a_distribution(error: ValueError) -> bool:
    """Tell whether it was torch's distributions that raised it."""
    frames = [frame.f_globals["__name__"] for frame, _ in walk_tb(error.__traceback__)]
    return frames[-1].startswith("torch.distributions")


def _training_world(env_id: str, recipe: Recipe) -> World:
    options = recipe.world_options("train")
    options["observations"] = recipe.observations + recipe.privileged
    options["autoreset_mode"] = AutoresetMode.SAME_STEP
    world = make_world(env_id, recipe.num_envs, **options)
    _check_actions(world.single_action_space)
    return world


def _validation_world(env_id: str, recipe: Recipe) -> World:
    num_envs = min(recipe.num_envs, recipe.validation_episodes)
    return make_world(env_id, num_envs, **recipe.world_options("validation"))


def _check_actions(space: spaces.Space[Any]) -> None:
    if not isinstance(space, spaces.Box) or (space.low != -1.0).any() or (space.high != 1.0).any():
        raise InputError(f"actions must be a Box from -1 to 1 to be learned, got {space}")
