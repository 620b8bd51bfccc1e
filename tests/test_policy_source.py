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
from autonomy.policies.folder import POLICY_FOLDER, save_policy
from autonomy.policies.source import load_policy, policy_source
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
    for ask in (lambda: load_policy(str(tmp_path), world), lambda: policy_source(str(tmp_path))):
        with pytest.raises(InputError, match="neither a policy folder nor a run folder"):
            ask()


def test_untrained_policies_want_nothing_of_their_world(seeker: Path) -> None:
    for source in ("expert", "random", f"{seeker}:Seeker"):
        found = policy_source(source)
        assert (found.env_options, found.env_id) == ({}, None)


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
    save_policy(tmp_path / "run" / "policy", policy, TOY_ID, options)
    return tmp_path / "run"


def test_a_run_folder_and_its_policy_folder_are_the_same_policy(run_folder: Path) -> None:
    options = policy_source(str(run_folder)).env_options
    assert options == {"observations": ("state",), "image_size": (8, 12)}
    assert policy_source(str(run_folder / "policy")).env_options == options
    assert policy_source(str(run_folder)).env_id == TOY_ID
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
        policy_source(str(tmp_path / "policy"))


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


def test_a_policy_folder_is_read_once(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path.name) or read(path))
    source = policy_source(str(run_folder))
    world = make_world(TOY_ID, 2, **source.env_options)
    source.make(world, "cpu", 0).reset(np.ones(2, np.bool_))
    assert reads == ["policy.json", "policy.safetensors"]


STEADY = """
import numpy as np


class Steady:
    '''Turns back by the mean of the last offsets that it saw, and forgets them between episodes.'''

    def __init__(self, observation_space, action_space, weights, memory=2):
        self.gain, self.memory = np.load(weights)["gain"], memory
        self.offsets = np.zeros((memory, 0))

    @classmethod
    def env_options(cls, weights, memory=2):
        return {"observations": ("state",), "max_episode_steps": 12 * memory}

    def reset(self, mask):
        if self.offsets.shape[1] != len(mask):
            self.offsets = np.zeros((self.memory, len(mask)))
        self.offsets[:, mask] = 0.0

    def act(self, observation):
        self.offsets = np.vstack([observation["state"][:, 0], self.offsets[:-1]])
        return np.clip(self.gain * self.offsets.mean(0), -1, 1)[:, None].astype(np.float32)


class Plain(Steady):
    env_options = {"observations": ("state", "camera")}


class Odd(Steady):
    env_options = 3
"""


@pytest.fixture
def steady(tmp_path: Path) -> Path:
    path = tmp_path / "steady.py"
    path.write_text(STEADY)
    np.savez(tmp_path / "w.npz", gain=-3.0)
    return path


def test_a_users_policy_has_memory_options_and_says_what_it_wants_to_see(steady: Path) -> None:
    options = {"weights": str(steady.parent / "w.npz"), "memory": 3}
    source = policy_source(f"{steady}:Steady", options=options)
    assert source.env_options == {"observations": ("state",), "max_episode_steps": 36}
    world = make_world(TOY_ID, 4, **source.env_options)
    assert set(world.single_observation_space.spaces) == {"state"}  # type: ignore[attr-defined] - a Dict
    policy = source.make(world, "cpu", 0)
    alone = evaluate(make_world(TOY_ID, 1, **source.env_options), policy, 5)
    assert alone == evaluate(world, policy, 5)  # what it remembers is forgotten in time
    wanted = policy_source(f"{steady}:Plain", options=options).env_options
    assert wanted == {"observations": ("state", "camera")}


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("{steady}:Steady", {}, "missing a required argument: 'weights'"),
        ("{steady}:Steady", {"weight": "w"}, "missing a required argument: 'weights'"),
        ("{steady}:Steady", {"weights": "w", "gain": 2}, "unexpected keyword argument 'gain'"),
        ("{steady}:Plain", {"weights": "w", "gain": 2}, "has the options weights, memory: got an"),
        ("{steady}:Odd", {}, "env_options must be a dict of a world's options, got 3"),
        ("expert", {"gain": 2}, "only classes of your own take options, expert got gain"),
    ],
)
def test_options_that_a_policy_does_not_take_are_refused(
    source: str, options: dict[str, object], message: str, steady: Path, world: World
) -> None:
    with pytest.raises(InputError, match=message):
        load_policy(source.format(steady=steady), world, options=options)
