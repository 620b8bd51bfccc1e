"""A training that is stopped and goes on ends as if it had never stopped, to the last bit."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from goal_world import GOAL_ID, register_goal_world
from numpy.testing import assert_array_equal
from test_learner_states import CASES
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, register_toy

from autonomy.agents.checkpoints import Checkpoints
from autonomy.agents.recipe import Recipe
from autonomy.agents.run_config import SavedConfig
from autonomy.agents.run_folder import go_on, train
from autonomy.agents.training import Training
from autonomy.errors import DivergedError, InputError
from autonomy.scripts import train as train_script

ROOT = Path(__file__).parent.parent
LANE = "autonomy/LaneFollow-v0"
SMALL = (
    "--recipe.num-envs 8 --recipe.n-steps 16 --recipe.batch-size 64 --recipe.total-steps 2560 "
    "--recipe.validation-interval 1024 --recipe.validation-episodes 2 --recipe.curve-interval 256 "
    "--recipe.checkpoint-interval 0 --recipe.threads 1 --world.route-length 40"
)


def env_id_of(recipe: Recipe) -> str:
    register_toy()
    register_goal_world()
    return GOAL_ID if "desired_goal" in recipe.observations else TOY_ID


@pytest.mark.parametrize("name", CASES)
def test_a_training_goes_on_from_disk_to_the_same_bit(name: str, tmp_path: Path) -> None:
    recipe = replace(
        CASES[name], total_steps=640, validation_interval=256, validation_episodes=4, threads=1
    )
    whole = Training(env_id_of(recipe), recipe, seed=3, device="cpu")
    told = [(now, deepcopy(whole.get_state())) for now in whole]
    expected, wanted_states = zip(*told, strict=True)
    half = Training(env_id_of(recipe), recipe, seed=3, device="cpu")
    seen = list(islice(half, len(expected) // 2))
    Checkpoints(tmp_path).save(half.steps, half.get_state())

    state = Checkpoints(tmp_path).load()
    assert state is not None
    other = Training(env_id_of(recipe), recipe, seed=3, device="cpu")
    other.set_state(state)
    told = [(now, deepcopy(other.get_state())) for now in other]
    found, states = zip(*told, strict=True)
    for now, wanted in zip([*seen, *found], expected, strict=True):
        assert (now.steps, now.metrics, now.episodes) == (
            wanted.steps,
            wanted.metrics,
            wanted.episodes,
        )
        assert (now.validation is None) == (wanted.validation is None)
    assert other.best == whole.best
    last, wanted = states[-1], wanted_states[-1]
    assert last.keys() == wanted.keys()
    for key, values in wanted.items():
        assert_array_equal(last[key], values, key)


def started(*words: str) -> "subprocess.Popen[str]":
    program = [sys.executable, str(ROOT / "scripts/train.py"), *words]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def newest(run: Path) -> int:
    names = [path.stem for path in (run / "state").glob("*.json")]  # one that is written has a dot
    return max((int(name) for name in names if name.isdecimal()), default=0)


def stopped(run: Path, number: signal.Signals, *words: str) -> tuple[int, str, str]:
    """Start a training, and end it by a signal once it has come further."""
    before = newest(run)
    with started(*words) as process:
        while newest(run) <= before:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_a_run_that_is_stopped_in_every_way_ends_as_one_that_is_not(tmp_path: Path) -> None:
    whole, run = tmp_path / "whole", tmp_path / "run"
    words = ("--resume", str(run))
    with started(LANE, *SMALL.split(), "--run", str(whole)) as beside:
        status, _, _ = stopped(run, signal.SIGKILL, LANE, *SMALL.split(), "--run", str(run))
        assert status == -signal.SIGKILL
        for number in (signal.SIGINT, signal.SIGTERM):
            status, out, err = stopped(run, number, *words)
            assert status == 128 + number, err
            assert f"to go on: autonomy train --resume {run}" in out
            assert "Traceback" not in err
        with started(*words) as process:
            _, err = process.communicate()
        assert process.returncode == 0, err
        assert "error" not in beside.communicate()[1]
    file = "policy/policy.safetensors"
    assert (run / file).read_bytes() == (whole / file).read_bytes()
    assert curves_of(run) == curves_of(whole)


def curves_of(run: Path) -> list[dict[str, str]]:
    with (run / "curves/progress.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{**row, "time/steps_per_second": ""} for row in rows]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder of a finished training."""
    register_toy()
    recipe = replace(RECIPES["ppo"], num_envs=16, n_steps=16, total_steps=512)
    train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    return tmp_path / "run"


