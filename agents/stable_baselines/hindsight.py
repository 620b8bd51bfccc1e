"""Hindsight replay learns from episodes that are complete, so it waits for the first one."""

from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm


class Patient(OffPolicyAlgorithm):
    """Part of an algorithm: with hindsight it learns nothing before an episode is complete.

    Stable-Baselines3 ends with an error there, whose cure would be a recipe that knows how long
    episodes are.
    """

    def train(self, gradient_steps: int, batch_size: int = 64) -> None:
        """Take gradient steps, if there is anything to learn from."""
        replay = self.replay_buffer
        if not isinstance(replay, HerReplayBuffer) or replay.ep_length.any():
            super().train(gradient_steps, batch_size)
