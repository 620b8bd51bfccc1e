"""Data sets on disk: the same as what was drawn, whole, and made again byte for byte."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from toy_samples import ToySamples

from autonomy.errors import InputError
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.manifest import read_manifest
from autonomy.perception.datasets.writer import planned, write_dataset
from autonomy.perception.samples import draw_many

LABELS = ("segments", "boxes", "quantities")
FRAMES = 150  # two whole batches and a part


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = ToySamples()
    write_dataset(tmp_path / "toy", source, planned(source, FRAMES, LABELS))
    return tmp_path / "toy"


def test_a_data_set_draws_what_its_source_draws(folder: Path) -> None:
    source, dataset = ToySamples(), Dataset(folder)
    np.testing.assert_equal(
        draw_many(dataset, FRAMES, LABELS), draw_many(source, FRAMES, LABELS), strict=True
    )
    assert dataset.description() == source.description()
    assert dataset.image_size == (32, 48)
    assert dataset.labels == {label: source.labels[label] for label in LABELS}


def test_it_draws_only_what_is_asked_for(folder: Path) -> None:
    assert set(Dataset(folder).draw(0, 3, ("quantities",))) == {
        "camera",
        "group_light",
        "quantities",
    }


def test_the_files_are_plain_arrays(folder: Path) -> None:
    segments = np.load(folder / "segments.npy", allow_pickle=False)
    np.testing.assert_array_equal(
        segments, draw_many(ToySamples(), FRAMES, ("segments",))["segments"]
    )


def test_the_same_manifest_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "again", ToySamples(), read_manifest(folder / "manifest.json"))
    for file in folder.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    assert len(list((tmp_path / "again").iterdir())) == len(list(folder.iterdir())) == 7


def test_what_differs_from_a_manifest_is_refused_and_not_left(folder: Path, tmp_path: Path) -> None:
    manifest = read_manifest(folder / "manifest.json")
    with pytest.raises(InputError, match=r"differ from the manifest's in box_classes, boxes, cam"):
        write_dataset(tmp_path / "again", ToySamples(seed=1), manifest)
    assert [path.name for path in tmp_path.iterdir()] == ["toy"]


def test_a_source_that_fails_leaves_nothing(tmp_path: Path) -> None:
    source = ToySamples(image_size=(32, 9))  # too narrow for its rectangles, as the draw finds
    with pytest.raises(ValueError, match="low >= high"):
        write_dataset(tmp_path / "toy", source, planned(source, 8, LABELS))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["camera.npy", "boxes.npy"])
def test_a_truncated_file_is_refused(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-10])
    with pytest.raises(InputError, match=f"{name} is truncated or was altered"):
        Dataset(folder)


def test_an_altered_file_is_refused(folder: Path) -> None:
    changed = bytearray((folder / "segments.npy").read_bytes())
    changed[-1] ^= 1
    (folder / "segments.npy").write_bytes(changed)
    with pytest.raises(InputError, match=r"segments\.npy is truncated or was altered"):
        Dataset(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "segments.npy").unlink()
    with pytest.raises(InputError, match=r"segments\.npy cannot be read: No such file"):
        Dataset(folder)


def test_pickles_are_not_read(folder: Path) -> None:
    """Not even where the digest fits."""
    np.save(folder / "segments.npy", np.array([{}], object), allow_pickle=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    digest = hashlib.sha256((folder / "segments.npy").read_bytes()).hexdigest()
    manifest["arrays"]["segments"]["sha256"] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"segments\.npy is no array of numbers"):
        Dataset(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 1}, "must be 'autonomy-dataset' version 2, got 'autonomy-dataset' 1"),
        ({"format": "coco"}, "must be 'autonomy-dataset' version 2, got 'coco' 2"),
        ({"frames": 0}, "must tell of frames, got 0"),
        ({"labels": None}, "must say what a data set holds, but lacks"),
        ({"arrays": {"../x": {}}}, "must say what a data set holds, but lacks an entry's name"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(
    folder: Path, change: dict[str, object], message: str
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | change))
    with pytest.raises(InputError, match=message):
        Dataset(folder)


def test_a_truncated_manifest_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json is truncated or no JSON"):
        Dataset(folder)


def test_what_is_not_there_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no data set"):
        Dataset(tmp_path / "elsewhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"manifest .*empty.manifest\.json cannot be read"):
        Dataset(tmp_path / "empty")
    dataset = Dataset(folder)
    with pytest.raises(InputError, match="must label lanes, got only segments, boxes, quantities"):
        dataset.draw(0, 8, ("boxes", "lanes"))
    with pytest.raises(InputError, match="has only 150 frames, asked for number 151"):
        draw_many(dataset, FRAMES + 1, LABELS)


def test_a_data_set_needs_frames_and_labels_and_a_new_folder(folder: Path) -> None:
    source = ToySamples()
    with pytest.raises(InputError, match="must have frames, got 0"):
        planned(source, 0, LABELS)
    with pytest.raises(InputError, match="must have labels, got none"):
        planned(source, 8, ())
    with pytest.raises(InputError, match=r"labels must be some of segments, .*, got 'smell'"):
        planned(source, 8, ("smell",))
    with pytest.raises(InputError, match="data set folder must be new"):
        write_dataset(folder, source, planned(source, 8, LABELS))


def test_another_plan_makes_other_bytes(folder: Path, tmp_path: Path) -> None:
    source = ToySamples(seed=1)
    other = write_dataset(tmp_path / "other", source, planned(source, FRAMES, LABELS))
    assert other.arrays["camera"] != read_manifest(folder / "manifest.json").arrays["camera"]
