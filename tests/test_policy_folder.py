"""A policy folder is whole or absent, and says what is wrong with a bad one."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.testing import assert_array_equal
from toy_world import TOY_ID, Steer

from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.errors import InputError
from autonomy.policies.folder import (
    POLICY_FOLDER,
    check_spaces,
    load_policy_folder,
    policy_manifest,
    save_policy,
)
from autonomy.policies.space_json import check_space, space_from_json, space_to_json

ARCHITECTURE = Architecture("small", (8,), activation="tanh", squash="clip")


@pytest.fixture
def policy() -> NetworkPolicy:
    world = Steer(1)
    torch.manual_seed(0)
    assert isinstance(world.single_observation_space, spaces.Dict)
    assert isinstance(world.single_action_space, spaces.Box)
    return NetworkPolicy(
        ActorNetwork(world.single_observation_space, world.single_action_space, ARCHITECTURE)
    )


def _manifest(policy: NetworkPolicy) -> dict[str, Any]:
    return policy_manifest(policy, TOY_ID, {"image_size": (16, 16)})


@pytest.fixture
def folder(policy: NetworkPolicy, tmp_path: Path) -> Path:
    place = tmp_path / "policy"
    save_policy(place, policy, TOY_ID, {"image_size": (16, 16)})
    return place


def test_loaded_policy_acts_as_the_saved_one(policy: NetworkPolicy, folder: Path) -> None:
    observation, _ = Steer(5).reset(seed=1)
    assert_array_equal(load_policy_folder(folder, "cpu").act(observation), policy.act(observation))


def test_folder_holds_two_files_and_no_traces(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["policy.json", "policy.safetensors"]
    assert [place.name for place in folder.parent.iterdir()] == ["policy"]


def test_saving_leaves_an_existing_folder_alone(policy: NetworkPolicy, folder: Path) -> None:
    before = (folder / "policy.json").read_bytes()
    with pytest.raises(InputError, match="must be new"):
        POLICY_FOLDER.save(folder, _manifest(policy), policy.tensors())
    assert (folder / "policy.json").read_bytes() == before


def test_failed_saving_leaves_nothing(policy: NetworkPolicy, tmp_path: Path) -> None:
    unwritable = {**_manifest(policy), "scale": float("nan")}
    with pytest.raises(ValueError, match="JSON"):
        POLICY_FOLDER.save(tmp_path / "policy", unwritable, policy.tensors())
    assert not list(tmp_path.iterdir())


def _truncate_weights(folder: Path) -> None:
    file = folder / "policy.safetensors"
    file.write_bytes(file.read_bytes()[:-7])


def _flip_a_bit_of_the_weights(folder: Path) -> None:
    file = folder / "policy.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _truncate_manifest(folder: Path) -> None:
    file = folder / "policy.json"
    file.write_text(file.read_text()[:100])


def _set(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "policy.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return change


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_truncate_weights, "truncated or was altered"),
        (_flip_a_bit_of_the_weights, "truncated or was altered"),
        (_truncate_manifest, "truncated or no JSON"),
        (_set(env_id="other/World-v0"), "truncated or was altered"),
        (_set(sha256=None), "truncated or was altered"),
        (_set(format="zip"), "must be 'autonomy-policy' version 1, got 'zip' 1"),
        (_set(version=2), "must be 'autonomy-policy' version 1, got 'autonomy-policy' 2"),
        (lambda folder: (folder / "policy.json").unlink(), "cannot be read: No such file"),
        (lambda folder: (folder / "policy.safetensors").unlink(), "cannot be read: No such file"),
        (lambda folder: (folder / "policy.json").write_text("[]"), "must hold a policy's"),
        (lambda folder: (folder / "policy.json").write_bytes(b"\xff"), "truncated or no JSON"),
    ],
)
def test_bad_folder_is_refused(damage: Callable[[Path], Any], message: str, folder: Path) -> None:
    damage(folder)
    with pytest.raises(InputError, match=message):
        load_policy_folder(folder, "cpu")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class": "os:system"}, "may not be imported"),
        ({"class": "agentsmith:Policy"}, "may not be imported"),
        ({"class": "elsewhere/evil.py:Policy"}, "may not be imported"),
        ({"class": "agents/../evil.py:Policy"}, "may not be imported"),
        ({"class": "autonomy.agents.py:Policy"}, "may not be imported"),
        ({"class": "autonomy.agents.network_policy:Missing"}, "no class 'Missing'"),
        ({"class": "autonomy.agents.network_policy:Architecture"}, "no saved policy"),
        ({"architecture": {"encoder": "small"}}, "must describe a network"),
        ({"observation_space": {"type": "Dict"}}, "must hold a Box or a Dict"),
    ],
)
def test_manifest_that_names_wrong_things_is_refused(
    changes: dict[str, Any], message: str, policy: NetworkPolicy, tmp_path: Path
) -> None:
    place = tmp_path / "policy"
    POLICY_FOLDER.save(place, {**_manifest(policy), **changes}, policy.tensors())
    with pytest.raises(InputError, match=message):
        load_policy_folder(place, "cpu")


def test_manifest_that_lacks_something_is_refused(policy: NetworkPolicy, tmp_path: Path) -> None:
    POLICY_FOLDER.save(tmp_path / "policy", policy.description(), policy.tensors())
    with pytest.raises(InputError, match="must also say action_space, class, env_id, env_options"):
        POLICY_FOLDER.manifest(tmp_path / "policy")


def test_class_of_a_folder_is_not_imported_before_it_is_allowed(
    policy: NetworkPolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boom.py").write_text("raise SystemExit('executed')")
    monkeypatch.syspath_prepend(tmp_path)
    place = tmp_path / "policy"
    POLICY_FOLDER.save(place, {**_manifest(policy), "class": "boom:Policy"}, policy.tensors())
    with pytest.raises(InputError, match="may not be imported"):
        load_policy_folder(place, "cpu")
    assert "boom" not in sys.modules


def test_weights_of_another_network_are_refused(policy: NetworkPolicy, tmp_path: Path) -> None:
    tensors = policy.tensors()
    del tensors["action.bias"]
    POLICY_FOLDER.save(tmp_path / "policy", _manifest(policy), tensors)
    with pytest.raises(InputError, match=r"do not fit.*action\.bias"):
        load_policy_folder(tmp_path / "policy", "cpu")


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(0, 255, (4, 5, 3), np.uint8),
        spaces.Box(0, np.inf, (4, 5), np.float32),
        spaces.Box(np.float32([-0.1, -np.inf]), np.float32([1 / 3, 7]), dtype=np.float32),
        spaces.Dict(
            {"b": spaces.Box(-1, 1, (2,), np.float32), "a": spaces.Box(0, 9, (1,), np.uint8)}
        ),
    ],
)
def test_spaces_survive_json(space: spaces.Space[Any]) -> None:
    text = json.dumps(space_to_json(space), allow_nan=False)
    assert space_from_json(json.loads(text)) == space


def test_other_kinds_of_space_are_refused() -> None:
    with pytest.raises(InputError, match="must be a Box"):
        space_to_json(spaces.Discrete(3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"image_size": (20, 24)},
            r"camera is \(16, 16, 3\) in the policy, \(20, 24, 3\) in the environment",
        ),
        (
            {"observations": ("proprioception", "state")},
            "the policy reads camera, the environment gives only proprioception, state",
        ),
    ],
)
def test_environment_that_shows_something_else_is_refused(
    options: dict[str, Any], message: str, folder: Path
) -> None:
    world = Steer(1, autoreset_mode=AutoresetMode.DISABLED, **options)
    with pytest.raises(InputError, match=message):
        check_spaces(POLICY_FOLDER.manifest(folder), world)


def test_environment_may_show_more_than_the_policy_reads(folder: Path) -> None:
    world = Steer(2, observations=("camera", "proprioception", "state"))
    check_spaces(POLICY_FOLDER.manifest(folder), world)
    observation, _ = world.reset(seed=0)
    assert load_policy_folder(folder, "cpu").act(observation).shape == (2, 1)


def test_action_bounds_that_differ_are_named() -> None:
    wide, narrow = (spaces.Box(-bound, bound, (2,), np.float32) for bound in (2, 1))
    with pytest.raises(InputError, match=r"action lies in \[-1.0, 1.0\].*\[-2.0, 2.0\]"):
        check_space(narrow, wide)


def test_folder_format_is_what_the_module_says(folder: Path) -> None:
    manifest = POLICY_FOLDER.manifest(folder)
    assert (manifest["format"], manifest["version"]) == (POLICY_FOLDER.format, 1)
    assert manifest["class"] == "autonomy.agents.network_policy:NetworkPolicy"
