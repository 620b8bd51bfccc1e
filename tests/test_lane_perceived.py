"""What is perceived of a lane: the truth, or what a module makes of frames, and nothing else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autonomy.envs.lane.env import LaneVectorEnv
from autonomy.errors import InputError
from autonomy.options import TRUTH
from autonomy.perception.in_world.loop import perception_metrics
from autonomy.perception.lane.shape import LANE_QUANTITIES
from autonomy.perception.modules.lane_estimation import LaneEstimation
from autonomy.perception.modules.module_folder import save_module
from autonomy.perception.signature import Signature

NAMES = LANE_QUANTITIES
IN_STATE = [0, 1, 7, 9, 10, 5]  # where the state has them


def world(num_envs: int = 2, **options: Any) -> LaneVectorEnv:
    return LaneVectorEnv(
        num_envs, **{"observations": ("perceived", "proprioception", "state"), **options}
    )


def save_untrained(folder: Path, reports: tuple[str, ...] = NAMES) -> str:
    """Save a module that has learned nothing, which reports something all the same."""
    save_module(folder, LaneEstimation(Signature({"camera": (48, 80)}, reports)), {})
    return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_untrained(tmp_path_factory.mktemp("perception") / "module")


def test_a_row_is_perceived_as_if_alone(folder: str) -> None:
    alone, batch = (world(count, perception=folder) for count in (1, 5))
    expected, found = alone.reset(seed=3)[0], batch.reset(seed=0)[0]
    expert, teacher = alone.expert(), batch.expert()
    for _ in range(5):
        assert np.array_equal(found["perceived"][3], expected["perceived"][0])
        expected = alone.step(expert.act(expected))[0]
        found = batch.step(teacher.act(found))[0]


def test_the_truth_is_what_the_state_says() -> None:
    cars = world(perception=TRUTH)
    observed, _ = cars.reset(seed=0)
    expert = cars.expert()
    for _ in range(5):
        observed, *_ = cars.step(expert.act(observed))
    assert np.array_equal(observed["perceived"], observed["state"][:, IN_STATE])


def test_errors_are_told_from_the_truth(folder: str) -> None:
    cars = world(perception=folder)
    cars.reset(seed=0)
    observed, _, _, _, info = cars.step(np.zeros((2, 2), np.float32))
    errors = observed["perceived"] - observed["state"][:, IN_STATE]
    for column, name in enumerate(NAMES):
        told = info["measurements"][f"perception_error_{name}"]
        assert told == pytest.approx(errors[:, column], abs=1e-5)
    trace = {name: values[:1] for name, values in info["measurements"].items()}
    rms = perception_metrics([trace])
    assert rms["perception_error_lane_offset_m"] == pytest.approx(abs(errors[0, 0]), abs=1e-5)
    assert cars.metrics([trace])["perception_error_lane_width_m"] > 0.0


def test_a_restored_world_perceives_on_to_the_bit(folder: str) -> None:
    cars = world(perception=folder, randomization="strong")
    cars.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1, 1, (8, 2, 2)).astype(np.float32)
    for action in actions[:4]:
        cars.step(action)
    state = cars.get_state()
    first = [cars.step(action)[0]["perceived"] for action in actions[4:]]
    cars.set_state(state)
    again = [cars.step(action)[0]["perceived"] for action in actions[4:]]
    assert np.array_equal(first, again)
    assert any(not np.array_equal(one, first[0]) for one in first)


def test_a_reset_row_forgets_and_the_others_do_not(folder: str) -> None:
    cars = world(perception=folder)
    cars.reset(seed=0)
    before = cars.step(np.zeros((2, 2), np.float32))[0]["perceived"]
    after, _ = cars.reset(seed=5, options={"reset_mask": np.array([True, False])})
    assert np.array_equal(after["perceived"][1], before[1])
    assert not np.array_equal(after["perceived"][0], before[0])


def test_what_cannot_be_used_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="perception must be truth or"):
        world()
    with pytest.raises(InputError, match="cannot be read"):
        world(perception=str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="it lacks lane_width_m"):
        world(perception=save_untrained(tmp_path / "few", reports=NAMES[:-1]))
