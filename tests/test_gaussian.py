"""Gaussian estimates: the loss by hand, deviations that are learnt, and intervals that cover."""

import math
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from autonomy.perception.estimates import Estimates
from autonomy.perception.networks.gaussian import Gaussians, explained_variance, quantity_metrics


def raw_for(mean: float, std: float) -> Tensor:
    """Return what a network gives for one quantity in standard units."""
    bounded = 6.0 * math.atanh(math.log(std) / 6.0)
    return torch.tensor([[mean, bounded]])


@pytest.mark.parametrize(
    ("mean", "std", "target", "expected"),
    [
        (0.0, 1.0, 1.0, 0.5),  # 1/2
        (0.0, 2.0, 1.0, 2.0 * (0.125 + math.log(2.0))),  # 2 ((1/2)² / 2 + ln 2)
        (3.0, 0.5, 3.0, 0.5 * math.log(0.5)),
    ],
)
def test_the_loss_is_beta_nll(mean: float, std: float, target: float, expected: float) -> None:
    loss = Gaussians(1).loss(raw_for(mean, std), torch.tensor([[target]]))
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_estimates_are_in_the_units_of_the_labels() -> None:
    gaussians = Gaussians(1)
    gaussians.standardize(np.array([[90.0], [110.0]], np.float32))  # mean 100, deviation 10
    estimates = gaussians.estimates(raw_for(2.0, 0.5))
    assert estimates.mean == pytest.approx(np.array([[120.0]]))
    assert estimates.std == pytest.approx(np.array([[5.0]]))


def test_a_quantity_that_never_varies_is_no_division_by_zero() -> None:
    gaussians = Gaussians(1)
    gaussians.standardize(np.full((5, 1), 7.0, np.float32))
    assert gaussians.estimates(raw_for(0.0, 1.0)).mean == pytest.approx(np.array([[7.0]]))


def test_recalibration_scales_deviations_until_they_cover() -> None:
    random = np.random.default_rng(0)
    truth = np.zeros((20_000, 2), np.float32)
    means = random.normal(0.0, [0.3, 3.0], truth.shape).astype(np.float32)
    stated = Estimates(means, np.ones_like(means))
    gaussians = Gaussians(2)
    gaussians.recalibrate(stated, truth)
    assert gaussians.caution.numpy() == pytest.approx(np.array([0.3, 3.0]), rel=0.03)
    std = stated.std * gaussians.caution.numpy()
    metrics = quantity_metrics(gaussians.errors(stated, truth), std, ("a_m", "b_m"))
    for name in ("a_m", "b_m"):
        assert metrics[f"coverage_68_{name}"] == pytest.approx(0.68, abs=0.01)
        assert metrics[f"coverage_95_{name}"] == pytest.approx(0.95, abs=0.01)


def test_deviations_are_learnt_where_noise_depends_on_the_input() -> None:
    torch.manual_seed(0)
    inputs = torch.rand(4_000, 1)
    targets = 50.0 + 10.0 * inputs + torch.randn(4_000, 1) * (0.2 + 2.0 * inputs)
    network = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2))
    gaussians = Gaussians(1)
    gaussians.standardize(targets.numpy())
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(400):
        optimizer.zero_grad()
        cast(Any, gaussians.loss(network(inputs), targets)).backward()
        optimizer.step()
    with torch.inference_mode():
        estimates = gaussians.estimates(network(torch.tensor([[0.1], [0.9]])))
    assert estimates.mean[:, 0] == pytest.approx(np.array([51.0, 59.0]), abs=0.3)
    assert estimates.std[:, 0] == pytest.approx(np.array([0.4, 2.0]), rel=0.15)


def test_metrics_by_hand_count_only_what_was_estimated() -> None:
    errors = np.array([[3.0], [-4.0], [100.0]], np.float32)
    std = np.array([[3.1], [2.5], [np.inf]], np.float32)
    metrics = quantity_metrics(errors, std, ("offset_m",))
    assert metrics == {
        "rms_offset_m": pytest.approx(math.sqrt(12.5)),
        "coverage_68_offset_m": 0.5,  # 3 < 0.994 x 3.1, 4 > 0.994 x 2.5
        "coverage_95_offset_m": 1.0,  # 4 < 1.96 x 2.5
    }
    assert quantity_metrics(errors[2:], std[2:], ("offset_m",)) == {}


def test_explained_variance_is_the_mean_over_quantities() -> None:
    targets = np.array([[0.0, 0.0], [2.0, 4.0]], np.float32)  # variances 1 and 4
    errors = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    assert explained_variance(errors, targets) == pytest.approx(0.5)
