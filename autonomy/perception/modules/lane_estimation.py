"""Where a car is in its lane and how the lane goes on, as a network reads it from a frame."""

import torch
from torch import Tensor, nn

from autonomy.camera.mount import MountedCamera
from autonomy.perception.estimates import Estimates
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.networks.gaussian import Gaussians, explained_variance, quantity_metrics
from autonomy.perception.overlays import draw_lane
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

_SKY = 0.25  # of the rows, from the top, which no road reaches
_MIDDLE, _SPREAD = 110.0, 60.0  # of pixels, roughly
_HIDDEN = 256


class LaneEstimation(PerceptionModule[Estimates]):
    """Quantities of `signature.reports`, each with a standard deviation."""

    name = "lane_state"
    labels = ("quantities",)
    score = "explained_variance"

    def __init__(self, signature: Signature) -> None:
        super().__init__(signature)
        height, width = signature.image_size
        self._first_row = int(_SKY * height)
        self.features = nn.Sequential(
            *_convolved(3, 32, size=4, stride=4),
            *_convolved(32, 48, size=3, stride=2),
            *_convolved(48, 48, size=3, stride=1),
            *_convolved(48, 64, size=3, stride=2),
            nn.Flatten(),
        )
        rows, columns = (-(-(size // 4) // 4) for size in (height - self._first_row, width))
        count = len(signature.reports)
        self.head = nn.Sequential(
            nn.Linear(64 * rows * columns, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 2 * count)
        )
        self.gaussians = Gaussians(count)
        self.lay_out_for_cpus()

    def prepare(self, samples: Samples) -> None:
        """Take over the scale of the quantities."""
        self.gaussians.standardize(samples["quantities"])

    def calibrate(self, samples: Samples) -> None:
        """Scale the standard deviations so that intervals cover their share of samples."""
        estimates = self.perceive(samples)
        self.gaussians.recalibrate(estimates, samples["quantities"])

    def forward(self, frames: dict[str, Tensor]) -> Tensor:
        """Map frames `(N, H, W, 3)` of one camera to `(N, 2 Q)` as `Gaussians` reads them."""
        planes = (
            frames["camera"][:, self._first_row :].permute(0, 3, 1, 2).to(torch.float32, copy=True)
        )
        return self.head(self.features(planes.sub_(_MIDDLE).div_(_SPREAD)))

    def loss(self, output: Tensor, labels: dict[str, Tensor]) -> Tensor:
        """Return how unlikely the quantities are; see `Gaussians.loss`."""
        return self.gaussians.loss(output, labels["quantities"])

    def interpret(self, output: Tensor) -> Estimates:
        """Return means and standard deviations in the quantities' units."""
        return self.gaussians.estimates(output)

    def measure(self, result: Estimates, samples: Samples) -> dict[str, float]:
        """Return RMS errors, the coverage of intervals, and the explained variance."""
        targets = samples["quantities"]
        errors = self.gaussians.errors(result, targets)
        return {
            "explained_variance": explained_variance(errors, targets),
            **quantity_metrics(errors, result.std, self.signature.reports),
        }

    def draw(self, picture: Picture, result: Estimates, camera: MountedCamera) -> None:
        """Draw the lane, and write its numbers."""
        draw_lane(picture, result, self.signature.reports, camera)


def _convolved(before: int, after: int, size: int, stride: int) -> list[nn.Module]:
    """Return a convolution, normalised over the batch, and its nonlinearity."""
    padding = 0 if size == stride else size // 2
    convolution = nn.Conv2d(before, after, size, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
