"""Rollouts, episodes and what evaluation makes of them."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from scipy.stats import binomtest
from toy_world import TOY_ID, register_toy

from autonomy.actions import checked_actions
from autonomy.agents import validation
from autonomy.agents.recipe import Recipe
from autonomy.agents.validation import Validator
from autonomy.episodes import Episode, episodes_of
from autonomy.errors import InputError
from autonomy.evaluation import Evaluation, evaluate
from autonomy.make import make_world
from autonomy.policy import Observation
from autonomy.quantities import with_unit, words_and_unit
from autonomy.rollouts import IDLE, rollout
from autonomy.wilson import wilson_interval
from autonomy.world import World

register_toy()


class Still:
    """Never acts, whatever it sees."""

    def __init__(self) -> None:
        self.resets: list[NDArray[np.bool_]] = []

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Remember the call."""
        self.resets.append(mask.copy())

    def act(self, observation: Observation) -> Any:
        """Return zeros."""
        return np.zeros((len(observation["camera"]), 1), np.float32)


class Wrong(Still):
    """Acts in a way that no world can use."""

    def __init__(self, action: Any) -> None:
        super().__init__()
        self._action = action

    def act(self, observation: Observation) -> Any:
        """Return what it was made with."""
        return self._action


def test_what_is_stopped_is_judged_by_the_first_episodes_alone() -> None:
    """Of episodes that run at once, those that fail end first."""
    ended: list[int] = []

    def note(episode: Episode) -> None:
        ended.append(episode.seed)

    def stopped() -> bool:
        return 0 in ended and len(ended) > 3

    world = make_world(TOY_ID, 8)
    result = evaluate(world, Still(), 64, 0, note, stopped)
    first = next(n for n in range(64) if n not in ended)
    assert 0 < first < len(ended)
    assert result == evaluate(world, Still(), first)
    with pytest.raises(InputError, match="it was stopped before the episode of seed 0 ended"):
        evaluate(world, Still(), 64, 0, None, lambda: True)


def lived_alone(seed: int) -> Episode:
    world = make_world(TOY_ID, 1)
    return next(episodes_of(rollout(world, world.expert(), [seed])))


@pytest.mark.parametrize("num_envs", [1, 3, 16])
def test_every_seed_is_lived_once_and_as_it_is_lived_alone(num_envs: int) -> None:
    world = make_world(TOY_ID, num_envs)
    episodes = list(episodes_of(rollout(world, world.expert(), range(5, 12))))
    assert sorted(episode.seed for episode in episodes) == list(range(5, 12))
    for episode in episodes:
        alone = lived_alone(episode.seed)
        assert (episode.end, episode.success) == (alone.end, alone.success)
        np.testing.assert_array_equal(episode.rewards, alone.rewards)
        np.testing.assert_array_equal(episode.measurements["offset"], alone.measurements["offset"])


@pytest.mark.parametrize("policy", ["expert", "still"])
def test_an_evaluation_is_the_same_for_every_batch_size(policy: str) -> None:
    def evaluated(num_envs: int) -> Evaluation:
        world = make_world(TOY_ID, num_envs)
        return evaluate(world, world.expert() if policy == "expert" else Still(), 20, seed=7)

    results = [evaluated(num_envs) for num_envs in (1, 6, 20, 32)]
    assert all(result == results[0] for result in results)


def test_an_evaluation_counts_what_happened() -> None:
    world = make_world(TOY_ID, 8)
    good, idle = evaluate(world, world.expert(), 40), evaluate(world, Still(), 40)
    assert good.success_rate == 1.0
    assert good.episode_ends == {"held": 40}
    assert good.metrics["offset_rms"] < idle.metrics["offset_rms"]
    assert idle.success_rate < 0.5
    assert sum(idle.episode_ends.values()) == 40
    assert idle.success_rate == idle.episode_ends.get("held", 0) / 40


def test_the_return_is_the_mean_of_the_summed_rewards() -> None:
    world = make_world(TOY_ID, 2)
    result = evaluate(world, world.expert(), 2, seed=3)
    alone = [lived_alone(3), lived_alone(4)]
    assert result.mean_return == pytest.approx(
        (alone[0].rewards.sum() + alone[1].rewards.sum()) / 2
    )
    assert result.steps == len(alone[0].rewards) + len(alone[1].rewards)


