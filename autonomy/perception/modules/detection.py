"""Object detection: which objects a frame shows, and where."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from autonomy.camera.mount import MountedCamera
from autonomy.perception.detections import Detections
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.networks.detection_targets import detection_targets
from autonomy.perception.networks.feature_pyramid import PATCH, FeaturePyramid
from autonomy.perception.overlays import draw_boxes
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature
from autonomy.picture_file import Picture

_WIDTHS = (24, 32, 64, 96)
_HEAD = 32
_MOST = 40  # boxes of a frame
_CANDIDATES = 128  # cells of a frame, the likeliest, whose boxes are looked at
_SAME = 0.5  # intersection over union of boxes that show the same thing
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
    loss of Rezatofighi et al. ("Generalized intersection over union", 2019). Of boxes that overlap
    too much to show two things the likelier is kept, by the fast non-maximum suppression of Bolya
    et al. ("YOLACT: real-time instance segmentation", 2019).

    Boxes of less than 1/1024 of the frame's area do not count, neither when it learns nor when it
    is judged: in frames of 128 x 128 px those of less than 4 x 4.
    """

    name = "detection"
    labels = ("boxes",)
    score = "ap50"

    def __init__(self, signature: Signature) -> None:
        super().__init__(signature)
        self.class_count = len(signature.reports)
        self._smallest = _SMALLEST_COUNTED * math.prod(signature.image_size)  # [px²]
        self.network = FeaturePyramid(_WIDTHS)
        self.middle = nn.Conv2d(_WIDTHS[0], _HEAD, 3, padding=1)
        self.head = nn.Conv2d(_HEAD, self.class_count + 4, 1)
        nn.init.zeros_(self.head.weight)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[: self.class_count], math.log(_PRIOR / (1.0 - _PRIOR)))
        self.lay_out_for_cpus()

    def forward(self, frames: dict[str, Tensor]) -> CellAnswers:
        """Answer for every cell of frames `(N, H, W, 3)` uint8."""
        said = self.head(self.middle(self.network(frames["camera"])).relu_())
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
        boxes, classes = labels["boxes"], labels["box_classes"]
        counted = (classes >= 0) & (_area(boxes[..., :2], boxes[..., 2:]) >= self._smallest)
        heatmaps = (self.class_count, output.heat.shape[2], output.heat.shape[3])
        targets = detection_targets(boxes, classes, counted, heatmaps, PATCH)
        kinds = torch.arange(self.class_count, device=classes.device)
        share = 1.0 / ((classes[..., None] == kinds) & counted[..., None]).sum((0, 1)).clamp(min=1)
        unlike = 1.0 - _generalized_iou(output.boxes, targets.boxes)
        weights = targets.weights * share[targets.classes]
        misplaced = (weights * unlike).sum()
        unseen = (_focal(output.heat, targets.heat).sum((0, 2, 3)) * share).sum()
        return (unseen + _BOX_WEIGHT * misplaced) / self.class_count

    def interpret(self, output: CellAnswers) -> Detections:
        """Return the boxes of the likeliest cells, each thing's once."""
        heat = output.heat.sigmoid()
        cells = heat.shape[2] * heat.shape[3]
        scores, places = heat.flatten(1).topk(min(_CANDIDATES, self.class_count * cells))
        classes = places // cells
        boxes = output.boxes.flatten(1, 2).gather(1, (places % cells)[..., None].expand(-1, -1, 4))
        height, width = self.signature.image_size
        limits = torch.tensor([width, height, width, height], device=boxes.device)
        boxes = boxes.clamp(min=0.0).minimum(limits)
        scores = scores.where(~_repeated(boxes, classes), 0.0)
        kept = scores.topk(min(_MOST, scores.shape[1])).indices
        boxes = boxes.gather(1, kept[..., None].expand(-1, -1, 4))
        scores, classes = scores.gather(1, kept), classes.gather(1, kept)
        sure = scores >= _LEAST_SCORE
        return Detections(
            boxes.where(sure[..., None], 0.0).cpu().numpy(),
            classes.where(sure, -1).cpu().numpy(),
            scores.where(sure, 0.0).cpu().numpy(),
        )

    def measure(self, result: Detections, samples: Samples) -> dict[str, float]:
        """Return COCO's average precision: `ap`, `ap50`, and `ap50_<class>` of each class.

        Things of which a camera sees fewer than 8 pixels have no box at all.
        """
        # here because it imports Matplotlib
        from autonomy.perception.modules.average_precision import average_precision

        return average_precision(
            result,
            samples["boxes"],
            samples["box_classes"],
            self.signature.reports,
            self._smallest,
        )

    def draw(self, picture: Picture, result: Detections, camera: MountedCamera) -> None:
        """Draw boxes around what was found."""
        draw_boxes(picture, result, self.signature.reports, self.signature.image_size)


def _repeated(boxes: Tensor, classes: Tensor) -> Tensor:
    """Return which boxes `(N, K, 4)`, the likeliest first, show what a likelier one shows."""
    shared = _shared_area(boxes[:, :, None], boxes[:, None, :])
    areas = _area(boxes[..., :2], boxes[..., 2:])
    same = shared > _SAME * (areas[:, :, None] + areas[:, None] - shared)
    alike = classes[:, :, None] == classes[:, None]
    return (same & alike).triu(diagonal=1).any(1)


def _focal(logits: Tensor, heat: Tensor) -> Tensor:
    """Return Zhou et al.'s penalty-reduced focal loss of each cell, with alpha 2 and beta 4."""
    likely = logits.sigmoid()
    found = (1.0 - likely) ** 2 * functional.logsigmoid(logits)
    quiet = (1.0 - heat) ** 4 * likely**2 * functional.logsigmoid(-logits)
    return -torch.where(heat == 1.0, found, quiet)


def _generalized_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Return the generalised intersection over union of boxes `(..., 4)`, in (-1, 1]."""
    shared = _shared_area(boxes, others)
    around = _area(
        torch.minimum(boxes[..., :2], others[..., :2]),
        torch.maximum(boxes[..., 2:], others[..., 2:]),
    )
    both = _area(boxes[..., :2], boxes[..., 2:]) + _area(others[..., :2], others[..., 2:]) - shared
    return shared / both.clamp(min=1e-6) - (around - both) / around.clamp(min=1e-6)


def _shared_area(boxes: Tensor, others: Tensor) -> Tensor:
    low = torch.maximum(boxes[..., :2], others[..., :2])
    return _area(low, torch.minimum(boxes[..., 2:], others[..., 2:]))


def _area(low: Tensor, high: Tensor) -> Tensor:
    return (high - low).clamp(min=0.0).prod(-1)
