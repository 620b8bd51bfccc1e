"""Learners and encoders of a user's own, given by object, by module and by file."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, register_toy

from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import DAggerRecipe, PPORecipe, SACRecipe, recipe_class
from autonomy.agents.run_folder import train
from autonomy.agents.training import Training
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.imported_class import class_in_file
from autonomy.make import make_world
from autonomy.policies.folder import load_policy_folder
from autonomy.policies.source import policy_source
from autonomy.policy import Observation
from autonomy.scripts import train as train_script
from autonomy.world import World

register_toy()

SMALL: dict[str, Any] = {
    "total_steps": 1_024,
    "num_envs": 16,
    "image_size": (16, 16),
    "layers": (32,),
    "validation_episodes": 4,
    "threads": 1,
}

CLONING = """
import torch

from autonomy.agents.network_policy import NetworkPolicy
from autonomy.agents.recipe import Recipe


class Cloning:
    def __init__(self, envs, recipe, seed, device):
        self.envs, self.expert, self.seen = envs, envs.expert(), envs.reset(seed=seed)[0]
        self.policy = NetworkPolicy.untrained(envs, recipe, device)
        self.adam = torch.optim.Adam(self.policy.network.parameters(), recipe.learning_rate)

    def collect(self):
        self.shown, self.wanted = self.seen, torch.from_numpy(self.expert.act(self.seen))
        self.seen = self.envs.step(self.wanted.numpy())[0]

    def update(self):
        shown = {name: torch.from_numpy(values) for name, values in self.shown.items()}
        loss = (self.policy.network(shown) - self.wanted).square().mean()
        self.adam.zero_grad(), loss.backward(), self.adam.step()
        return {"loss": loss.item()}


class CloningRecipe(Recipe):
    learner = Cloning
"""

BRIGHT = """
import torch
from torch import nn


class Bright(nn.Module):
    def __init__(self, image_shape, columns=4):
        super().__init__()
        self.pool, self.scale = nn.AdaptiveAvgPool2d((1, columns)), nn.Parameter(torch.ones(1))

    def forward(self, images):
        return self.pool(images.permute(0, 3, 1, 2).float()).flatten(1) * self.scale / 255.0
