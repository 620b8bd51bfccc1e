"""Places from where cameras see them: a polynomial that least squares finds once."""

from itertools import combinations_with_replacement

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_NOISE = 0.003  # share of the image by which points that are found are off
_REPEATS = 2  # times each sample is used, with other noise


class Triangulation(nn.Module):
    """Maps the points of a thing and of landmarks in all cameras to the thing's place.

    Cameras hang a little differently in every sample, which landmarks tell. The polynomial has the
    thing's coordinates up to the third power, the landmarks' to the first, and the products of
    the two. It is fitted to the true points with noise like that of found ones, so that it does
    not lean on what cannot be measured well; a network then corrects it.
    """

    weights: Tensor
    known: Tensor

    def __init__(self, cameras: int, landmarks: int) -> None:
        super().__init__()
        own, beside = 2 * cameras, 2 * cameras * landmarks
        count = _features(torch.zeros(1, own), torch.zeros(1, beside)).shape[1]
        self.register_buffer("weights", torch.zeros(count, 3))
        self.register_buffer("known", torch.zeros(beside))

    def fit(
        self, points: NDArray[np.float32], landmarks: NDArray[np.float32], places: Tensor
    ) -> None:
        """Fit to true points `(n, C, 2)`, landmarks `(n, C, L, 2)` and places `(n, 3)`.

        Points are column and row from 0 to 1 from edge to edge. Samples whose points are not all
        known (NaN) are left out; landmarks that most samples lack are not used.
        """
        beside = landmarks.reshape(len(landmarks), -1)
        is_known = np.isfinite(beside)
        use = is_known.mean(axis=0) > 0.8
        own = points.reshape(len(points), -1)
        rows = np.isfinite(own).all(axis=1) & is_known[:, use].all(axis=1)
        self.known.copy_(torch.from_numpy(use.astype(np.float32)))
        random, weights = np.random.default_rng(0), 0.0
        values: list[Tensor] = []
        for _ in range(_REPEATS):
            noisy = [
                (each[rows] + _NOISE * random.standard_normal(each[rows].shape)).astype(np.float32)
                for each in (own, np.where(use, beside, 0.0))
            ]
            values.append(self._values(*(torch.from_numpy(each) for each in noisy)))
        design = torch.cat(values).double()
        targets = places[torch.from_numpy(rows)].repeat(_REPEATS, 1).double()
        weights = torch.linalg.lstsq(design, targets, rcond=1e-6, driver="gelsd").solution
        self.weights.copy_(weights.float())

    def forward(self, points: Tensor, landmarks: Tensor) -> Tensor:
        """Map points `(N, C, 2)` and landmarks `(N, C, L, 2)` to places `(N, 3)`."""
        return self._values(points.flatten(1), landmarks.flatten(1)) @ self.weights

    def _values(self, own: Tensor, beside: Tensor) -> Tensor:
        return _features(2.0 * own - 1.0, (2.0 * beside - 1.0) * self.known)


def _features(own: Tensor, beside: Tensor) -> Tensor:
    """Return the polynomial's terms `(N, F)`."""
    columns = range(own.shape[1])
    powers = [
        own[:, list(factors)].prod(dim=1)
        for degree in (2, 3)
        for factors in combinations_with_replacement(columns, degree)
    ]
    products = (own.unsqueeze(2) * beside.unsqueeze(1)).flatten(1)
    ones = torch.ones_like(own[:, :1])
    return torch.cat([ones, own, beside, torch.stack(powers, dim=1), products], dim=1)
