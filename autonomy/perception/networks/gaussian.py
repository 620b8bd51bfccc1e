"""Quantities as normal distributions: how networks learn them, and how far to believe them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.perception.estimates import Estimates

_BETA = 0.5
_WIDEST = 6.0  # of ln(standard deviation / spread of the labels)
_INTERVALS = {68: 0.99446, 95: 1.95996}  # % of a normal distribution within so many deviations


class Gaussians(nn.Module):
    """The end of a network: from its last layer's `(N, 2 Q)` to Q quantities with deviations.

    The network works in standard units: each quantity minus its mean over the training labels, in
    units of their spread. All of it is kept in buffers, so that weights carry their scale.

    Attributes:
        centre: `(Q,)` mean of the training labels, in the quantities' units.
        spread: `(Q,)` their standard deviation.
        caution: `(Q,)` factor of the predicted deviations that `recalibrate` found.
    """

    centre: Tensor
    spread: Tensor
    caution: Tensor

    def __init__(self, quantities: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(quantities))
        self.register_buffer("spread", torch.ones(quantities))
        self.register_buffer("caution", torch.ones(quantities))

    def standardize(self, targets: NDArray[np.float32]) -> None:
        """Take the scale of the quantities from training labels `(n, Q)`."""
        labels = torch.from_numpy(targets).to(self.centre.device)
        self.centre.copy_(labels.mean(dim=0))
        self.spread.copy_(labels.std(dim=0, correction=0).clamp(min=1e-6))

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        """Return the mean beta-NLL of targets `(N, Q)`, in standard units.

        The likelihood alone lets a network explain hard samples by a large deviation, and then its
        gradient ignores them; each term is weighted by the predicted deviation to the power of
        2 beta, which gets no gradient (Seitzer et al., 2022, "On the pitfalls of heteroscedastic
        uncertainty estimation with probabilistic neural networks").
        """
        mean, log_std = self._standard(raw)
        error = self.differences(self.centre + self.spread * mean, targets) / self.spread
        likelihood = 0.5 * (error * torch.exp(-log_std)).square() + log_std
        return (likelihood * torch.exp(2.0 * _BETA * log_std.detach())).mean()

    def estimates(self, raw: Tensor) -> Estimates:
        """Return means and standard deviations in the quantities' units."""
        mean, log_std = self._standard(raw)
        deviation = self.spread * self.caution * torch.exp(log_std)
        means = (self.centre + self.spread * mean).cpu().numpy()
        return Estimates(means, deviation.cpu().numpy())

    def recalibrate(self, estimates: Estimates, targets: NDArray[np.float32]) -> None:
        """Scale the deviations so that their intervals cover labels `(n, Q)` not trained on.

        Each quantity gets one factor: the geometric mean of those that would make the 68 % and
        the 95 % interval cover exactly their share.
        """
        deviations = np.abs(self.errors(estimates, targets)) / estimates.std
        factors = [
            np.quantile(deviations, share / 100.0, axis=0) / width
            for share, width in _INTERVALS.items()
        ]
        factor = torch.from_numpy(np.sqrt(np.prod(factors, axis=0)).astype(np.float32))
        self.caution.mul_(factor.clamp(min=1e-3).to(self.caution.device))

    def differences(self, means: Tensor, targets: Tensor) -> Tensor:
        """Return how far means `(N, Q)` are from targets; a subclass may wrap angles here."""
        return means - targets

    def errors(self, estimates: Estimates, targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far estimates `(n, Q)` are from targets, in the quantities' units."""
        return self.differences(torch.from_numpy(estimates.mean), torch.from_numpy(targets)).numpy()

    def _standard(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and the logarithms of deviations, `(N, Q)` each, in standard units."""
        mean, log_std = raw.chunk(2, dim=1)
        return mean, _WIDEST * torch.tanh(log_std / _WIDEST)


def quantity_metrics(
    errors: NDArray[np.float32], std: NDArray[np.float32], names: tuple[str, ...]
) -> dict[str, float]:
    """Return RMS errors and how much of the truth predicted intervals cover.

    Args:
        errors: `(n, Q)` estimates minus truth.
        std: `(n, Q)` predicted standard deviations; infinite where there is no estimate.
        names: Of the Q quantities, ending in their units.

    Returns:
        For each quantity `rms_<name>`, in its unit, and `coverage_68_<name>` and
        `coverage_95_<name>` in [0, 1], over the samples that have an estimate, if any has one.
    """
    metrics: dict[str, float] = {}
    for column, name in enumerate(names):
        found = np.isfinite(std[:, column])
        if not found.any():
            continue
        error, deviation = np.abs(errors[found, column]), std[found, column]
        metrics[f"rms_{name}"] = float(np.sqrt(np.mean(error**2)))
        for share, width in _INTERVALS.items():
            metrics[f"coverage_{share}_{name}"] = float((error <= width * deviation).mean())
    return metrics


def explained_variance(errors: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """Return R², the share of the labels' variance `(n, Q)` that estimates explain, over all Q."""
    unexplained = np.mean(errors**2, axis=0) / np.maximum(np.var(targets, axis=0), 1e-12)
    return float(1.0 - unexplained.mean())
