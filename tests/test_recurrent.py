"""A policy that remembers: through an episode, nothing of the one before, and to some use."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces
from numpy.testing import assert_allclose, assert_array_equal
from recall_world import RECALL_ID, register_recall
from torch.distributions import Normal
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, Steer, register_toy

from autonomy.agents.dagger import DAgger
from autonomy.agents.episode_memory import LSTMMemory
from autonomy.agents.learner import make_learner
from autonomy.agents.network_policy import ActorNetwork, Architecture, NetworkPolicy
from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import DAggerRecipe, PPORecipe, RecurrentPPORecipe
from autonomy.agents.run_folder import train
from autonomy.agents.training import Training
from autonomy.errors import InputError
from autonomy.evaluation import evaluate
from autonomy.make import make_world
from autonomy.policies.folder import POLICY_FOLDER, load_policy_folder, policy_manifest, save_policy
from autonomy.policies.source import load_policy

register_toy()
register_recall()

SPACE = spaces.Dict(number=spaces.Box(-np.inf, np.inf, (1,), np.float32))
ACTIONS = spaces.Box(-1.0, 1.0, (1,), np.float32)
SMALL = RecurrentPPORecipe(
    observations=("state",),
    num_envs=6,
    n_steps=8,
    batch_size=16,
    lstm=5,
    layers=(4,),
    world={"max_episode_steps": 5},
)


@pytest.fixture
def policy() -> NetworkPolicy:
    """A network of one unit that writes what it sees, and whose gates are half open."""
    network = ActorNetwork(SPACE, ACTIONS, Architecture("small", (), lstm=1))
    memory = network.memory
    assert isinstance(memory, LSTMMemory)
    with torch.no_grad():
        for weights in network.parameters():
            weights.zero_()
        memory.lstm.weight_ih_l0[2] = 1.0  # torch's order: input, forget, cell, output
        network.action.weight.fill_(1.0)
    return NetworkPolicy(network)


def acted(policy: NetworkPolicy, *numbers: float) -> list[float]:
    seen = {"number": np.array(numbers, np.float32)[:, None]}
    return policy.act(seen)[:, 0].tolist()


def begins(*mask: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array(mask, np.bool_)


def test_a_policy_remembers_its_episode_and_no_other(policy: NetworkPolicy) -> None:
    """With gates at 1/2 the cell becomes (cell + tanh(seen)) / 2, and the action tanh(cell) / 2."""
    first = np.tanh(np.tanh(1.0) / 2) / 2
    second = np.tanh((np.tanh(1.0) / 2 + np.tanh(2.0)) / 2) / 2
    third = np.tanh((np.tanh(1.0) / 2 + np.tanh(2.0)) / 4) / 2
    policy.reset(begins(1, 1))
    assert acted(policy, 1.0, 0.0) == pytest.approx([first, 0.0], abs=1e-6)
    policy.reset(begins(0, 0))
    assert acted(policy, 2.0, 1.0) == pytest.approx([second, first], abs=1e-6)
    policy.reset(begins(0, 1))
    assert acted(policy, 0.0, 0.0) == pytest.approx([third, 0.0], abs=1e-6)
    policy.reset(begins(1, 0))
    assert acted(policy, 0.0, 1.0) == pytest.approx([0.0, first], abs=1e-6)


def test_without_a_reset_episodes_begin_and_with_other_rows_they_begin_anew(
    policy: NetworkPolicy,
) -> None:
    first = acted(policy, 1.0, 2.0)
    assert acted(policy, 1.0, 2.0) != first
    assert acted(policy, 1.0, 2.0, 3.0)[:2] == first
    policy.reset(begins(0, 0))
    assert acted(policy, 1.0, 2.0) == first


def test_a_copy_remembers_for_itself(policy: NetworkPolicy) -> None:
    first, other = acted(policy, 1.0), deepcopy(policy)
    second = acted(policy, 1.0)
    assert second != first
    assert acted(other, 1.0) == second


def test_what_is_remembered_is_told_and_taken(policy: NetworkPolicy) -> None:
    acted(policy, 1.0, 2.0)
    state = policy.get_state()
    told, expected = deepcopy(state), acted(policy, 0.5, 0.5)
    for name, values in told.items():
        assert_array_equal(state[name], values)
    acted(policy, 3.0)
    policy.set_state(state)
    assert acted(policy, 0.5, 0.5) == expected
    with pytest.raises(InputError, match=r"the network must remember .* got .*'hidden'"):
        policy.set_state({"hidden": state["hidden"]})


def test_a_folder_holds_it(policy: NetworkPolicy, tmp_path: Path) -> None:
    save_policy(tmp_path / "policy", policy, "toy/Steer-v0", {})
    loaded = load_policy_folder(tmp_path / "policy", "cpu")
    assert isinstance(loaded, NetworkPolicy)
    for number in (1.0, 2.0, 0.0):
        assert acted(loaded, number) == acted(policy, number)


def test_a_folder_of_before_there_was_a_memory_is_as_it_was(tmp_path: Path) -> None:
    plain = NetworkPolicy(ActorNetwork(SPACE, ACTIONS, Architecture("small", (3,))))
    manifest = policy_manifest(plain, TOY_ID, {})
    del manifest["architecture"]["lstm"]
    POLICY_FOLDER.save(tmp_path / "policy", manifest, plain.tensors())
    loaded = load_policy_folder(tmp_path / "policy", "cpu")
    assert isinstance(loaded, NetworkPolicy)
    assert acted(loaded, 1.0, 2.0) == acted(loaded, 1.0, 2.0) == acted(plain, 1.0, 2.0)
    assert loaded.get_state() == {}


def learner_of(recipe: Recipe, **options: Any) -> Any:
    world: Any = Steer(
        recipe.num_envs, observations=recipe.observations + recipe.privileged, **options
    )
    return make_learner(world, recipe, 0, "cpu")


def test_the_memory_is_blank_where_episodes_begin_in_acting_and_in_learning() -> None:
    """Told by the exported network, which lives two collectings step by step."""
    learner, starts = learner_of(SMALL, max_episode_steps=5), 0
    model, network = learner.model, learner.policy.network
    deviation = model.policy.log_std.exp()
    memory = network.memory.first(SMALL.num_envs)
    for _ in range(2):
        learner.collect()
        buffer = model.rollout_buffer
        expected: list[torch.Tensor] = []
        for step in range(SMALL.n_steps):
            begun = torch.from_numpy(buffer.episode_starts[step])
            starts += int(begun.sum())
            memory = {name: own * (1.0 - begun)[:, None] for name, own in memory.items()}
            seen = {"state": torch.from_numpy(buffer.observations["state"][step])}
            with torch.no_grad():
                mean, memory = network.step(seen, memory)
            actions = torch.from_numpy(buffer.actions[step])
            expected.append(Normal(mean, deviation).log_prob(actions).sum(1).detach())
        assert_allclose(buffer.log_probs, torch.stack(expected).numpy(), atol=1e-5)
        for batch in buffer.get(SMALL.batch_size):
            with torch.no_grad():
                values, log_probs, _ = model.policy.evaluate_actions(
                    batch.observations, batch.actions, batch.lstm_states, batch.episode_starts
                )
            assert_allclose(log_probs, batch.old_log_prob, atol=1e-5)
            assert_allclose(values.flatten(), batch.old_values, atol=1e-5)
    assert starts >= 3 * SMALL.num_envs  # no episode is longer than 5 of 16 steps


def test_what_a_cut_episode_would_have_been_worth_is_judged_with_its_memory() -> None:
    """Two steps are an episode: reward 2 of each has what the third would have been worth."""
    recipe = replace(SMALL, num_envs=2, n_steps=2, batch_size=4)
    learner = learner_of(recipe, max_episode_steps=2)
    learner.collect()
    model = learner.model
    buffer, policy, last = model.rollout_buffer, model.policy, model.env.info
    final = np.stack([own["state"] for own in last["final_obs"]])
    memory: Any = None
    with torch.no_grad():
        for seen in (*buffer.observations["state"], final):
            scaled = policy.vf_features_extractor({"state": torch.from_numpy(seen)})
            output, memory = policy.lstm_critic(scaled[None], memory)
        worth = policy.value_net(policy.mlp_extractor.forward_critic(output[0])).flatten()
    assert buffer.episode_starts[1].sum() == 0
    assert_allclose(buffer.rewards[1], -abs(final[:, 0]) + recipe.gamma * worth.numpy(), atol=1e-5)


def test_batches_hold_every_step_once_and_nothing_else() -> None:
    learner = learner_of(SMALL, max_episode_steps=5)
    learner.collect()
    buffer = learner.model.rollout_buffer
    expected = sorted(map(tuple, buffer.observations["state"].reshape(-1, 2).tolist()))
    orders: list[list[Any]] = []
    for _ in range(2):
        batches = list(buffer.get(SMALL.batch_size))
        assert [len(batch.actions) for batch in batches] == [16, 16, 16]
        assert all(batch.mask.all() for batch in batches)
        orders.append([tuple(row) for own in batches for row in own.observations["state"].tolist()])
        assert sorted(orders[-1]) == expected
    assert orders[0] != orders[1]


def test_what_learns_from_features_learns_from_what_was_seen_alone() -> None:
    """A running mean moves by a tenth towards the truth's, in which no blanks are counted."""
    recipe = replace(
        SMALL, observations=("proprioception",), privileged=("state",), batch_size=48, epochs=1
    )
    learner = learner_of(recipe, max_episode_steps=5)
    learner.collect()
    policy = learner.model.policy
    truth = learner.model.rollout_buffer.observations["state"].reshape(-1, 2)
    before = policy.features_extractor.prediction.predict.weight.detach().clone()
    learner.update()
    for own in (policy.features_extractor.prediction.truth, policy.vf_features_extractor.truth):
        assert_allclose(own.get_buffer("_standardize.running_mean"), 0.1 * truth.mean(0), rtol=1e-4)
    assert not torch.equal(policy.features_extractor.prediction.predict.weight, before)
    assert policy.lstm_critic is None


