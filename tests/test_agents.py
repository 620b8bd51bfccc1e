"""Learners solve a toy in seconds, twice the same, and what they learned acts without them."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.torch import load_file
from torch import nn
from toy_recipes import QUIET, RECIPES
from toy_world import DRIFT, HOLD_STEPS, TOY_ID, Steer, register_toy

from autonomy.agents.encoders import ENCODERS, find_encoder
from autonomy.agents.learner import make_learner
from autonomy.agents.observation_network import VECTOR_FEATURES, ObservationNetwork
from autonomy.agents.recipes import PPORecipe, recipe_class
from autonomy.agents.run_folder import Trained, train
from autonomy.agents.stable_baselines.features import PredictingFeatures
from autonomy.agents.vec_env import BatchedVecEnv
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.policies.folder import load_policy_folder

register_toy()


@pytest.fixture(scope="module", params=list(RECIPES))
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    run = tmp_path_factory.mktemp("runs") / request.param
    return train(TOY_ID, RECIPES[request.param], 0, run, "cpu", QUIET)


def test_learner_solves_the_toy(trained: Trained) -> None:
    assert trained.validation.success_rate >= 0.9


def test_saved_policy_does_as_well_without_the_learner(trained: Trained) -> None:
    policy = load_policy_folder(trained.run / "policy", "cpu")
    world = Steer(32, split="test", autoreset_mode=AutoresetMode.DISABLED)
    assert evaluate(world, policy, episodes=64).success_rate >= 0.85


def test_run_folder_holds_configuration_curves_and_checkpoints(trained: Trained) -> None:
    config = json.loads((trained.run / "config.json").read_text())
    assert config["env_id"] == TOY_ID
    assert config["recipe"]["image_size"] == [16, 16]
    assert (trained.run / "checkpoints" / str(trained.steps) / "policy.json").is_file()
    assert list((trained.run / "curves").glob("events.out.tfevents.*"))
    with (trained.run / "curves" / "progress.csv").open() as file:
        columns = set(next(csv.reader(file)))
    assert {"reward/offset", "reward/left", "episode/success_rate", "episode_end/held"} <= columns
    assert {"validation/success_rate", "validation/offset_rms", "time/steps_per_second"} <= columns
    assert any(column.endswith("gradient_norm") for column in columns)


@pytest.mark.parametrize("name", RECIPES)
def test_same_seed_gives_the_same_weights(name: str, tmp_path: Path) -> None:
    recipe = replace(RECIPES[name], total_steps=1_024, validation_episodes=4)
    first, second, other = (
        _weights(train(TOY_ID, recipe, seed, tmp_path / name, "cpu", QUIET))
        for name, seed in (("first", 3), ("second", 3), ("other", 4))
    )
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    assert any(not torch.equal(tensor, other[name]) for name, tensor in first.items())


@pytest.mark.parametrize("algorithm", ["ppo", "recurrent_ppo", "sac", "crossq"])
@pytest.mark.parametrize("privileged", [(), ("state",)])
def test_exported_policy_acts_as_the_learner_predicts(
    algorithm: str, privileged: tuple[str, ...]
) -> None:
    recipe = replace(RECIPES[algorithm], privileged=privileged)
    envs: Any = Steer(16, observations=recipe.observations + privileged)
    learner: Any = make_learner(envs, recipe, 0, "cpu")
    with torch.no_grad():
        for parameter in learner.model.policy.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))  # actions of all sizes
    envs.single_observation_space.seed(0)
    observation = {
        name: np.stack([space.sample() for _ in range(64)])
        for name, space in envs.single_observation_space.items()
    }
    predicted, _ = learner.model.predict(observation, deterministic=True)
    exported = learner.policy
    assert set(exported.observation_space.spaces) == set(recipe.observations)
    action = exported.act(observation)
    assert action.dtype == np.float32
    assert_allclose(action, predicted, atol=1e-5)
    assert np.ptp(predicted) > 0.1


def test_features_learn_to_predict_the_truth_beside_any_loss() -> None:
    space = Steer(1, observations=("camera", "state")).single_observation_space
    features = PredictingFeatures(
        space, find_encoder("small"), ("state",), prediction_coefficient=0.3
    )
    batch = {
        name: torch.from_numpy(np.stack([entry.sample() for _ in range(32)]))
        for name, entry in space.items()
    }
    weights = list(features.network.parameters())
    loss = features(batch).square().sum()
    found = torch.autograd.grad(loss, weights)

    plain = features.network(batch)
    state = batch["state"]
    truth = (state - state.mean(0)) / (state.var(0, unbiased=False) + 1e-5).sqrt()
    error = (features.prediction.predict(plain) - truth).square().mean()
    expected = torch.autograd.grad(plain.square().sum() + 0.3 * error, weights)
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-6)


def test_what_is_observed_cannot_be_privileged_too() -> None:
    with pytest.raises(InputError, match="among the observations, got camera"):
        PPORecipe(privileged=("camera",)).check()


def test_an_image_cannot_be_privileged(tmp_path: Path) -> None:
    recipe = replace(RECIPES["ppo"], observations=("proprioception",), privileged=("camera",))
    with pytest.raises(InputError, match="camera must be a vector"):
        train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert not (tmp_path / "run").exists()


def test_adapter_shows_the_end_of_an_episode_and_the_next_beginning() -> None:
    envs = BatchedVecEnv(Steer(4))
    alone = Steer(4, autoreset_mode=AutoresetMode.DISABLED)
    envs.seed(7)
    assert_array_equal(envs.reset()["camera"], alone.reset(seed=7)[0]["camera"])
    right = np.ones((4, 1), np.float32)
    rewards: list[np.ndarray] = []
    while True:
        observation, reward, dones, infos = envs.step(right)
        last, _, _, _, _ = alone.step(right)
        rewards.append(reward)
        if dones.any():
            break
        assert infos == [{}] * 4
        assert_array_equal(observation["camera"], last["camera"])
    i = int(np.argmax(dones))
    ending = infos[i]
    assert not ending["is_success"]
    assert not ending["TimeLimit.truncated"]
    assert_array_equal(ending["terminal_observation"]["camera"], last["camera"][i])
    assert np.any(observation["camera"][i] != last["camera"][i])
    assert ending["episode"]["l"] == len(rewards)
    assert ending["episode"]["r"] == pytest.approx(sum(r[i] for r in rewards), rel=1e-6)


def test_adapter_tells_success_from_time_limit() -> None:
    world = Steer(8, max_episode_steps=40)
    envs, expert = BatchedVecEnv(world), world.expert()
    observation = envs.reset()
    infos: list[dict[str, Any]] = []
    for _ in range(HOLD_STEPS + 8):
        observation, _, _, step_infos = envs.step(expert.act(observation))
        infos += [info for info in step_infos if info]
    assert len(infos) >= 8
    assert all(info["is_success"] and not info["TimeLimit.truncated"] for info in infos)

    idle = BatchedVecEnv(Steer(8, max_episode_steps=2))
    idle.reset()
    idle.step(np.zeros((8, 1), np.float32))
    _, _, dones, endings = idle.step(np.zeros((8, 1), np.float32))
    assert 2 * DRIFT < 0.2, "the wind alone cannot end an episode in two steps"
    assert dones.all()
    assert all(info["TimeLimit.truncated"] and not info["is_success"] for info in endings)


def test_adapter_refuses_worlds_that_do_not_reset_in_the_same_step() -> None:
    with pytest.raises(InputError, match="SAME_STEP"):
        BatchedVecEnv(Steer(2, autoreset_mode=AutoresetMode.DISABLED))


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("shape", [(48, 80, 3), (37, 53, 1), (84, 84, 4)])
def test_encoders_take_any_image_size(name: str, shape: tuple[int, int, int]) -> None:
    encoder = find_encoder(name)(shape)
    images = torch.randint(0, 256, (2, *shape), dtype=torch.uint8)
    untouched = images.clone()
    features = encoder(images)
    assert features.shape[0] == 2
    assert features.dtype == torch.float32
    assert torch.isfinite(features).all()
    assert torch.equal(images, untouched)


def test_keypoints_move_with_what_they_see() -> None:
    """As far as the image is wide, and in its direction."""
    torch.manual_seed(0)
    encoder = find_encoder("keypoints")((64, 64, 3)).eval()
    frames = torch.full((2, 64, 64, 3), 90, dtype=torch.uint8)
    frames[0, 24:32, 16:24], frames[1, 24:32, 40:48] = 250, 250
    optimizer = torch.optim.Adam(encoder.parameters(), lr=3e-3)
    middles = torch.tensor([20 / 32 - 1, 44 / 32 - 1])
    for _ in range(60):
        optimizer.zero_grad()
        (encoder(frames)[:, 0] - middles).square().sum().backward()
        optimizer.step()
    elsewhere = torch.full((1, 64, 64, 3), 90, dtype=torch.uint8)
    elsewhere[0, 24:32, 32:40] = 250
    assert encoder(elsewhere)[0, 0].item() == pytest.approx(36 / 32 - 1, abs=0.15)


class BrightnessEncoder(nn.Module):
    """A user's own encoder: the mean of each channel."""

    def __init__(self, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(image_shape[-1]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map images `(N, H, W, C)` to `(N, C)`."""
        return images.float().mean(dim=(1, 2)) * self.scale


def test_user_encoder_trains_and_loads_only_when_its_module_is_named(tmp_path: Path) -> None:
    recipe = replace(
        RECIPES["ppo"],
        total_steps=1_024,
        validation_episodes=4,
        encoder=f"{__name__}:BrightnessEncoder",
    )
    run = train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET).run
    with pytest.raises(InputError, match="may not be imported"):
        load_policy_folder(run / "policy", "cpu")
    policy = load_policy_folder(run / "policy", "cpu", modules=(__name__,))
    observation, _ = Steer(3).reset(seed=0)
    assert policy.act(observation).shape == (3, 1)


def test_observation_entries_are_scaled_by_their_bounds() -> None:
    space = spaces.Dict(
        {
            "proprioception": spaces.Box(
                np.float32([0, -2, -np.inf]), np.float32([10, 2, np.inf]), dtype=np.float32
            ),
            "depth": spaces.Box(0, np.inf, (1, 2), np.float32),
            "semantic": spaces.Box(0, 5, (1, 2), np.uint8),
        }
    )
    network = ObservationNetwork(space, find_encoder(BrightnessEncoder))
    features = network(
        {
            "proprioception": torch.tensor([[5.0, 2.0, 7.0]]),
            "depth": torch.tensor([[[4.0, torch.inf]]]),  # 255 / 5 = 51 and 0: mean 25.5
            "semantic": torch.tensor([[[5, 0]]], dtype=torch.uint8),  # 255 and 0: mean 127.5
        }
    )
    assert features[0, :2].tolist() == [25.5, 127.5]
    assert features.shape == (1, 2 + VECTOR_FEATURES)
    alone = ObservationNetwork(
        spaces.Dict(proprioception=space["proprioception"]), find_encoder("small")
    )
    vector = {"proprioception": torch.tensor([[5.0, 2.0, 7.0]])}
    assert alone(vector).tolist() == [[0.0, 1.0, 7.0]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoder": "resnet"}, "encoder must be one of small, nature, impala"),
        ({"encoder": "nature"}, r"cannot take images of shape \(16, 16, 3\)"),
        ({"encoder": "no_such_module:Encoder"}, "no_such_module"),
        ({"world": {"wind": 3}}, "has no option 'wind'"),
    ],
)
def test_recipe_that_cannot_work_leaves_nothing(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        train(TOY_ID, replace(RECIPES["ppo"], **changes), 0, tmp_path / "run", "cpu", QUIET)
    assert not list(tmp_path.iterdir())


def test_existing_run_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InputError, match="run folder must be new"):
        train(TOY_ID, RECIPES["ppo"], 0, tmp_path, "cpu", QUIET)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_run_folder_may_be_used(tmp_path: Path) -> None:
    """As a process leaves it that was killed before it wrote anything."""
    small = replace(RECIPES["ppo"], num_envs=16, n_steps=16, total_steps=256, validation_episodes=2)
    train(TOY_ID, small, 0, tmp_path, "cpu", QUIET)
    assert (tmp_path / "policy/policy.json").is_file()


def test_unknown_device_algorithm_and_id_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="no CUDA device"):
        train(TOY_ID, RECIPES["ppo"], 0, tmp_path / "run", "cuda", QUIET)
    names = "ppo, recurrent_ppo, sac, tqc, crossq, dagger"
    with pytest.raises(
        InputError, match=f"algorithm must be one of {names}, or .* of a recipe, got 'dqn'"
    ):
        recipe_class("dqn")
    with pytest.raises(InputError, match="unknown environment"):
        train("toy/Nowhere-v0", RECIPES["ppo"], 0, tmp_path / "run", "cpu", QUIET)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 300}, "batch_size must divide num_envs . n_steps = 4096, got 300"),
        ({"num_envs": 0}, "num_envs must be positive, got 0"),
        ({"learning_rate": -1.0}, "learning_rate must be positive"),
        ({"threads": -1}, "threads must not be negative, got -1"),
        ({"gamma": 1.5}, "gamma must be from 0 to 1, got 1.5"),
        ({"learning_rate": float("nan")}, "learning_rate must be positive, got nan"),
        ({"learning_rate": float("inf")}, "learning_rate must be positive, got inf"),
        ({"clip_range": -1.0}, "clip_range must be positive, got -1"),
        ({"log_std_init": float("nan")}, "log_std_init must be a finite number, got nan"),
        ({"layers": (64, 0)}, "layers must be positive widths, got 0"),
        ({"perception": "module"}, "perception needs perceived among the observations"),
    ],
)
def test_recipe_fields_are_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        PPORecipe(**changes).check()


def test_learning_rate_falls_on_a_straight_line() -> None:
    recipe = PPORecipe(learning_rate=4e-4, final_learning_rate=2e-4)
    rates = [recipe.learning_rate_at(remaining) for remaining in (1.0, 0.5, 0.0)]
    assert rates == pytest.approx([4e-4, 3e-4, 2e-4])


def test_the_view_goes_with_the_policy_and_the_world_does_not() -> None:
    recipe = PPORecipe(view={"goal_marker": True}, world={"route_length": 9.0})
    assert recipe.env_options.keys() == {"observations", "image_size", "goal_marker"}


def _weights(trained: Trained) -> dict[str, torch.Tensor]:
    return load_file(trained.run / "policy" / "policy.safetensors")
