"""Data sets in other programs' forms, read back with those programs' own readers or rules."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO
from toy_samples import ToySamples

from autonomy.errors import InputError
from autonomy.perception.datasets.coco_export import export_coco
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.tusimple_export import export_tusimple
from autonomy.perception.datasets.writer import planned, write_dataset
from autonomy.perception.samples import draw_many

FRAMES = 70  # more than a batch

# of pycocotools, where it decodes masks
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def dataset(folder: Path, *labels: str) -> Dataset:
    source = ToySamples()
    write_dataset(folder / "toy", source, planned(source, FRAMES, labels))
    return Dataset(folder / "toy")


def test_coco_s_reader_finds_every_box_and_every_mask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ("boxes", "instances", "segments")
    export_coco(dataset(tmp_path, *labels), tmp_path / "coco")
    coco = COCO(tmp_path / "coco/annotations/instances.json")
    capsys.readouterr()
    drawn = draw_many(ToySamples(), FRAMES, labels)
    names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
    assert sorted(coco.getImgIds()) == list(range(FRAMES))
    for row in range(FRAMES):
        own = coco.loadAnns(coco.getAnnIds(imgIds=[row]))
        places = np.flatnonzero(drawn["box_classes"][row] >= 0)
        assert len(own) == len(places)
        for annotation, place in zip(own, places, strict=True):
            left, top, width, height = annotation["bbox"]
            np.testing.assert_array_equal(
                [left, top, left + width, top + height], drawn["boxes"][row, place]
            )
            assert (
                names[annotation["category_id"]]
                == ("brick", "pool")[drawn["box_classes"][row, place]]
            )
            mask = drawn["instances"][row] == place + 1
            np.testing.assert_array_equal(coco.annToMask(annotation), mask)
            assert annotation["area"] == mask.sum() == width * height


def test_coco_s_masks_of_stuff_are_the_segments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_coco(dataset(tmp_path, "segments"), tmp_path / "coco")
    coco = COCO(tmp_path / "coco/annotations/stuff.json")
    capsys.readouterr()
    assert not (tmp_path / "coco/annotations/instances.json").exists()
    segments = draw_many(ToySamples(), FRAMES, ("segments",))["segments"]
    names = [category["name"] for category in coco.loadCats(coco.getCatIds())]
    assert names == ["background", "brick", "pool"]
    painted = np.full(segments.shape, 255, np.uint8)
    for annotation in coco.loadAnns(coco.getAnnIds()):
        mask = coco.annToMask(annotation) > 0
        painted[annotation["image_id"]][mask] = annotation["category_id"] - 1
        left, top, width, height = map(int, annotation["bbox"])
        assert mask[top : top + height, left : left + width].sum() == mask.sum()
        assert annotation["area"] == mask.sum()
        assert mask[:, left].any()
        assert mask[top + height - 1].any()
    np.testing.assert_array_equal(painted, segments)


def test_pictures_lose_nothing(tmp_path: Path) -> None:
    export_coco(dataset(tmp_path, "boxes"), tmp_path / "coco")
    frames = draw_many(ToySamples(), FRAMES, ())["camera"]
    content = json.loads((tmp_path / "coco/annotations/instances.json").read_text())
    assert "segmentation" not in content["annotations"][0]
    for image, frame in zip(content["images"], frames, strict=True):
        assert (image["height"], image["width"]) == frame.shape[:2]
        seen = cv2.imread(str(tmp_path / "coco/images" / image["file_name"]))
        assert seen is not None
        np.testing.assert_array_equal(seen[..., ::-1], frame)


def test_tusimple_s_rules_hold(tmp_path: Path) -> None:
    export_tusimple(dataset(tmp_path, "lanes"), tmp_path / "tusimple")
    lines = (tmp_path / "tusimple/label_data.json").read_text().splitlines()
    drawn = draw_many(ToySamples(), FRAMES, ("lanes",))["lanes"]
    assert len(lines) == FRAMES
    for line, columns in zip(map(json.loads, lines), drawn, strict=True):
        assert set(line) == {"lanes", "h_samples", "raw_file"}
        assert (tmp_path / "tusimple" / line["raw_file"]).is_file()
        assert line["h_samples"] == [10, 20, 30]
        seen = columns[(columns >= 0).any(axis=1)]
        assert line["lanes"] == seen.tolist()
        assert all(isinstance(x, int) for lane in line["lanes"] for x in lane)


def test_what_a_form_needs_is_asked_for(tmp_path: Path) -> None:
    quantities = dataset(tmp_path, "quantities")
    with pytest.raises(InputError, match="COCO needs the label boxes or segments, got quantities"):
        export_coco(quantities, tmp_path / "coco")
    with pytest.raises(InputError, match="TuSimple needs the label lanes, got quantities"):
        export_tusimple(quantities, tmp_path / "tusimple")
    assert [path.name for path in tmp_path.iterdir()] == ["toy"]
