"""A data set that was stopped goes on to the bytes of one that was not, and is not read before."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_samples import ToySamples

from autonomy.command_line import run
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import DamagedError, InputError
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.manifest import UNFINISHED, read_manifest
from autonomy.perception.datasets.unfinished import Unfinished
from autonomy.perception.datasets.writer import go_on_with_dataset, planned, write_dataset
from autonomy.perception.samples import Samples
from autonomy.scripts import make_dataset
from autonomy.stopping import StoppedError

LABELS = ("segments", "boxes", "quantities")
FRAMES = 220  # three whole batches and a part
PLAN = planned(ToySamples(), FRAMES, LABELS)
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Interrupted(ToySamples):
    """Something happens while it draws its third batch."""

    happens: Callable[[], object] = lambda: None

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Draw what the toy draws."""
        if batch == 2:
            self.happens()
        return super().draw(batch, count, labels)


def fail(*_: object) -> None:
    raise RuntimeError


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    write_dataset(tmp_path / "whole", ToySamples(), PLAN)
    return bytes_in(tmp_path / "whole")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A data set of which the first batch is good, and more was written."""
    with pytest.raises(RuntimeError):
        write_dataset(tmp_path / "toy", Interrupted(happens=fail), PLAN)
    return tmp_path / "toy"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_asked_to_stop_keeps_all_that_was_drawn(
    number: signal.Signals, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "toy"
    source = Interrupted(happens=lambda: signal.raise_signal(number))
    said = f"stopped after 192 of 220 frames; to go on: autonomy make-dataset --resume {folder}"
    with pytest.raises(StoppedError, match=said) as stopped:
        write_dataset(folder, source, PLAN)
    assert stopped.value.status == 128 + number
    told: list[int] = []
    go_on_with_dataset(folder, ToySamples(), PLAN, told.append)
    assert told == [192, 28]
    assert bytes_in(folder) == whole


KILLED = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_dataset_resume as test
from autonomy.perception.datasets import growing_arrays
from autonomy.perception.datasets.writer import write_dataset

kill = lambda *_, **__: os.kill(os.getpid(), 9)
moment, folder = sys.argv[2], Path(sys.argv[3])
if moment == "at the first record":
    growing_arrays.write_json = kill
elif moment == "at the end":
    growing_arrays._INTERVAL = 0.0
    Path.unlink = lambda self, **_: kill() if self.name == "unfinished.json" else None
elif moment == "between two arrays":
    real, append = [], growing_arrays.NpyWriter.append
    def some(self, rows):
        real.append(append(self, rows[: len(rows) // 2]) if len(real) == 9 else append(self, rows))
        if len(real) == 10:
            self._file.flush()
            kill()
    growing_arrays.NpyWriter.append = some
write_dataset(folder, test.Interrupted(happens=kill if moment == "at a draw" else int), test.PLAN)
"""


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        ("at the first record", 0),
        ("between two arrays", 64),
        ("at a draw", 64),
        ("at the end", 220),
    ],
)
def test_one_that_is_killed_goes_on(
    moment: str, good: int, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "toy"
    words = [sys.executable, "-c", KILLED, str(HERE), moment, str(folder)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir() if path.name[0] == "."] == []
    assert Unfinished.read(folder).frames == good
    refused = (
        f"data set {folder} is not whole yet; to go on: autonomy make-dataset --resume {folder}"
    )
    with pytest.raises(InputError, match=refused):
        Dataset(folder)
    with pytest.raises(InputError, match=refused):
        read_manifest(folder / "manifest.json")
    with pytest.raises(InputError, match=refused):
        write_dataset(folder, ToySamples(), PLAN)
    go_on_with_dataset(folder, ToySamples(), PLAN)
    assert bytes_in(folder) == whole


def test_what_was_altered_meanwhile_is_refused(begun: Path) -> None:
    camera = begun / "camera.npy"
    before = camera.read_bytes()
    camera.write_bytes(before[:200] + b"?" + before[201:])
    with pytest.raises(DamagedError, match=r"camera\.npy is truncated or was altered"):
        go_on_with_dataset(begun, ToySamples(), PLAN)
    camera.write_bytes(before[:1000])
    with pytest.raises(DamagedError, match=r"camera\.npy is truncated or was altered"):
        go_on_with_dataset(begun, ToySamples(), PLAN)
    camera.unlink()
    with pytest.raises(DamagedError, match=r"camera\.npy is missing"):
        go_on_with_dataset(begun, ToySamples(), PLAN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 9}, "must be 'autonomy-unfinished-dataset' version 1, got .* 9"),
        ({"plan": {}}, "must say what a data set holds, but lacks 'frames'"),
        ({"arrays": {"camera": {}}}, "must say how far a data set is, got 'shape'"),
        ({"arrays": {"a": {"shape": [], "dtype": "u1", "sha256": ""}}}, "must say how far"),
        ({"arrays": {"a": {"shape": [9], "dtype": "u1", "sha256": ""}}}, r"\[9\] of 220 frames"),
        ({"arrays": {"a": {"shape": [64], "dtype": "O", "sha256": ""}}}, "must be of numbers"),
        ({"arrays": {"a": {"shape": [64], "dtype": "?!", "sha256": ""}}}, "must be of numbers"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    begun: Path, change: dict[str, object], message: str
) -> None:
    stated = json.loads((begun / UNFINISHED).read_text())
    (begun / UNFINISHED).write_text(json.dumps(stated | change))
    with pytest.raises(InputError, match=message):
        go_on_with_dataset(begun, ToySamples(), PLAN)