"""


class Bright(nn.Module):
    """The mean of each channel, if need be."""

    def __init__(self, image_shape: tuple[int, int, int], columns: int = 4) -> None:
        super().__init__()
        self.pool, self.scale = nn.AdaptiveAvgPool2d((1, columns)), nn.Parameter(torch.ones(1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map images `(N, H, W, C)` to `(N, C * columns)`."""
        return self.pool(images.permute(0, 3, 1, 2).float()).flatten(1) * self.scale / 255.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, from which everything is called."""
    (tmp_path / "cloning.py").write_text(CLONING)
    (tmp_path / "bright.py").write_text(BRIGHT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_learner_in_a_file_solves_the_toy_from_the_command_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"{TOY_ID} --algo cloning.py:CloningRecipe --run run --device cpu"
    small = "--recipe.total-steps 8192 --recipe.num-envs 64 --recipe.image-size 16 16"
    more = "--recipe.learning-rate 2e-3 --recipe.threads 1 --recipe.validation-interval 4096"
    train_script.main(train_script.parse(f"{words} {small} {more}".split()))
    assert "recipe: cloning.py:CloningRecipe, its defaults" in capsys.readouterr().out
    config = json.loads((folder / "run/config.json").read_text())
    assert config["algorithm"].endswith("cloning.py:CloningRecipe")
    assert (folder / "run/checkpoints/4096/policy.json").is_file()
    source = policy_source("run")  # the network is ours, so nobody needs the learner's file
    world = make_world(TOY_ID, 16, split="test", **source.env_options)
    assert evaluate(world, source.make(world, "cpu", 0), 64).success_rate >= 0.9


def test_a_learner_may_be_given_in_python(folder: Path) -> None:
    recipe = class_in_file("cloning.py:CloningRecipe")(**SMALL)
    progress = list(Training(TOY_ID, recipe, seed=3, device="cpu"))
    assert [own.steps for own in progress] == list(range(16, 1_025, 16))
    assert progress[-1].metrics["train/loss"] < progress[0].metrics["train/loss"]


def encoder_by_file(folder: Path) -> Any:
    return "bright.py:Bright", (str(folder / "bright.py"),)


def encoder_by_module(_folder: Path) -> Any:
    return f"{__name__}:Bright", (__name__,)


def encoder_by_class(_folder: Path) -> Any:
    return Bright, (__name__,)


@pytest.mark.parametrize("given", [encoder_by_file, encoder_by_module, encoder_by_class])
@pytest.mark.parametrize("algorithm", ["ppo", "recurrent_ppo", "sac", "crossq", "dagger"])
def test_an_encoder_is_given_in_three_ways_with_options(
    given: Any, algorithm: str, folder: Path
) -> None:
    encoder, modules = given(folder)
    options = {"columns": 5}
    small = {**SMALL, "batch_size": 64, "encoder": encoder, "encoder_options": options}
    run = train(TOY_ID, recipe_class(algorithm)(**small), 0, folder / "run", "cpu", QUIET).run
    with pytest.raises(InputError, match=r"Bright' may not be imported: .*--modules"):
        load_policy_folder(run / "policy", "cpu")
    source = policy_source("run", modules)
    world = make_world(TOY_ID, 3, **source.env_options)
    policy: Any = source.make(world, "cpu", 0)
    assert policy.network.observation.images["camera"].encoder.pool.output_size == (1, 5)
    assert policy.act(world.reset(seed=0)[0]).shape == (3, 1)


def test_a_file_elsewhere_does_as_well_as_the_one_that_was_trained_with(folder: Path) -> None:
    recipe = PPORecipe(**SMALL, encoder="bright.py:Bright")
    run = train(TOY_ID, recipe, 0, folder / "run", "cpu", QUIET).run
    (folder / "elsewhere").mkdir()
    (folder / "bright.py").rename(folder / "elsewhere/bright.py")
    load_policy_folder(run / "policy", "cpu", ("elsewhere/bright.py",))
    with pytest.raises(InputError, match="may not be imported"):
        load_policy_folder(run / "policy", "cpu", ("elsewhere/dark.py",))


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder, but for the code that Python itself keeps there."""
    return sorted(path for path in folder.iterdir() if path.name != "__pycache__")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoder": "dark.py:Bright"}, r"there is no file dark\.py"),
        ({"encoder": "bright.py:Dark"}, "there is no class 'Dark'"),
        (
            {"encoder": "bright.py:Bright", "encoder_options": {"rows": 2}},
            "encoder bright.py:Bright must take .image_shape. to be made and has the options "
            "columns: got an unexpected keyword argument 'rows'",
        ),
        ({"encoder": "nature", "encoder_options": {"width": 2}}, "unexpected keyword argument"),
        ({"encoder_options": {"layer": object()}}, "what is in encoder_options is saved with"),
        ({"view": {"cameras": {"front": object()}}}, "what is in view is saved .* so cameras must"),
        ({"view": {"weight": float("nan")}}, "so weight must be a value that JSON can hold"),
    ],
)
def test_what_cannot_be_made_or_saved_is_refused_before_the_first_step(
    changes: dict[str, Any], message: str, folder: Path
) -> None:
    before = listed(folder)
    with pytest.raises(InputError, match=message):
        train(TOY_ID, PPORecipe(**SMALL, **changes), 0, folder / "run", "cpu", QUIET)
    assert listed(folder) == before


def test_a_file_may_say_what_the_policy_sees(folder: Path) -> None:
    view = {"cameras": folder / "cameras.json"}
    assert PPORecipe(view=view).env_options["cameras"] == str(folder / "cameras.json")
    PPORecipe(view=view).check()


def test_what_a_folder_that_is_learned_from_names_may_be_in_a_users_file(folder: Path) -> None:
    small = {**SMALL, "batch_size": 64, "encoder": "bright.py:Bright"}
    first = train(TOY_ID, DAggerRecipe(**small), 0, folder / "first", "cpu", QUIET).run
    for recipe in (
        DAggerRecipe(**small, teacher=str(first)),
        PPORecipe(**small, start_from=str(first)),
    ):
        with pytest.raises(InputError, match=r"bright.py:Bright' may not be imported"):
            train(TOY_ID, recipe, 0, folder / "second", "cpu", QUIET)
        own = replace(recipe, modules=("bright.py",))
        assert train(TOY_ID, own, 0, folder / type(recipe).__name__, "cpu", QUIET).steps >= 1_024


class Idle:
    """A learner that does nothing."""

    def __init__(self, envs: World, _recipe: Recipe, _seed: int, _device: str) -> None:
        self.envs = envs
        self.policy: Any = Steady(envs.single_observation_space, envs.single_action_space)

    def collect(self) -> None:
        """Do nothing."""

    def update(self) -> dict[str, float]:
        """Learn nothing."""
        return {}


