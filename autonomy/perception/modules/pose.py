"""Where things are and how they are turned, from one or more cameras."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.networks.gaussian import Gaussians, quantity_metrics
from autonomy.perception.networks.keypoints import Keypoints, point_loss
from autonomy.perception.networks.patches import PATCH_FEATURES, Patches, Refined, patch_loss
from autonomy.perception.networks.triangulation import project, triangulate
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature

_HIDDEN = 128
_POINT_WEIGHT = 1.0  # of the keypoints' loss, beside that of the quantities
_PATCH_WEIGHT = 0.3  # of the loss of what is found more exactly
_YAW_PERIOD = np.pi / 2  # [rad] after which a box looks the same again
_FIRST = "x_m"  # the name's end of the first of a place's three quantities


class PoseOutput(NamedTuple):
    """What the network says of N frames."""

    raw: Tensor  # (N, 2 Q) for `Gaussians`
    maps: Tensor  # (N, C, K, H, W) logits of where K things are
    refined: Refined  # the same, found more exactly


class PoseGaussians(Gaussians):
    """Quantities of which some are angles that repeat."""

    periods: Tensor

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(len(names))
        periods = [_YAW_PERIOD if name.endswith("yaw_rad") else 0.0 for name in names]
        self.register_buffer("periods", torch.tensor(periods), persistent=False)

    def differences(self, means: Tensor, targets: Tensor) -> Tensor:
        """Return how far means are from targets, angles the short way round."""
        apart, periods = means - targets, self.periods.to(means.device)
        turns = torch.where(periods > 0, torch.round(apart / periods.clamp(min=1e-6)), 0.0)
        return apart - turns * periods


class ObjectPose(PerceptionModule[Estimates]):
    """Places and turns of things, with standard deviations, from calibrated cameras.

    `Keypoints` finds each thing in each frame, `Patches` finds it more exactly and says how far it
    may be off, `triangulate` makes places of that; a small network corrects these, where something
    is hidden say, and adds what is no place.
    """

    name = "pose"
    labels = ("quantities", "projections")
    score = "accuracy"
    reads_every_camera = True
    needs_projections = True

    def __init__(self, signature: Signature) -> None:
        """Make a network with random weights.

        Raises:
            InputError: None of the quantities is a place.
        """
        super().__init__(signature)
        cameras, quantities = len(signature.frames), len(signature.reports)
        self._places = [
            column for column, name in enumerate(signature.reports) if name.endswith(_FIRST)
        ]
        if not self._places:
            raise InputError(
                f"pose finds places, whose first quantity ends in {_FIRST}, "
                f"got {', '.join(signature.reports)}"
            )
        things = len(self._places)
        self.keypoints = Keypoints(cameras, things)
        self.patches = Patches(cameras, things)
        self.correct = nn.Sequential(
            nn.Linear(things * (cameras * (PATCH_FEATURES + 2) + 6), _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, 2 * quantities),
        )
        self.gaussians = PoseGaussians(signature.reports)

    def prepare(self, samples: Samples) -> None:
        """Take the scale of the quantities from the labels."""
        self.gaussians.standardize(samples["quantities"])

    def calibrate(self, samples: Samples) -> None:
        """Scale the deviations to what errors on samples not learned from are like."""
        found = self.perceive(samples)
        self.gaussians.recalibrate(found, samples["quantities"])

    def forward(self, frames: dict[str, Tensor]) -> PoseOutput:
        """Map frames `(N, H, W, 3)` uint8 of all cameras, and projections, to quantities."""
        pictures = [frames[name] for name in self.signature.frames]
        images = torch.stack(pictures).permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
        found = self.keypoints(images)
        refined = self.patches(found.points, images)
        places, log_std = self._triangulated(refined, frames["projections"])
        known = (found.variances.log(), refined.log_std, refined.features, places, log_std)
        correction = self.correct(torch.cat([own.flatten(1) for own in known], dim=1))
        return PoseOutput(correction + self._raw(places, log_std), found.maps, refined)

    def loss(self, output: PoseOutput, labels: dict[str, Tensor]) -> Tensor:
        """Return the sum of the quantities', the maps' and the patches' losses."""
        points = project(labels["projections"], self._each_place(labels["quantities"]))
        return (
            self.gaussians.loss(output.raw, labels["quantities"])
            + _POINT_WEIGHT * point_loss(output.maps, points)
            + _PATCH_WEIGHT * patch_loss(output.refined, points, self._size(points))
        )

    def interpret(self, output: PoseOutput) -> Estimates:
        """Return means and standard deviations, with angles within half a period of 0."""
        found = self.gaussians.estimates(output.raw)
        nothing = torch.zeros(found.mean.shape)
        mean = self.gaussians.differences(torch.from_numpy(found.mean), nothing)
        return Estimates(mean.numpy(), found.std)

    def measure(self, result: Estimates, samples: Samples) -> dict[str, float]:
        """Return distances of places [mm], errors of angles [deg], and the intervals' coverage.

        `accuracy` is the largest mean distance, negative: the more, the better.
        """
        errors = self.gaussians.errors(result, samples["quantities"])
        metrics: dict[str, float] = {}
        for column in self._places:
            thing = self.signature.reports[column].removesuffix(_FIRST)
            distance = 1e3 * np.linalg.norm(errors[:, column : column + 3], axis=1)
            metrics |= _distances(thing, distance)
        worst = max(value for name, value in metrics.items() if name.endswith("mean_mm"))
        for column, name in enumerate(self.signature.reports):
            if name.endswith("_rad"):
                degrees = float(np.rad2deg(np.abs(errors[:, column])).mean())
                metrics[f"{name.removesuffix('_rad')}_mean_deg"] = degrees
        coverage = quantity_metrics(errors, result.std, self.signature.reports)
        return {"accuracy": -worst, **metrics, **coverage}

    def _size(self, like: Tensor) -> Tensor:
        """Return width and height of frames [px]."""
        height, width = self.signature.image_size
        return torch.tensor((width, height), device=like.device)

    def _each_place(self, quantities: Tensor) -> Tensor:
        """Return those of quantities `(..., Q)` that are places, `(..., K, 3)`."""
        return torch.stack([quantities[..., own : own + 3] for own in self._places], dim=-2)

    def _triangulated(self, refined: Refined, projections: Tensor) -> tuple[Tensor, Tensor]:
        """Return places `(N, K, 3)` in standard units, and their deviations' logarithms."""
        centre, spread = map(self._each_place, (self.gaussians.centre, self.gaussians.spread))
        stds = refined.log_std.exp()[..., None] / self._size(projections)
        found = triangulate(refined.points, stds, projections, centre, spread)
        return (found.places - centre) / spread, (found.std / spread).log()

    def _raw(self, places: Tensor, log_std: Tensor) -> Tensor:
        """Return `(N, 2 Q)` for `Gaussians`: places in standard units, zero for all else."""
        quantities = len(self.signature.reports)
        raw = torch.zeros(len(places), 2 * quantities, device=places.device)
        for thing, column in enumerate(self._places):
            raw[:, column : column + 3] = places[:, thing]
            raw[:, quantities + column : quantities + column + 3] = log_std[:, thing]
        return raw


def _distances(thing: str, distance: NDArray[np.float32]) -> dict[str, float]:
    """Return mean and 95th percentile of distances `(n,)` [mm]."""
    return {
        f"{thing}mean_mm": float(distance.mean()),
        f"{thing}p95_mm": float(np.percentile(distance, 95)),
    }
