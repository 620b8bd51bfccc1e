"""One world of one environment, and who acts in it: a policy, or a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.actions import checked_actions
from autonomy.errors import InputError
from autonomy.make import make_world
from autonomy.policies.home import Home, home_of
from autonomy.policies.source import policy_source
from autonomy.policy import Observation, Policy
from autonomy.rollouts import Step
from autonomy.seed import checked_seed
from autonomy.watching.hand import Hand, levers_of
from autonomy.watching.options_words import known_options
from autonomy.world import World
from autonomy.world_options import Option

PERSON = "person"
"""The policy that is a person at the page."""

_EVERY = np.ones(1, np.bool_)


@dataclass(frozen=True)
class Choice:
    """What is watched: which policy, in which world."""

    policy: str
    env: str | None = None
    world: Mapping[str, Any] = field(default_factory=dict[str, Any])
    device: str = "auto"
    modules: tuple[str, ...] = ()
    policy_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    trust: bool = False

    def home(self) -> Home:
        """Return the world that they live in.

        Raises:
            InputError: There is no such policy, or none is named.
        """
        source = policy_source(self._policy, self.modules, self.policy_options, self.trust)
        return home_of(source, self.env, self.world, self.modules)

    def make(self, world: World) -> Policy:
        """Make the policy for a world.

        Raises:
            InputError: It cannot act there.
        """
        source = policy_source(self._policy, self.modules, self.policy_options, self.trust)
        return source.make(world, self.device, 0)

    @property
    def _policy(self) -> str:
        return "random" if self.policy == PERSON else self.policy  # whose actions nobody takes


class Session:
    """Lives episodes step by step.

    Attributes:
        choice: What is watched.
        home: The world that it lives in.
        world: Of one environment.
        seed: Of the episode that runs.
        steps: How many steps it is old.
        observation: What the policy sees now.
        ended: Why it ended; empty while it runs.
    """

    def __init__(self, choice: Choice, hand: Hand, seed: int) -> None:
        """Make the world and the policy, and begin.

        Raises:
            InputError: What is chosen cannot be.
        """
        self.choice, self.home = choice, choice.home()
        self.world = make_world(self.home.env_id, 1, render_mode="rgb_array", **self.home.options)
        self.levers = levers_of(
            self.world.metadata, int(np.prod(self.world.single_action_space.shape or ()))
        )
        self._hand = hand
        self.seed, self.steps, self.ended = seed, 0, ""
        self.observation: Observation = {}
        try:
            self._policy = choice.make(self.world)
            self.begin(seed)
        except BaseException:
            self.world.close()
            raise

    @property
    def options(self) -> list[Option]:
        """The options that can be changed."""
        return known_options(self.home.env_id)

    @property
    def policy(self) -> str:
        """Who acts, in words."""
        return self.choice.policy

    @property
    def control_rate(self) -> float:
        """Control steps a second [Hz]."""
        return float(self.world.metadata["render_fps"])

    @property
    def person_drives(self) -> bool:
        """Whether a person acts."""
        return self.choice.policy == PERSON or self._hand.drives

    def begin(self, seed: int) -> None:
        """Begin the episode of a seed.

        Raises:
            InputError: The seed cannot be, or the policy failed.
        """
        self.observation, _ = self.world.reset(seed=checked_seed(seed))
        self.seed, self.steps, self.ended = seed, 0, ""
        _asked(self.choice.policy, lambda: self._policy.reset(_EVERY))

    def replace_policy(self, choice: Choice) -> None:
        """Let another policy act from the next step on, in the same world.

        Raises:
            InputError: It cannot act there; the one before goes on.
        """
        policy = choice.make(self.world)
        _asked(choice.policy, lambda: policy.reset(_EVERY))
        self.choice, self._policy = replace(choice, env=self.home.env_id), policy

    def look(self) -> None:
        """See again what is to be seen, after looks have changed."""
        none = np.zeros(1, np.bool_)
        self.observation, _ = self.world.reset(options={"reset_mask": none})

    def step(self) -> Step:
        """Live a step; the one after an episode's last begins the next seed's.

        Raises:
            InputError: The policy failed, or its actions are none.
        """
        if self.ended:
            self.begin(self.seed + 1)
        action, before = self._action(), self.observation
        after, reward, terminated, truncated, info = self.world.step(action)
        info["intervention"] = np.array([self.person_drives])
        self.observation = after
        self.steps += 1
        if terminated[0] or truncated[0]:
            self.ended = str(info["episode_end"][0])
        seeds = np.array([self.seed])
        return Step(seeds, before, action, reward, after, terminated, truncated, info)

    def close(self) -> None:
        """Close the world."""
        self.world.close()

    def _action(self) -> NDArray[np.float32]:
        seconds = 1.0 / self.control_rate
        if self.choice.policy == PERSON:
            return self._hand.act(self.levers, seconds)[np.newaxis]
        acted = _asked(self.choice.policy, lambda: self._policy.act(self.observation))
        action = checked_actions(acted, 1, self.world.single_action_space)
        if self._hand.drives:
            return self._hand.act(self.levers, seconds)[np.newaxis]
        self._hand.follow(action[0])
        return action


def _asked(name: str, question: Any) -> Any:
    """Return what a policy answers.

    Raises:
        InputError: It fails, in whatever way: it may be a user's own.
    """
    try:
        return question()
    except InputError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())
        raise InputError(f"policy {name} failed: {type(error).__name__}: {said}") from error
