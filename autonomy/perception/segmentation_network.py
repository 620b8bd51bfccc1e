"""The network of segmentation: an encoder, and a decoder that adds back what is fine."""

from torch import Tensor, nn
from torch.nn import functional

PATCH = 4
"""Pixels [px] of a side of the patches that the network reads and answers for."""

FEATURES = 32
"""Of each patch, from which the classes of its pixels follow."""

_MIDDLE, _COARSE, _WHOLE = 64, 96, 128  # at an eighth, a sixteenth, a thirty-second of the size


class SegmentationNetwork(nn.Module):
    """From frames to features of patches, on a few CPU cores.

    The first layer reads patches that do not overlap, so that nothing is computed at the full
    resolution. Coarser features, which have seen more of the frame, are added to finer ones
    (Lin et al., "Feature pyramid networks", 2017). There is no normalisation of batches: it would
    cost as much as half of the convolutions.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patches = _layer(3, FEATURES, size=PATCH, stride=PATCH)
        self.middle = _layer(FEATURES, _MIDDLE, stride=2)
        self.coarse = nn.Sequential(_layer(_MIDDLE, _COARSE, stride=2), _layer(_COARSE, _COARSE))
        self.whole = _layer(_COARSE, _WHOLE, stride=2)
        self.whole_to_coarse = nn.Conv2d(_WHOLE, _COARSE, 1)
        self.coarse_again = _layer(_COARSE, _COARSE)
        self.coarse_to_middle = nn.Conv2d(_COARSE, _MIDDLE, 1)
        self.middle_again = _layer(_MIDDLE, _MIDDLE)
        self.middle_to_fine = nn.Conv2d(_MIDDLE, FEATURES, 1)
        self.fine_again = _layer(FEATURES, FEATURES)

    def forward(self, frames: Tensor) -> Tensor:
        """Map frames `(N, H, W, 3)` uint8 to features `(N, FEATURES, H / PATCH, W / PATCH)`."""
        images = frames.permute(0, 3, 1, 2).float() / 64.0 - 2.0
        fine = self.patches(images)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        whole = self.whole(coarse)  # which lane is the own one, only the whole frame tells
        coarse = self.coarse_again(coarse + _enlarged(self.whole_to_coarse(whole), coarse))
        middle = self.middle_again(middle + _enlarged(self.coarse_to_middle(coarse), middle))
        return self.fine_again(fine + _enlarged(self.middle_to_fine(middle), fine))


def _layer(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding=1 if size == 3 else 0)
    nn.init.kaiming_normal_(convolution.weight)
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
    return nn.Sequential(convolution, nn.ReLU(inplace=True))


def _enlarged(features: Tensor, like: Tensor) -> Tensor:
    # by nearest neighbours, lanes would end where the cells of coarse features do
    return functional.interpolate(features, size=like.shape[2:], mode="bilinear")
