"""A module whose training was stopped and went on is that of one which was not stopped."""

import csv
import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from toy_samples import ToySamples

from autonomy.agents.module_fit import Epoch
from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.perception_training import Data, GoOn, train_module
from autonomy.errors import DivergedError, InputError
from autonomy.stopping import StoppedError

SMALL = PerceptionRecipe(
    frames=64,
    validation_frames=16,
    test_frames=16,
    epochs=4,
    batch_size=16,
    checkpoint_interval=0.0,
    threads=1,
)
DATA = Data(ToySamples("train"), ToySamples("validation"), ToySamples("test"))
WEIGHTS = "module/perception.safetensors"


def stop(epoch: Epoch) -> None:
    if epoch.number == 2:
        signal.raise_signal(signal.SIGTERM)


def curves_of(run: Path) -> list[dict[str, str]]:
    with (run / "curves/progress.csv").open(encoding="utf-8") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


@pytest.mark.parametrize("kind", ["segmentation", "lane_state"])
def test_it_goes_on_to_the_same_bit(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_module(kind, DATA, tmp_path / "whole", SMALL, device="cpu")
    run = tmp_path / "run"
    with pytest.raises(StoppedError, match=f"stopped after 2 epochs; .* --resume {run}") as stopped:
        train_module(kind, DATA, run, SMALL, 0, "cpu", stop)
    assert stopped.value.status == 143
    assert "once more to stop at once" in capsys.readouterr().err
    assert not (run / "module").exists()
    seen: list[Epoch] = []
    train_module(kind, DATA, GoOn(run), SMALL, 0, "cpu", seen.append)
    assert [epoch.number for epoch in seen] == [3, 4]
    assert (run / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
    assert curves_of(run) == curves_of(tmp_path / "whole")


def test_it_goes_on_as_it_began_or_not_at_all(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pytest.raises(InputError, match="is no run to go on with"):
        train_module("segmentation", DATA, GoOn(run), SMALL)
    with pytest.raises(StoppedError):
        train_module("segmentation", DATA, run, SMALL, 0, "cpu", stop)
    with pytest.raises(InputError, match=r"got recipe.learning_rate 0\.002 to 0\.1; seed 0 to 3"):
        train_module("segmentation", DATA, GoOn(run), replace(SMALL, learning_rate=0.1), 3, "cpu")
    other = replace(DATA, train=ToySamples("train", seed=5))
    with pytest.raises(InputError, match=r"data\.train\.seed 0 to 5"):
        train_module("segmentation", other, GoOn(run), SMALL, 0, "cpu")
    train_module("segmentation", DATA, GoOn(run), SMALL, 0, "cpu")
    with pytest.raises(InputError, match="a run that goes on must not have ended"):
        train_module("segmentation", DATA, GoOn(run), SMALL, 0, "cpu")


@pytest.mark.parametrize("kind", ["segmentation", "lane_state"])
def test_a_loss_that_is_no_number_ends_it(kind: str, tmp_path: Path) -> None:
    wild = replace(SMALL, learning_rate=1e30)
    with pytest.raises(DivergedError, match="the loss was nan in epoch 1"):
        train_module(kind, DATA, tmp_path / "run", wild, 0, "cpu")
    assert json.loads((tmp_path / "run/config.json").read_text())["recipe"]["epochs"] == 4
    assert not list((tmp_path / "run").rglob("*.safetensors"))


def test_what_cannot_be_learned_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="frames must be at least batch_size = 64, got 8"):
        train_module(
            "segmentation", DATA, tmp_path / "run", replace(SMALL, frames=8, batch_size=64)
        )
    assert not list(tmp_path.iterdir())