def test_it_goes_on_as_it_began_or_not_at_all(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, other = bytes_in(begun), ToySamples(seed=1)
    with pytest.raises(InputError, match=r"got frames 220 to 300; source\.seed 0 to 1"):
        go_on_with_dataset(begun, other, planned(other, 300, LABELS))
    stated = json.loads((begun / UNFINISHED).read_text())
    stated["versions"]["numpy"] = "1.0"
    (begun / UNFINISHED).write_text(json.dumps(stated))
    with pytest.raises(InputError, match=r"got versions\.numpy '1\.0' to "):
        go_on_with_dataset(begun, ToySamples(), PLAN)
    assert bytes_in(begun).keys() == before.keys()


def test_what_is_not_begun_does_not_go_on(tmp_path: Path, whole: dict[str, bytes]) -> None:
    with pytest.raises(InputError, match=r"nothing cannot be opened: No such file"):
        go_on_with_dataset(tmp_path / "nothing", ToySamples(), PLAN)
    with pytest.raises(InputError, match=r"whole is no data set to go on with: it is whole"):
        go_on_with_dataset(tmp_path / "whole", ToySamples(), PLAN)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no data set to go on with: there is no .*unfinished"):
        go_on_with_dataset(tmp_path / "empty", ToySamples(), PLAN)


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_dataset_resume as test
from autonomy.command_line import run
from autonomy.perception.datasets import growing_arrays
from autonomy.perception.datasets.writer import write_dataset

growing_arrays._INTERVAL = 0.0
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
source, plan = test.ToySamples(), test.PLAN
run(lambda _: write_dataset(Path(sys.argv[2]), source, plan), lambda *_: None)
"""


def test_a_full_disk_is_named_and_what_was_good_stays_good(
    whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder, frame = tmp_path / "toy", 32 * 48 * 3
    for room, is_left in ((40 * frame, False), (100 * frame, True)):  # within batches 1 and 2
        words = [sys.executable, "-c", FULL, str(HERE), str(folder), str(room)]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        assert done.returncode == 2
        said = f"error: {folder} cannot be written: File too large"
        on = f"; to go on: autonomy make-dataset --resume {folder}" if is_left else ""
        assert done.stderr == f"{said}{on}\n"
        assert folder.exists() == is_left
    assert Unfinished.read(folder).frames == 64
    go_on_with_dataset(folder, ToySamples(), PLAN)
    assert bytes_in(folder) == whole


def test_a_source_that_changes_its_mind_is_refused(tmp_path: Path) -> None:
    class Fickle(ToySamples):
        def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
            more: Any = {"camera": np.zeros((count, 3, 3, 3))} if batch else {}
            return {**super().draw(batch, count, labels), **more}

    with pytest.raises(InputError, match=r"camera\.npy must be uint8 \(32, 48, 3\), got float64"):
        write_dataset(tmp_path / "toy", Fickle(), PLAN)


WORDS = ("--world", "lane", "--frames", "150", "--image-size", "32", "48", "--labels", "boxes")


def make(*words: object) -> None:
    run(make_dataset.main, make_dataset.parse, [str(word) for word in words])


def test_the_command_goes_on_with_what_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "whole", *WORDS, "--seed", 4)
    folder = tmp_path / "lane"
    with monkeypatch.context() as stopping:
        stop_while_drawing(stopping)
        with pytest.raises(SystemExit) as ended:
            make(folder, *WORDS, "--seed", 4)
    assert ended.value.code == 130
    assert f"128 of 150 frames; to go on: autonomy make-dataset --resume {folder}" in (
        capsys.readouterr().out
    )
    for words, named in (
        (("--frames", 300), "frames 150 to 300"),
        (("--seed", 5, "--split", "test"), "source.split 'train' to 'test'; source.seed 4 to 5"),
        (("--labels", "segments"), "labels.segments None to "),
        ((*WORDS, "--seed", 4, "--image-size", 16, 48), "source.image_size [32, 48] to [16, 48]"),
        (("--world", "arm"), "source.world 'lane' to 'arm'"),
        ((tmp_path / "other",), "OUT must be left out, got"),
        (("--manifest", tmp_path / "whole/manifest.json"), "arrays.camera."),
    ):
        with pytest.raises(SystemExit) as ended:
            make("--resume", folder, *words)
        assert ended.value.code == 2
        assert named in capsys.readouterr().err
    make("--resume", folder)
    assert "150 labelled frames, 22 of them in" in capsys.readouterr().out
    assert bytes_in(folder) == bytes_in(tmp_path / "whole")


def stop_while_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = LaneSamples.draw

    def draw(self: LaneSamples, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        if batch == 1:
            signal.raise_signal(signal.SIGINT)
        return drawn(self, batch, count, labels)

    monkeypatch.setattr(LaneSamples, "draw", draw)


def test_a_data_set_that_is_made_again_goes_on_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "whole", *WORDS)
    manifest = ("--manifest", tmp_path / "whole/manifest.json")
    for name, words in (("one", ()), ("two", manifest), ("three", (tmp_path / "three", *WORDS))):
        with monkeypatch.context() as stopping:
            stop_while_drawing(stopping)
            with pytest.raises(SystemExit):
                make(tmp_path / name, *manifest)
        make("--resume", tmp_path / name, *words)
        assert bytes_in(tmp_path / name) == bytes_in(tmp_path / "whole")