def test_a_step_says_what_was_seen_done_and_what_came_of_it() -> None:
    world = make_world(TOY_ID, 2)
    policy = Still()
    steps = list(rollout(world, policy, [0, 1, 2]))
    assert steps[0].seed.tolist() == [0, 1]
    assert steps[-1].seed.tolist().count(IDLE) == 1
    assert policy.resets[0].tolist() == [True, True]
    np.testing.assert_array_equal(
        steps[0].next_observation["camera"], steps[1].observation["camera"]
    )
    ends = [step for step in steps if step.ended.any()]
    assert sum(int(step.ended.sum()) for step in ends) == 3
    for step in ends:
        slot = int(np.flatnonzero(step.ended)[0])
        assert step.info["episode_end"][slot] in ("left", "held", "time_limit")
        assert step.terminated[slot] != step.truncated[slot]


def test_a_policy_is_told_of_each_beginning() -> None:
    world = make_world(TOY_ID, 2)
    policy = Still()
    steps = list(rollout(world, policy, range(4)))
    ended = [step.terminated | step.truncated for step in steps[:-1]]
    begun = [np.array([True, True]), *(mask for mask in ended if mask.any())]
    np.testing.assert_array_equal(policy.resets, begun)


def test_endless_seeds_give_an_endless_rollout_that_can_be_left() -> None:
    world = make_world(TOY_ID, 1)
    endless = iter(lambda: 0, 1)
    episodes = episodes_of(rollout(world, world.expert(), endless))
    first, second = next(episodes), next(episodes)
    np.testing.assert_array_equal(first.rewards, second.rewards)


def test_a_world_that_resets_itself_is_refused() -> None:
    world = make_world(TOY_ID, 1, autoreset_mode=AutoresetMode.SAME_STEP)
    with pytest.raises(InputError, match="must be DISABLED"):
        next(rollout(world, Still(), [0]))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (np.full((2, 1), np.nan), r"finite, got nan for environment 0"),
        ([[0.0], [np.inf]], r"finite, got inf for environment 1"),
        (np.zeros((2, 3)), r"shape \(2, 1\), got \(2, 3\)"),
        (np.zeros(2), r"shape \(2, 1\), got \(2,\)"),
        ([[0.0], [0.0, 1.0]], r"numbers of shape \(2, 1\), got list"),
        (None, r"must have shape|numbers of shape"),
    ],
)
def test_actions_that_no_world_can_use_are_refused(action: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        next(rollout(make_world(TOY_ID, 2), Wrong(action), [0, 1]))


def test_usable_actions_become_float32() -> None:
    space = gym.spaces.Box(-1.0, 1.0, (1,), np.float32)
    actions = checked_actions([[1], [0]], 2, space)
    assert actions.dtype == np.float32
    assert actions.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("episodes", "seed", "message"),
    [
        (0, 0, "episodes must be positive, got 0"),
        (5, -1, "seed must be a whole .*, got -1"),
        (2, 2**63 - 1, "seed must be a whole .*, got 9223372036854775808"),
    ],
)
def test_an_evaluation_that_cannot_be_is_refused(episodes: int, seed: int, message: str) -> None:
    world = make_world(TOY_ID, 1)
    with pytest.raises(InputError, match=message):
        evaluate(world, world.expert(), episodes, seed)


def test_a_rollout_beyond_the_last_seed_is_refused() -> None:
    world = make_world(TOY_ID, 1)
    steps = rollout(world, world.expert(), range(2**63 - 1, 2**63 + 1))
    with pytest.raises(InputError, match=r"seed must be a whole .*, got 9223372036854775808"):
        list(steps)


