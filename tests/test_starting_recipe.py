"""What a recipe starts from: its world's, that of the world it is made from, or the defaults."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import gymnasium as gym
import pytest
from toy_world import TOY_ID, Steer, register_toy

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.agents.recipes import PPORecipe, SACRecipe
from autonomy.agents.starting_recipe import starting_recipe
from autonomy.agents.tuned_recipes import RECIPES
from autonomy.errors import InputError
from autonomy.scripts.train import parse, recipe_in_world

register_toy()

ROOT = Path(__file__).parent.parent
ARM = "autonomy.envs.arm.env:ArmVectorEnv"


@pytest.fixture
def ids() -> Generator[None]:
    """Ids of a user's own, for as long as a test runs."""
    arm = {"my/Bin-v0": {"task": "bin.py:Bin"}, "my/Push-v0": {"task": "push", "robot": "xarm6"}}
    for name, options in arm.items():
        gym.register(name, vector_entry_point=ARM, kwargs=options)
    gym.register(
        "my/Lane-v0", vector_entry_point=gym.spec("autonomy/LaneFollow-v0").vector_entry_point
    )
    gym.register("my/Other-v0", vector_entry_point=type("Steerer", (Steer,), {}))
    yield
    for name in (*arm, "my/Lane-v0", "my/Other-v0"):
        del gym.registry[name]


@pytest.mark.parametrize(
    ("env_id", "algorithm", "world"),
    [
        ("autonomy/ArmPush-v0", "sac", "autonomy/ArmPush-v0"),
        ("my/Bin-v0", "sac", "autonomy/ArmPickAndPlace-v0"),
        ("my/Bin-v0", "dagger", "autonomy/ArmPickAndPlace-v0"),
        ("my/Push-v0", "tqc", "autonomy/ArmPush-v0"),
        ("my/Lane-v0", "ppo", "autonomy/LaneFollow-v0"),
        ("my/Lane-v0", "crossq", "autonomy/LaneFollow-v0"),
        ("my/Push-v0", "ppo", None),
        ("my/Other-v0", "ppo", None),
        (TOY_ID, "sac", None),
    ],
)
@pytest.mark.usefixtures("ids")
def test_a_world_starts_from_the_recipe_of_the_one_that_it_is_made_from(
    env_id: str, algorithm: str, world: str | None
) -> None:
    start = starting_recipe(env_id, algorithm)
    assert start.world == world
    assert start.recipe == (RECIPES[world, algorithm] if world else type(start.recipe)())


def test_a_class_derived_from_a_world_is_made_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, (TOY_ID, "ppo"), PPORecipe(gamma=0.5))
    monkeypatch.setattr(gym.spec(TOY_ID), "vector_entry_point", "toy_world:Steer")
    gym.register("my/Steer-v0", vector_entry_point=type("Steerer", (Steer,), {}))
    assert starting_recipe("my/Steer-v0", "ppo").world == TOY_ID
    del gym.registry["my/Steer-v0"]


def test_the_recipe_of_who_sees_frames_is_another() -> None:
    words = ["autonomy/ArmReach-v0", "--algo", "dagger"]
    assert "perceived" in parse(words).recipe.observations
    frames = parse([*words, "--recipe.observations", "camera", "proprioception"]).recipe
    assert frames.view["goal_marker"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ([TOY_ID, "--seed", "3"], PPORecipe),
        (["--algo", "sac", TOY_ID], SACRecipe),
        (["--recipe.layers", "8", "--seed", "3", TOY_ID, "--algo=sac"], SACRecipe),
    ],
)
def test_the_command_line_starts_from_the_recipe_of_its_algorithm(
    words: list[str], kind: type
) -> None:
    arguments = parse(words)
    assert type(arguments.recipe) is kind
    assert arguments.env == TOY_ID


@pytest.mark.parametrize("first", [0, 1])
def test_options_of_a_tuned_recipe_may_be_set_one_by_one(first: int) -> None:
    words = ["autonomy/LaneFollow-v0", "--world.route-length", "30"]
    arguments = parse(words if first == 0 else [*words[1:], words[0]])
    recipe = recipe_in_world(arguments)
    assert arguments.env == "autonomy/LaneFollow-v0"
    assert (recipe.world, recipe.view) == ({"route_length": 30.0}, {})
    assert recipe.image_size == (48, 96)


def test_what_decides_what_a_policy_sees_and_does_goes_with_it() -> None:
    words = "--world.robot so101.py:SO101 --world.randomization strong --world.control-rate 10"
    recipe = recipe_in_world(parse(["autonomy/ArmReach-v0", "--algo", "sac", *words.split()]))
    assert recipe.view == {"robot": "so101.py:SO101", "control_rate": 10.0}
    assert recipe.world == {"randomization": "strong"}
    assert recipe.env_options["robot"] == "so101.py:SO101"


def test_an_unknown_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(["--recipe.nothing", "3", TOY_ID])
    assert exit_.value.code == 2
    assert "--recipe.nothing" in capsys.readouterr().err


def test_an_unknown_world_or_algorithm_is_refused() -> None:
    with pytest.raises(InputError, match="unknown environment 'my/Nowhere-v0'"):
        parse(["my/Nowhere-v0"])
    with pytest.raises(InputError, match="algorithm must be one of"):
        parse([TOY_ID, "--algo", "dqn"])


@pytest.mark.parametrize("words", [["--help"], ["autonomy/ArmPush-v0", "--algo", "sac", "-h"]])
def test_help_says_where_the_recipe_is_from_and_imports_no_learner(words: list[str]) -> None:
    program = (
        "import sys; from autonomy.scripts.train import parse\n"
        "try: parse(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'stable_baselines3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True
    )
    algorithm = "sac, as tuned for autonomy/ArmPush-v0" if "sac" in words else "ppo, its defaults"
    assert f"Recipe: {algorithm}." in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
