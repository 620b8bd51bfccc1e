"""From a whole observation to one feature vector: images encoded, numbers scaled, all joined."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from autonomy.agents.encoders import ImageShape, MakeEncoder
from autonomy.errors import InputError

VECTOR_FEATURES = 64


class ObservationNetwork(nn.Module):
    """Maps a dict of observation entries to features `(N, F)`.

    Entries with two or three axes are images, each with an encoder of its own; entries with one
    axis are vectors, scaled to [-1, 1] where their space has finite bounds. Beside images they are
    then widened, so that two numbers of proprioception weigh as much as an image at the start of
    learning.
    """

    def __init__(self, observation_space: spaces.Dict, make_encoder: MakeEncoder) -> None:
        """Make the encoders and measure their features.

        Args:
            observation_space: The space of a single environment.
            make_encoder: Makes one for each entry that is an image.

        Raises:
            InputError: An entry is neither an image nor a vector, or no encoder's image.
        """
        super().__init__()
        self.images = nn.ModuleDict()
        self.vectors = nn.ModuleDict()
        has_images = any(len(space.shape or ()) > 1 for space in observation_space.values())
        for name, space in sorted(observation_space.items()):
            if not isinstance(space, spaces.Box) or len(space.shape) not in (1, 2, 3):
                raise InputError(f"observation {name} must be a vector or an image, got {space}")
            if len(space.shape) > 1:
                self.images[name] = ImageEntry(space, make_encoder)
            else:
                self.vectors[name] = WideVector(space) if has_images else ScaledVector(space)
        self.features = self._measure(observation_space)

    def forward(self, observation: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` to features `(N, F)` float32."""
        parts = [entry(observation[name]) for name, entry in self._entries()]
        return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]

    def _entries(self) -> list[tuple[str, nn.Module]]:
        return [*self.images.items(), *self.vectors.items()]

    def _measure(self, observation_space: spaces.Dict) -> int:
        blank: dict[str, Tensor] = {
            name: torch.from_numpy(np.zeros((1, *(space.shape or ())), space.dtype))
            for name, space in observation_space.items()
        }
        with torch.no_grad():
            return self(blank).shape[1]


class ScaledVector(nn.Module):
    """Maps a bounded vector to [-1, 1], and unbounded elements as they are."""

    centre: Tensor
    half_range: Tensor

    def __init__(self, space: spaces.Box) -> None:
        super().__init__()
        low, high = space.low.astype(np.float64), space.high.astype(np.float64)
        bounded = np.isfinite(low) & np.isfinite(high) & (high > low)
        centre = np.where(bounded, (np.where(bounded, low, 0) + np.where(bounded, high, 0)) / 2, 0)
        half_range = np.where(bounded, np.where(bounded, high, 1) - centre, 1)
        self.register_buffer("centre", _float32(centre), persistent=False)
        self.register_buffer("half_range", _float32(half_range), persistent=False)

    def forward(self, vector: Tensor) -> Tensor:
        """Map `(N, P)` to `(N, P)` float32 in [-1, 1]."""
        return (vector.to(torch.float32) - self.centre) / self.half_range


class WideVector(ScaledVector):
    """Maps a scaled vector on to more features."""

    def __init__(self, space: spaces.Box) -> None:
        super().__init__(space)
        self.widen = nn.Sequential(nn.Linear(space.shape[0], VECTOR_FEATURES), nn.Tanh())

    def forward(self, vector: Tensor) -> Tensor:
        """Map `(N, P)` to features `(N, 64)`."""
        return self.widen(super().forward(vector))


class ImageEntry(nn.Module):
    """Brings one kind of image to the range [0, 255] that encoders take, and encodes it.

    Colours pass as they are. Class ids are spread over the range. Depth d [m] becomes
    255 / (1 + d): near things differ most, and "nothing there" (infinity) is 0.
    """

    def __init__(self, space: spaces.Box, make_encoder: MakeEncoder) -> None:
        super().__init__()
        height, width, *channels = space.shape
        shape: ImageShape = (height, width, channels[0] if channels else 1)
        self.encoder = make_encoder(shape)
        self._shape = shape
        self._is_depth = not np.issubdtype(space.dtype, np.integer)
        self._brightest = 255.0 if self._is_depth else float(np.max(space.high))

    def forward(self, images: Tensor) -> Tensor:
        """Map `(N, H, W)` or `(N, H, W, C)` to features `(N, F)`."""
        images = images.reshape(-1, *self._shape)
        if self._is_depth:
            images = 255.0 / (1.0 + images)
        elif self._brightest != 255.0:
            images = images * (255.0 / self._brightest)
        return self.encoder(images)


def _float32(values: np.ndarray[Any, np.dtype[np.float64]]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