def resumed(run: Path, accept: bool = False, **changes: Any) -> Any:
    saved = SavedConfig.read(run)
    recipe = replace(saved.config.recipe, **changes)
    return go_on(run, saved, replace(saved.config, recipe=recipe), accept, QUIET)


def test_a_finished_run_goes_on_to_more_steps(run: Path) -> None:
    first = (run / "policy/policy.safetensors").read_bytes()
    assert resumed(run, total_steps=1_024).steps == 1_024
    assert (run / "policy/policy.safetensors").read_bytes() != first
    assert {path.name for path in (run / "checkpoints").iterdir()} == {"512", "1024"}
    assert json.loads((run / "config.json").read_text())["recipe"]["total_steps"] == 1_024


def test_a_finished_run_is_as_it_was_without_more_steps(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*.safetensors")}
    assert resumed(run).steps == 512
    assert {path: path.read_bytes() for path in run.rglob("*.safetensors")} == before


def test_a_run_without_checkpoints_begins_anew(run: Path) -> None:
    expected = (run / "policy/policy.safetensors").read_bytes()
    for path in (run / "state").glob("*.json"):
        path.unlink()
    assert resumed(run).steps == 512
    assert (run / "policy/policy.safetensors").read_bytes() == expected


def test_other_conditions_are_named_and_taken_only_if_accepted(run: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"got recipe.gamma 0\.9 to 0\.5; recipe.epochs 4 to 2; --accept-changes goes on",
    ):
        resumed(run, gamma=0.5, epochs=2)
    says = json.loads((run / "config.json").read_text())
    says["versions"]["torch"] = "1.0"
    (run / "config.json").write_text(json.dumps(says))
    with pytest.raises(InputError, match=r"versions.torch '1\.0' to "):
        resumed(run)
    assert resumed(run, accept=True, gamma=0.5, total_steps=768).steps == 768
    assert json.loads((run / "config.json").read_text())["recipe"]["gamma"] == 0.5


def test_a_run_that_goes_on_elsewhere_is_left_alone(run: Path) -> None:
    holder = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], 0), 2); print(flush=True); "
    holder += "sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(run)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(InputError, match="run is in use by another process"):
        resumed(run)
    process.communicate()
    assert resumed(run).steps == 512


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is truncated or no JSON"),
        ("[]", "must hold a configuration"),
        ('{"env_id": "toy/Steer-v0"}', "must be a run of this version's train, got 'algorithm'"),
        ('{"algorithm": "os:system"}', "'os:system' may not be imported"),
        ('{"algorithm": "autonomy.errors:InputError", "recipe": {}}', "must be a recipe"),
    ],
)
def test_what_is_no_run_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match=message):
        SavedConfig.read(tmp_path)


def test_a_folder_names_no_code(run: Path) -> None:
    for name, value in (("encoder", "os:path"), ("modules", ["evil.py"]), ("other", 1)):
        says = json.loads((run / "config.json").read_text())
        says["recipe"][name] = value
        (folder := run.parent / name).mkdir()
        (folder / "config.json").write_text(json.dumps(says))
        with pytest.raises(InputError, match=r"may not be imported|--modules|has no other"):
            SavedConfig.read(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("total_steps", own) for own in (None, [], "x", -1, 1.5, True)],
        *[("layers", own) for own in (None, 5, [None], "x")],
        *[("observations", own) for own in (None, {}, "x", [1])],
        *[("encoder", own) for own in (None, {}, -1)],
        *[("learning_rate", own) for own in (None, "x", [0.1])],
        ("world", []),
    ],
)
def test_values_of_wrong_types_are_refused(run: Path, name: str, value: Any) -> None:
    says = json.loads((run / "config.json").read_text())
    says["recipe"][name] = value
    (run / "config.json").write_text(json.dumps(says))
    with pytest.raises(InputError, match=name):
        SavedConfig.read(run)


