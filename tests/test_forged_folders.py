"""Folders of policies and modules that lie: each is refused in a sentence, and none runs code."""

import copy
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from gymnasium import spaces
from torch import Tensor
from toy_world import TOY_ID, Steer

from autonomy import weights_folder
from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.errors import InputError
from autonomy.perception.modules.lane_estimation import LaneEstimation
from autonomy.perception.modules.module_folder import MODULE_FOLDER, load_module, save_module
from autonomy.perception.signature import Signature
from autonomy.policies.folder import POLICY_FOLDER, TrainedPolicy, policy_manifest
from autonomy.policies.home import home_of
from autonomy.policies.source import PolicySource
from autonomy.weights_folder import FolderKind

LIES: list[Any] = [
    *(None, True, -1, 0, 3.5, 1e308, 10**400, "", "os:system", "x" * 100_000, [], {}),
    *([[]], [None], {"a": 1}, ["a", 2], [-1, -1], [50_000, 50_000], [1e9], {"type": "Dict"}),
]
NAMES = (
    *("os:system", "builtins:exec", "subprocess:Popen", "pickle:Unpickler", "evil:Policy"),
    *("../evil.py:Policy", "/evil.py:Policy", "evil.py:Policy", "autonomy.evil.py:Policy"),
    *("autonomy:__import__", "autonomy..os:system", "autonomy.errors:", ":", "autonomy", "..:a"),
    *("autonomy.policies.folder:Path", "autonomy.errors:InputError", "autonomy.scripts.train:main"),
    *("autonomy.agents.network_policy:np", "autonomy.agents.network_policy:torch", "torch:load"),
)


class Boom:
    """What runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.exit, ("executed",)


def policy(lstm: int = 0) -> NetworkPolicy:
    world = Steer(1)
    assert isinstance(world.single_observation_space, spaces.Dict)
    assert isinstance(world.single_action_space, spaces.Box)
    own = world.single_observation_space, world.single_action_space
    return NetworkPolicy(ActorNetwork(*own, Architecture("small", (8,), lstm=lstm)))


def read_policy(folder: Path) -> object:
    return TrainedPolicy.read(folder).make(Steer(2), "cpu")


def read_module(folder: Path) -> object:
    return load_module(folder, "cpu")


def a_policy() -> tuple[FolderKind, dict[str, Any], dict[str, Tensor], Callable[[Path], object]]:
    own = policy()
    return POLICY_FOLDER, policy_manifest(own, TOY_ID, {}), own.tensors(), read_policy


def a_module() -> tuple[FolderKind, dict[str, Any], dict[str, Tensor], Callable[[Path], object]]:
    module = LaneEstimation(Signature({"camera": (32, 48)}, ("lane_offset_m", "lane_width_m")))
    name = "autonomy.perception.modules.lane_estimation:LaneEstimation"
    manifest = {"class": name, "signature": module.signature.to_json(), "trained_on": {}}
    return MODULE_FOLDER, manifest, module.state_dict(), read_module


both = pytest.mark.parametrize("make", [a_policy, a_module])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in JSON values something stands."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, own in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(own, (*path, key))


def changed(value: Any, path: tuple[Any, ...], lie: Any) -> Any:
    other = copy.deepcopy(value)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = lie
    return other


def refusal(read: Callable[[Path], object], folder: Path) -> str:
    """Return why a folder is refused, nothing if it is not."""
    try:
        read(folder)
    except InputError as error:
        return str(error)
    return ""


@both
def test_values_of_wrong_types_are_refused(make: Callable[[], Any], tmp_path: Path) -> None:
    """Or make no difference, such as in what a folder only tells people."""
    kind, manifest, tensors, read = make()
    manifest = json.loads(json.dumps(manifest))
    for number, (path, lie) in enumerate((p, own) for p in places(manifest) for own in LIES):
        folder = tmp_path / str(number)
        kind.save(folder, changed(manifest, path, lie), tensors)
        said = refusal(read, folder)
        assert "\n" not in said
        assert len(said) < 1000, (path, lie)


@pytest.mark.parametrize("units", [0, 4])
def test_units_of_a_memory_that_lie_are_refused(units: int, tmp_path: Path) -> None:
    own = policy(units)
    manifest = json.loads(json.dumps(policy_manifest(own, TOY_ID, {})))
    for number, lie in enumerate([*LIES, 4.0, 5, 10_000, True]):
        folder = tmp_path / str(number)
        lying = changed(manifest, ("architecture", "lstm"), lie)
        POLICY_FOLDER.save(folder, lying, own.tensors())
        said = refusal(read_policy, folder)
        assert bool(said) == (type(lie) is not int or lie != units), lie
        assert "\n" not in said
        assert len(said) < 1000, lie


@both
@pytest.mark.parametrize("name", NAMES)
def test_classes_of_other_places_are_refused(
    make: Callable[[], Any], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit('executed')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    kind, manifest, tensors, read = make()
    kind.save(tmp_path / "folder", {**manifest, "class": name}, tensors)
    with pytest.raises(InputError):
        read(tmp_path / "folder")
    assert "evil" not in sys.modules


@pytest.mark.parametrize("option", ["task", "robot", "roads", "randomization", "perception"])
@pytest.mark.parametrize("name", ["evil.py:Task", "evil:Task", "\u00e9vil:Task", "./evil.py:Task"])
def test_options_of_a_folder_run_no_code(
    option: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where there is a file of the very name, so that it might be one."""
    for file in ("evil.py", "\u00e9vil.py"):
        (tmp_path / file).write_text("raise SystemExit('executed')")
    (tmp_path / "evil.py:Task").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    source = PolicySource(lambda *_: policy(), {option: name}, "autonomy/LaneFollow-v0")
    with pytest.raises(InputError, match="may not be imported"):
        home_of(source, None, {})


