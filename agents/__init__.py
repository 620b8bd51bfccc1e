"""The learners: encoders, recipes, training.

The names below are loaded when they are first asked for, since torch takes seconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autonomy.agents.run_folder import train as train
    from autonomy.agents.vec_env import BatchedVecEnv as BatchedVecEnv

if __name__ != "autonomy.agents":
    raise ImportError("the learners are imported as autonomy.agents, not as agents")

_HOMES = {"BatchedVecEnv": "vec_env", "train": "run_folder"}
"""In which module of this package each name is at home."""

__all__ = ["BatchedVecEnv", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