class Steady:
    """A policy of a user's own that a folder can hold."""

    def __init__(self, observation_space: Any, action_space: Any) -> None:
        self.observation_space, self.action_space = observation_space, action_space
        self.action = np.zeros(1, np.float32)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Do nothing."""

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return the same action everywhere."""
        return np.tile(self.action, (len(observation["proprioception"]), 1))

    def description(self) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return the action."""
        return {"action": torch.from_numpy(self.action)}

    @classmethod
    def restore(cls, manifest: Any, tensors: Any, device: str, modules: Any) -> "Steady":
        """Make it again."""
        policy = cls(manifest["observation_space"], manifest["action_space"])
        policy.action = tensors["action"].numpy()
        return policy


class Stepping(Idle):
    """A learner that always does the same."""

    def collect(self) -> None:
        """Step."""
        self.envs.reset(seed=0)
        self.envs.step(np.zeros((self.envs.num_envs, 1), np.float32))
        self.policy.action += 0.25


class Unsavable(Stepping):
    """A learner whose policy cannot be saved."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.policy = object()


@dataclass(frozen=True)
class SteppingRecipe(Recipe):
    """A recipe of a user's own."""

    learner = Stepping
    total_steps: int = 64


def test_the_policy_of_a_learner_may_be_a_class_of_ones_own(tmp_path: Path) -> None:
    recipe = SteppingRecipe(num_envs=16, validation_interval=32, validation_episodes=2)
    run = train(TOY_ID, recipe, 0, tmp_path / "run", "cpu", QUIET).run
    observation, _ = make_world(TOY_ID, 2, observations=("proprioception",)).reset(seed=0)
    for steps, action in (("32", 0.5), ("64", 1.0)):  # what was kept does not change afterwards
        policy = load_policy_folder(run / "checkpoints" / steps, "cpu", (__name__,))
        assert policy.act(observation).tolist() == [[action]] * 2


@pytest.mark.parametrize(
    ("learner", "message"),
    [
        (Idle, "Idle.collect must step its environments"),
        (Unsavable, "a policy that is to be saved must have observation_space"),
        (Steady, r"Recipe.learner must be a class with collect, update, got .* without collect"),
        (f"{__name__}:Missing", "there is no class 'Missing'"),
        (None, "Recipe.learner must be a class with collect, update, got None"),
    ],
)
def test_what_is_no_learner_is_refused_in_one_sentence(learner: Any, message: str) -> None:
    class OwnRecipe(Recipe):
        """A recipe with a learner that cannot be."""

    OwnRecipe.learner = learner
    recipe = OwnRecipe(**SMALL)
    with pytest.raises(InputError, match=message):
        list(Training(TOY_ID, recipe, device="cpu"))


def test_a_recipe_is_found_by_name_module_and_file(folder: Path) -> None:
    assert recipe_class("ppo") is PPORecipe
    assert recipe_class(f"{__name__}:SteppingRecipe") is SteppingRecipe
    assert recipe_class("cloning.py:CloningRecipe").__name__ == "CloningRecipe"
    with pytest.raises(InputError, match=r"cloning.py:Cloning must be a Recipe"):
        recipe_class("cloning.py:Cloning")


def test_progress_comes_round_by_round_and_ends_with_a_validation() -> None:
    recipe = replace(
        RECIPES["ppo"], num_envs=16, n_steps=16, total_steps=1_024, validation_interval=512
    )
    rounds = Training(TOY_ID, recipe, seed=3, device="cpu")
    first = next(rounds)
    assert (first.steps, first.validation) == (256, None)
    assert {"reward/offset", "train/loss", "train/gradient_norm"} <= first.metrics.keys()
    assert sum(episode.length for episode in first.episodes) <= 256
    others = list(rounds)
    assert [progress.validation is not None for progress in others] == [True, False, True]
    last = others[-1].validation
    assert last is not None
    observation, _ = make_world(TOY_ID, 2, image_size=(16, 16)).reset(seed=0)
    assert last.policy.act(observation).shape == (2, 1)


def test_who_stops_asking_closes_the_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    kind = type(make_world(TOY_ID, 1))
    monkeypatch.setattr(kind, "close", lambda world, **_: closed.append(world))
    rounds = Training(TOY_ID, replace(RECIPES["ppo"], total_steps=10**6), device="cpu")
    for _ in rounds:
        break
    assert not closed
    rounds.close()
    assert len(closed) == 2


def test_the_recipe_is_checked_by_its_own_ranges() -> None:
    with pytest.raises(InputError, match="tau must be from 0 to 1, got 2"):
        SACRecipe(tau=2.0).check()
