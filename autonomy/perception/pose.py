"""Where things are and how they are turned, from one or more cameras."""

from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.gaussian import Gaussians, quantity_metrics
from autonomy.perception.keypoints import Found, Keypoints, point_loss
from autonomy.perception.module import PerceptionModule
from autonomy.perception.patches import PATCH_FEATURES, Patches, Refined, patch_loss
from autonomy.perception.reading import Reading
from autonomy.perception.samples import Samples
from autonomy.perception.triangulation import Triangulation

_LANDMARKS = 4
_FREE = 6  # keypoints that find what nobody told them to
_HIDDEN = 128
_POINT_WEIGHT = 1.0  # of the keypoints' loss, beside that of the quantities
_PATCH_WEIGHT = 0.3  # of the loss of what is found more exactly
_YAW_PERIOD = np.pi / 2  # [rad] after which a box looks the same again
_FIRST = "x_m"  # the name's end of the first of a place's three quantities


class PoseOutput(NamedTuple):
    """What the network says of N frames."""

    raw: Tensor  # (N, 2 Q) for `Gaussians`
    maps: Tensor  # (N, C, P, H, W) logits of where things and landmarks are
    refined: Refined  # the same P points, found more exactly


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
    """Places and turns of things, with standard deviations.

    Each camera's frame becomes keypoints: of the things, of landmarks that tell how the cameras
    hang, and some that are free to find what helps. `Patches` finds the first two more exactly, and
    `Triangulation` makes places of them; a small network corrects these, where something is hidden
    say, and says how sure they are.
    """

    name = "object_pose"
    worlds = ("arm",)
    labels = ("quantities", "points")
    score = "accuracy"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        cameras, quantities = len(reading.cameras), len(reading.reports)
        self._places = [
            column for column, name in enumerate(reading.reports) if name.endswith(_FIRST)
        ]
        things = len(self._places)
        self._known = things + _LANDMARKS
        self.keypoints = Keypoints(cameras, self._known + _FREE)
        self.patches = Patches(cameras, self._known)
        self.triangulations = nn.ModuleList(
            Triangulation(cameras, _LANDMARKS) for _ in self._places
        )
        self.correct = nn.Sequential(
            nn.Linear(cameras * ((6 + PATCH_FEATURES) * self._known + 3 * _FREE), _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, 2 * quantities),
        )
        self.gaussians = PoseGaussians(reading.reports)

    def prepare(self, samples: Samples) -> None:
        """Take the scale of the quantities and the triangulation from the labels.

        Raises:
            InputError: The labels are not of as many things as the module is to report.
        """
        things = len(self._places)
        given = samples["points"].shape[2]
        if given != things + _LANDMARKS:
            raise InputError(
                f"points must be those of {things} things and {_LANDMARKS} landmarks, got {given}"
            )
        self.gaussians.standardize(samples["quantities"])
        points = self._shares(torch.from_numpy(samples["points"])).numpy()
        quantities = torch.from_numpy(samples["quantities"])
        standard = (quantities - self.gaussians.centre) / self.gaussians.spread
        for thing, column, fitted in self._each_thing():
            fitted.fit(points[:, :, thing], points[:, :, things:], standard[:, column : column + 3])

    def calibrate(self, samples: Samples) -> None:
        """Scale the deviations to what errors on samples not learned from are like."""
        found = self.perceive(*self.frames_of(samples))
        self.gaussians.recalibrate(found, samples["quantities"])

    def forward(self, *frames: Tensor) -> PoseOutput:
        """Map frames `(N, H, W, 3)` uint8, one tensor a camera, to quantities and maps."""
        images = torch.stack(frames).permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
        found = self.keypoints(images)
        refined = self.patches(found.points[:, :, : self._known], images)
        raw = self._triangulated(refined) + self._corrections(found, refined)
        return PoseOutput(raw, found.maps[:, :, : self._known], refined)

    def loss(self, output: PoseOutput, labels: dict[str, Tensor]) -> Tensor:
        """Return the sum of the quantities', the maps' and the patches' losses."""
        points = self._shares(labels["points"])
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
            thing = self.reading.reports[column].removesuffix(_FIRST)
            distance = 1e3 * np.linalg.norm(errors[:, column : column + 3], axis=1)
            metrics |= _distances(thing, distance)
        worst = max(value for name, value in metrics.items() if name.endswith("mean_mm"))
        for column, name in enumerate(self.reading.reports):
            if name.endswith("_rad"):
                degrees = float(np.rad2deg(np.abs(errors[:, column])).mean())
                metrics[f"{name.removesuffix('_rad')}_mean_deg"] = degrees
        coverage = quantity_metrics(errors, result.std, self.reading.reports)
        return {"accuracy": -worst, **metrics, **coverage}

    def joined(self, results: list[Estimates]) -> Estimates:
        """Return the estimates of some batches as those of one."""
        means, stds = zip(*results, strict=True)
        return Estimates(np.concatenate(means), np.concatenate(stds))

    def _shares(self, pixels: Tensor) -> Tensor:
        """Return columns and rows `(..., 2)` [px] in shares of the image, from edge to edge."""
        return (pixels + 0.5) / self._size(pixels)

    def _size(self, like: Tensor) -> Tensor:
        """Return width and height of frames [px]."""
        height, width = self.reading.image_size
        return torch.tensor((width, height), device=like.device)

    def _each_thing(self) -> list[tuple[int, int, Triangulation]]:
        """Return each thing's number, the first column of its place, and what finds that."""
        each = zip(self._places, self.triangulations, strict=True)
        return [
            (thing, column, cast(Triangulation, own)) for thing, (column, own) in enumerate(each)
        ]

    def _triangulated(self, refined: Refined) -> Tensor:
        """Return `(N, 2 Q)`: places in standard units, zero for all else.

        Points have labels of their own to learn from, and take no gradient from here.
        """
        points = refined.points.detach()
        landmarks = points[:, :, len(self._places) :]
        raw = torch.zeros(len(points), 2 * len(self.reading.reports), device=points.device)
        for thing, column, place in self._each_thing():
            raw[:, column : column + 3] = place(points[:, :, thing], landmarks)
        return raw

    def _corrections(self, found: Found, refined: Refined) -> Tensor:
        """Return `(N, 2 Q)` from all that is known of the keypoints."""
        numbers = [
            4.0 * found.points.flatten(1) - 2.0,
            0.2 * torch.log(found.variances).flatten(1),
            4.0 * refined.points.detach().flatten(1) - 2.0,
            refined.log_std.detach().flatten(1),
            refined.features.flatten(1),
        ]
        return self.correct(torch.cat(numbers, dim=1))


def _distances(thing: str, distance: NDArray[np.float32]) -> dict[str, float]:
    """Return mean and 95th percentile of distances `(n,)` [mm]."""
    return {
        f"{thing}mean_mm": float(distance.mean()),
        f"{thing}p95_mm": float(np.percentile(distance, 95)),
    }
