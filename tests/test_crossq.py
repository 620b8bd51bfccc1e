"""CrossQ: layers normalised over batches of now and next in one, in a plain network in the end."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sb3_contrib.common.torch_layers import BatchRenorm1d
from torch import Tensor, nn
from toy_recipes import RECIPES
from toy_world import TOY_ID, Steer, register_toy

from autonomy.agents.learner import make_learner
from autonomy.agents.recipes import CrossQRecipe
from autonomy.agents.stable_baselines.batch_renorm import copy_folded
from autonomy.agents.stable_baselines.joined_replay import Joinable
from autonomy.errors import InputError
from autonomy.scripts import train as train_script

ROUNDS = 6  # of 16 steps, of which the first two are random


def learned(**changes: Any) -> Any:
    recipe = replace(RECIPES["crossq"], learning_starts=32, batch_size=32, **changes)
    learner: Any = make_learner(
        Steer(16, observations=recipe.observations + recipe.privileged), recipe, 0, "cpu"
    )
    for _ in range(ROUNDS):
        learner.collect()
        learner.update()
    return learner


@pytest.mark.parametrize("layers", [(), (32,), (24, 16)])
@pytest.mark.parametrize("privileged", [(), ("state",)])
def test_a_policy_acts_as_the_learner_that_has_normalised(
    layers: tuple[int, ...], privileged: tuple[str, ...]
) -> None:
    learner = learned(layers=layers, privileged=privileged)
    model = learner.model
    for layer in model.actor.modules():
        if isinstance(layer, BatchRenorm1d):
            assert layer.ra_mean.abs().max() > 0.01
            layer.scale.data.uniform_(0.5, 2.0)
            layer.bias.data.normal_()
    if layers:
        model.actor.mu.weight.data.mul_(0.1)  # lest all actions are 1
        model.actor.mu.bias.data.zero_()
    seen = model.replay_buffer.sample(64).observations
    observation = {name: values.numpy() for name, values in seen.items()}
    predicted, _ = model.predict(observation, deterministic=True)
    assert_allclose(learner.policy.act(observation), predicted, atol=1e-5)
    assert np.ptp(predicted) > 0.01


def test_a_scale_and_a_shift_go_into_the_next_layer() -> None:
    """3 (x - 2) / 2 + 1 = 1.5 x - 2, and 5 (1.5 x - 2) + 7 = 7.5 x - 3."""
    renorm, linear, copied = BatchRenorm1d(1, eps=1.0), nn.Linear(1, 1), nn.Linear(1, 1)
    values = {"ra_mean": 2.0, "ra_var": 3.0, "scale": 3.0, "bias": 1.0}
    for name, value in values.items():
        getattr(renorm, name).data.fill_(value)
    linear.weight.data.fill_(5.0)
    linear.bias.data.fill_(7.0)
    copy_folded([nn.ReLU(), renorm, linear], [copied])
    assert (copied.weight.item(), copied.bias.item()) == (7.5, -3.0)


def test_critics_judge_now_and_next_in_one_batch() -> None:
    learner = learned()
    seen: list[tuple[dict[str, Tensor], Tensor]] = []
    learner.model.critic.register_forward_pre_hook(lambda _, given: seen.append(given))
    learner.update()
    together, by_actor = seen[:2]
    for observations, actions in seen[:2]:
        assert {len(values) for values in observations.values()} == {len(actions)}
    assert (len(together[1]), len(by_actor[1])) == (64, 32)
    for name, values in by_actor[0].items():
        assert torch.equal(together[0][name][:32], values)
        assert not torch.equal(together[0][name][32:], values)


def test_entries_are_joined_one_by_one() -> None:
    one = Joinable(a=torch.ones(2, 3), b=torch.zeros(2, dtype=torch.uint8))
    other = Joinable(a=torch.zeros(1, 3), b=torch.ones(1, dtype=torch.uint8))
    both: Any = torch.cat([one, other], dim=0)  # type: ignore[arg-type] - no tensors, on purpose
    assert isinstance(both, Joinable)
    assert both["a"].tolist() == [[1.0] * 3, [1.0] * 3, [0.0] * 3]
    assert both["b"].tolist() == [0, 0, 1]
    with pytest.raises(TypeError):
        torch.sum(one)  # type: ignore[arg-type] - likewise


def test_the_actor_takes_a_step_after_several_of_the_critics() -> None:
    learner = learned(policy_delay=4)
    steps = [
        {int(own["step"]) for own in part.optimizer.state_dict()["state"].values()}
        for part in (learner.model.critic, learner.model.actor)
    ]
    assert steps == [{16}, {4}]  # four rounds of four


def test_what_it_does_not_use_is_no_field_of_its_recipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    register_toy()
    with pytest.raises(SystemExit) as ended:
        train_script.parse([TOY_ID, "--algo", "crossq", "--recipe.tau", "0.1"])
    assert ended.value.code == 2
    assert "tau" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"critic_layers": (64, 0)}, "critic_layers must be positive widths, got 0"),
        ({"batch_size": 1}, "batch_size must be at least 2 to normalise over, got 1"),
        ({"policy_delay": 0}, "policy_delay must be positive, got 0"),
        ({"batch_norm_momentum": 1.5}, "batch_norm_momentum must be from 0 to 1, got 1.5"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        CrossQRecipe(**changes).check()
