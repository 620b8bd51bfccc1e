"""From images to features: the convolutional encoders, and how they are found by name."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from autonomy.construction import construct
from autonomy.errors import InputError, shown
from autonomy.imported_class import named_class
from autonomy.perception.networks.keypoints import Keypoints

ImageShape = tuple[int, int, int]
"""Height, width and channels of one image."""

FindClass = Callable[[str], Any]
"""Imports the class that `module:Class` or `file.py:Class` names, or refuses."""

FEATURES = 128
KEYPOINTS = 32


class SmallEncoder(nn.Module):
    """Three strided convolutions, for learning on a few CPU cores.

    The first one reads patches of four by four that do not overlap, so that almost all arithmetic
    happens on few pixels: 0.7 million multiplications for an image of 48 x 80.
    """

    def __init__(self, image_shape: ImageShape) -> None:
        super().__init__()
        self.layers = _with_projection(
            image_shape,
            nn.Conv2d(image_shape[-1], 16, kernel_size=4, stride=4),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 32, kernel_size=3, stride=2, padding=1),
            nn.ReLU(inplace=True),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Map images `(N, H, W, C)` uint8 to features `(N, 128)`."""
        return self.layers(_normalized(images))


class NatureEncoder(nn.Module):
    """The network of Mnih et al., "Human-level control through deep reinforcement learning"."""

    def __init__(self, image_shape: ImageShape) -> None:
        super().__init__()
        self.layers = _with_projection(
            image_shape,
            nn.Conv2d(image_shape[-1], 32, kernel_size=8, stride=4),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=4, stride=2),
            nn.ReLU(),
            nn.Conv2d(64, 64, kernel_size=3, stride=1),
            nn.ReLU(),
            features=512,
        )

    def forward(self, images: Tensor) -> Tensor:
        """Map images `(N, H, W, C)` uint8 to features `(N, 512)`."""
        return self.layers(_normalized(images))


class ImpalaEncoder(nn.Module):
    """The residual network of Espeholt et al., "IMPALA", the largest of the three."""

    def __init__(self, image_shape: ImageShape, widths: Sequence[int] = (16, 32, 32)) -> None:
        super().__init__()
        stages = [_impala_stage(*pair) for pair in pairwise((image_shape[-1], *widths))]
        self.layers = _with_projection(image_shape, *stages, nn.ReLU(), features=256)

    def forward(self, images: Tensor) -> Tensor:
        """Map images `(N, H, W, C)` uint8 to features `(N, 256)`."""
        return self.layers(_normalized(images))


class KeypointEncoder(nn.Module):
    """Where 32 things are, whatever these turn out to be: precise where the others are not.

    The spatial softmax of Levine et al., "End-to-end training of deep visuomotor policies", 2016.
    """

    def __init__(self, image_shape: ImageShape) -> None:
        super().__init__()
        self.keypoints = Keypoints(1, KEYPOINTS, image_shape[-1])

    def forward(self, images: Tensor) -> Tensor:
        """Map images `(N, H, W, C)` uint8 to features `(N, 96)`.

        Of each keypoint column and row, from -1 to 1 from edge to edge, and how far its map is
        spread, one of both.
        """
        found = self.keypoints(2.0 * _normalized(images)[None] - 1.0)
        points, spread = 2.0 * found.points[:, 0] - 1.0, found.variances[:, 0].sqrt()
        return torch.cat([points.flatten(1), spread], dim=1)


class Residual(nn.Module):
    """Two convolutions around which the input is carried unchanged."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
        )

    def forward(self, planes: Tensor) -> Tensor:
        """Map planes `(N, C, H, W)` to planes of the same shape."""
        return planes + self.layers(planes)


ENCODERS: dict[str, Callable[..., nn.Module]] = {
    "small": SmallEncoder,
    "nature": NatureEncoder,
    "impala": ImpalaEncoder,
    "keypoints": KeypointEncoder,
}


MakeEncoder = Callable[[ImageShape], nn.Module]
"""Makes an encoder for images of a shape, or raises `InputError` if they are too small for it."""


def find_encoder(
    encoder: str | type[Any],
    options: Mapping[str, Any] = MappingProxyType({}),
    find_class: FindClass = named_class,
) -> MakeEncoder:
    """Return what makes an encoder.

    Args:
        encoder: A name of `ENCODERS`; or a class, or its name, `module:Class` or `file.py:Class`: a
            torch module that is made with the image shape and the options, and maps images
            `(N, H, W, C)` uint8 to features `(N, F)`.
        options: What it is made with, by name.
        find_class: Imports the class of a name, or refuses.

    Raises:
        InputError: There is no such encoder.
    """
    if isinstance(encoder, type):
        return partial(_make_encoder, encoder.__name__, encoder, options)
    kind = ENCODERS.get(encoder)
    if kind is None and ":" not in encoder:
        known = ", ".join(ENCODERS)
        raise InputError(
            f"encoder must be one of {known}, or module:Class or file.py:Class, "
            f"got {shown(encoder)}"
        )
    return partial(_make_encoder, encoder, kind or find_class(encoder), options)


def _make_encoder(
    name: str, kind: Callable[..., nn.Module], options: Mapping[str, Any], image_shape: ImageShape
) -> nn.Module:
    try:
        return construct(f"encoder {name}", kind, {"image_shape": image_shape}, options)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"encoder {name!r} cannot take images of shape {image_shape}: {reason}"
        ) from error


def _normalized(images: Tensor) -> Tensor:
    """Map `(N, H, W, C)` in [0, 255] to planes `(N, C, H, W)` float32 in [0, 1].

    The permuted tensor is what torch calls channels last: nothing moves in memory, and its
    convolutions are at their fastest on it. The division is in place because a second array of
    this size costs more than the arithmetic.
    """
    return images.permute(0, 3, 1, 2).to(torch.float32, copy=True).div_(255.0)


def _with_projection(
    image_shape: ImageShape, *layers: nn.Module, features: int = FEATURES
) -> nn.Sequential:
    """Append a linear layer to `features`, sized by passing one blank image through `layers`."""
    planes = nn.Sequential(*layers, nn.Flatten())
    with torch.no_grad():
        size = planes(_normalized(torch.zeros(1, *image_shape, dtype=torch.uint8))).shape[1]
    return nn.Sequential(*planes, nn.Linear(size, features), nn.ReLU())


def _impala_stage(channels_before: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_before, channels, kernel_size=3, padding=1),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        Residual(channels),
        Residual(channels),
    )
