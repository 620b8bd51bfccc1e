"""Policies by the one string that every script takes."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gymnasium import spaces

from autonomy.errors import InputError
from autonomy.imported_class import class_named
from autonomy.policy import Policy, RandomPolicy
from autonomy.world import World

_FORMS = "a run folder, a policy folder, expert, random, package.module:Class or file.py:Class"


def load_policy(
    source: str,
    envs: World,
    device: str = "auto",
    seed: int = 0,
    modules: Sequence[str] = (),
) -> Policy:
    """Return the policy that `source` names, ready to act in `envs`.

    - `expert`: the world's own; `random`: uniform actions, of episodes that count on
      from `seed`.
    - A run folder or a policy folder: a trained policy, on `device`. `modules` are those
      outside this project's packages whose classes the folder may name.
    - `package.module:Class` or `file.py:Class`: the user's own, constructed as
      `Class(observation_space, action_space)` with the spaces of one environment.

    Raises:
        InputError: If there is no such policy, or it cannot act in `envs`.
    """
    if source == "expert":
        return envs.expert()
    if source == "random":
        assert isinstance(envs.single_action_space, spaces.Box)
        return RandomPolicy(envs.single_action_space, seed)
    folder = policy_folder(source)
    if folder is not None:
        from autonomy.policies.trained import load_trained  # imports torch: seconds

        return load_trained(folder, envs, device, modules)
    if ":" in source:
        return _users_own(source, envs)
    raise InputError(f"no policy {source!r}: it must be {_FORMS}")


def trained_options(source: str) -> dict[str, Any]:
    """Return the options that the world needs so that the policy sees what it was trained on.

    They are empty for all but trained policies.
    """
    folder = policy_folder(source)
    if folder is None:
        return {}
    from autonomy.policies.trained import env_options  # imports torch: seconds

    return env_options(folder)


def policy_folder(source: str) -> Path | None:
    """Return the policy folder that `source` is or, as a run folder, holds; None otherwise.

    Raises:
        InputError: If it is a folder, but neither of the two.
    """
    folder = Path(source)
    if not folder.is_dir():
        return None
    for candidate in (folder, folder / "policy"):
        if (candidate / "policy.json").is_file():
            return candidate
    raise InputError(
        f"{folder} is neither a policy folder nor a run folder: "
        "it has no policy.json and no policy/policy.json"
    )


def _users_own(source: str, envs: World) -> Policy:
    users_class = class_named(source)
    for method in ("reset", "act"):
        if not callable(getattr(users_class, method, None)):
            raise InputError(
                f"{source} has no method {method!r}; a policy has reset(mask) and act(observation)"
            )
    arguments = (envs.single_observation_space, envs.single_action_space)
    try:
        inspect.signature(users_class).bind(*arguments)
    except TypeError as error:
        raise InputError(
            f"{source} must take (observation_space, action_space) to be made: {error}"
        ) from None
    return users_class(*arguments)
