"""Imitation: a student learns in its own frames what its teacher would have done there."""

import copy
from typing import cast

import torch
from gymnasium import spaces
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor, nn

from autonomy.agents.imitation_data import ImitationData
from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.agents.privileged import Prediction
from autonomy.agents.recipes import DAggerRecipe
from autonomy.agents.stable_baselines.gradient_norm import limit_gradients
from autonomy.agents.stable_baselines.untouched import UntouchedImages
from autonomy.policy import Observation, Policy


class DAgger(UntouchedImages):
    """Dataset aggregation.

    Ross et al., "A reduction of imitation learning and structured prediction to no-regret online
    learning", 2011. While the teacher acts, this is behaviour cloning; then the student acts, and
    the teacher goes on to say what it would have done.
    """

    def __init__(
        self, envs: VecEnv, teacher: Policy, recipe: DAggerRecipe, seed: int, device: str
    ) -> None:
        super().__init__(
            BasePolicy,
            envs,
            recipe.learning_rate_at,
            seed=seed,
            device=device,
            support_multi_env=True,
            supported_action_spaces=(spaces.Box,),
        )
        self._teacher, self._recipe = teacher, recipe
        self._setup_model()

    def _setup_model(self) -> None:
        recipe = self._recipe
        self._setup_lr_schedule()
        self.set_random_seed(self.seed)
        assert isinstance(self.observation_space, spaces.Dict)
        assert isinstance(self.action_space, spaces.Box)
        seen = spaces.Dict(
            {
                name: space
                for name, space in self.observation_space.items()
                if name not in recipe.privileged
            }
        )
        architecture = Architecture(recipe.encoder, recipe.layers, activation="tanh", squash="clip")
        self._network = ActorNetwork(seen, self.action_space, architecture)
        self._student = NetworkPolicy(self._network, str(self.device))
        self._prediction = self._predicting(self.observation_space)
        self._data = ImitationData(self.observation_space, self.action_space, recipe.replay_size)
        learned = nn.ModuleList([self._network])
        if self._prediction is not None:
            learned.append(self._prediction)
        self._optimizer = torch.optim.Adam(learned.parameters(), fused=True)
        limit_gradients(self, "gradient_norm", self._optimizer, recipe.max_gradient_norm)

    def _predicting(self, space: spaces.Dict) -> Prediction | None:
        """Return what predicts the truth from what actions follow from, if anything is to."""
        features = self._network.action.in_features
        names = self._recipe.privileged
        return Prediction(space, names, features).to(self.device) if names else None

    def actor(self) -> ActorNetwork:
        """Copy the student's network."""
        return copy.deepcopy(self._network)

    # narrower than the base, which also takes lists and functions
    def learn(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, total_timesteps: int, callback: BaseCallback, log_interval: int = 0
    ) -> "DAgger":
        """Collect and learn in turns until `total_timesteps` steps are taken.

        `log_interval` is the base's and does nothing: a callback writes the curves.
        """
        total, callbacks = self._setup_learn(total_timesteps, callback)
        callbacks.on_training_start(locals(), globals())
        while self.num_timesteps < total:
            callbacks.on_rollout_start()
            for _ in range(self._recipe.n_steps):
                self._step(callbacks)
            self._update_current_progress_remaining(self.num_timesteps, total)
            self._imitate()
        callbacks.on_training_end()
        return self

    def _step(self, callbacks: BaseCallback) -> None:
        """Act once everywhere, and keep what the teacher would have done."""
        seen = cast(Observation, self._last_obs)
        assert self.env is not None
        wanted = self._teacher.act(seen)
        self._data.add(seen, wanted)
        cloning = self.num_timesteps < self._recipe.cloning_steps
        action = wanted if cloning else self._student.act(seen)
        observation, _, dones, infos = self.env.step(action)
        self._last_obs = cast(Observation, observation)
        self._teacher.reset(dones)
        self.num_timesteps += self.env.num_envs
        self._update_info_buffer(infos, dones)
        callbacks.update_locals({"dones": dones, "infos": infos})
        callbacks.on_step()

    def _imitate(self) -> None:
        self._update_learning_rate(self._optimizer)
        self._network.train()
        for _ in range(self._recipe.gradient_steps):
            seen, wanted = self._data.sample(self._recipe.batch_size, self.device)
            loss = self._loss(seen, wanted)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
        self._network.eval()

    def _loss(self, seen: dict[str, Tensor], wanted: Tensor) -> Tensor:
        """Return how far the student is from what its teacher wanted, and from the truth."""
        features, prediction = self._network.last_features(seen), self._prediction
        loss = nn.functional.mse_loss(self._network.action(features), wanted)
        self.logger.record_mean("train/loss", loss.item())
        if prediction is None:
            return loss
        missed = prediction(features, seen)
        self.logger.record_mean("train/prediction_loss", missed.item())
        return loss + self._recipe.prediction_coefficient * missed
