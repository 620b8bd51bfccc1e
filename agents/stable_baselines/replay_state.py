"""The state of a replay buffer of Stable-Baselines3 as plain arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3 import HerReplayBuffer

from autonomy.agents.state_arrays import within
from autonomy.world_state import State


def replay_arrays(buffer: Any) -> State:
    """Return what a `DictReplayBuffer` remembers, itself: `(T, N, ...)` for T filled rows."""
    filled = buffer.size()
    state = {name: values[:filled] for name, values in _rows(buffer).items()}
    state["place"] = np.array([buffer.pos, buffer.full])
    if isinstance(buffer, HerReplayBuffer):
        state["episode_begin"] = np.array(vars(buffer)["_current_ep_start"])
    return state


def load_replay(buffer: Any, state: State) -> None:
    """Let a buffer of the same size remember it."""
    place, full = state["place"].tolist()
    buffer.pos, buffer.full = place, bool(full)
    for name, values in _rows(buffer).items():
        filled = len(state[name])
        values[:filled], values[filled:] = state[name], 0
    if isinstance(buffer, HerReplayBuffer):
        vars(buffer)["_current_ep_start"] = state["episode_begin"].copy()


def _rows(buffer: Any) -> dict[str, NDArray[Any]]:
    """Return the arrays themselves, one row a step."""
    hindsight = isinstance(buffer, HerReplayBuffer)
    names = ("actions", "rewards", "dones", "timeouts", *(("ep_start", "ep_length") * hindsight))
    return {
        **within("observations", buffer.observations),
        **within("next_observations", buffer.next_observations),
        **{name: getattr(buffer, name) for name in names},
    }
