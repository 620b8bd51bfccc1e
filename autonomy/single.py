"""The single environment: a batch of one, seen without its first axis."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Generic, Self, TypeVar

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from autonomy.batched_world import METADATA, BatchedWorld
from autonomy.policy import Observation, Policy
from autonomy.seed import checked_seed
from autonomy.world import Trace
from autonomy.world_state import State

Batch = TypeVar("Batch", bound=BatchedWorld)


class SingleEnv(gym.Env[Observation, NDArray[np.float32]], Generic[Batch]):
    """A `gymnasium.Env` over a batch of one that never resets itself.

    It has what `World` has, each without the first axis.
    """

    metadata = METADATA

    def __init__(self, batch: Batch) -> None:
        assert batch.num_envs == 1
        assert batch.metadata["autoreset_mode"] is AutoresetMode.DISABLED
        self.batch = batch
        self.observation_space = batch.single_observation_space
        self.action_space = batch.single_action_space
        self.render_mode = batch.render_mode
        self.metadata = {
            key: value for key, value in batch.metadata.items() if key != "autoreset_mode"
        }

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode; see the batch."""
        own = None if seed is None else checked_seed(seed)
        observation, info = self.batch.reset(seed=own, options=options)
        super().reset(seed=own)
        return _first(observation), _first(info)

    def step(
        self, action: NDArray[np.float32]
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Advance by one control step; see the batch."""
        observation, reward, terminated, truncated, info = self.batch.step([action])
        return (
            _first(observation),
            float(reward[0]),
            bool(terminated[0]),
            bool(truncated[0]),
            _first(info),
        )

    # Gymnasium's `render` may return text or a list of frames; this one returns a frame
    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """Return the picture `(H, W, 3)` for a person, None without a render mode."""
        pictures: Any = self.batch.render()  # Gymnasium leaves open what a picture is
        return None if pictures is None else pictures[0]

    def overview(self) -> NDArray[np.uint8]:
        """Return a small picture `(H, W, 3)` of where things are."""
        return self.batch.overview()[0]

    def expert(self) -> "SinglePolicy":
        """Return a scripted policy that reads the true state."""
        return SinglePolicy(self.batch.expert())

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures; see the batch."""
        return self.batch.metrics(episodes)

    def get_state(self) -> State:
        """Return the whole state as copies of plain arrays; see the batch."""
        return _first(self.batch.get_state())

    def set_state(self, state: State) -> None:
        """Go on, bit for bit, from what `get_state` returned; see the batch."""
        given: Any = state
        if isinstance(given, dict):  # else the batch says what is wrong with it
            given = {name: np.asarray(own)[np.newaxis] for name, own in state.items()}
        self.batch.set_state(given)

    def close(self) -> None:
        """Close the batch; a second call does nothing."""
        self.batch.close()

    def __copy__(self) -> Self:
        return deepcopy(self)  # a shallow copy would drive the same batch


class SinglePolicy:
    """A policy of a batch of one, seen without the first axis."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def reset(self) -> None:
        """Begin a new episode."""
        self._policy.reset(np.ones(1, np.bool_))

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return an action `(A,)` in [-1, 1] for the observation `(...)`."""
        return self._policy.act({name: own[np.newaxis] for name, own in observation.items()})[0]


def _first(tree: Any) -> dict[str, Any]:
    return {
        key: _first(value) if isinstance(value, dict) else value[0] for key, value in tree.items()
    }
