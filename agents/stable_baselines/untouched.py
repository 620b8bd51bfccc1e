"""How Stable-Baselines3 is brought to take images as they are.

Left alone, it moves every image's channels to the front (a copy per step, in `_wrap_env`) and
turns every observation into floats before the network sees it (`preprocess_obs`, called by
`extract_features`). Our network does both on its first line, without a copy of its own and only
once. So the algorithms here keep the environment as it is, and their policies hand observations
to the network untouched.
"""

from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BaseModel
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor, nn


class UntouchedImages(BaseAlgorithm):
    """Part of an algorithm: it leaves the environment's images alone."""

    @staticmethod
    def _wrap_env(env: Any, verbose: int = 0, monitor_wrapper: bool = True) -> VecEnv:
        return env


class UntouchedObservations(BaseModel):
    """Part of a policy: observations reach the features extractor as they are.

    It must be the last base class. So it stands between Stable-Baselines3's class and
    `BaseModel`, and catches that class's `super().extract_features` as well.
    """

    def extract_features(self, obs: Any, features_extractor: BaseFeaturesExtractor) -> Tensor:
        """Map entries `(N, ...)` to features `(N, F)`."""
        return features_extractor(obs)


def copy_weights(trained: Any, module: nn.Module) -> None:
    """Copy the weights of the module `trained`, which is built like `module`, into it."""
    module.load_state_dict(trained.state_dict())
