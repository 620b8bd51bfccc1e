"""Batch renormalisation (Ioffe, 2017) in a network that does not learn any more.

There it is a scale and a shift of each feature, which the linear layer that reads them can do too.
"""

from collections.abc import Iterable
from typing import Any

import torch
from sb3_contrib.common.torch_layers import BatchRenorm
from torch import Tensor, nn


def copy_folded(trained: Iterable[nn.Module], modules: Iterable[nn.Module]) -> None:
    """Copy linear layers, with what stands before each of them, into those of `modules`.

    `trained` are the same layers in the same order, of which each linear one may stand behind a
    batch renormalisation.
    """
    linear = [layer for layer in modules if isinstance(layer, nn.Linear)]
    pairs = zip(_folded(trained), linear, strict=True)
    with torch.no_grad():
        for (weight, bias), layer in pairs:
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)


def _folded(layers: Iterable[nn.Module]) -> Iterable[tuple[Tensor, Tensor]]:
    """Yield weights and biases of the linear layers, float64 where something was folded in."""
    before: nn.Module | None = None
    for layer in layers:
        if isinstance(layer, nn.Linear):
            renormed = isinstance(before, BatchRenorm)
            yield _after(before, layer) if renormed else (layer.weight, layer.bias)
        before = layer


def _after(renorm: Any, linear: nn.Linear) -> tuple[Tensor, Tensor]:
    """Return weight and bias of one layer that does what the two do."""
    scale = renorm.scale.double() / (renorm.ra_var.double() + renorm.eps).sqrt()
    shift = renorm.bias.double() - scale * renorm.ra_mean.double()
    weight = linear.weight.double()
    return weight * scale, linear.bias.double() + weight @ shift
