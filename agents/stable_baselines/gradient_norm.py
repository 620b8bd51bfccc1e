"""The norm of the gradients: limited, and drawn as a curve."""

from collections.abc import Callable

import torch
from stable_baselines3.common.base_class import BaseAlgorithm


def limit_gradients(
    model: BaseAlgorithm, name: str, optimizer: torch.optim.Optimizer, max_norm: float
) -> None:
    """Clip the norm of the gradients at every step of `optimizer`, and log what it was before.

    Stable-Baselines3 throws the norm away that clipping computes; a hook of the optimizer clips
    in its stead, for every algorithm in the same way.
    """
    optimizer.register_step_pre_hook(_clip(model, f"train/{name}", max_norm))


def _clip(
    model: BaseAlgorithm, curve: str, max_norm: float
) -> Callable[[torch.optim.Optimizer, object, object], None]:
    def clip(optimizer: torch.optim.Optimizer, _args: object, _kwargs: object) -> None:
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        model.logger.record_mean(curve, norm.item())

    return clip
