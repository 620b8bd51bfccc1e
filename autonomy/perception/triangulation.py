"""Places from where cameras see them: a polynomial that least squares finds once."""

from itertools import combinations_with_replacement

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_NOISE = 0.002  # share of the image by which points that are found are off
_MOST = 0.8  # share of the samples in which a landmark that is used is seen
_SINGULAR = 1e-6  # singular values below this share of the largest one count as none
_REPEATS = 2  # times each sample is used, with other noise


class Triangulation(nn.Module):
    """Maps the points of a thing and of landmarks in all cameras to the thing's place.

    Cameras hang a little differently in every sample, which landmarks tell. The polynomial has the
    thing's coordinates up to the third power, the landmarks' to the first, and the products of
    the two. It is fitted to the true points with noise like that of found ones, so that it does
    not lean on what cannot be measured well; a network then corrects it. Found points are brought
    to the range of the true ones: landmarks hardly move, and one that is hidden may be found far
    away.
    """

    weights: Tensor
    known: Tensor
    lowest: Tensor
    highest: Tensor

    def __init__(self, cameras: int, landmarks: int) -> None:
        super().__init__()
        own, beside = 2 * cameras, 2 * cameras * landmarks
        count = _features(torch.zeros(1, own), torch.zeros(1, beside)).shape[1]
        self.register_buffer("weights", torch.zeros(count, 3))
        self.register_buffer("known", torch.zeros(beside))
        self.register_buffer("lowest", torch.zeros(own + beside))
        self.register_buffer("highest", torch.ones(own + beside))

    def fit(
        self, points: NDArray[np.float32], landmarks: NDArray[np.float32], places: Tensor
    ) -> None:
        """Fit to true points `(n, C, 2)`, landmarks `(n, C, L, 2)` and places `(n, 3)`.

        Points are column and row from 0 to 1 from edge to edge. Samples whose points are not all
        known (NaN) are left out; landmarks that most samples lack are not used.
        """
        own, beside = points.reshape(len(points), -1), landmarks.reshape(len(landmarks), -1)
        is_known = np.isfinite(beside)
        use = is_known.mean(axis=0) > _MOST
        rows = np.isfinite(own).all(axis=1) & is_known[:, use].all(axis=1)
        self.known.copy_(torch.from_numpy(use.astype(np.float32)))
        true = np.concatenate([own, np.where(use, beside, 0.0)], axis=1)[rows]
        self.lowest.copy_(torch.from_numpy(true.min(axis=0)))
        self.highest.copy_(torch.from_numpy(true.max(axis=0)))
        random = np.random.default_rng(0)
        noisy = [true + _NOISE * random.standard_normal(true.shape) for _ in range(_REPEATS)]
        design = self._terms(torch.from_numpy(np.concatenate(noisy).astype(np.float32))).double()
        targets = places[torch.from_numpy(rows)].repeat(_REPEATS, 1).double()
        solved = torch.linalg.lstsq(design, targets, rcond=_SINGULAR, driver="gelsd")
        self.weights.copy_(solved.solution.float())

    def forward(self, points: Tensor, landmarks: Tensor) -> Tensor:
        """Map points `(N, C, 2)` and landmarks `(N, C, L, 2)` to places `(N, 3)`."""
        found = torch.cat([points.flatten(1), landmarks.flatten(1)], dim=1)
        return self._terms(found.clamp(self.lowest, self.highest)) @ self.weights

    def _terms(self, found: Tensor) -> Tensor:
        """Return the polynomial's terms `(n, F)` of points and landmarks `(n, 2 C + 2 C L)`."""
        middle, half = (self.highest + self.lowest) / 2, (self.highest - self.lowest) / 2
        about = (found - middle) / half.clamp(min=1e-3)
        own = about.shape[1] - len(self.known)
        return _features(about[:, :own], about[:, own:] * self.known)


def _features(own: Tensor, beside: Tensor) -> Tensor:
    """Return the polynomial's terms `(N, F)`."""
    powers = [
        own[:, torch.tensor(list(combinations_with_replacement(range(own.shape[1]), degree)))]
        for degree in (2, 3)
    ]
    products = (own.unsqueeze(2) * beside.unsqueeze(1)).flatten(1)
    ones = torch.ones_like(own[:, :1])
    return torch.cat([ones, own, beside, *(power.prod(dim=2) for power in powers), products], dim=1)