@pytest.mark.parametrize(("name", "value"), [("env_id", []), ("seed", None), ("device", 3)])
def test_so_are_those_beside_the_recipe(run: Path, name: str, value: Any) -> None:
    says = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**says, name: value}))
    with pytest.raises(InputError, match=f"a run's {name} must be like"):
        SavedConfig.read(run)


def test_what_would_be_ignored_is_refused(run: Path) -> None:
    with pytest.raises(InputError, match="total_steps must be no less than was learned from, 512"):
        resumed(run, total_steps=256)
    for more in ("--run other", "--algo sac"):
        with pytest.raises(InputError, match="so --run and --algo must be left out"):
            train_script.main(train_script.parse(["--resume", str(run), *more.split()]))
    assert json.loads((run / "config.json").read_text())["recipe"]["total_steps"] == 512


def test_the_world_of_a_run_need_not_be_said(run: Path) -> None:
    assert train_script.parse(["--resume", str(run), TOY_ID]).env == TOY_ID
    assert train_script.parse([TOY_ID, f"--resume={run}"]).env == TOY_ID
    for words in ([LANE, "--resume", str(run)], [f"--resume={run}", LANE]):
        with pytest.raises(InputError, match=f"run goes on in {TOY_ID}, so an id .* got {LANE}"):
            train_script.parse(words)


def test_a_rate_at_which_distributions_break_is_said(tmp_path: Path) -> None:
    recipe = replace(CASES["ppo"], learning_rate=1e5, total_steps=4_096, threads=1)
    with pytest.raises(DivergedError, match=r"after \d+ steps: a smaller learning_rate"):
        train(env_id_of(recipe), recipe, 0, tmp_path / "run", "cpu", QUIET)


@pytest.mark.parametrize("name", CASES)
def test_weights_that_grow_beyond_numbers_stop_a_training(name: str, tmp_path: Path) -> None:
    recipe = replace(CASES[name], learning_rate=1e30, total_steps=4_096, threads=1)
    with pytest.raises(DivergedError, match=r"(weights|loss|gradient_norm).* after \d+ steps"):
        train(env_id_of(recipe), recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert not list(tmp_path.rglob("policy.json"))


def test_what_the_world_tells_must_be_finite() -> None:
    recipe = replace(RECIPES["ppo"], observations=("state",), num_envs=4, n_steps=64)
    training = Training(env_id_of(recipe), recipe, device="cpu")
    next(training)
    world = training._envs.env  # pyright: ignore[reportPrivateUsage] - it is spoilt on purpose
    world.offset[:] = float("nan")
    with pytest.raises(DivergedError, match="the world's state was not finite after"):
        next(training)


def test_who_gives_no_name_gets_a_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_toy()
    monkeypatch.chdir(tmp_path)
    words = f"{TOY_ID} --recipe.total-steps 64 --recipe.num-envs 4 --recipe.n-steps 16 "
    words += "--recipe.batch-size 64 --recipe.image-size 16 16 --recipe.threads 1"
    made = Path("runs/Steer-v0-ppo-seed0-1")
    made.mkdir(parents=True)  # as another process does a moment before
    train_script.main(train_script.parse(words.split()))
    assert not os.listdir(made)
    assert Path("runs/Steer-v0-ppo-seed0-2/policy/policy.json").is_file()
    with pytest.raises(InputError):
        train_script.main(train_script.parse([*words.split(), "--seed", "-1"]))
    assert len(os.listdir("runs")) == 2
    torch.set_num_threads(os.cpu_count() or 1)
