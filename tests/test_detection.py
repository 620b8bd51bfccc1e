"""Object detection: what its network is taught, how it is judged, and that it learns."""

from pathlib import Path

import numpy as np
import pytest
import torch
from toy_samples import ToySamples

from autonomy.agents.module_fit import judged
from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.perception_training import Data, train_module
from autonomy.errors import InputError
from autonomy.perception.detections import Detections
from autonomy.perception.modules.average_precision import average_precision
from autonomy.perception.modules.detection import CellAnswers, Detection
from autonomy.perception.modules.module_folder import load_module
from autonomy.perception.networks.detection_targets import detection_targets
from autonomy.perception.samples import SampleSource
from autonomy.perception.signature import Signature

NAMES = ("brick", "pool")


def make(source: SampleSource) -> Detection:
    return Detection(Signature({"camera": (32, 48)}, source.labels["boxes"]))


def test_the_cell_of_a_box_s_middle_is_hot_and_answers_for_the_box() -> None:
    boxes = torch.tensor([[[4.0, 8.0, 20.0, 16.0], [0.0, 0.0, 0.0, 0.0]]])
    there = torch.tensor([[True, False]])
    targets = detection_targets(boxes, torch.tensor([[1, -1]]), there, (2, 6, 8), stride=4)
    # the middle (12, 12) px lies in cell (3, 3); 0.54 of 4 cells across reach one cell to each side
    hot = np.zeros((2, 6, 8))
    # sigma is (2 radius + 1) / 6 = 1/2 across
    hot[1, 3, 2:5] = [np.exp(-2.0), 1.0, np.exp(-2.0)]
    np.testing.assert_allclose(targets.heat[0], hot, atol=1e-6)
    np.testing.assert_allclose(targets.weights[0], hot[1] / hot[1].sum(), atol=1e-6)
    np.testing.assert_array_equal(targets.boxes[0, 3, 2:5], [boxes[0, 0].tolist()] * 3)


@pytest.mark.parametrize(
    ("large", "small", "of_large", "of_small"),
    [
        # one middle, in cell 4 of row 3
        ((0.0, 0.0, 32.0, 24.0), (12.0, 8.0, 20.0, 16.0), 2, 4),
        # middles in the cells 5 and 4, though the smaller box reaches from 3 to 5
        ((0.0, 0.0, 40.0, 24.0), (8.0, 8.0, 24.0, 16.0), 5, 4),
    ],
)
def test_a_middle_learns_its_box_the_smaller_where_two_share_it(
    large: tuple[float, ...], small: tuple[float, ...], of_large: int, of_small: int
) -> None:
    boxes = torch.tensor([[large, small]])
    both = torch.tensor([[True, True]])
    targets = detection_targets(boxes, torch.tensor([[0, 0]]), both, (1, 6, 10), stride=4)
    np.testing.assert_array_equal(targets.boxes[0, 3, of_large], boxes[0, 0])
    np.testing.assert_array_equal(targets.boxes[0, 3, of_small], boxes[0, 1])


def test_nothing_is_learned_where_a_box_does_not_count() -> None:
    module = make(ToySamples())  # its frames are 32 x 48 px, so that 1.5 px² are the least
    boxes = torch.tensor([[[8.0, 8.0, 9.2, 9.2]]])
    none, small = torch.tensor([[-1]]), torch.tensor([[0]])
    heat = torch.full((1, 2, 8, 12), -8.0)
    quiet = CellAnswers(heat, torch.zeros(1, 8, 12, 4))
    heat = heat.clone()
    heat[0, 0, 2, 2] = 8.0  # says it, and nothing else
    said = CellAnswers(heat, quiet.boxes)
    losses = [
        float(module.loss(answers, {"boxes": boxes, "box_classes": classes}))
        for answers, classes in ((quiet, none), (quiet, small), (said, small), (said, none))
    ]
    np.testing.assert_allclose(losses[1:3], losses[0], atol=1e-3)
    assert losses[3] > 1.0


def test_who_misses_a_box_that_does_not_count_misses_nothing() -> None:
    boxes = np.array([[[2, 4, 14, 14], [20.0, 10.0, 21.2, 11.2]]], np.float32)
    found = Detections(boxes[:, :1], np.array([[0]]), np.array([[0.9]], np.float32))
    labels = {"boxes": boxes, "box_classes": np.array([[0, 0]])}
    assert make(ToySamples()).measure(found, labels)["ap50"] == pytest.approx(1.0)


