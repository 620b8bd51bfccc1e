"""Episodes as Minari data sets, read back with Minari's own reader."""

import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import minari
import numpy as np
import pytest
from toy_world import TOY_ID, register_toy

from autonomy.command_line import run
from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.policies.source import load_policy
from autonomy.recording.minari_episodes import world_spec, write_episodes
from autonomy.rollouts import Step, rollout
from autonomy.scripts import record_episodes

register_toy()

Command = Callable[..., None]
LANE = ("--env", "autonomy/LaneFollow-v0")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))

    def command(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["record_episodes.py", *words])
        run(record_episodes.main, record_episodes.Arguments)

    return command


def steps_of(seed: int, **options: Any) -> list[Step]:
    """One episode of the expert, alone in its world."""
    world = make_world(TOY_ID, 1, **options)
    return list(rollout(world, load_policy("expert", world), [seed]))


def test_minari_s_reader_finds_every_step(
    script: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "toy-expert-v0"
    words = ("--env", TOY_ID, "--episodes", "5", "--seed", "3", "--num-envs", "2")
    script("expert", str(out), *words, "--world.image-size", "8", "12")
    assert "5 episodes, " in capsys.readouterr().out
    dataset = minari.load_dataset("toy-expert-v0")
    assert dataset.total_episodes == 5
    seeds = [metadata["seed"] for metadata in dataset.storage.get_episode_metadata(range(5))]
    assert sorted(seeds) == [3, 4, 5, 6, 7]
    for seed, episode in zip(seeds, dataset, strict=True):
        steps = steps_of(seed, image_size=(8, 12), split="test")
        seen = [*(step.observation for step in steps), steps[-1].next_observation]
        for name, values in episode.observations.items():
            np.testing.assert_array_equal(values, np.concatenate([own[name] for own in seen]))
        for name, values in (
            ("action", episode.actions),
            ("reward", episode.rewards),
            ("terminated", episode.terminations),
            ("truncated", episode.truncations),
        ):
            wanted = np.concatenate([getattr(step, name) for step in steps])
            np.testing.assert_array_equal(values, wanted)
        success = np.concatenate([step.info["success"] for step in steps])
        np.testing.assert_array_equal(episode.infos["success"], success)
    assert dataset.total_steps == sum(len(episode.actions) for episode in dataset)


def test_gymnasium_makes_the_recorded_world_again(script: Command, tmp_path: Path) -> None:
    words = (*LANE, "--episodes", "1", "--world.observations", "proprioception")
    script("expert", str(tmp_path / "lane-expert-v0"), *words)
    dataset = minari.load_dataset("lane-expert-v0")
    again = dataset.recover_environment()
    assert again.observation_space == dataset.observation_space
    assert set(dataset.observation_space) == {"proprioception"}
    first = again.reset(seed=0)[0]["proprioception"]
    np.testing.assert_array_equal(dataset[0].observations["proprioception"][0], first)


def test_half_a_rollout_leaves_nothing(tmp_path: Path) -> None:
    world = make_world(TOY_ID, 2)

    def broken() -> Iterator[Step]:
        yield from islice(rollout(world, load_policy("expert", world), range(9)), 30)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_episodes(tmp_path / "toy-v0", world, broken(), {}, world_spec(TOY_ID, {}))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("expert", "OUT/toy", *LANE), "name must end in its version, such as lane-expert-v0"),
        (("expert", "OUT/toy-v0", *LANE, "--episodes", "0"), "must be positive, got 0"),
        (
            ("expert", "OUT/toy-v0", *LANE, "--seed", "-1"),
            "must be a whole number from 0 to 9223372036854775807",
        ),
        (("nobody", "OUT/toy-v0", *LANE), "no policy 'nobody'"),
        (("expert", "OUT/toy-v0", "--env", "toy/Stear-v0"), "unknown environment"),
        (("expert", "OUT", *LANE), "name must end in its version"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    script: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as status:
        script(*(word.replace("OUT", str(tmp_path)) for word in words))
    assert status.value.code == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_old_data_set_is_not_touched(
    script: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "toy-v0").mkdir()
    (tmp_path / "toy-v0/old").touch()
    with pytest.raises(SystemExit):
        script("expert", str(tmp_path / "toy-v0"), "--env", TOY_ID, "--episodes", "1")
    assert "Minari folder must be new" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "toy-v0").iterdir()] == ["old"]


def test_a_full_disk_is_said_before_it_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HDF5 takes the process with it where it cannot write."""
    room = SimpleNamespace(free=3_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    world = make_world("autonomy/LaneFollow-v0", 2, image_size=(84, 84))
    steps = rollout(world, world.expert(), range(2))
    folder = tmp_path / "lane-v0"
    with pytest.raises(InputError, match=f"{folder} cannot be written: No space left on device"):
        write_episodes(folder, world, steps, {}, None)
    assert not list(tmp_path.iterdir())
