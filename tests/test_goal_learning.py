"""Off-policy learners reach goals by hindsight, and learn from what an expert shows them."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from goal_world import GOAL_ID, STEP, Point, register_goal_world
from gymnasium.vector import AutoresetMode
from numpy.testing import assert_allclose
from rich.console import Console
from safetensors.torch import load_file
from stable_baselines3 import HerReplayBuffer

from autonomy.agents.learner import make_learner
from autonomy.agents.recipes import CrossQRecipe, SACRecipe, TQCRecipe
from autonomy.agents.run_folder import train
from autonomy.agents.watched import Watched
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.policies.folder import load_policy_folder

register_goal_world()

QUIET = Console(file=io.StringIO())
OPTIONS: dict[str, Any] = {
    "total_steps": 2_400,
    "observations": ("achieved_goal", "desired_goal"),
    "layers": (64, 64),
    "batch_size": 64,
    "learning_rate": 2e-3,
    "final_learning_rate": 1e-3,
    "gamma": 0.8,
    "learning_starts": 480,
    "gradient_steps": 5,
    "entropy_coefficient": 0.1,
    "hindsight_goals": 4,
    "replay_size": 10_000,
    "validation_interval": 1_600,
    "threads": 1,
}
RECIPES = {
    "sac": SACRecipe(**OPTIONS, tau=0.05),
    "tqc": TQCRecipe(**OPTIONS, tau=0.05),
    "crossq": CrossQRecipe(**OPTIONS, critic_layers=(64, 64)),
}
SHOWN: dict[str, Any] = {"demonstrations": 60, "imitation_coefficient": 20.0, "total_steps": 1_600}

SEEDS = (("first", 3), ("second", 3), ("other", 4))


@pytest.mark.parametrize("algorithm", RECIPES)
@pytest.mark.parametrize("shown", [{}, SHOWN], ids=["alone", "shown"])
def test_learner_reaches_goals_and_acts_from_its_folder(
    algorithm: str, shown: dict[str, Any], tmp_path: Path
) -> None:
    recipe = replace(RECIPES[algorithm], **shown)
    run = train(GOAL_ID, recipe, 0, tmp_path / "run", "cpu", QUIET).run
    policy = load_policy_folder(run / "policy", "cpu")
    world = Point(64, split="test", autoreset_mode=AutoresetMode.DISABLED)
    assert evaluate(world, policy, episodes=200).success_rate >= 0.9
    assert {path.suffix for path in (run / "policy").iterdir()} == {".json", ".safetensors"}


@pytest.mark.parametrize("algorithm", RECIPES)
def test_entropy_is_tuned_to_its_target_for_each_number_of_an_action(algorithm: str) -> None:
    recipe = replace(RECIPES[algorithm], entropy_target=-2.5)
    learner: Any = make_learner(Point(4), recipe, 0, "cpu")
    assert learner.model.target_entropy == 2 * -2.5


@pytest.mark.parametrize("algorithm", RECIPES)
def test_expert_lives_the_first_episodes_and_the_learner_remembers_them(algorithm: str) -> None:
    recipe = replace(RECIPES[algorithm], demonstrations=40, learning_starts=2_000)
    world = Watched(Point(4))
    learner: Any = make_learner(world, recipe, 0, "cpu")
    for _ in range(250):
        learner.collect()
    successes = [episode.success for episode in world.take_episodes()]
    assert all(successes[:40])
    assert not all(successes[40:80])
    remembered = learner.model.replay_buffer
    assert isinstance(remembered, HerReplayBuffer)
    goal, place = (remembered.observations[f"{name}_goal"][:20] for name in ("desired", "achieved"))
    straight = np.clip((goal - place) / STEP, -1.0, 1.0)
    assert_allclose(remembered.actions[:20], straight, atol=1e-5)


def test_actor_comes_to_imitate_the_expert() -> None:
    recipe = replace(
        RECIPES["sac"], demonstrations=60, learning_starts=320, imitation_coefficient=1e4
    )
    world = Point(16)
    learner = make_learner(world, recipe, 0, "cpu")
    for _ in range(100):
        learner.collect()
        learner.update()
    observation, _ = world.reset(seed=0)
    action = learner.policy.act(observation)
    assert np.abs(action - world.expert().act(observation)).mean() < 0.1


def test_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    recipe = replace(RECIPES["tqc"], **{**SHOWN, "total_steps": 640}, validation_episodes=4)
    runs = [train(GOAL_ID, recipe, seed, tmp_path / name, "cpu", QUIET).run for name, seed in SEEDS]
    first, second, other = (load_file(run / "policy" / "policy.safetensors") for run in runs)
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    assert any(not torch.equal(tensor, other[name]) for name, tensor in first.items())


def test_demonstrations_need_an_expert(tmp_path: Path) -> None:
    recipe = replace(RECIPES["sac"], demonstrations=10, world={"teaches": False})
    with pytest.raises(InputError, match="has no expert"):
        train(GOAL_ID, recipe, 0, tmp_path / "run", "cpu", QUIET)
    assert not (tmp_path / "run").exists()


def test_imitation_needs_demonstrations() -> None:
    with pytest.raises(InputError, match="imitation_coefficient needs demonstrations, got 0"):
        SACRecipe(imitation_coefficient=1.0).check()