@pytest.mark.parametrize(
    ("env_id", "message"),
    [
        ("toy/Stear-v0", "unknown environment 'toy/Stear-v0'.*Did you mean: `Steer`"),
        ("toi/Steer-v0", "Did you mean: `toy`"),
        ("toy/Steer-v9", "v0"),
        ("no_such_module:Steer-v0", "no module 'no_such_module'"),
        ("not an id", "Malformed"),
        ("Pendulum-v1", "is no world"),
        ("CartPole-v1", "is no world"),
    ],
)
def test_an_id_that_is_no_world_is_refused(env_id: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        make_world(env_id, 1)
    assert "\n" not in str(refusal.value)


def test_an_option_that_the_world_lacks_is_refused() -> None:
    with pytest.raises(InputError, match="no option 'road', only image_size"):
        make_world(TOY_ID, 1, road="lap.csv")
    with pytest.raises(InputError, match="must be positive, got 0"):
        make_world(TOY_ID, 0)


def test_a_made_world_is_one() -> None:
    assert isinstance(make_world(TOY_ID, 2), World)


def test_wilson_with_numbers_by_hand() -> None:
    # z = 2, 8 of 10: centre (0.8 + 4/20) / (1 + 4/10) = 1 / 1.4,
    # half 2 / 1.4 * sqrt(0.16/10 + 4/400) = 2 / 1.4 * sqrt(0.026)
    low, high = wilson_interval(8, 10, z=2.0)
    assert low == pytest.approx((1.0 - 2.0 * 0.026**0.5) / 1.4)
    assert high == pytest.approx((1.0 + 2.0 * 0.026**0.5) / 1.4)
    # none of n: from 0 to z² / (n + z²)
    assert wilson_interval(0, 12, z=2.0) == pytest.approx((0.0, 0.25))


@pytest.mark.parametrize("trials", [1, 7, 200])
def test_wilson_agrees_with_scipy(trials: int) -> None:
    for successes in {0, 1, trials // 2, trials - 1, trials}:
        oracle = binomtest(successes, trials).proportion_ci(method="wilson")
        assert wilson_interval(successes, trials) == pytest.approx((oracle.low, oracle.high))


def test_json_holds_the_conditions_and_every_figure() -> None:
    world = make_world(TOY_ID, 4)
    result = evaluate(world, world.expert(), 4, seed=2)
    unknown = replace(result, metrics={**result.metrics, "gap_m": float("inf")})
    values = json.loads(
        json.dumps(unknown.to_json(TOY_ID, "expert", {"split": "test"}), allow_nan=False)
    )
    assert values["env_id"] == TOY_ID
    assert values["policy"] == "expert"
    assert values["split"] == "test"
    assert (values["seed"], values["episodes"]) == (2, 4)
    assert values["success_rate"] == 1.0
    assert values["success_rate_ci95"] == pytest.approx(list(wilson_interval(4, 4)))
    assert values["offset_rms"] == result.metrics["offset_rms"]
    assert values["gap_m"] is None
    assert values["versions"]["gymnasium"] == gym.__version__


@pytest.mark.parametrize(
    ("name", "words", "unit"),
    [
        ("speed_m_s", "speed", "m/s"),
        ("lane_offset_rms_m", "lane offset rms", "m"),
        ("acceleration_m_s2", "acceleration", "m/s²"),
        ("departures_per_km", "departures", "1/km"),
        ("heading_error_rad", "heading error", "rad"),
        ("offset_rms", "offset rms", ""),
        ("coverage_68_lane_offset_m", "coverage 68 lane offset", ""),
        ("m", "m", ""),
    ],
)
def test_names_become_words_and_units(name: str, words: str, unit: str) -> None:
    assert words_and_unit(name) == (words, unit)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1234, "0.123 m"),
        (-0.1234, "\N{MINUS SIGN}0.123 m"),
        (-0.0001, "0.000 m"),
        (12.34, "12.3 m"),
        (421.4, "421 m"),
    ],
)
def test_values_are_written_to_three_digits(value: float, text: str) -> None:
    assert with_unit(value, "m") == text


@pytest.mark.parametrize(
    ("rates", "kept"), [((64, 62, 63), 3), ((64, 40, 30), 1), ((10, 60, 58), 3), ((64, 30, 61), 3)]
)
def test_training_keeps_the_latest_policy_that_is_not_clearly_worse(
    rates: tuple[int, ...], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 64 episodes each: 62 after 64 is chance, 40 is not."""
    waiting = iter(rates)

    def judged(*_: Any) -> Any:
        rate = next(waiting)
        return SimpleNamespace(
            success_rate=rate / 64,
            success_rate_ci95=wilson_interval(rate, 64),
            mean_return=-float(rate),
            metrics={},
            episodes=0,
        )

    monkeypatch.setattr(validation, "evaluate", judged)
    register_toy()
    validator = Validator(make_world(TOY_ID, 1), Recipe())
    kept_policies: list[Any] = []
    for policy in range(1, len(rates) + 1):
        of_it: Any = policy  # any value can stand for a policy
        if validator.validate(of_it, policy).is_best:
            kept_policies.append(policy)
    assert kept_policies[-1] == kept


def test_validations_are_due_at_intervals_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    result = SimpleNamespace(success_rate_ci95=(0.0, 1.0), episodes=0)
    monkeypatch.setattr(validation, "evaluate", lambda *_: result)
    register_toy()
    recipe = Recipe(total_steps=100, validation_interval=30)
    validator = Validator(make_world(TOY_ID, 1), recipe)
    due: list[int] = []
    for steps in range(8, 105, 8):
        if validator.is_due(steps):
            due.append(steps)
            of_it: Any = None  # any value can stand for a policy
            validator.validate(of_it, steps)
    assert due == [32, 64, 96, 104]