def test_two_boxes_of_a_class_beside_each_other_are_two_things() -> None:
    module = make(ToySamples())
    heat = torch.full((1, 2, 8, 12), -8.0)
    boxes = torch.zeros(1, 8, 12, 4)
    boxes[0, 3, 5], heat[0, 0, 3, 5] = torch.tensor([16.0, 8.0, 24.0, 20.0]), 2.0
    boxes[0, 3, 6], heat[0, 0, 3, 6] = torch.tensor([23.0, 8.0, 31.0, 20.0]), 1.0
    boxes[0, 4, 5], heat[0, 0, 4, 5] = torch.tensor([16.0, 9.0, 24.0, 20.0]), 1.5  # the first again
    heat[0, 1, 3, 5] = 0.5  # or it is of the other class
    found = module.interpret(CellAnswers(heat, boxes))
    np.testing.assert_array_equal(found.boxes[0, :2], boxes[0, 3, 5:7])
    assert found.classes[0, :4].tolist() == [0, 0, 1, -1]


def test_a_detector_that_says_the_targets_reports_the_boxes() -> None:
    module = make(ToySamples())
    boxes = torch.tensor([[[2.0, 4.0, 14.0, 14.0], [20.0, 10.0, 44.0, 30.0]]])
    both = torch.tensor([[True, True]])
    targets = detection_targets(boxes, torch.tensor([[1, 0]]), both, (2, 8, 12), stride=4)
    found = module.interpret(CellAnswers(torch.logit(targets.heat * 0.9), targets.boxes))
    np.testing.assert_array_equal(sorted(found.boxes[0, :2].tolist()), boxes[0])
    assert sorted(found.classes[0, :2]) == [0, 1]
    np.testing.assert_allclose(found.scores[0, :2], 0.9, rtol=1e-5)
    assert (found.classes[0, 2:] == -1).all()


def test_average_precision_of_a_case_by_hand() -> None:
    boxes = np.array([[[0, 0, 10, 10], [20, 0, 30, 10]]], np.float32)
    classes = np.array([[0, 0]])
    # the surest misses, the second overlaps the first box by 0.6, the third is the second box
    answers = np.array([[[40, 0, 50, 10], [0, 0, 10, 6], [20, 0, 30, 10]]], np.float32)
    scores = np.array([[0.9, 0.8, 0.7]], np.float32)
    found = Detections(answers, np.zeros((1, 3), np.int64), scores)
    metrics = average_precision(found, boxes, classes, NAMES)
    # at 0.5: recall 1/2 at precision 1/2, recall 1 at 2/3, which counts for lower recalls too
    assert metrics["ap50"] == pytest.approx(2 / 3)
    # at 0.5, 0.55 and 0.6 both are found; above it the second alone: 51 of 101 recalls at 1/3
    assert metrics["ap"] == pytest.approx((3 * 2 / 3 + 7 * 51 / 101 / 3) / 10)
    assert "ap50_pool" not in metrics


def test_frames_without_boxes_cannot_judge() -> None:
    none = Detections(
        np.zeros((2, 3, 4), np.float32), np.full((2, 3), -1), np.zeros((2, 3), np.float32)
    )
    with pytest.raises(InputError, match="needs boxes of 0 px² or more, these 2 frames"):
        average_precision(none, np.zeros((2, 1, 4), np.float32), np.full((2, 1), -1), NAMES)


def test_a_detector_learns_the_toy_and_is_the_same_from_its_folder(tmp_path: Path) -> None:
    data = Data(*(ToySamples(split) for split in ("train", "validation", "test")))
    recipe = PerceptionRecipe(
        frames=384,
        validation_frames=32,
        test_frames=64,
        epochs=5,
        batch_size=16,
        learning_rate=5e-3,
        threads=1,
    )
    trained = train_module("detection", data, tmp_path / "run", recipe, 0, "cpu")
    assert trained.test["ap50"] > 0.8
    loaded = load_module(tmp_path / "run", "cpu")
    assert judged(loaded, trained.samples) == trained.test
