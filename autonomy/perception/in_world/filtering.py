"""Quantities over time: constant-velocity Kalman filters (Kalman, 1960), OpenCV's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from autonomy.linear_algebra import product
from autonomy.perception.estimates import Estimates
from autonomy.world_state import State

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Motion:
    """How one quantity is expected to move between two measurements.

    Attributes:
        speed: Standard deviation of its rate when tracking begins [unit/s].
        acceleration: Standard deviation of what changes that rate [unit/s²]. Where both are 0, the
            quantity stays as it is, and the filter averages.
        period: After which an angle is the same again [rad]; 0 where nothing repeats.
        bound: As far as it is observed, on both sides of 0 [unit].
    """

    speed: float
    acceleration: float
    period: float = 0.0
    bound: float = np.inf


STILL = Motion(speed=0.0, acceleration=0.0)
"""Of what does not move in an episode."""


def within_bounds(quantities: Array, motions: Mapping[str, Motion]) -> NDArray[np.float32]:
    """Return quantities `(..., Q)` as they are observed."""
    high = np.array([motion.bound for motion in motions.values()])
    return np.clip(quantities, -high, high).astype(np.float32)


class ConstantVelocityFilters:
    """A filter for each of N environments; each follows Q quantities, independent of each other.

    The acceleration is taken to be constant from one step to the next and independent between steps
    (Bar-Shalom et al., "Estimation with applications to tracking and navigation", 2001, 6.3.2).
    """

    def __init__(self, num_envs: int, motions: Sequence[Motion], step: float) -> None:
        """Prepare for N environments, whose measurements are `step` seconds apart."""
        count = len(motions)
        self._filter = cv2.KalmanFilter(2 * count, count, 0, cv2.CV_64F)
        self._filter.transitionMatrix = np.eye(2 * count) + step * np.eye(2 * count, k=count)
        self._filter.measurementMatrix = np.eye(count, 2 * count)
        pushes = np.array([motion.acceleration for motion in motions])
        push = np.concatenate([step**2 / 2 * np.diag(pushes), step * np.diag(pushes)])
        self._filter.processNoiseCov = product(push, push.T)
        self._speeds = np.array([motion.speed for motion in motions])
        self._periods = np.array([motion.period for motion in motions])
        self._states: Array = np.zeros((num_envs, 2 * count))
        self._covariances: Array = np.zeros((num_envs, 2 * count, 2 * count))
        self._follows = np.zeros(num_envs, np.bool_)
        self._count = count

    @property
    def mean(self) -> Array:
        """`(N, Q)` the quantities; angles within half a period of 0."""
        return _wrapped(self._states[:, : self._count], self._periods)

    @property
    def rate(self) -> Array:
        """`(N, Q)` how fast they change [unit/s]."""
        return self._states[:, self._count :].copy()

    def error(self, truth: Array) -> Array:
        """Return how far the quantities are from the truth, `(N, Q)` both."""
        return _wrapped(self._states[:, : self._count] - truth, self._periods)

    @property
    def std(self) -> Array:
        """`(N, Q)` standard deviations of the quantities."""
        variances = np.diagonal(self._covariances, axis1=1, axis2=2)
        return np.sqrt(variances[:, : self._count])

    def begin(self, rows: NDArray[np.intp]) -> None:
        """Forget what some rows were like: their next measurement is their first."""
        self._follows[rows] = False

    def update(self, rows: NDArray[np.intp], measured: Estimates) -> None:
        """Let `step` seconds pass in n rows, and take in what was measured then `(n, Q)`.

        A first measurement is believed as it is; nothing passes before it.
        """
        means, variances = measured.mean.astype(np.float64), measured.std.astype(np.float64) ** 2
        for row, mean, variance in zip(rows.tolist(), means, variances, strict=True):
            if self._follows[row]:
                self._correct(row, mean, variance)
            else:
                self._start(row, mean, variance)

    def arrays(self) -> State:
        """Return everything that changes, each `(N, ...)`."""
        return {
            "filter_state": self._states,
            "filter_covariance": self._covariances,
            "filter_follows": self._follows,
        }

    def _start(self, row: int, mean: Array, variance: Array) -> None:
        self._states[row] = np.concatenate([mean, np.zeros(self._count)])
        self._covariances[row] = np.diag(np.concatenate([variance, self._speeds**2]))
        self._follows[row] = True

    def _correct(self, row: int, mean: Array, variance: Array) -> None:
        """Predict and correct one row, which the one filter of OpenCV is lent for it."""
        own = self._filter
        own.statePost = self._states[row][:, np.newaxis].copy()  # OpenCV writes into it
        own.errorCovPost = self._covariances[row].copy()
        expected = own.predict()[: self._count, 0]
        own.measurementNoiseCov = np.diag(variance)
        own.correct((expected + _wrapped(mean - expected, self._periods))[:, np.newaxis])
        self._states[row] = own.statePost[:, 0]
        self._covariances[row] = own.errorCovPost


def _wrapped(values: Array, periods: Array) -> Array:
    """Bring values `(..., Q)` to within half a period of 0, where they have one."""
    repeats = periods > 0.0
    safe = np.where(repeats, periods, 1.0)
    return np.where(repeats, values - safe * np.round(values / safe), values)
