"""Policies in the same episodes: how sure a difference is, and where a policy fails."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from autonomy.comparison import difference, live, success_by_group
from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.policy import Observation
from autonomy.reporting.witness import Witness
from autonomy.scripts import compare as compare_script

LANE = "autonomy/LaneFollow-v0"


class AfraidOfTheDark:
    """Drives as the expert does where frames are bright, and leaves the lane elsewhere."""

    def __init__(self, world: Any) -> None:
        self._expert = world.expert()

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Begin as the expert does."""
        self._expert.reset(mask)

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Steer to one side in the dark."""
        action = self._expert.act(observation)
        brightness = observation["camera"].mean(axis=(1, 2, 3))
        action[brightness < 100.0] = (1.0, 1.0)
        return action


def test_a_policy_that_fails_in_the_dark_shows_it() -> None:
    world = make_world(LANE, 64, split="test", randomization="strong", route_length=40.0)
    witness = Witness(world)
    lived = live(witness, AfraidOfTheDark(world), 128, 0, witness.attend)
    assert 0.2 < lived.result.success_rate < 0.9
    varied = witness.take(0, 128).randomization
    worst = success_by_group(lived.successes, varied)[0]
    assert (worst.range.of, worst.range.low) == ("exposure", varied["exposure"].min())
    assert worst.success_rate < lived.result.success_rate - 0.2


def test_a_difference_has_the_interval_of_its_pairs() -> None:
    random = np.random.default_rng(1)
    one = random.normal(0.0, 50.0, 400)  # episodes differ much more than the policies
    other = one + random.normal(1.0, 2.0, 400)
    found = difference(one, other)
    pairs = other - one
    half = t.ppf(0.975, 399) * pairs.std(ddof=1) / np.sqrt(400)
    assert found.mean == pytest.approx(pairs.mean())
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.05)
    assert found.is_sure
    assert found == difference(one, other)
    assert not difference(one, one[::-1].copy()).is_sure
    assert difference(one, one) == (0.0, 0.0, 0.0)


def test_groups_are_thirds_and_values_and_no_names() -> None:
    successes = np.array([0.0] * 10 + [1.0] * 20)
    varied = {
        "light": np.linspace(1.0, 2.0, 30),
        "lane": np.repeat([0, 1], 15),
        "road": np.arange(30),
        "always": np.ones(30),
    }
    groups = success_by_group(successes, varied)
    assert [(group.range.name, group.episodes, group.success_rate) for group in groups] == [
        ("light 1 to 1.31", 10, 0.0),
        ("lane 0", 15, pytest.approx(1 / 3)),
        ("light 1.34 to 1.66", 10, 1.0),
        ("light 1.69 to 2", 10, 1.0),
        ("lane 1", 15, 1.0),
    ]


def test_the_command_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "compared.json"
    compare_script.main(
        compare_script.Arguments(
            ("expert", "random"), LANE, 12, 3, ("default",), file, world={"route_length": 30.0}
        )
    )
    out = capsys.readouterr().out
    assert "randomization default, 12 episodes" in out
    expert, random = json.loads(file.read_text())["default"]
    assert (expert["success_rate"], expert["seed"]) == (1.0, 3)
    more, _ = random["more_success_and_return_than_the_first"]
    assert more["mean"] == pytest.approx(random["success_rate"] - 1.0)
    with pytest.raises(InputError, match="two or more policies and a condition are needed, got 1"):
        compare_script.main(compare_script.Arguments(("expert",), LANE))
    with pytest.raises(InputError, match="randomization"):
        compare_script.main(
            compare_script.Arguments(("expert", "random"), LANE, 4, conditions=("odd",))
        )
