"""Segmentation: the class of every pixel."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from autonomy.camera.mount import MountedCamera
from autonomy.errors import InputError
from autonomy.perception.modules.intersection_over_union import intersection_over_union
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.networks.feature_pyramid import PATCH, FeaturePyramid
from autonomy.perception.overlays import draw_segments
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

_WIDTHS = (32, 64, 96, 128)  # which lane is the own one, only the whole frame tells
_PLACES = PATCH * PATCH  # pixels of a patch
_LEARNED = 4  # of them, from which a step learns


class Segmentation(NamedTuple):
    """The classes of N frames."""

    classes: NDArray[np.uint8]  # (N, H, W) positions in `Signature.reports`


class LaneSegmentation(PerceptionModule[Segmentation]):
    """Tells classes such as road, own lane, markings by kind and vehicles apart, pixel by pixel."""

    name = "segmentation"
    labels = ("segments",)
    score = "mean_iou"

    def __init__(self, signature: Signature) -> None:
        """Make a network with random weights.

        Raises:
            InputError: The frames cannot be divided into patches, or there is more than one.
        """
        super().__init__(signature)
        if any(side % PATCH for side in signature.image_size):
            height, width = signature.image_size
            raise InputError(
                f"segmentation needs frames whose sides are multiples of {PATCH} px, "
                f"got {height} x {width}"
            )
        self.network = FeaturePyramid(_WIDTHS)
        self.head = nn.Conv2d(_WIDTHS[0], _PLACES * len(signature.reports), 1)
        nn.init.normal_(self.head.weight, std=0.01)
        self.lay_out_for_cpus()

    def forward(self, frames: dict[str, Tensor]) -> Tensor:
        """Return the features of the patches of frames `(N, H, W, 3)` uint8, for `head`."""
        return self.network(frames["camera"])

    def loss(self, output: Tensor, labels: dict[str, Tensor]) -> Tensor:
        """Return the cross-entropy of some pixels of every patch, the same in all patches.

        Neighbours say nearly the same, so a quarter of the pixels teaches as much a step for a
        quarter of what the classes cost, which is more than that of the convolutions.
        """
        chosen = torch.randperm(_PLACES)[:_LEARNED].to(output.device)
        logits = self._logits(output, chosen)
        patches = labels["segments"].unfold(1, PATCH, PATCH).unfold(2, PATCH, PATCH)
        wanted = patches.flatten(3)[..., chosen].long()
        return functional.cross_entropy(logits.flatten(0, 3), wanted.flatten())

    def interpret(self, output: Tensor) -> Segmentation:
        """Return the likeliest class of every pixel."""
        every = torch.arange(_PLACES, device=output.device)
        best = self._logits(output, every).argmax(dim=-1).to(torch.uint8)
        patches = best.unflatten(-1, (PATCH, PATCH)).transpose(2, 3)
        return Segmentation(patches.flatten(3, 4).flatten(1, 2).cpu().numpy())

    def measure(self, result: Segmentation, samples: Samples) -> dict[str, float]:
        """Return `mean_iou` and `iou_<class>` of each class that is there or was reported."""
        names = self.signature.reports
        found = intersection_over_union(result.classes, samples["segments"], len(names))
        each = {
            f"iou_{name}": float(value)
            for name, value in zip(names, found, strict=True)
            if np.isfinite(value)
        }
        return {"mean_iou": float(np.nanmean(found)), **each}

    def draw(self, picture: Picture, result: Segmentation, camera: MountedCamera) -> None:
        """Tint what is seen by its class."""
        draw_segments(picture, result.classes[0], self.signature.reports)

    def _logits(self, features: Tensor, places: Tensor) -> Tensor:
        """Return logits `(N, h, w, P, C)` of the pixels at P places of each patch."""
        assert self.head.bias is not None
        weight = self.head.weight.unflatten(0, (_PLACES, -1))[places].flatten(0, 1)
        bias = self.head.bias.unflatten(0, (_PLACES, -1))[places].flatten()
        logits = functional.conv2d(features, weight, bias).permute(0, 2, 3, 1)
        return logits.unflatten(-1, (len(places), -1))
