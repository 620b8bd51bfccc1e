"""A student learns what its teacher does, and a learner may go on from there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from safetensors.torch import load_file
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, Steer, register_toy

from autonomy.agents.dagger import DAgger
from autonomy.agents.imitation_data import ImitationData
from autonomy.agents.recipes import DAggerRecipe
from autonomy.agents.run_folder import train
from autonomy.errors import InputError
from autonomy.policy import Observation

register_toy()

RECIPE = RECIPES["dagger"]
assert isinstance(RECIPE, DAggerRecipe)


class Recorder:
    """A teacher that remembers what it saw and always answers the same."""

    def __init__(self, _observation_space: object, _action_space: object) -> None:
        self.seen: list[Observation] = []
        self.begun: list[NDArray[np.bool_]] = []

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Remember who begins."""
        self.begun.append(mask)

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Answer."""
        self.seen.append(observation)
        return np.full((len(observation["proprioception"]), 1), 0.5, np.float32)


def learned(recipe: DAggerRecipe) -> DAgger:
    """Return a learner that did all its rounds with a recorder as its teacher."""
    recipe = replace(recipe, teacher=f"{__name__}:Recorder")
    world: Any = Steer(recipe.num_envs, observations=recipe.observations + recipe.privileged)
    learner = DAgger(world, recipe, 0, "cpu")
    for _ in range(recipe.total_steps // (recipe.num_envs * recipe.n_steps)):
        learner.collect()
        learner.update()
    return learner


def test_teacher_acts_at_first_and_is_asked_ever_after() -> None:
    recipe = replace(RECIPE, observations=("proprioception",), cloning_steps=64, total_steps=256)
    teacher = learned(recipe).teacher
    assert isinstance(teacher, Recorder)
    shown = [observation["proprioception"] for observation in teacher.seen]
    assert len(shown) == 256 / 16
    # what is observed is the action before: the teacher's in the first four steps
    for last in shown[1:5]:
        assert set(last.ravel().tolist()) <= {0.0, 0.5}
    assert any(last.any() and 0.5 not in last for last in shown[5:])


def test_teacher_is_told_of_every_beginning_before_it_acts() -> None:
    teacher = learned(replace(RECIPE, observations=("proprioception",), total_steps=512)).teacher
    assert isinstance(teacher, Recorder)
    assert len(teacher.begun) == len(teacher.seen) == 512 / 16
    assert teacher.begun[0].all()
    assert any(begun.any() and not begun.all() for begun in teacher.begun[1:])
    for begun, observation in zip(teacher.begun, teacher.seen, strict=True):
        assert not observation["proprioception"][begun].any()  # nothing was done before


def test_what_actions_follow_from_learns_to_tell_the_truth() -> None:
    """The teacher answers always the same, so only the prediction makes the encoder learn."""
    recipe = replace(RECIPE, privileged=("state",), total_steps=2_048)
    student = learned(recipe).policy.network
    observed, _ = Steer(256, observations=(*recipe.observations, "state")).reset(seed=1)
    assert set(student.observation_space) == set(recipe.observations)
    with torch.no_grad():
        seen = {name: torch.from_numpy(observed[name]) for name in recipe.observations}
        features = student.last_features(seen).numpy()
    told = np.column_stack([features, np.ones(256)])
    offset = observed["state"][:, 0]
    missed = offset - told @ np.linalg.lstsq(told, offset)[0]
    assert missed.std() < 0.01 * offset.std()


def test_student_of_a_student_does_as_well(tmp_path: Path) -> None:
    first = train(TOY_ID, RECIPE, 0, tmp_path / "first", "cpu", QUIET)
    assert first.validation.success_rate >= 0.9
    teacher = replace(RECIPE, teacher=str(first.run))
    second = train(TOY_ID, teacher, 1, tmp_path / "second", "cpu", QUIET)
    assert second.validation.success_rate >= 0.9


def test_ppo_goes_on_from_what_was_imitated(tmp_path: Path) -> None:
    cloned = train(TOY_ID, RECIPE, 0, tmp_path / "cloned", "cpu", QUIET)
    recipe = replace(
        RECIPES["ppo"], total_steps=1_024, learning_rate=1e-9, start_from=str(cloned.run)
    )
    run = train(TOY_ID, recipe, 0, tmp_path / "tuned", "cpu", QUIET).run
    before, after = (
        load_file(folder / "policy" / "policy.safetensors") for folder in (cloned.run, run)
    )
    for name, values in before.items():
        assert torch.allclose(values, after[name], atol=1e-5), name
    other = replace(recipe, layers=(16,))
    with pytest.raises(InputError, match="start_from must have the recipe's architecture"):
        train(TOY_ID, other, 0, tmp_path / "other", "cpu", QUIET)
    nothing = replace(recipe, start_from=str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="start_from must be a folder with a trained network"):
        train(TOY_ID, nothing, 0, tmp_path / "other", "cpu", QUIET)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replay_size": 0}, "replay_size must be positive, got 0"),
        ({"gradient_steps": 0}, "gradient_steps must be positive, got 0"),
        ({"cloning_steps": -1}, "cloning_steps must not be negative, got -1"),
    ],
)
def test_recipe_fields_are_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(RECIPE, **changes).check()


def test_unknown_teacher_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no policy 'nobody'"):
        train(TOY_ID, replace(RECIPE, teacher="nobody"), 0, tmp_path / "run", "cpu", QUIET)
    assert not (tmp_path / "run").exists()


def test_oldest_data_make_way() -> None:
    space = spaces.Dict({"camera": spaces.Box(0, 255, (1, 1, 3), np.uint8)})
    kept = ImitationData(space, spaces.Box(-1.0, 1.0, (1,), np.float32), capacity=5)
    for first in (0, 2, 4):
        number = np.arange(first, first + 2)
        frames = np.tile(number.astype(np.uint8)[:, None, None, None], (1, 1, 1, 3))
        kept.add({"camera": frames}, number[:, None].astype(np.float32))
    assert len(kept) == 5
    seen, wanted = kept.sample(200, "cpu")
    assert seen["camera"].dtype == torch.uint8
    assert set(wanted.ravel().tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert torch.equal(seen["camera"][:, 0, 0, 0].float(), wanted[:, 0])
