"""Imitation: a student learns in its own frames what its teacher would have done there."""

from collections.abc import Mapping

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.utils import set_random_seed
from torch import Tensor, nn

from autonomy.agents.imitation_data import ImitationData
from autonomy.agents.network_policy import NetworkPolicy
from autonomy.agents.privileged import Prediction
from autonomy.agents.recipes import DAggerRecipe
from autonomy.agents.state_arrays import (
    check_parts,
    copied,
    load_module,
    load_optimizer,
    load_random,
    module_arrays,
    optimizer_arrays,
    part,
    random_arrays,
    within,
)
from autonomy.doing import doing
from autonomy.policies.source import load_policy
from autonomy.policy import Observation, Policy, RememberingPolicy
from autonomy.world import World
from autonomy.world_state import State


class DAgger:
    """Dataset aggregation; see `autonomy.agents.learner.Learner`.

    Ross et al., "A reduction of imitation learning and structured prediction to no-regret online
    learning", 2011. While the teacher acts, this is behaviour cloning; then the student acts, and
    the teacher goes on to say what it would have done.

    With demonstrations it is behaviour cloning of these to the end: nobody is asked. What the
    student meets as it acts is not learned from; it shows how well the student does.
    """

    def __init__(self, envs: World, recipe: DAggerRecipe, seed: int, device: str) -> None:
        """Make it.

        Raises:
            InputError: There is no such teacher, or it cannot act in the world; or demonstrations
                cannot be read, or are of other spaces.
        """
        self.teacher = None if recipe.demonstrations else _teacher(envs, recipe, seed, device)
        set_random_seed(seed, using_cuda=device == "cuda")
        self._envs, self._recipe, self._seed, self._device = envs, recipe, seed, device
        self._student = NetworkPolicy.untrained(envs, recipe, device)
        self._network = self._student.network
        space = envs.single_observation_space
        assert isinstance(space, spaces.Dict)
        self._prediction = self._predicting(space)
        self._data = self._pairs(space)
        self._optimizer = torch.optim.Adam(self._parameters(), fused=True)
        self._observation: Observation = {}
        self._begins = np.ones(envs.num_envs, np.bool_)
        self._steps = 0

    def _predicting(self, space: spaces.Dict) -> Prediction | None:
        """Return what predicts the truth from what actions follow from, if anything is to."""
        features = self._network.action.in_features
        names = self._recipe.privileged
        return Prediction(space, names, features).to(self._device) if names else None

    def _pairs(self, space: spaces.Dict) -> ImitationData:
        """Return what is learned from: of demonstrations all, of a teacher nothing yet."""
        recipe = self._recipe
        if not recipe.demonstrations:
            return ImitationData(space, self._network.action_space, recipe.replay_size)
        from autonomy.agents.recorded_demonstrations import recorded_demonstrations  # Minari

        shown = recipe.demonstrations
        return recorded_demonstrations(shown, self._envs, recipe.interventions_only)

    def _parameters(self) -> list[nn.Parameter]:
        learned = [part for part in (self._network, self._prediction) if part is not None]
        return [parameter for part in learned for parameter in part.parameters()]

    def collect(self) -> None:
        """Step the environments a few times, and keep what the teacher would have done."""
        if not self._observation:
            self._observation, _ = self._envs.reset(seed=self._seed)
        with doing("demonstrations" if self._is_cloning else "learning"):
            for _ in range(self._recipe.n_steps):
                self._step()

    @property
    def _is_cloning(self) -> bool:
        """Whether the teacher acts."""
        return self.teacher is not None and self._steps < self._recipe.cloning_steps

    def _step(self) -> None:
        action = self._taught() if self.teacher else self._student.act(self._observation)
        self._observation, _, terminated, truncated, _ = self._envs.step(action)
        self._begins = terminated | truncated
        self._steps += self._envs.num_envs

    def _taught(self) -> NDArray[np.float32]:
        """Keep what the teacher would do, and return what is done."""
        assert self.teacher is not None
        seen = self._observation
        self.teacher.reset(self._begins)
        wanted = self.teacher.act(seen)
        self._data.add(seen, wanted)
        return wanted if self._is_cloning else self._student.act(seen)

    def update(self) -> Mapping[str, float]:
        """Take gradient steps, and return their mean losses."""
        rate = self._recipe.learning_rate_at(1.0 - self._steps / self._recipe.total_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._network.train()
        steps = [self._gradient_step() for _ in range(self._recipe.gradient_steps)]
        self._network.eval()
        means = {name: float(np.mean([step[name] for step in steps])) for name in steps[0]}
        return {**means, "learning_rate": rate}

    def _gradient_step(self) -> dict[str, float]:
        seen, wanted = self._data.sample(self._recipe.batch_size, self._device)
        losses = self._losses(seen, wanted)
        self._optimizer.zero_grad()
        self._total(losses).backward()
        norm = nn.utils.clip_grad_norm_(self._parameters(), self._recipe.max_gradient_norm)
        self._optimizer.step()
        named = {name: loss.item() for name, loss in losses.items()}
        return {**named, "gradient_norm": norm.item()}

    def _losses(self, seen: dict[str, Tensor], wanted: Tensor) -> dict[str, Tensor]:
        """Return how far the student is from what its teacher wanted, and from the truth."""
        features, prediction = self._network.last_features(seen), self._prediction
        losses = {"loss": nn.functional.mse_loss(self._network.action(features), wanted)}
        if prediction is not None:
            losses["prediction_loss"] = prediction(features, seen)
        return losses

    def _total(self, losses: dict[str, Tensor]) -> Tensor:
        missed = losses.get("prediction_loss")
        if missed is None:
            return losses["loss"]
        return losses["loss"] + self._recipe.prediction_coefficient * missed

    @property
    def policy(self) -> NetworkPolicy:
        """The student."""
        return NetworkPolicy(self._network, self._device)

    def get_state(self) -> State:
        """Return all that changes, between an update and the next collecting."""
        truth = {} if self._prediction is None else module_arrays(self._prediction)
        teacher = self.teacher
        remembered = teacher.get_state() if isinstance(teacher, RememberingPolicy) else {}
        taught = {} if teacher is None else within("data", self._data.arrays())
        return {
            "steps": np.array(self._steps),
            "begins": self._begins.copy(),
            **within("observation", copied(self._observation)),
            **within("network", module_arrays(self._network)),
            **within("prediction", truth),
            **within("optimizer", optimizer_arrays(self._optimizer)),
            **taught,
            **within("teacher", remembered),
            **within("random", random_arrays(self._device)),
        }

    def set_state(self, state: State) -> None:
        """Go on from there; a teacher that does not tell what it remembers begins anew.

        Raises:
            InputError: The state lacks something, or is of another network.
        """
        check_parts(state, ("steps", "begins", "observation", "network", "random"))
        load_module(self._network, part("network", state))
        if self._prediction is not None:
            load_module(self._prediction, part("prediction", state))
        load_optimizer(self._optimizer, part("optimizer", state))
        if self.teacher is not None:
            check_parts(state, ("data",))
            self._data.fill(part("data", state))
        remembered = part("teacher", state)
        if remembered and isinstance(self.teacher, RememberingPolicy):
            self.teacher.set_state(remembered)
        self._steps, self._begins = int(state["steps"]), state["begins"].copy()
        self._observation = copied(part("observation", state))
        load_random(part("random", state), self._device)


def _teacher(envs: World, recipe: DAggerRecipe, seed: int, device: str) -> Policy:
    return load_policy(recipe.teacher, envs, device, seed, recipe.modules, trust=recipe.trust)
