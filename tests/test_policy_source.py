"""Every way to name a policy, and every way to get it wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces
from toy_world import TOY_ID, SteerExpert, register_toy

from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.imported_class import class_in_file, imported_class
from autonomy.make import make_world
from autonomy.policies.folder import POLICY_FOLDER
from autonomy.policies.source import load_policy, trained_options
from autonomy.world import World

register_toy()

SEEKER = """
from dataclasses import dataclass

import numpy as np


class Seeker:
    '''Steers the bright column of the picture to the middle.'''

    def __init__(self, observation_space, action_space):
        self.width = observation_space["camera"].shape[1]
        self.shape = action_space.shape

    def reset(self, mask):
        pass

    def act(self, observation):
        column = observation["camera"][:, 0, :, 0].argmax(axis=1)
        offset = 2.0 * column / (self.width - 1) - 1.0
        return np.clip(-5.0 * offset, -1.0, 1.0)[:, None].astype(np.float32)


@dataclass
class NoArguments:
    gain: int = 0

    def reset(self, mask): ...

    def act(self, observation): ...


class NoAct:
    def __init__(self, observation_space, action_space): ...

    def reset(self, mask): ...


a_function = print
"""


@pytest.fixture
def world() -> World:
    return make_world(TOY_ID, 3)


@pytest.fixture
def seeker(tmp_path: Path) -> Path:
    path = tmp_path / "seeker.py"
    path.write_text(SEEKER)
    return path


def test_the_expert_is_the_worlds_own(world: World) -> None:
    assert isinstance(load_policy("expert", world), SteerExpert)


def test_the_random_policy_follows_its_seed(world: World) -> None:
    observation, _ = world.reset(seed=0)
    one, same, other = (load_policy("random", world, seed=seed) for seed in (3, 3, 4))
    action = one.act(observation)
    np.testing.assert_array_equal(action, same.act(observation))
    assert not np.array_equal(action, other.act(observation))
    assert action.shape == (3, 1)


def test_a_class_in_a_file_acts(world: World, seeker: Path) -> None:
    policy = load_policy(f"{seeker}:Seeker", world)
    assert evaluate(world, policy, 10).success_rate > 0.9


def test_a_class_in_a_module_acts(
    world: World, seeker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = seeker.parent / "users_package"
    package.mkdir()
    seeker.rename(package / "users_module.py")
    monkeypatch.syspath_prepend(seeker.parent)
    policy = load_policy("users_package.users_module:Seeker", world)
    assert type(policy).__name__ == "Seeker"
    with pytest.raises(InputError, match=r"no module 'users_package.other'"):
        load_policy("users_package.other:Seeker", world)


def test_two_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    for folder, number in (("a", 1), ("b", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "policy.py").write_text(f"class Mine:\n    number = {number}\n")
    first = class_in_file(f"{tmp_path / 'a' / 'policy.py'}:Mine")
    second = class_in_file(f"{tmp_path / 'b' / 'policy.py'}:Mine")
    assert (vars(first)["number"], vars(second)["number"]) == (1, 2)
    assert "policy" not in sys.modules


def test_an_import_that_fails_inside_a_users_file_is_theirs_to_read(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "broken.py"
    path.write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        load_policy(f"{path}:Mine", world)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("exprt", r"no policy 'exprt': it must be a run folder, .* or file\.py:Class$"),
        ("runs/nowhere", "no policy 'runs/nowhere'"),
        ("no_such_module:Mine", "no module 'no_such_module'"),
        ("autonomy.policy.deeper:Mine", "no module 'autonomy.policy.deeper'"),
        ("no such:Mine", r"named as in package\.module, got 'no such'"),
        (":Mine", r"named as in package\.module, got ''"),
        ("nowhere.py:Mine", r"there is no file nowhere\.py"),
        ("{seeker}:Missing", "there is no class 'Missing'"),
        ("{seeker}:a_function", "there is no class 'a_function'"),
        ("{seeker}:NoAct", "has no method 'act'"),
        ("{seeker}:NoArguments", r"must take \(observation_space, action_space\)"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_one_sentence(
    world: World, seeker: Path, source: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        load_policy(source.format(seeker=seeker), world)
    assert "\n" not in str(refusal.value)


def test_a_folder_without_a_policy_is_refused(world: World, tmp_path: Path) -> None:
    for ask in (lambda: load_policy(str(tmp_path), world), lambda: trained_options(str(tmp_path))):
        with pytest.raises(InputError, match="neither a policy folder nor a run folder"):
            ask()


def test_untrained_policies_need_no_options() -> None:
    assert trained_options("expert") == trained_options("random") == {}
    assert trained_options("users_module:Mine") == {}


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A run folder with an untrained policy that reads `state`."""
    options = {"observations": ["state"], "image_size": [8, 12]}
    seen = make_world(TOY_ID, 1, observations=("state",))
    assert isinstance(seen.single_observation_space, spaces.Dict)
    assert isinstance(seen.single_action_space, spaces.Box)
    architecture = Architecture("small", (4,), "tanh", "clip")
    network = ActorNetwork(seen.single_observation_space, seen.single_action_space, architecture)
    policy = NetworkPolicy(network)
    manifest = {**policy.description(), "env_id": TOY_ID, "env_options": options}
    POLICY_FOLDER.save(tmp_path / "run" / "policy", manifest, policy.tensors())
    return tmp_path / "run"


def test_a_run_folder_and_its_policy_folder_are_the_same_policy(run_folder: Path) -> None:
    options = trained_options(str(run_folder))
    assert options == {"observations": ("state",), "image_size": (8, 12)}
    assert trained_options(str(run_folder / "policy")) == options
    world = make_world(TOY_ID, 3, **options)
    observation, _ = world.reset(seed=0)
    actions = [
        load_policy(str(folder), world, device="cpu").act(observation)
        for folder in (run_folder, run_folder / "policy")
    ]
    np.testing.assert_array_equal(*actions)


def test_a_world_that_shows_something_else_is_refused(run_folder: Path, world: World) -> None:
    with pytest.raises(InputError, match="reads state, the environment gives only camera"):
        load_policy(str(run_folder), world)


def test_another_action_is_refused(run_folder: Path) -> None:
    world = make_world(TOY_ID, 1, observations=("state",))
    world.single_action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
    with pytest.raises(InputError, match=r"action is \(1,\) in the policy, \(2,\) in the env"):
        load_policy(str(run_folder), world)


def test_a_policy_folder_without_its_options_is_refused(tmp_path: Path) -> None:
    POLICY_FOLDER.save(
        tmp_path / "policy", {"class": "autonomy.agents.network_policy:NetworkPolicy"}, {}
    )
    with pytest.raises(InputError, match="must also say action_space, env_id, env_options"):
        trained_options(str(tmp_path / "policy"))


def test_a_device_that_this_machine_lacks_is_refused(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    world = make_world(TOY_ID, 1, observations=("state",))
    with pytest.raises(InputError, match="cuda"):
        load_policy(str(run_folder), world, device="cuda")


def test_a_module_name_never_runs_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "autonomy.agents.py").write_text("raise AssertionError('this file ran')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no module 'autonomy\.agents\.py'"):
        imported_class("autonomy.agents.py:Evil")
