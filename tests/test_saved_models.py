"""What Stable-Baselines3 and sb3-contrib saved, as policies; and what in such a file is refused."""

import base64
import importlib
import io
import json
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from sb3_contrib import ARS, TQC, TRPO, CrossQ, RecurrentPPO
from stable_baselines3 import A2C, DDPG, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecExtractDictObs, VecFrameStack, VecNormalize
from toy_recipes import QUIET
from toy_world import TOY_ID, register_toy

from autonomy.agents import BatchedVecEnv
from autonomy.agents.recipes import DAggerRecipe
from autonomy.agents.run_folder import train
from autonomy.command_line import run
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.make import make_world
from autonomy.policies.source import load_policy, policy_source
from autonomy.policy import RememberingPolicy
from autonomy.scripts import evaluate as evaluate_script

register_toy()

VECTORS = ("proprioception", "state")


def small(**more: Any) -> dict[str, Any]:
    """Return arguments of a small model, which takes them over."""
    return {"policy_kwargs": {"net_arch": [8]}, "device": "cpu", "seed": 3, **more}


def rollouts(**more: Any) -> dict[str, Any]:
    return small(n_steps=32, **more)


def worlds(*observations: str, image_size: tuple[int, int] = (36, 40)) -> BatchedVecEnv:
    return BatchedVecEnv(gym.make_vec(TOY_ID, 4, observations=observations, image_size=image_size))


