"""Lane state learns quantities and how sure it is of them, and keeps both in its folder."""

from pathlib import Path

import numpy as np
import pytest
from toy_samples import ToySamples

from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.perception_training import Data, TrainedModule, train_module
from autonomy.perception.estimates import Estimates
from autonomy.perception.modules.module_folder import load_module

RECIPE = PerceptionRecipe(
    frames=1_500,
    validation_frames=500,
    test_frames=500,
    epochs=6,
    batch_size=32,
    learning_rate=5e-3,
    threads=1,
)


def trained(run: Path) -> TrainedModule:
    data = Data(*(ToySamples(split) for split in ("train", "validation", "test")))
    return train_module("lane_state", data, run, RECIPE, 0, "cpu")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainedModule, Path]:
    run = tmp_path_factory.mktemp("lane_state") / "run"
    return trained(run), run


def test_it_learns_where_a_rectangle_is(first: tuple[TrainedModule, Path]) -> None:
    test = first[0].test
    assert test["explained_variance"] > 0.8
    assert test["rms_offset_m"] < 0.2  # 2 px
    for name in ("offset_m", "height_m"):
        assert 0.55 < test[f"coverage_68_{name}"] < 0.8
        assert 0.88 < test[f"coverage_95_{name}"] < 0.995


def test_what_it_is_unsure_of_is_less_certain(first: tuple[TrainedModule, Path]) -> None:
    module = first[0]
    errors = np.abs(module.result.mean - module.samples["quantities"])[:, 0]
    order = np.argsort(module.result.std[:, 0])
    sure, unsure = np.array_split(order, 2)
    assert errors[sure].mean() < errors[unsure].mean()


def test_its_folder_has_its_scale_and_its_calibration(first: tuple[TrainedModule, Path]) -> None:
    module, run = first
    loaded = load_module(run, "cpu")
    again: Estimates = loaded.perceive(module.samples)
    assert np.array_equal(again.mean, module.result.mean)
    assert np.array_equal(again.std, module.result.std)


def test_the_same_seed_gives_the_same_module(
    first: tuple[TrainedModule, Path], tmp_path: Path
) -> None:
    assert np.array_equal(trained(tmp_path / "run").result.mean, first[0].result.mean)
