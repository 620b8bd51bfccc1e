"""The two command lines, as a user meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_world import TOY_ID, register_toy

from autonomy.command_line import run
from autonomy.scripts import evaluate, record

register_toy()

Command = Callable[..., None]


@pytest.fixture
def evaluate_script(monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["evaluate.py", *words])
        run(evaluate.main, evaluate.Arguments)

    return command


@pytest.fixture
def record_script(monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["record.py", *words])
        run(record.main, record.Arguments)

    return command


def test_json_alone_is_on_standard_output(
    evaluate_script: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_script(
        "expert", "--env", TOY_ID, "--episodes", "5", "--json", "-", "--world.image-size", "8", "12"
    )
    values = json.loads(capsys.readouterr().out)
    assert values["success_rate"] == 1.0
    assert values["split"] == "test"
    assert values["image_size"] == [8, 12]


def test_a_table_is_on_standard_output_and_json_in_a_file(
    evaluate_script: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "evaluation.json"
    words = ("random", "--env", TOY_ID, "--episodes", "5", "--world.split", "validation")
    evaluate_script(*words, "--json", str(path))
    shown = capsys.readouterr().out
    for part in ("success", "of 5 (95 % interval", "offset rms", "steps/s"):
        assert part in shown
    first = path.read_text()
    evaluate_script(*words, "--json", str(path))
    assert path.read_text() == first
    assert json.loads(first)["split"] == "validation"


def test_a_film_is_written(
    record_script: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "toy.mp4"
    record_script("expert", str(path), "--env", TOY_ID, "--seconds", "0.5")
    assert path.stat().st_size > 1000
    assert str(path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("exprt", "--env", TOY_ID), "no policy 'exprt'"),
        (("expert", "--env", "toy/Stear-v0"), "Did you mean: `Steer`"),
        (("expert", "--env", TOY_ID, "--episodes", "0"), "episodes must be positive, got 0"),
        (
            ("expert", "--env", TOY_ID, "--seed", "-1"),
            "seed must be a whole number from 0 to 9223372036854775807",
        ),
        (
            ("random", "--env", TOY_ID, "--seed", "-1"),
            "seed must be a whole number from 0 to 9223372036854775807",
        ),
        (("expert", "--env", TOY_ID, "--num-envs", "0"), "must be positive, got 0"),
        (("expert", "--env", TOY_ID, "--world.roads", "lap.csv"), "no option 'roads'"),
    ],
)
def test_bad_words_end_evaluation_with_one_line_and_status_2(
    evaluate_script: Command,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as exit_:
        evaluate_script(*words, "--json", str(tmp_path / "evaluation.json"))
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.strip().count("\n") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("exprt", "{folder}/film.mp4", "--env", TOY_ID), "no policy 'exprt'"),
        (("expert", "{folder}/film.avi", "--env", TOY_ID), "must end in .mp4, .gif, .webp"),
        (("expert", "{folder}/film.gif", "--env", TOY_ID, "--width", "0"), "must be 64 to 3840"),
        (("expert", "{folder}/film.mp4", "--env", TOY_ID, "--seconds", "0"), "must be positive"),
        (
            ("random", "{folder}/film.mp4", "--env", TOY_ID, "--seed", "-1"),
            "must be a whole number",
        ),
    ],
)
def test_bad_words_end_recording_with_one_line_and_status_2(
    record_script: Command,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as exit_:
        record_script(*(word.format(folder=tmp_path) for word in words))
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert message in captured.err
    assert captured.err.strip().count("\n") == 0
    assert list(tmp_path.iterdir()) == []


STEADY = """
import numpy as np


class Steady:
    env_options = {"observations": ("state",)}

    def __init__(self, observation_space, action_space, gain=0.0):
        self.gain = gain

    def reset(self, mask): ...

    def act(self, observation):
        return np.clip(-self.gain * observation["state"][:, :1], -1, 1)
"""


def test_a_policy_of_ones_own_takes_options_and_sees_what_it_wants(
    evaluate_script: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "steady.py"
    path.write_text(STEADY)
    words = (f"{path}:Steady", "--env", TOY_ID, "--episodes", "5", "--json", "-")
    evaluate_script(*words, "--policy-options", "gain", "4.5")
    values = json.loads(capsys.readouterr().out)
    assert values["success_rate"] == 1.0
    assert values["observations"] == ["state"]
    evaluate_script(*words)
    assert json.loads(capsys.readouterr().out)["success_rate"] < 1.0
