"""Which world a policy is to live in, and what its folder may not say of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from gymnasium import spaces
from toy_world import TOY_ID, register_toy

from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.command_line import run
from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.policies.folder import save_policy
from autonomy.policies.home import home_of
from autonomy.policies.source import PolicySource
from autonomy.scripts import evaluate

register_toy()


def trained(env_id: str | None = TOY_ID, **options: Any) -> PolicySource:
    return PolicySource(lambda *_: pytest.fail("nobody acts here"), options, env_id)


def test_a_policy_is_at_home_where_it_was_trained() -> None:
    policy = trained(image_size=(8, 12), observations=("camera",))
    assert home_of(policy, None, {"split": "test", "image_size": (4, 4)}) == (
        TOY_ID,
        {"image_size": (4, 4), "observations": ("camera",), "split": "test"},
    )
    assert home_of(policy, "toy/Other-v0", {}).env_id == "toy/Other-v0"


def test_who_was_never_trained_has_no_home() -> None:
    with pytest.raises(InputError, match="one must be named: --env ID"):
        home_of(trained(None), None, {})


def test_a_folder_names_only_code_that_the_user_names_too(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("SO101 = 3")
    policy = trained("mine.py:me/World-v0", robot="elsewhere/mine.py:SO101")
    with pytest.raises(InputError, match=r"'mine.py:me/World-v0' may not be imported"):
        home_of(policy, None, {})
    with pytest.raises(InputError, match=r"'elsewhere/mine.py:SO101' may not be imported"):
        home_of(policy, TOY_ID, {})
    assert home_of(policy, TOY_ID, {"robot": "panda"}).options == {"robot": "panda"}
    assert home_of(policy, None, {}, (str(mine),)) == (
        f"{mine}:me/World-v0",
        {"robot": f"{mine}:SO101"},
    )


def test_a_folder_trusts_no_code_that_the_user_does_not() -> None:
    policy = trained(perception="runs/depth", perception_modules=("evil.py",))
    with pytest.raises(InputError, match=r"named with --modules too, got 'evil.py'"):
        home_of(policy, None, {})
    trusted = {"perception": "runs/depth", "perception_modules": ("evil.py",)}
    assert home_of(policy, None, {}, ("evil.py",)).options == trusted


def test_a_policy_class_of_the_users_own_names_what_it_wants() -> None:
    policy = trained(None, robot="mine.py:SO101")
    assert home_of(policy, TOY_ID, {}).options == {"robot": "mine.py:SO101"}


def test_the_world_is_read_from_the_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = make_world(TOY_ID, 1, observations=("state",))
    assert isinstance(seen.single_observation_space, spaces.Dict)
    assert isinstance(seen.single_action_space, spaces.Box)
    architecture = Architecture("small", (4,), "tanh", "clip")
    network = ActorNetwork(seen.single_observation_space, seen.single_action_space, architecture)
    folder = tmp_path / "run" / "policy"
    save_policy(folder, NetworkPolicy(network), TOY_ID, {"observations": ["state"]})
    words = (str(tmp_path / "run"), "--episodes", "2", "--json", "-", "--world.max-episode-steps")
    run(evaluate.main, evaluate.Arguments, (*words, "5"))
    found = json.loads(capsys.readouterr().out)
    assert (found["env_id"], found["observations"]) == (TOY_ID, ["state"])
    assert (found["max_episode_steps"], found["split"]) == (5, "test")
