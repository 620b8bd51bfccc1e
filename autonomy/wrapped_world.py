"""Worlds inside of Gymnasium's wrappers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.policy import Policy
from autonomy.world import Trace, World
from autonomy.world_state import State

if TYPE_CHECKING:
    _Wrapper = VectorWrapper[Any, Any, Any, Any, Any]
else:
    _Wrapper = VectorWrapper  # which takes no types before Gymnasium 1.4

AnyWorld = World | VectorEnv[Any, Any, Any]
"""A world, or one in Gymnasium's vector wrappers."""


def as_world(envs: AnyWorld) -> World:
    """Return a world itself, or one in Gymnasium's vector wrappers as a world.

    Raises:
        InputError: It is no world, and there is none in its wrappers.
    """
    if isinstance(envs, World):
        return envs
    if isinstance(envs.unwrapped, World):
        return cast(World, WrappedWorld(envs))  # steps tell what those of the world inside do
    raise InputError(
        "a world must have the methods of autonomy.world.World, "
        f"got {type(envs.unwrapped).__name__}"
    )


class WrappedWorld(_Wrapper):
    """Steps as the wrappers do; what they do not know of is that of the world inside.

    So the state is without what wrappers keep, and the expert is right where they leave actions
    as they are.
    """

    @property
    def world(self) -> World:
        """The world inside."""
        return cast(World, self.env.unwrapped)

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return one small `(H, W, 3)` picture per environment of where things are."""
        return self.world.overview()

    def expert(self) -> Policy:
        """Return a scripted policy that reads this batch's true state."""
        return self.world.expert()

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures, each named with its unit."""
        return self.world.metrics(episodes)

    def get_state(self) -> State:
        """Return the whole state of the world inside."""
        return self.world.get_state()

    def set_state(self, state: State) -> None:
        """Let the world inside go on from a state."""
        self.world.set_state(state)

    def __del__(self) -> None:
        """Leave the world open for whoever wrapped it, who may go on; Gymnasium closes it."""
