"""Object detection: which objects a frame shows, and where."""

import math
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from autonomy.perception.detection_targets import detection_targets
from autonomy.perception.detections import Detections
from autonomy.perception.feature_pyramid import PATCH, FeaturePyramid
from autonomy.perception.module import PerceptionModule
from autonomy.perception.reading import Reading
from autonomy.perception.samples import Samples

_WIDTHS = (24, 32, 64, 96)
_HEAD = 32
_MOST = 24  # boxes of a frame
_LEAST_SCORE = 0.05
_SMALLEST_COUNTED = 1 / 1024  # of the frame's area
_PRIOR = 0.02  # first guess of how likely a box's middle lies in a cell
_BOX_WEIGHT = 5.0  # as in the paper of the targets


class CellAnswers(NamedTuple):
    """What the network says of the cells of its grid."""

    heat: Tensor  # (N, C, h, w) logits: is a box of the class centred here?
    boxes: Tensor  # (N, h, w, 4) left, top, right, bottom [px] of that box


class Detection(PerceptionModule[Detections]):
    """An anchor-free single-stage detector.

    One grid of cells of 4 px: heatmaps of boxes' middles, with the focal loss of Zhou et al.
    ("Objects as points", 2019), and each cell's distances to the four sides of its box, with the
    loss of Rezatofighi et al. ("Generalized intersection over union", 2019). Middles are heatmaps'
    local maxima, so that no boxes have to be suppressed afterwards.
    """

    name = "detection"
    labels = ("boxes",)
    score = "ap50"
    frame_sizes: ClassVar[Mapping[str, tuple[int, int]]] = {"lane": (160, 256)}  # far things

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.class_count = len(reading.reports)
        self.network = FeaturePyramid(_WIDTHS)
        self.middle = nn.Conv2d(_WIDTHS[0], _HEAD, 3, padding=1)
        self.head = nn.Conv2d(_HEAD, self.class_count + 4, 1)
        nn.init.zeros_(self.head.weight)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[: self.class_count], math.log(_PRIOR / (1.0 - _PRIOR)))
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - torch's stubs lack this keyword

    def forward(self, *frames: Tensor) -> CellAnswers:
        """Answer for every cell of frames `(N, H, W, 3)` uint8."""
        said = self.head(functional.relu(self.middle(self.network(frames[0]))))
        height, width = said.shape[-2:]
        right = PATCH * (torch.arange(width, device=said.device) + 0.5)
        down = PATCH * (torch.arange(height, device=said.device) + 0.5)
        middles = torch.stack(torch.meshgrid(right, down, indexing="xy"), dim=-1)
        sides = PATCH * said[:, self.class_count :].clamp(max=6.0).exp().permute(0, 2, 3, 1)
        boxes = torch.cat([middles - sides[..., :2], middles + sides[..., 2:]], dim=-1)
        return CellAnswers(said[:, : self.class_count], boxes)

    def loss(self, output: CellAnswers, labels: dict[str, Tensor]) -> Tensor:
        """Return the loss a box, of the heatmaps and of the boxes under them.

        It is the mean over the classes: where trees are many and cars are few, all count alike, as
        they do in the average precision.
        """
        grid = (output.heat.shape[2], output.heat.shape[3])
        boxes, classes = labels["boxes"], labels["box_classes"]
        targets = detection_targets(boxes, classes, self.class_count, grid, PATCH)
        kinds = torch.arange(self.class_count, device=classes.device)
        share = 1.0 / (classes[..., None] == kinds).sum((0, 1)).clamp(min=1)
        unlike = 1.0 - _generalized_iou(output.boxes, targets.boxes)
        weights = targets.weights * share[targets.classes]
        misplaced = (weights * unlike).sum()
        unseen = (_focal(output.heat, targets.heat).sum((0, 2, 3)) * share).sum()
        return (unseen + _BOX_WEIGHT * misplaced) / self.class_count

    def interpret(self, output: CellAnswers) -> Detections:
        """Return the boxes at the heatmaps' highest local maxima."""
        heat = output.heat.sigmoid()
        peaks = torch.where(functional.max_pool2d(heat, 3, 1, 1) == heat, heat, 0.0)
        cells = heat.shape[2] * heat.shape[3]
        scores, places = peaks.flatten(1).topk(min(_MOST, self.class_count * cells))
        boxes = output.boxes.flatten(1, 2).gather(1, (places % cells)[..., None].expand(-1, -1, 4))
        height, width = self.reading.image_size
        limits = torch.tensor([width, height, width, height], device=boxes.device)
        boxes = boxes.clamp(min=0.0).minimum(limits)
        sure = scores >= _LEAST_SCORE
        return Detections(
            np.where(sure.cpu()[..., None], boxes.cpu(), 0.0).astype(np.float32),
            np.where(sure.cpu(), (places // cells).cpu(), -1).astype(np.int64),
            np.where(sure.cpu(), scores.cpu(), 0.0).astype(np.float32),
        )

    def measure(self, result: Detections, samples: Samples) -> dict[str, float]:
        """Return COCO's average precision: `ap`, `ap50`, and `ap50_<class>` of each class.

        Boxes of less than 1/1024 of the frame's area do not count: in frames of 128 x 128 px those
        of less than 4 x 4. Things of which a camera sees fewer than 8 pixels have no box at all.
        """
        # here because it imports Matplotlib
        from autonomy.perception.average_precision import average_precision

        return average_precision(
            result,
            samples["boxes"],
            samples["box_classes"],
            self.reading.reports,
            _SMALLEST_COUNTED,
        )

    def joined(self, results: list[Detections]) -> Detections:
        """Return the detections of some batches as those of one."""
        return Detections(*(np.concatenate(parts) for parts in zip(*results, strict=True)))


def _focal(logits: Tensor, heat: Tensor) -> Tensor:
    """Return Zhou et al.'s penalty-reduced focal loss of each cell, with alpha 2 and beta 4."""
    likely = logits.sigmoid()
    found = (1.0 - likely) ** 2 * functional.logsigmoid(logits)
    quiet = (1.0 - heat) ** 4 * likely**2 * functional.logsigmoid(-logits)
    return -torch.where(heat == 1.0, found, quiet)


def _generalized_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Return the generalised intersection over union of boxes `(..., 4)`, in (-1, 1]."""
    shared = _area(
        torch.maximum(boxes[..., :2], others[..., :2]),
        torch.minimum(boxes[..., 2:], others[..., 2:]),
    )
    around = _area(
        torch.minimum(boxes[..., :2], others[..., :2]),
        torch.maximum(boxes[..., 2:], others[..., 2:]),
    )
    both = _area(boxes[..., :2], boxes[..., 2:]) + _area(others[..., :2], others[..., 2:]) - shared
    return shared / both.clamp(min=1e-6) - (around - both) / around.clamp(min=1e-6)


def _area(low: Tensor, high: Tensor) -> Tensor:
    return (high - low).clamp(min=0.0).prod(-1)
