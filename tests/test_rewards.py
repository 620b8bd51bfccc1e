"""Rewards: the shape of a term, and the sum."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.rewards import tolerance, weighted_sum


@dataclass(frozen=True)
class Weights:
    """Of two terms."""

    near: float = 2.0
    rough: float = 0.5


def test_tolerance_is_one_within_bounds_and_a_tenth_at_the_margin() -> None:
    x = np.array([-1.0, 0.0, 1.0, 3.0, -3.0, 2.0])
    # half way to the margin a Gaussian with 0.1 at 1 has 0.1 ** (1 / 4)
    expected = [1.0, 1.0, 1.0, 0.1, 0.1, 0.1**0.25]
    np.testing.assert_allclose(tolerance(x, (-1.0, 1.0), 2.0), expected)


def test_each_value_may_have_its_own_margin() -> None:
    values = tolerance(np.array([1.0, 1.0]), (0.0, 0.0), np.array([1.0, 2.0]))
    np.testing.assert_allclose(values, [0.1, 0.1**0.25])


@given(x=st.floats(-1e6, 1e6), low=st.floats(-10, 10), margin=st.floats(0.01, 100))
def test_tolerance_stays_between_zero_and_one(x: float, low: float, margin: float) -> None:
    assert 0.0 <= tolerance(np.array([x]), (low, low + 1.0), margin)[0] <= 1.0


def test_the_reward_is_the_sum_of_weighted_terms() -> None:
    terms = {"near": np.array([1.0, 0.5]), "rough": np.array([-1.0, 0.0])}
    np.testing.assert_allclose(weighted_sum(terms, Weights()), [1.5, 1.0])


@pytest.mark.parametrize("names", [("near",), ("near", "rough", "fast")])
def test_a_term_without_a_weight_or_the_reverse_is_an_error(names: tuple[str, ...]) -> None:
    with pytest.raises(KeyError, match="differ"):
        weighted_sum({name: np.zeros(1) for name in names}, Weights())