MODELS: dict[str, Callable[[], BaseAlgorithm]] = {
    "PPO": lambda: PPO("MultiInputPolicy", worlds(*VECTORS), **rollouts()),
    "PPO, gSDE": lambda: PPO("MultiInputPolicy", worlds("state"), **rollouts(use_sde=True)),
    "A2C": lambda: A2C("MultiInputPolicy", worlds(*VECTORS), **rollouts()),
    "TRPO": lambda: TRPO("MultiInputPolicy", worlds(*VECTORS), **rollouts()),
    "SAC": lambda: SAC("MultiInputPolicy", worlds(*VECTORS), **small(buffer_size=9)),
    "TD3": lambda: TD3("MultiInputPolicy", worlds(*VECTORS), **small(buffer_size=9)),
    "DDPG": lambda: DDPG("MultiInputPolicy", worlds(*VECTORS), **small(buffer_size=9)),
    "TQC": lambda: TQC("MultiInputPolicy", worlds(*VECTORS), **small(buffer_size=9)),
    "CrossQ": lambda: CrossQ(
        "MlpPolicy", VecExtractDictObs(worlds("state"), "state"), **small(buffer_size=9)
    ),
    "frames": lambda: PPO("MultiInputPolicy", worlds("camera", "state"), **rollouts()),
    "one image": lambda: PPO(
        "CnnPolicy", VecExtractDictObs(worlds("camera"), "camera"), **rollouts()
    ),
    "one vector": lambda: SAC(
        "MlpPolicy", VecExtractDictObs(worlds("state"), "state"), **small(buffer_size=9)
    ),
    "ARS": lambda: ARS(
        "LinearPolicy", VecExtractDictObs(worlds("state"), "state"), device="cpu", seed=3
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_acts_as_it_does_where_it_was_made(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    model.save(tmp_path / "model.zip")
    source = policy_source(str(tmp_path / "model.zip"), trust=True)
    options = {"observations": ("camera", *VECTORS), **source.env_options}
    world = make_world(TOY_ID, 3, **options)
    seen = world.reset(seed=0)[0]
    wanted = model.predict(
        {own: seen[own] for own in model.observation_space}
        if hasattr(model.observation_space, "spaces")
        else seen["camera" if name == "one image" else "state"],
        deterministic=True,
    )[0]
    policy = source.make(world, "cpu", 0)
    policy.reset(np.ones(3, np.bool_))
    np.testing.assert_allclose(policy.act(seen), wanted, rtol=0.0, atol=1e-6)
    assert policy.act(seen).dtype == np.float32
    world.close()


def test_the_world_shows_what_a_model_was_trained_on(tmp_path: Path) -> None:
    PPO("MultiInputPolicy", worlds("camera", "state"), **rollouts()).save(tmp_path / "model.zip")
    options = policy_source(str(tmp_path / "model.zip"), trust=True).env_options
    assert options == {"observations": ("camera", "state"), "image_size": (36, 40)}


@pytest.fixture
def recurrent(tmp_path: Path) -> tuple[RecurrentPPO, str]:
    kwargs = {"lstm_hidden_size": 6, "n_lstm_layers": 2, "net_arch": [8]}
    model = RecurrentPPO(
        "MultiInputLstmPolicy",
        worlds("state"),
        n_steps=32,
        policy_kwargs=kwargs,
        device="cpu",
        seed=3,
    )
    model.save(tmp_path / "model.zip")
    return model, str(tmp_path / "model.zip")


def test_a_recurrent_model_remembers_an_episode_and_no_other(
    recurrent: tuple[RecurrentPPO, str],
) -> None:
    """Row 1 begins anew at the third of five steps; the others go on."""
    model, path = recurrent
    world = make_world(TOY_ID, 3, observations=("state",))
    policy = load_policy(path, world, "cpu", trust=True)
    random, memory = np.random.default_rng(0), None
    for step in range(5):
        begins = np.array([step == 0, step in (0, 2), step == 0])
        seen = {"state": random.uniform(-1.0, 1.0, (3, 2)).astype(np.float32)}
        if begins.any():
            policy.reset(begins)
        wanted, memory = model.predict(seen, memory, begins, deterministic=True)
        np.testing.assert_allclose(policy.act(seen), wanted, rtol=0.0, atol=1e-6)
    anew = load_policy(path, world, "cpu", trust=True).act(seen)
    assert np.abs(anew - wanted).max() > 1e-4  # what was remembered matters


def test_what_a_recurrent_model_remembers_is_told_and_taken(
    recurrent: tuple[RecurrentPPO, str],
) -> None:
    world = make_world(TOY_ID, 3, observations=("state",))
    one, other = (load_policy(recurrent[1], world, "cpu", trust=True) for _ in range(2))
    assert isinstance(one, RememberingPolicy)
    assert isinstance(other, RememberingPolicy)
    seen = {"state": np.linspace(-1.0, 1.0, 6, dtype=np.float32).reshape(3, 2)}
    one.act(seen)
    other.set_state(one.get_state())
    assert np.abs(one.act(seen) - other.act(seen)).max() == 0.0


def test_an_evaluation_is_the_same_for_every_batch_size(
    recurrent: tuple[RecurrentPPO, str],
) -> None:
    results = [
        evaluate(world, load_policy(recurrent[1], world, "cpu", trust=True), 5)
        for world in (make_world(TOY_ID, count, observations=("state",)) for count in (1, 3, 4))
    ]
    assert results[0] == results[1] == results[2]


class Boom:
    """What runs when it is unpickled."""

    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('code ran')",)


def forged(path: Path, data: bytes, weights: Any = None) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data", data)
        file = io.BytesIO()
        torch.save({} if weights is None else weights, file)
        archive.writestr("policy.pth", file.getvalue())
    return str(path)


def test_nothing_in_a_file_runs_before_it_is_trusted(tmp_path: Path) -> None:

    boom = {":type:": "", ":serialized:": base64.b64encode(pickle.dumps(Boom())).decode()}
    path = forged(tmp_path / "boom.zip", json.dumps({"policy_class": boom}).encode())
    with pytest.raises(InputError, match=r"is a pickle, .* say so with --trust") as refusal:
        policy_source(path)
    assert "\n" not in str(refusal.value)
    with pytest.raises(SystemExit, match="code ran"):
        policy_source(path, trust=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: "nowhere.zip", "model nowhere.zip cannot be read: No such file or directory"),
        (lambda at: written(at / "text.zip", b"text"), "cannot be read: File is not a zip file"),
        (lambda at: zipped(at / "other.zip"), "got a zip without data and policy.pth"),
        (lambda at: forged(at / "a.zip", b"[]"), "cannot be read: "),
        (lambda at: forged(at / "a.zip", b"{"), "cannot be read: Expecting property name"),
        (lambda at: forged(at / "a.zip", b"{}"), "must hold observation_space, a Space, got None"),
    ],
)
def test_what_is_no_model_is_refused_in_one_sentence(
    make: Callable[[Path], str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        policy_source(make(tmp_path), trust=True)
    assert "\n" not in str(refusal.value)


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def zipped(path: Path) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "")
    return str(path)


def saved(path: Path, model: BaseAlgorithm) -> str:
    model.save(path)
    return str(path)


def test_a_class_that_is_nowhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost_net.py").write_text(
        "from stable_baselines3.common.torch_layers import CombinedExtractor\n"
        "class Net(CombinedExtractor): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    lost = importlib.import_module("lost_net")
    model = PPO(
        "MultiInputPolicy",
        worlds("state"),
        **{**rollouts(), "policy_kwargs": {"features_extractor_class": lost.Net}},
    )
    path = saved(tmp_path / "model.zip", model)
    assert policy_source(path, trust=True).env_options == {"observations": ("state",)}
    monkeypatch.undo()
    monkeypatch.delitem(sys.modules, "lost_net")
    with pytest.raises(InputError, match="without the module 'lost_net', which is neither inst"):
        policy_source(path, trust=True)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    model = MODELS["PPO"]()
    with torch.no_grad():
        next(model.policy.parameters()).fill_(float("nan"))
    with pytest.raises(InputError, match="must hold finite weights, and those of log_std are not"):
        policy_source(saved(tmp_path / "model.zip", model), trust=True)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("PPO", {"observations": ("state",)}, "reads proprioception, the environment gives only"),
        (
            "frames",
            {"image_size": (48, 40)},
            r"camera is \(3, 36, 40\) in the policy, \(3, 48, 40\)",
        ),
        (
            "one image",
            {"image_size": (48, 40)},
            r"reads one array, \(3, 36, 40\) uint8, .* none of",
        ),
        ("one vector", {"observations": ("camera",)}, "can be none of the observations"),
    ],
)
def test_a_world_that_shows_something_else_is_refused(
    model: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    source = policy_source(saved(tmp_path / "model.zip", MODELS[model]()), trust=True)
    world = make_world(TOY_ID, 2, **{"observations": ("camera", "state"), **options})
    with pytest.raises(InputError, match=message):
        source.make(world, "cpu", 0)


def test_what_stood_around_the_world_is_missed(tmp_path: Path) -> None:
    model = PPO("MultiInputPolicy", VecFrameStack(worlds("state"), 2), **rollouts())
    source = policy_source(saved(tmp_path / "model.zip", model), trust=True)
    with pytest.raises(InputError, match=r"state is \(4,\) in the policy, \(2,\) in the env"):
        source.make(make_world(TOY_ID, 1, **source.env_options), "cpu", 0)


def test_scales_that_a_model_does_not_hold_are_missed(tmp_path: Path) -> None:
    model = PPO("MultiInputPolicy", VecNormalize(worlds("state")), **rollouts()).learn(128)
    source = policy_source(saved(tmp_path / "model.zip", model), trust=True)
    with pytest.warns(UserWarning, match="learned behind VecNormalize, whose statistics are not"):
        source.make(make_world(TOY_ID, 1, **source.env_options), "cpu", 0)


def test_a_model_that_learned_by_itself_acts_without_a_word(tmp_path: Path) -> None:
    for model in (MODELS["A2C"]().learn(128), MODELS["SAC"]().learn(8)):
        source = policy_source(saved(tmp_path / "model.zip", model), trust=True)
        source.make(make_world(TOY_ID, 1, **source.env_options), "cpu", 0)


def test_the_command_asks_for_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path / "model.zip", MODELS["PPO"]())
    words = [path, "--env", TOY_ID, "--episodes", "2", "--json", "-"]
    with pytest.raises(SystemExit) as status:
        run(evaluate_script.main, evaluate_script.Arguments, words)
    assert status.value.code == 2
    assert capsys.readouterr().err.startswith(f"error: {path} is a pickle, and reading it runs ")
    run(evaluate_script.main, evaluate_script.Arguments, [*words, "--trust"])
    assert json.loads(capsys.readouterr().out)["episodes"] == 2
    with pytest.raises(SystemExit):
        run(evaluate_script.main, evaluate_script.Arguments, [path, "--trust"])
    assert "does not say in which world it lives" in capsys.readouterr().err


def test_a_model_teaches(tmp_path: Path) -> None:
    recipe = DAggerRecipe(
        teacher=saved(tmp_path / "model.zip", MODELS["PPO"]()),
        observations=VECTORS,
        total_steps=64,
        num_envs=4,
        batch_size=8,
        validation_episodes=1,
        threads=1,
    )
    with pytest.raises(InputError, match="is a pickle"):
        train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert not (tmp_path / "run").exists()
    trusting = DAggerRecipe(**{**vars(recipe), "trust": True})
    assert train(TOY_ID, trusting, 0, tmp_path / "run", "cpu", QUIET).steps >= 64
