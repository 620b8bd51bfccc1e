"""Constant-velocity Kalman filters: against numbers by hand, and against the textbook in numpy."""

import numpy as np
import pytest

from autonomy.perception.estimates import Estimates
from autonomy.perception.in_world.filtering import STILL, ConstantVelocityFilters, Motion

STEP = 0.1
ONE = np.array([0])


def estimates(mean: list[float], std: list[float]) -> Estimates:
    """Return estimates of one environment."""
    return Estimates(np.array([mean], np.float32), np.array([std], np.float32))


def test_a_first_measurement_is_believed_as_it_is() -> None:
    filters = ConstantVelocityFilters(1, [Motion(1.0, 2.0)], STEP)
    filters.update(ONE, estimates([0.25], [0.5]))
    assert (filters.mean, filters.rate, filters.std) == (0.25, 0.0, 0.5)


def test_two_equally_good_measurements_of_what_stays_are_averaged() -> None:
    filters = ConstantVelocityFilters(1, [STILL], STEP)
    filters.update(ONE, estimates([1.0], [0.5]))
    filters.update(ONE, estimates([2.0], [0.5]))
    # means 1 and 2 of variance 1/4 each: 3/2, of variance 1/8
    assert filters.mean[0, 0] == pytest.approx(1.5)
    assert filters.std[0, 0] == pytest.approx(0.125**0.5)
    assert filters.rate[0, 0] == 0.0


def test_a_rate_by_hand() -> None:
    filters = ConstantVelocityFilters(1, [Motion(speed=10.0, acceleration=0.0)], step=1.0)
    filters.update(ONE, estimates([0.0], [1.0]))
    filters.update(ONE, estimates([3.0], [1.0]))
    # predicted covariance [[1 + 100, 100], [100, 100]]; gains 101 / 102 and 100 / 102
    assert filters.mean[0, 0] == pytest.approx(3.0 * 101 / 102)
    assert filters.rate[0, 0] == pytest.approx(3.0 * 100 / 102)


def test_it_agrees_with_the_textbook() -> None:
    random = np.random.default_rng(0)
    motions = [Motion(0.5, 2.0), Motion(0.1, 0.3), STILL]
    filters = ConstantVelocityFilters(2, motions, STEP)
    means = random.normal(size=(20, 2, 3)).astype(np.float32)
    stds = random.uniform(0.1, 1.0, size=(20, 2, 3)).astype(np.float32)
    for mean, std in zip(means, stds, strict=True):
        filters.update(np.arange(2), Estimates(mean, std))
    for row in range(2):
        for quantity, motion in enumerate(motions):
            state, covariance = textbook(means[:, row, quantity], stds[:, row, quantity], motion)
            assert filters.mean[row, quantity] == pytest.approx(state[0], abs=1e-9)
            assert filters.rate[row, quantity] == pytest.approx(state[1], abs=1e-9)
            assert filters.std[row, quantity] == pytest.approx(covariance[0, 0] ** 0.5, abs=1e-9)


def textbook(means: np.ndarray, stds: np.ndarray, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Filter one quantity with the equations as they are printed."""
    state = np.array([means[0], 0.0], np.float64)
    covariance = np.diag([float(stds[0]) ** 2, motion.speed**2])
    ahead, looks = np.array([[1.0, STEP], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    push = motion.acceleration * np.array([[STEP**2 / 2], [STEP]])
    for mean, std in zip(means[1:].astype(np.float64), stds[1:].astype(np.float64), strict=True):
        state = ahead @ state
        covariance = ahead @ covariance @ ahead.T + push @ push.T
        gain = covariance @ looks.T / (looks @ covariance @ looks.T + std**2)
        state = state + gain[:, 0] * (mean - state[0])
        covariance = (np.eye(2) - gain @ looks) @ covariance
    return state, covariance


def test_a_steady_rate_is_found() -> None:
    filters = ConstantVelocityFilters(1, [Motion(1.0, 0.5)], STEP)
    for k in range(60):
        filters.update(ONE, estimates([0.3 * STEP * k], [0.01]))
    assert filters.rate[0, 0] == pytest.approx(0.3, abs=1e-3)


def test_an_angle_goes_the_short_way_round() -> None:
    quarter = np.pi / 2
    filters = ConstantVelocityFilters(1, [Motion(0.0, 1.0, period=quarter)], STEP)
    filters.update(ONE, estimates([0.7], [0.1]))
    filters.update(ONE, estimates([-0.7], [0.1]))
    # -0.7 is 0.87 after a quarter turn: between, 0.785 is the farthest from 0 that there is
    assert abs(filters.mean[0, 0]) > 0.7
    assert abs(filters.mean[0, 0]) <= quarter / 2


def test_rows_are_apart_and_begin_anew() -> None:
    filters = ConstantVelocityFilters(2, [Motion(1.0, 1.0)], STEP)
    both = Estimates(np.array([[1.0], [2.0]], np.float32), np.full((2, 1), 0.1, np.float32))
    filters.update(np.arange(2), both)
    filters.begin(ONE)
    filters.update(ONE, estimates([5.0], [0.2]))
    assert filters.mean[:, 0].tolist() == [5.0, 2.0]


def test_a_restored_filter_goes_on_to_the_bit() -> None:
    one, other = (ConstantVelocityFilters(1, [Motion(1.0, 1.0)], STEP) for _ in range(2))
    for value in (0.1, 0.2, 0.4):
        one.update(ONE, estimates([value], [0.1]))
    for name, values in one.arrays().items():
        other.arrays()[name][:] = values
    for filters in (one, other):
        filters.update(ONE, estimates([0.3], [0.05]))
    for name, values in one.arrays().items():
        assert np.array_equal(values, other.arrays()[name])
