"""Segmentation: what it scores, that it learns, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.perception_training import Data, TrainedModule, train_module
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import InputError
from autonomy.perception.modules.groups import by_group
from autonomy.perception.modules.intersection_over_union import intersection_over_union
from autonomy.perception.modules.making import check_fits, make_module
from autonomy.perception.modules.module import PerceptionModule
from autonomy.perception.modules.module_folder import load_module, save_module
from autonomy.perception.modules.segmentation import LaneSegmentation, Segmentation
from autonomy.perception.signature import Signature
from autonomy.scripts import train_perception

SIZE = (32, 48)
CLASSES = LaneSamples.labels["segments"]
RECIPE = PerceptionRecipe(
    frames=320,
    validation_frames=32,
    test_frames=48,
    epochs=6,
    batch_size=16,
    learning_rate=4e-3,
    threads=1,
)


def source(split: str = "train", **options: Any) -> LaneSamples:
    return LaneSamples(split, **{"image_size": SIZE, **options})


def trained(run: Path, recipe: PerceptionRecipe = RECIPE) -> TrainedModule:
    data = Data(source(), source("validation"), source("test"))
    return train_module("segmentation", data, run, recipe, 0, "cpu")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainedModule]:
    folder = tmp_path_factory.mktemp("runs") / "segmentation"
    return folder, trained(folder)


def module_of(size: tuple[int, int] = SIZE, **signature: Any) -> LaneSegmentation:
    torch.manual_seed(0)
    given = {"frames": {"camera": size}, "reports": CLASSES}
    return LaneSegmentation(Signature(**{**given, **signature}))


def test_intersection_over_union_by_hand() -> None:
    """Class 0: 3 right of 6 in either; class 1: 2 of 4; class 2 is nowhere; class 3: 0 of 1."""
    true = np.array([[[0, 0, 0, 0], [1, 1, 1, 0]]], np.uint8)
    reported = np.array([[[0, 0, 0, 1], [1, 1, 0, 3]]], np.uint8)
    found = intersection_over_union(reported, true, 4)
    assert_allclose(found, [3 / 6, 2 / 4, np.nan, 0.0])


def test_many_images_are_scored_together() -> None:
    random = np.random.default_rng(0)
    true, reported = random.integers(0, 3, (2, 300, 4, 5)).astype(np.uint8)
    found = intersection_over_union(reported, true, 3)
    for kind, value in enumerate(found):
        ours, theirs = reported == kind, true == kind
        assert value == (ours & theirs).sum() / (ours | theirs).sum()


def test_metrics_name_the_classes_and_leave_out_what_is_nowhere() -> None:
    classes = np.zeros((2, *SIZE), np.uint8)
    classes[:, 16:] = 2
    metrics = module_of().measure(Segmentation(classes), {"segments": classes})
    assert metrics == {"mean_iou": 1.0, "iou_background": 1.0, "iou_own_lane": 1.0}


def test_every_pixel_has_its_own_place_in_the_answer() -> None:
    """A network that may learn two noisy pictures by heart gives them back pixel by pixel."""
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    module = module_of((8, 16))
    frames = torch.from_numpy(random.integers(0, 256, (2, 8, 16, 3)).astype(np.uint8))
    segments = random.integers(0, len(CLASSES), (2, 8, 16)).astype(np.uint8)
    optimizer = torch.optim.Adam(module.parameters(), lr=3e-3)
    for _ in range(250):
        loss = module.loss(module({"camera": frames}), {"segments": torch.from_numpy(segments)})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (module.perceive({"camera": frames.numpy()}).classes == segments).mean() > 0.97


def test_it_learns(run: tuple[Path, TrainedModule]) -> None:
    folder, after = run
    before = module_of().measure(module_of().perceive(after.samples), after.samples)
    assert after.test["mean_iou"] > before["mean_iou"] + 0.1
    assert after.test["iou_background"] > 0.75
    assert set(after.train) >= {"mean_iou", "iou_road", "iou_own_lane"}
    config = json.loads((folder / "config.json").read_text())
    assert config["data"]["test"]["split"] == "test"
    assert (folder / "curves" / "progress.csv").read_text().count("\n") == 1 + RECIPE.epochs


def test_the_same_seed_learns_the_same(tmp_path: Path) -> None:
    short = PerceptionRecipe(
        frames=48, validation_frames=16, test_frames=16, epochs=1, batch_size=16, threads=1
    )
    one, other = (trained(tmp_path / name, short).module.state_dict() for name in "ab")
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_loaded_module_sees_the_same(run: tuple[Path, TrainedModule]) -> None:
    folder, own = run
    module = load_module(folder, "cpu")
    assert module.signature == own.module.signature
    assert_array_equal(module.perceive(own.samples).classes, own.result.classes)


def test_a_batch_of_frames_is_seen_frame_by_frame(run: tuple[Path, TrainedModule]) -> None:
    _, own = run
    each = [{"camera": own.samples["camera"][k : k + 1]} for k in range(3)]
    alone = [own.module.perceive(frame).classes for frame in each]
    assert (np.concatenate(alone) == own.result.classes[:3]).mean() > 0.999


def test_the_worst_group_is_where_it_fails() -> None:
    """Of nine frames the three darkest are called road where half of each is own lane."""
    true = np.ones((9, *SIZE), np.uint8)
    true[:, 16:] = 2
    reported = true.copy()
    light = np.array([5.0, 1.0, 9.0, 2.0, 7.0, 3.0, 8.0, 6.0, 4.0])
    reported[light <= 3] = 1
    samples = {
        "segments": true,
        "group_light": light,
        "group_fog": np.zeros(9),
        "group_shift": np.stack([light, (light > 3).astype(np.float64)], axis=1),
    }
    groups = by_group(module_of(), Segmentation(reported), samples)
    assert [(*group.range, group.frames, group.score) for group in groups] == [
        ("light", 1.0, 3.0, 3, 0.25),  # road 1/2, own lane 0
        ("light", 4.0, 6.0, 3, 1.0),
        ("light", 7.0, 9.0, 3, 1.0),
        ("shift_0", 1.0, 3.0, 3, 0.25),
        ("shift_0", 4.0, 6.0, 3, 1.0),
        ("shift_0", 7.0, 9.0, 3, 1.0),
        ("shift_1", 0.0, 0.0, 3, 0.25),
        ("shift_1", 1.0, 1.0, 6, 1.0),
    ]
    assert groups[0].name == "light 1 to 3"
    assert groups[6].name == "shift 1 0"


def test_the_script_reports_what_came_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_perception, "make_source", lambda world, **options: source(**options))
    recipe = PerceptionRecipe(
        frames=32, validation_frames=8, test_frames=12, epochs=1, batch_size=16, threads=1
    )
    folder = tmp_path / "run"
    arguments = train_perception.Arguments(
        module="segmentation", world="lane", recipe=recipe, run=folder, device="cpu"
    )
    train_perception.main(arguments)
    report = json.loads((folder / "report.json").read_text())
    for name, value in report["gap"].items():
        assert value == report["train"][name] - report["test"][name]
    assert len(report["groups"]) == 3 * 8
    worst = min(report["groups"], key=lambda group: group["score"])
    printed = " ".join(capsys.readouterr().out.split())
    assert f"worst group: {worst['of'].replace('_', ' ')}" in printed
    assert "own lane" in printed


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (np.zeros((1, *SIZE, 4), np.uint8), r"uint8 of shape \(N, H, W, 3\), got uint8"),
        (np.zeros((1, *SIZE, 3), np.float32), r"got float32"),
        (np.zeros((*SIZE, 3), np.uint8), r"got uint8 \(32, 48, 3\)"),
    ],
)
def test_what_is_no_frame_is_refused(frames: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        module_of().perceive({"camera": frames})


def test_frames_of_another_size_are_resized_with_a_warning_or_refused() -> None:
    frames = np.zeros((2, 64, 96, 3), np.uint8)
    with pytest.warns(UserWarning, match="64 x 96 px are resized to 32 x 48"):
        assert module_of().perceive({"camera": frames}).classes.shape == (2, *SIZE)
    with pytest.raises(InputError, match="must be 32 x 48 px for this module, got 64 x 96"):
        module_of(resizes=False).perceive({"camera": frames})


def test_sizes_that_are_no_whole_patches_are_refused() -> None:
    with pytest.raises(InputError, match="multiples of 4 px, got 30 x 48"):
        module_of((30, 48))


def _flip_a_bit(folder: Path) -> None:
    file = folder / "perception.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _tell_other_classes(folder: Path) -> None:
    file = folder / "perception.json"
    file.write_text(file.read_text().replace("own_lane", "bus_lane"))


@pytest.mark.parametrize("damage", [_flip_a_bit, _tell_other_classes])
def test_an_altered_folder_is_refused(damage: Any, tmp_path: Path) -> None:
    save_module(tmp_path / "module", module_of(), source().description())
    damage(tmp_path / "module")
    with pytest.raises(InputError, match="truncated or was altered"):
        load_module(tmp_path, "cpu")


def test_weights_of_other_classes_are_refused(tmp_path: Path) -> None:
    module = module_of()
    module.signature = Signature({"camera": SIZE}, CLASSES[:-1])
    save_module(tmp_path / "module", module, source().description())
    with pytest.raises(InputError, match=r"do not fit its module.*head\.weight"):
        load_module(tmp_path, "cpu")


def test_labels_of_other_classes_are_refused() -> None:
    with pytest.raises(InputError, match=r"labels must be background, bus_lane.*got background"):
        check_fits(module_of(reports=("background", "bus_lane")), source())


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(InputError, match=r"must be .*segmentation.*, got 'psychology'"):
        make_module("psychology", source())
    with pytest.raises(InputError, match="pose learns from projections, which these frames lack"):
        make_module("pose", LaneSamples())
    with pytest.raises(InputError, match="must be a PerceptionModule, got dict"):
        make_module(dict, source())
    with pytest.raises(InputError, match="PerceptionModule must have forward, labels, loss"):
        make_module(PerceptionModule, source())
