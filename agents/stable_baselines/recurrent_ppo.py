"""RecurrentPPO of Stable-Baselines3's contributors on images as they are."""

from dataclasses import replace
from typing import Any

import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.common.recurrent.policies import RecurrentMultiInputActorCriticPolicy
from sb3_contrib.common.recurrent.type_aliases import RNNStates
from torch import nn

from autonomy.agents.episode_memory import LSTMMemory
from autonomy.agents.network_policy import ActorNetwork, Architecture
from autonomy.agents.recipes import PPORecipe, RecurrentPPORecipe
from autonomy.agents.stable_baselines.ppo import PPOLearner, PrivilegedCritic
from autonomy.agents.stable_baselines.sequences import WholeSequences
from autonomy.agents.stable_baselines.turns import OnPolicyTurns
from autonomy.agents.state_arrays import check_parts, part, within
from autonomy.world_state import State

_WHAT = ("hidden", "cell")
"""What an LSTM remembers, in torch's order."""


class ImageRecurrentPPO(OnPolicyTurns, RecurrentPPO):
    """RecurrentPPO that leaves the environment's images alone, and learns from whole sequences."""

    def _setup_model(self) -> None:
        super()._setup_model()
        self.rollout_buffer = WholeSequences.like(self.rollout_buffer)

    def _learned(self) -> State:
        return {**super()._learned(), **within("memory", _arrays(self._last_lstm_states))}

    def _set_learned(self, state: State) -> None:
        check_parts(state, ("memory",))
        super()._set_learned(state)
        self._last_lstm_states = _memories(part("memory", state), self.device)


class RecurrentImageActorCritic(PrivilegedCritic, RecurrentMultiInputActorCriticPolicy):
    """Actor and critic of RecurrentPPO."""


class RecurrentPPOLearner(PPOLearner):
    """PPO of a policy that remembers; see `autonomy.agents.learner.Learner`."""

    _algorithm = ImageRecurrentPPO
    _networks = RecurrentImageActorCritic
    _recipe: RecurrentPPORecipe

    def _arguments(self, recipe: PPORecipe) -> dict[str, Any]:
        assert isinstance(recipe, RecurrentPPORecipe)
        arguments = super()._arguments(recipe)
        arguments["policy_kwargs"] |= {
            "lstm_hidden_size": recipe.lstm,
            # whoever sees the truth need not remember it
            "enable_critic_lstm": not recipe.privileged,
        }
        return arguments

    def _architecture(self) -> Architecture:
        return replace(super()._architecture(), lstm=self._recipe.lstm)

    def _same_parts(self, network: ActorNetwork) -> list[tuple[nn.Module, nn.Module]]:
        policy, memory = self.model.policy, network.memory
        assert isinstance(policy, RecurrentImageActorCritic)
        assert isinstance(memory, LSTMMemory)
        return [*super()._same_parts(network), (policy.lstm_actor, memory.lstm)]


def _arrays(memories: RNNStates) -> State:
    """Return what actor and critic remember, each `(1, N, units)`."""
    return {
        f"{who}_{what}": own.cpu().numpy().copy()
        for who, both in zip(memories._fields, memories, strict=True)
        for what, own in zip(_WHAT, both, strict=True)
    }


def _memories(state: State, device: torch.device) -> RNNStates:
    """Return what actor and critic remembered.

    Raises:
        InputError: Something is missing.
    """
    check_parts(state, (f"{who}_{what}" for who in RNNStates._fields for what in _WHAT))
    actor, critic = (
        tuple(torch.tensor(state[f"{who}_{what}"], device=device) for what in _WHAT)
        for who in RNNStates._fields
    )
    return RNNStates(actor, critic)
