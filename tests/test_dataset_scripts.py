"""The command lines of data sets, as a user meets them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autonomy.command_line import run
from autonomy.envs.arm.samples import ArmSamples
from autonomy.envs.lane.samples import LaneSamples
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.samples import SampleSource
from autonomy.scripts import export_dataset, make_dataset, train_perception

Command = Callable[..., None]
SCRIPTS = {
    "make": (make_dataset.main, make_dataset.parse),
    "export": (export_dataset.main, export_dataset.Arguments),
    "train": (train_perception.main, train_perception.Arguments),
}
SIZE = ("--image-size", "32", "48")


@pytest.fixture
def script(tmp_path: Path) -> Command:
    def command(name: str, *words: str) -> None:
        run(*SCRIPTS[name], [word.replace("OUT", str(tmp_path)) for word in words])

    return command


def test_a_data_set_of_the_lane_world_is_written_and_written_again(
    script: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ("segments", "boxes", "instances", "quantities", "lanes")
    script("make", "OUT/lane", "--world", "lane", "--frames", "70", *SIZE, "--labels", *labels)
    assert "70 labelled frames in" in capsys.readouterr().out
    script("make", "OUT/again", "--manifest", "OUT/lane/manifest.json")
    for file in (tmp_path / "lane").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    drawn = LaneSamples("train", 0, (32, 48)).draw(1, 6, labels)
    np.testing.assert_equal(Dataset(tmp_path / "again").draw(1, 6, labels), drawn)
    script("export", "OUT/lane", "OUT/coco", "--format", "coco")
    script("export", "OUT/lane", "OUT/tusimple", "--format", "tusimple")
    assert len(list((tmp_path / "coco/images").iterdir())) == 70
    assert len((tmp_path / "tusimple/label_data.json").read_text().splitlines()) == 70


def test_a_module_learns_from_data_sets(script: Command, tmp_path: Path) -> None:
    for split, frames in (("train", "48"), ("validation", "32"), ("test", "32")):
        words = ("--world", "lane", "--split", split, "--frames", frames, "--labels", "boxes")
        script("make", f"OUT/data/{split}", *words, "--image-size", "64", "96")
    recipe = {"frames": 48, "validation_frames": 32, "test_frames": 32, "epochs": 1, "threads": 1}
    words = [part for name, value in recipe.items() for part in (f"--recipe.{name}", str(value))]
    script(
        "train", "detection", "--data", "OUT/data", "--run", "OUT/run",
        "--recipe.batch_size", "16", *words,
    )  # fmt: skip
    manifest = json.loads((tmp_path / "run/module/perception.json").read_text())
    assert manifest["signature"]["frames"] == {"camera": [64, 96]}
    assert manifest["trained_on"] == Dataset(tmp_path / "data/train").description()


def test_a_module_learns_from_the_frames_of_a_task(
    script: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = ("frames", "validation_frames", "test_frames", "batch_size")
    words = [part for name in recipe for part in (f"--recipe.{name}", "16")]
    limits = ("--recipe.epochs", "1", "--recipe.threads", "1")
    reach = ("--world", "arm", "--task", "reach")
    script("train", "pose", *reach, "--run", "OUT/run", *words, *limits)
    manifest = json.loads((tmp_path / "run/module/perception.json").read_text())
    assert manifest["signature"]["reports"] == ["goal_x_m", "goal_y_m", "goal_z_m"]
    assert manifest["trained_on"]["task"] == "reach"
    with pytest.raises(SystemExit) as end:
        script("train", "pose", "--world", "lane", "--task", "reach", "--run", "OUT/lane")
    assert end.value.code == 2
    assert "Unrecognized options: --task" in capsys.readouterr().err
    assert not (tmp_path / "lane").exists()


def test_detection_learns_from_larger_frames_of_roads(script: Command, tmp_path: Path) -> None:
    recipe = ("frames", "validation_frames", "test_frames", "batch_size")
    words = [part for name in recipe for part in (f"--recipe.{name}", "16")]
    limits = ("--recipe.epochs", "1", "--recipe.threads", "1")
    script("train", "detection", "--world", "lane", "--run", "OUT/run", *words, *limits)
    manifest = json.loads((tmp_path / "run/module/perception.json").read_text())
    assert manifest["signature"]["frames"] == {"camera": [160, 256]}
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert 0.0 <= report["test"]["ap50"] <= 1.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("make", "OUT/a"), "made from --world or --manifest, got neither"),
        (("make", "OUT/a", "--world", "lane", "--frames", "0"), "must have frames, got 0"),
        (
            ("make", "OUT/a", "--world", "lane", "--seed", "-1"),
            "must be a whole number from 0 to 9223372036854775807",
        ),
        (("make", "OUT/a", "--world", "lane", "--labels", "ink"), "labels must be some of segm"),
        (("make", "OUT/a", "--manifest", "OUT/none.json"), "none.json cannot be read: No such"),
        (("export", "OUT/none", "OUT/a", "--format", "coco"), "there is no data set"),
        (
            ("train", "detection", "--data", "OUT/none", "--run", "OUT/a"),
            "there is no data set",
        ),
        (
            ("train", "detection", "--world", "lane", "--data", "OUT/none", "--run", "OUT/a"),
            "either --world or --data, of which give one",
        ),
        (("train", "detection", "--run", "OUT/a"), "either --world or --data, of which give one"),
        (("train", "--seed", "3", "pose"), "a module must come first, such as segmentation"),
        (("train", "sense", "--world", "lane"), "module must be segmentation, lane_state, detec"),
        (
            ("train", "pose", "--world", "moon"),
            "world must be lane, arm, package.module:Class or",
        ),
        (("make", "OUT/a", "--world", "builtins:dict"), "no method 'draw', as a source of samples"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    script: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as status:
        script(*words)
    assert status.value.code == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"world": "moon:Samples"}, "a manifest must be of one of lane, arm, or --world must name"),
        ({"world": "lane", "colour": 3}, "frames of the lane world cannot be had so: .*'colour'"),
        ({"split": "train"}, "a manifest must be of one of lane, arm, or --world must name"),
    ],
)
def test_a_manifest_of_no_known_source_is_refused(
    script: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, object],
    message: str,
) -> None:
    script("make", "OUT/lane", "--world", "lane", "--frames", "2", *SIZE, "--labels", "boxes")
    manifest = json.loads((tmp_path / "lane/manifest.json").read_text())
    (tmp_path / "other.json").write_text(json.dumps({**manifest, "source": change}))
    with pytest.raises(SystemExit):
        script("make", "OUT/again", "--manifest", "OUT/other.json")
    error = capsys.readouterr().err
    assert re.search(message, error)


def test_data_sets_of_another_split_are_refused(
    script: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--world", "lane", "--frames", "2", "--labels", "boxes", *SIZE)
    script("make", "OUT/data/train", *words, "--split", "test")
    with pytest.raises(SystemExit):
        script("train", "detection", "--data", "OUT/data", "--run", "OUT/a")
    assert "must hold the train split, got test" in capsys.readouterr().err


@pytest.mark.parametrize("source", [LaneSamples("train", 0), ArmSamples("train", 0)])
def test_every_box_has_the_mask_of_its_thing(source: SampleSource) -> None:
    samples = source.draw(0, 8, ("boxes", "instances"))
    counted = 0
    for boxes, classes, things in zip(
        samples["boxes"], samples["box_classes"], samples["instances"], strict=True
    ):
        assert things.max() == (classes >= 0).sum()
        for place in np.flatnonzero(classes >= 0).tolist():
            down, right = np.nonzero(things == place + 1)
            edges = (right.min(), down.min(), right.max() + 1, down.max() + 1)
            np.testing.assert_array_equal(boxes[place], edges)
            counted += 1
    assert counted > 8


def test_an_arm_s_boxes_are_of_what_its_segments_say() -> None:
    source = ArmSamples("train", 0)
    samples = source.draw(0, 8, ("boxes", "instances", "segments"))
    for row, classes in enumerate(samples["box_classes"]):
        for place in np.flatnonzero(classes >= 0).tolist():
            seen = samples["segments"][row][samples["instances"][row] == place + 1]
            name = source.labels["boxes"][classes[place]]
            assert set(seen.tolist()) == {source.labels["segments"].index(name)}
    # the gripper's links are one thing
    gripper = source.labels["boxes"].index("gripper")
    assert ((samples["box_classes"] == gripper).sum(axis=1) <= 1).all()
    assert (samples["box_classes"] == gripper).any()