RECALL: dict[str, Any] = {
    "total_steps": 23_040,
    "num_envs": 32,
    "n_steps": 24,
    "batch_size": 384,
    "observations": ("state",),
    "image_size": (16, 16),
    "layers": (32,),
    "learning_rate": 1e-2,
    "final_learning_rate": 1e-4,
    "gamma": 0.9,
    "validation_interval": 23_040,
    "threads": 1,
}


def success_rate(recipe: Recipe) -> float:
    training = Training(RECALL_ID, recipe, 0, "cpu")
    for _ in training:
        pass
    assert training.best is not None
    return training.best.result.success_rate


def test_who_remembers_solves_what_nobody_else_can() -> None:
    assert success_rate(RecurrentPPORecipe(**RECALL, lstm=32)) >= 0.95
    assert success_rate(PPORecipe(**RECALL)) <= 0.5


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a policy that remembers, and has learned something."""
    recipe = replace(RECIPES["recurrent_ppo"], total_steps=4_096, validation_episodes=4)
    return train(TOY_ID, recipe, 0, tmp_path_factory.mktemp("runs") / "run", "cpu", QUIET).run


def test_another_goes_on_from_what_was_learned(remembering: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPES["recurrent_ppo"], total_steps=1_024, learning_rate=1e-9)
    recipe = replace(recipe, start_from=str(remembering), validation_episodes=4)
    run = train(TOY_ID, recipe, 1, tmp_path / "run", "cpu", QUIET).run
    before, after = (load_policy_folder(own / "policy", "cpu") for own in (remembering, run))
    assert isinstance(before, NetworkPolicy)
    assert isinstance(after, NetworkPolicy)
    for name, values in before.tensors().items():
        assert torch.allclose(values, after.tensors()[name], atol=1e-5), name
    for other in (replace(recipe, lstm=9), replace(RECIPES["ppo"], start_from=str(remembering))):
        with pytest.raises(InputError, match="start_from must have the recipe's architecture"):
            train(TOY_ID, other, 0, tmp_path / "other", "cpu", QUIET)


def test_a_teacher_that_remembers_goes_on_where_its_student_does(remembering: Path) -> None:
    recipe = replace(RECIPES["dagger"], teacher=str(remembering), batch_size=32)
    assert isinstance(recipe, DAggerRecipe)
    world = Steer(recipe.num_envs)
    learner = DAgger(world, recipe, 0, "cpu")
    learner.collect()
    learner.update()
    state, same_world = deepcopy(learner.get_state()), deepcopy(world)
    assert state["teacher/hidden"].any()
    learner.collect()
    learner.update()
    expected = learner.get_state()
    other = DAgger(same_world, recipe, 5, "cpu")
    other.set_state(state)
    other.collect()
    other.update()
    found = other.get_state()
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert_array_equal(found[key], values, key)


def test_an_evaluation_is_the_same_for_every_batch_size(remembering: Path) -> None:
    """Episodes end at different times, so rows begin while others go on."""
    alone, *others = (
        evaluate(world, load_policy(str(remembering), world, "cpu"), 12)
        for world in (make_world(TOY_ID, count) for count in (1, 3, 8))
    )
    assert alone.success_rate > 0.0
    assert others == [alone, alone]


def test_batches_must_be_whole_sequences() -> None:
    with pytest.raises(InputError, match="batch_size must be a multiple of n_steps = 8, got 12"):
        replace(SMALL, batch_size=12).check()
