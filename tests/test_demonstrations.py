"""A student learns from recorded episodes, whoever made them, and nothing else of their files."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import h5py
import minari
import numpy as np
import pytest
import test_learner_states
import test_resume
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from minari.data_collector import EpisodeBuffer
from minari.dataset.minari_storage import MinariStorage
from numpy.testing import assert_array_equal
from test_learner_states import CASES
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, Steer, register_toy

from autonomy.agents.dagger import DAgger
from autonomy.agents.recipes import DAggerRecipe
from autonomy.agents.run_config import SavedConfig
from autonomy.agents.run_folder import go_on, train
from autonomy.command_line import run as run_command
from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.recording.minari_episodes import world_spec, write_episodes
from autonomy.recording.recorded_episodes import RecordedEpisodes
from autonomy.rollouts import rollout
from autonomy.scripts import train as train_script

register_toy()

RECIPE = RECIPES["dagger"]
assert isinstance(RECIPE, DAggerRecipe)
LANE = "autonomy/LaneFollow-v0"
SMALL: dict[str, Any] = {"route_length": 30.0}
NAMES = ("camera", "proprioception", "state")


def record(
    folder: Path, episodes: int, first: int = 0, env_id: str = TOY_ID, **options: Any
) -> Path:
    """Write episodes of a world's expert."""
    world = make_world(env_id, min(episodes, 8), **options)
    steps = rollout(world, world.expert(), range(first, first + episodes))
    write_episodes(folder, world, steps, {}, world_spec(env_id, options))
    return folder


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Episodes of the expert, with what only training may observe."""
    return record(tmp_path_factory.mktemp("minari") / "toy-expert-v0", 60, observations=NAMES)


@pytest.fixture
def copy(shown: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(shown, tmp_path / "copy-v0"))


def learner_of(*folders: Path, **changes: Any) -> DAgger:
    recipe = replace(RECIPE, demonstrations=tuple(map(str, folders)), **changes)
    recipe.check()
    world: Any = Steer(recipe.num_envs, observations=recipe.observations + recipe.privileged)
    return DAgger(world, recipe, 0, "cpu")


def pairs_of(learner: DAgger) -> dict[str, Any]:
    """What it learns from."""
    data = learner._data  # pyright: ignore[reportPrivateUsage] - all that it ever samples
    arrays = data.arrays()
    return {name.removeprefix("pairs/"): own for name, own in arrays.items() if "/" in name}


def data_file(folder: Path) -> h5py.File:
    return h5py.File(folder / "data/main_data.hdf5", "r+")


def say(folder: Path, **changes: Any) -> None:
    """Change what a data set says of itself; None takes it away."""
    path = folder / "data/metadata.json"
    says = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: own for name, own in says.items() if own is not None}))


def test_what_the_expert_recorded_is_learned(shown: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, demonstrations=(str(shown),))
    trained = train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert trained.validation.success_rate >= 0.9


def test_every_step_of_every_data_set_is_learned_from(shown: Path, tmp_path: Path) -> None:
    more = record(tmp_path / "more-v0", 3, first=100)
    data_sets = [minari.MinariDataset(MinariStorage.read(own / "data")) for own in (shown, more)]
    episodes = [own for data_set in data_sets for own in data_set]
    found = pairs_of(learner_of(shown, more))
    for name in RECIPE.observations:
        seen = np.concatenate([own.observations[name][:-1] for own in episodes])
        assert_array_equal(found[name], seen)
    assert_array_equal(found["action"], np.concatenate([own.actions for own in episodes]))
    assert len(found["action"]) == sum(own.total_steps for own in data_sets)


def test_a_large_data_set_is_learned_from_whole(shown: Path) -> None:
    assert len(pairs_of(learner_of(shown, replay_size=5))["action"]) > 500


def test_nobody_is_asked_and_the_student_acts(shown: Path) -> None:
    learner = learner_of(shown, cloning_steps=10**6)
    before = pairs_of(learner)["action"].copy()
    learner.collect()
    assert learner.teacher is None
    assert_array_equal(pairs_of(learner)["action"], before)


def test_what_is_privileged_is_predicted_where_it_was_recorded(shown: Path) -> None:
    learner = learner_of(shown, privileged=("state",))
    learner.collect()
    assert learner.update()["prediction_loss"] > 0.0
    assert set(learner.policy.observation_space) == set(RECIPE.observations)


def mark(folder: Path, acted: Callable[[int], np.ndarray[Any, Any]]) -> None:
    """Say in which steps of each episode a person acted."""
    with data_file(folder) as file:
        for episode in file.values():
            marks = acted(len(episode["actions"]))
            episode.create_dataset("infos/intervention", data=marks, maxshape=(None,))


def test_interventions_are_steps_as_others_unless_they_alone_count(copy: Path) -> None:
    every = pairs_of(learner_of(copy))
    mark(copy, lambda steps: np.arange(steps) % 3 == 0)
    assert_array_equal(pairs_of(learner_of(copy))["camera"], every["camera"])
    alone = pairs_of(learner_of(copy, interventions_only=True))
    lengths = [len(pairs.actions) for pairs in RecordedEpisodes(copy).pairs(())]
    chosen = np.concatenate([np.arange(steps) % 3 == 0 for steps in lengths])
    for name, values in every.items():
        assert_array_equal(alone[name], values[chosen])


def test_who_acted_must_be_said(copy: Path) -> None:
    with pytest.raises(InputError, match="must say in infos/intervention in which steps a person"):
        learner_of(copy, interventions_only=True)
    mark(copy, lambda steps: np.zeros(steps, np.bool_))
    with pytest.raises(InputError, match="must have steps to learn from, there are none"):
        learner_of(copy, interventions_only=True)


def test_marks_that_fit_no_step_are_refused(copy: Path) -> None:
    mark(copy, lambda steps: np.ones(steps + 1, np.bool_))
    with pytest.raises(InputError, match=r"infos/intervention must be bool \(\d+,\), got"):
        learner_of(copy, interventions_only=True)


def made_by_others(folder: Path, image: spaces.Box, frames: Any, actions: Any) -> Path:
    """A data set by Minari alone, with JPEGs, as its collector makes it by default."""
    space = spaces.Dict({"camera": image})
    folder.mkdir()
    storage = MinariStorage.new(folder / "data", space, spaces.Box(-1.0, 1.0, (1,)))
    storage.update_metadata({"dataset_id": folder.name, "minari_version": minari.__version__})
    ends = [False] * len(actions)
    buffer = EpisodeBuffer(
        observations={"camera": frames},
        actions=actions,
        rewards=[0.0] * len(actions),
        terminations=ends,
        truncations=ends,
        infos={},
    )
    storage.update_episodes([buffer])
    return folder


def test_depth_may_be_infinite(tmp_path: Path) -> None:
    size = {"image_size": (12, 16), "observations": ("depth",)}
    folder = record(tmp_path / "deep-v0", 1, env_id=LANE, **size, **SMALL)
    [pairs] = RecordedEpisodes(folder).pairs(("depth",))
    assert np.isinf(pairs.observation["depth"]).any()
    with data_file(folder) as file:
        file["episode_0/observations/depth"][0] = np.nan
    with pytest.raises(InputError, match="observations/depth must hold finite numbers, some are"):
        list(RecordedEpisodes(folder).pairs(("depth",)))


@pytest.mark.parametrize("frames", ["alike", "of_all_kinds"])
def test_jpegs_are_what_minari_makes_of_them(frames: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    count = 1 if frames == "alike" else 6  # of one length, or each of its own
    pictures = np.repeat(rng.integers(0, 256, (count, 40, 48, 3), np.uint8), 6 // count, axis=0)
    actions = np.linspace(-1.5, 1.5, 5)[:, None]  # doubles, some of them beyond what can be done
    image = spaces.Box(0, 255, (40, 48, 3), np.uint8)
    folder = made_by_others(tmp_path / "made-v0", image, pictures, actions)
    recipe = replace(
        RECIPE, demonstrations=(str(folder),), observations=("camera",), image_size=(40, 48)
    )
    world: Any = Steer(1, observations=("camera",), image_size=(40, 48))
    found = pairs_of(DAgger(world, recipe, 0, "cpu"))
    [episode] = minari.MinariDataset(MinariStorage.read(folder / "data"))
    assert_array_equal(found["camera"], episode.observations["camera"][:-1])
    assert np.abs(found["camera"].astype(int) - pictures[:-1]).mean() > 0.0  # they were JPEGs
    assert_array_equal(found["action"].ravel(), np.float32([-1.0, -0.75, 0.0, 0.75, 1.0]))


def test_a_learner_goes_on_from_a_state(
    shown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe: Any = replace(CASES["dagger"], demonstrations=(str(shown),))
    monkeypatch.setitem(CASES, "demonstrations", recipe)
    test_learner_states.test_another_learner_goes_on_from_a_state("demonstrations", 3)
    test_learner_states.test_a_state_is_plain_arrays("demonstrations")
    test_resume.test_a_training_goes_on_from_disk_to_the_same_bit("demonstrations", tmp_path)


def test_a_run_goes_on_with_the_same_data_only(copy: Path, tmp_path: Path) -> None:
    recipe = replace(
        RECIPE, demonstrations=(str(copy),), total_steps=256, validation_episodes=4, layers=(8,)
    )
    run = train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET).run
    saved = SavedConfig.read(run)
    more = replace(saved.config, recipe=replace(saved.config.recipe, total_steps=512))
    assert go_on(run, saved, more, False, QUIET).steps == 512
    with data_file(copy) as file:
        file["episode_0/actions"][0] = 0.5
    saved = SavedConfig.read(run)
    more = replace(saved.config, recipe=replace(saved.config.recipe, total_steps=768))
    with pytest.raises(
        InputError, match=r"must go on as it began, got files.*main_data.hdf5.*--accept-changes"
    ):
        go_on(run, saved, more, False, QUIET)
    assert go_on(run, saved, more, True, QUIET).steps == 768
    shutil.rmtree(copy)
    with pytest.raises(InputError, match="there is no Minari data set"):
        go_on(run, saved, more, True, QUIET)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"teacher": "random"}, "learned from instead of a teacher, got random too"),
        ({"image_size": (20, 24)}, r"camera must be uint8 \(20, 24, 3\) as the recipe has it, "),
        ({"image_size": (20, 24)}, "--recipe.image-size 16 16 learns from its images"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_made(
    changes: dict[str, Any], message: str, shown: Path, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, demonstrations=(str(shown),), **changes)
    with pytest.raises(InputError, match=message):
        train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert not (tmp_path / "run").exists()


def test_entries_that_were_not_recorded_are_named(tmp_path: Path) -> None:
    folder = record(tmp_path / "blind-v0", 1, observations=("proprioception",))
    with pytest.raises(InputError, match="has no camera, only proprioception: either it is"):
        learner_of(folder)
    seeing = record(tmp_path / "seeing-v0", 1)
    with pytest.raises(InputError, match="has no state, only camera, proprioception: either"):
        learner_of(seeing, privileged=("state",))


def test_interventions_need_demonstrations() -> None:
    with pytest.raises(InputError, match="interventions_only needs demonstrations, got none"):
        learner_of(interventions_only=True)


def test_another_world_than_was_recorded_is_said(copy: Path, tmp_path: Path) -> None:
    lane = record(tmp_path / "lane-v0", 1, env_id=LANE, observations=("proprioception",), **SMALL)
    recipe = replace(RECIPE, demonstrations=(str(lane),), observations=("proprioception",))
    options = {"observations": recipe.observations, "autoreset_mode": AutoresetMode.SAME_STEP}
    DAgger(make_world(LANE, 1, **options), recipe, 0, "cpu")
    faster = make_world(LANE, 1, **options, target_speed=9.0)
    with pytest.warns(
        UserWarning, match=r"lane-v0 was recorded with target_speed 11.0, and is .*9"
    ):
        DAgger(faster, recipe, 0, "cpu")
    world = json.loads(json.loads((lane / "data/metadata.json").read_text())["env_spec"])
    say(lane, env_spec=json.dumps({**world, "kwargs": {**world["kwargs"], "split": "test"}}))
    with pytest.warns(UserWarning, match="was recorded on the split test, by which policies are"):
        DAgger(make_world(LANE, 1, **options), recipe, 0, "cpu")
    say(copy, env_spec=json.dumps({"id": "other/Steer-v0", "kwargs": {}}))
    with pytest.warns(
        UserWarning, match="recorded in 'other/Steer-v0', and is learned from for toy"
    ):
        DAgger(make_world(TOY_ID, 1), replace(RECIPE, demonstrations=(str(copy),)), 0, "cpu")


@pytest.mark.parametrize("says", ["", "[]", "{", '{"id": 1}', "[" * 100_000, 5, {"id": "a"}])
def test_what_says_nothing_of_its_world_is_learned_from(says: Any, copy: Path) -> None:
    say(copy, env_spec=says)
    learner_of(copy)


class Trap(gym.Env[Any, Any]):
    """What a data set names as its world; whoever makes it was caught."""

    def __init__(self) -> None:
        raise AssertionError("code that a data set named was run")


def test_no_world_is_made_that_a_data_set_names(copy: Path) -> None:
    spec = gym.envs.registration.EnvSpec("Trap-v0", entry_point=f"{__name__}:Trap")
    say(copy, env_spec=spec.to_json())
    learner_of(copy)
    for name in ("observation_space", "action_space"):
        before = json.loads((copy / "data/metadata.json").read_text())[name]
        say(copy, **{name: None})
        with pytest.raises(InputError, match=f"must say the {name}: without it, only the world"):
            learner_of(copy)
        say(copy, **{name: before})


BOX = '{"type": "Box", "dtype": "float32", "shape": [1], "low": [-1], "high": [1]}'


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data_format": "arrow"}, "must say data_format 'hdf5', got 'arrow'"),
        ({"data_format": ["hdf5"]}, "must say data_format 'hdf5', got"),
        ({"total_episodes": None}, "must say one or more total_episodes, got None"),
        ({"total_episodes": 0}, "must say one or more total_episodes, got 0"),
        ({"total_episodes": True}, "must say one or more total_episodes, got True"),
        ({"total_episodes": 61}, "/episode_60 is missing"),
        ({"observation_space": BOX}, "must say an observation_space of named entries, a Dict"),
        ({"observation_space": {"type": "Dict"}}, "must say the observation_space"),
        ({"action_space": '{"type": "Nothing"}'}, "must say the action_space as Minari does"),
        ({"action_space": '{"type": "Box", "shape": [1e999]}'}, "must say the action_space as"),
        ({"action_space": "[" * 100_000}, "must say the action_space as Minari does"),
        ({"action_space": BOX.replace("[1]}", "[2]}")}, "must have the world's actions"),
        ({"action_space": BOX.replace("32", "64")}, "must have the world's actions"),
    ],
)
def test_what_says_nothing_usable_is_refused(
    changes: dict[str, Any], message: str, copy: Path
) -> None:
    say(copy, **changes)
    with pytest.raises(InputError, match=message):
        learner_of(copy)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_json_is_refused(text: bytes, copy: Path) -> None:
    (copy / "data/metadata.json").write_bytes(text)
    with pytest.raises(InputError, match=r"metadata.json (is truncated or no JSON|must say)"):
        learner_of(copy)


def lead_out(file: h5py.File, other: Path) -> None:
    del file["episode_0/observations/camera"]
    file["episode_0/observations/camera"] = h5py.ExternalLink(str(other), "secret")


def lead_out_of_all(file: h5py.File, other: Path) -> None:
    del file["episode_0"]
    file["episode_0"] = h5py.ExternalLink(str(other), "/")


def lead_elsewhere(file: h5py.File, _other: Path) -> None:
    del file["episode_0/actions"]
    file["episode_0/actions"] = h5py.SoftLink("/episode_1/actions")


def borrow(file: h5py.File, other: Path) -> None:
    shape = file["episode_0/observations/camera"].shape
    del file["episode_0/observations/camera"]
    layout = h5py.VirtualLayout(shape, np.uint8)
    layout[:] = h5py.VirtualSource(str(other), "secret", shape)
    file["episode_0/observations"].create_virtual_dataset("camera", layout)


def take_bytes(file: h5py.File, other: Path) -> None:
    shape = file["episode_0/observations/camera"].shape
    del file["episode_0/observations/camera"]
    file["episode_0/observations"].create_dataset(
        "camera", shape, np.uint8, external=[(str(other), 0, h5py.h5f.UNLIMITED)]
    )


def claim_more(file: h5py.File, _other: Path) -> None:
    file["episode_0/actions"].resize(10**13, axis=0)


def other_numbers(file: h5py.File, _other: Path) -> None:
    steps = len(file["episode_0/actions"])
    del file["episode_0/actions"]
    file["episode_0"].create_dataset("actions", data=np.zeros((steps, 2), np.float32))


def objects(file: h5py.File, _other: Path) -> None:
    steps = len(file["episode_0/actions"])
    del file["episode_0/actions"]
    kind = h5py.string_dtype()
    file["episode_0"].create_dataset("actions", data=["cos\nsystem"] * steps, dtype=kind)


def nothing(file: h5py.File, _other: Path) -> None:
    del file["episode_0/actions"]
    file["episode_0/actions"] = h5py.Empty("f")


def no_number(file: h5py.File, _other: Path) -> None:
    file["episode_0/actions"][0] = np.nan


def group_for_array(file: h5py.File, _other: Path) -> None:
    del file["episode_0/actions"]
    file["episode_0"].create_group("actions")


def array_for_group(file: h5py.File, _other: Path) -> None:
    del file["episode_0"]
    file["episode_0"] = np.zeros(3)


def no_jpegs(file: h5py.File, _other: Path) -> None:
    rows = len(file["episode_0/observations/camera"])
    del file["episode_0/observations/camera"]
    eps = np.frombuffer(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 16 16\n", np.uint8)
    file["episode_0/observations"].create_dataset("camera", data=[eps] * rows)


FORGED: list[tuple[Callable[[h5py.File, Path], None], str]] = [
    (lead_out, "/episode_0/observations/camera is missing"),
    (lead_out_of_all, "/episode_0 is missing"),
    (lead_elsewhere, "/episode_0/actions is missing"),
    (borrow, "/episode_0/observations/camera must be in the file, it is in others"),
    (take_bytes, "/episode_0/observations/camera must be in the file, it is in others"),
    (claim_more, r"/episode_0/actions must hold 40,000,000,000,000 bytes, it holds fewer"),
    (other_numbers, r"/episode_0/actions must be float32 \(\d+, 1\), got float32 \(\d+, 2\)"),
    (objects, r"/episode_0/actions must be float32 \(\d+, 1\), got object"),
    (nothing, "/episode_0/actions must be an array"),
    (no_number, "/episode_0/actions must hold finite numbers, some are not"),
    (group_for_array, "/episode_0/actions must be an array"),
    (array_for_group, "/episode_0 must be a group"),
    (no_jpegs, "/episode_0/observations/camera must hold JPEGs of"),
]


@pytest.mark.parametrize(("forge", "message"), FORGED)
def test_forged_data_are_refused(
    forge: Callable[[h5py.File, Path], None], message: str, copy: Path, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "other.hdf5", "w") as other:
        other["secret"] = np.zeros((30, 16, 16, 3), np.uint8)
    with data_file(copy) as file:
        forge(file, tmp_path / "other.hdf5")
    with pytest.raises(InputError, match=f"main_data.hdf5 cannot be used: {message}"):
        learner_of(copy)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999])
def test_a_truncated_file_is_one_sentence_and_status_2(
    share: float, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / "data/main_data.hdf5"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    words = [TOY_ID, "--algo", "dagger", "--recipe.demonstrations", str(copy)]
    words += ["--recipe.image-size", "16", "16", "--run", str(tmp_path / "run")]
    with pytest.raises(SystemExit) as ended:
        run_command(train_script.main, train_script.parse, words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "main_data.hdf5 is truncated or damaged" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_what_is_no_data_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no Minari data set .*nowhere-v0: it would"):
        learner_of(tmp_path / "nowhere-v0")