@both
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(
    make: Callable[[], Any], number: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, manifest, tensors, read = make()
    name, weights = list(tensors.items())[-2]
    spoilt = {**tensors, name: weights.clone()}
    spoilt[name].view(-1)[0] = number
    with pytest.raises(InputError, match=rf"must have finite weights .* those of {name} are not"):
        kind.save(tmp_path / "folder", manifest, spoilt)
    assert not list(tmp_path.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(weights_folder, "_is_finite", lambda _: True)
        kind.save(tmp_path / "folder", manifest, spoilt)
    with pytest.raises(InputError, match=rf"must hold finite weights, and those of {name} are not"):
        read(tmp_path / "folder")


@both
def test_what_is_nested_a_million_deep_is_refused(make: Callable[[], Any], tmp_path: Path) -> None:
    kind, manifest, tensors, read = make()
    kind.save(tmp_path / "folder", manifest, tensors)
    file = tmp_path / "folder" / f"{kind.name}.json"
    for text in ("[" * 1_000_000, '{"a":' * 1_000_000, "[" * 500 + "]" * 500):
        file.write_text(text)
        with pytest.raises(InputError, match="truncated or no JSON: it is nested more than 100"):
            read(tmp_path / "folder")
    file.write_text('{"format": NaN}')
    with pytest.raises(InputError, match="NaN is no number of JSON's"):
        read(tmp_path / "folder")


@both
def test_pickles_and_headers_that_lie_are_refused(
    make: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, manifest, tensors, read = make()
    torch.save({"weights": Boom()}, tmp_path / "weights.pt")
    whole = _weights(kind, manifest, tensors, tmp_path / "whole")
    forgeries = [
        pickle.dumps(Boom()),
        (tmp_path / "weights.pt").read_bytes(),
        b"",
        b"\0" * 8,
        b"\xff" * 64,
        (2**62).to_bytes(8, "little") + whole[8:],
        (5).to_bytes(8, "little") + b"{}   " + bytes(100),
        whole[:8] + whole[8:].replace(b"F32", b"F64", 1),
        whole[:8] + whole[8:].replace(b'"shape":[', b'"shape":[9', 1)[: len(whole) - 8],
        whole[:-4],
    ]
    for number, data in enumerate(forgeries):
        folder = tmp_path / f"forged{number}"
        with monkeypatch.context() as patch:
            patch.setattr("safetensors.torch.save", lambda _tensors, data=data: data)
            kind.save(folder, manifest, tensors)
        with pytest.raises(InputError):
            read(folder)


def _weights(
    kind: FolderKind, manifest: dict[str, Any], tensors: dict[str, Tensor], to: Path
) -> bytes:
    kind.save(to, manifest, tensors)
    return (to / f"{kind.name}.safetensors").read_bytes()


@pytest.mark.parametrize("size", [(50_000, 50_000), (4097, 4096), (10**9, 1)])
def test_frames_that_would_take_all_memory_are_refused(
    size: tuple[int, int], tmp_path: Path
) -> None:
    kind, manifest, tensors, read = a_module()
    signature = {**manifest["signature"], "frames": {"camera": size}}
    kind.save(tmp_path / "module", {**manifest, "signature": signature}, tensors)
    with pytest.raises(InputError, match="frames of camera must have at most"):
        read(tmp_path / "module")
    kind, manifest, tensors, read = a_policy()
    space = {"type": "Box", "shape": [*size, 3], "dtype": "uint8", "low": 0, "high": 255}
    spaces = {"type": "Dict", "spaces": {"camera": space}}
    kind.save(tmp_path / "policy", {**manifest, "observation_space": spaces}, tensors)
    with pytest.raises(InputError, match="an observation must have at most 16777216 numbers"):
        read(tmp_path / "policy")


def test_a_module_of_what_is_no_number_is_never_written(tmp_path: Path) -> None:
    """It would make `perceived` not a number in silence."""
    module = LaneEstimation(Signature({"camera": (32, 48)}, ("lane_offset_m", "lane_width_m")))
    with torch.no_grad():
        next(module.parameters()).fill_(float("nan"))
    with pytest.raises(InputError, match="must have finite weights to be saved"):
        save_module(tmp_path / "module", module, {})
