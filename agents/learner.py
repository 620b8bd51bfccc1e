"""What learns: the protocol that our learners and a user's own share."""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from stable_baselines3.common.utils import set_random_seed

from autonomy.agents.recipe import Recipe
from autonomy.errors import InputError
from autonomy.imported_class import class_name, named_class
from autonomy.json_values import is_json
from autonomy.policies.folder import SavablePolicy
from autonomy.world import World
from autonomy.world_state import State

_METHODS = ("collect", "update")


class Learner(Protocol):
    """Collects experience in N environments and learns from it, in turns.

    It is made as `Learner(envs, recipe, seed, device)`:

    - `envs`, a `World` that resets ended episodes in the same step, of `recipe.num_envs`
      environments that show `recipe.observations` and `recipe.privileged`; the learner resets it
      before its first step, with its seed;
    - `recipe`, of the class that named it;
    - `seed`, with which torch's, NumPy's and Python's random numbers have just begun: the same
      seed on the same machine gives the same weights;
    - `device`, `cpu` or `cuda`.

    What is given wrongly it refuses with `InputError`.
    """

    def collect(self) -> None:
        """Step the environments until there is something to learn from."""
        ...

    def update(self) -> Mapping[str, float]:
        """Learn from what was collected; return what curves are to show, by name."""
        ...

    @property
    def policy(self) -> SavablePolicy:
        """What it would do now, without exploring; whoever keeps it takes a copy."""
        ...

    def get_state(self) -> State:
        """Return, between an update and the next collecting, all that changes.

        Together with the state of its environments it is enough to go on bit for bit. What is
        remembered may be the memory itself, which may be gigabytes: whoever keeps it takes a copy.
        """
        ...

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` of a learner of the same recipe returned."""
        ...


def make_learner(envs: World, recipe: Recipe, seed: int, device: str) -> Learner:
    """Make the learner that a recipe names; see `Learner`.

    Raises:
        InputError: The recipe names none, the learner refuses what it is given, or its policy could
            not be saved.
    """
    kind: Any = getattr(recipe, "learner", None)
    kind = named_class(kind) if isinstance(kind, str) else kind
    for method in _METHODS:
        if not callable(getattr(kind, method, None)):
            raise InputError(
                f"{type(recipe).__name__}.learner must be a class with {', '.join(_METHODS)}, got "
                f"{kind!r} without {method}"
            )
    set_random_seed(seed, using_cuda=device == "cuda")
    learner: Learner = kind(envs, recipe, seed, device)
    with torch.random.fork_rng(devices=[]):  # a look at the policy changes nothing
        _check_savable(getattr(learner, "policy", None))
    return learner


def _check_savable(policy: Any) -> None:
    name = class_name(type(policy))
    for attribute in ("observation_space", "action_space", "description", "tensors", "restore"):
        if not hasattr(policy, attribute):
            raise InputError(f"a policy that is to be saved must have {attribute}, {name} has not")
    if not is_json(policy.description()):
        raise InputError(
            f"{name}.description() must return JSON values, got {policy.description()!r}"
        )
