"""The list of runs says of each how far it is, how well it does, and what goes on with it."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, register_toy

from autonomy.agents.run_folder import train
from autonomy.agents.run_summary import runs_in
from autonomy.errors import DivergedError, InputError
from autonomy.files import locked
from autonomy.scripts import runs as runs_script
from autonomy.stopping import StoppedError
from autonomy.wilson import wilson_interval

SHORT = replace(
    RECIPES["ppo"], num_envs=16, n_steps=16, total_steps=512, validation_episodes=8, threads=1
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs that ended in every way."""
    register_toy()
    folder = tmp_path_factory.mktemp("runs")
    train(TOY_ID, SHORT, 7, folder / "inside/finished", "cpu", QUIET)
    with pytest.raises(DivergedError):
        train(TOY_ID, replace(SHORT, learning_rate=1e30), 0, folder / "wild", "cpu", QUIET)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "autonomy.agents.run_folder.ProgressDisplay.show",
            lambda *_: signal.raise_signal(signal.SIGINT),
        )
        with pytest.raises(StoppedError):
            train(TOY_ID, SHORT, 0, folder / "early", "cpu", QUIET)
    strange = ({"module": "x"}, {"algorithm": 5, "recipe": {}}, {"algorithm": "a", "recipe": []})
    for number, config in enumerate(strange):
        (folder / f"other{number}").mkdir()
        (folder / f"other{number}/config.json").write_text(json.dumps(config))
    return folder


def test_each_run_tells_its_state(folder: Path) -> None:
    early, finished, wild = runs_in(folder)
    assert (early.state, early.steps) == ("stopped", 0)
    assert early.command == f"autonomy train --resume {folder / 'early'}"
    assert (finished.state, finished.command) == ("finished", "")
    assert (finished.world, finished.learner, finished.seed) == (TOY_ID, "PPO", 7)
    assert (finished.steps, finished.total_steps) == (512, 512)
    assert finished.success is not None
    assert finished.success_ci95 == wilson_interval(round(8 * finished.success), 8)
    assert wild.state == "failed"
    assert wild.why.startswith("weights ")
    assert "after 256 steps: a smaller learning_rate" in wild.why
    with locked(folder / "early"):
        running, *_ = runs_in(folder)
        assert (running.state, running.command) == ("running", "")


def test_the_list_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    runs_script.main(runs_script.Arguments(folder))
    out = capsys.readouterr().out
    assert f"autonomy train --resume {folder / 'wild'}\n" in out
    assert "inside/finished" in out
    assert "512 of 512" in out
    assert f"{folder / 'wild'} failed: weights " in out
    (folder / "none").mkdir()
    runs_script.main(runs_script.Arguments(folder / "none"))
    assert "no runs in" in capsys.readouterr().out
    with pytest.raises(InputError, match="there is none at"):
        runs_script.main(runs_script.Arguments(folder / "nowhere"))
