"""What is registered with Gymnasium under an id."""

import importlib

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from autonomy.errors import InputError
from autonomy.imported_class import OWN_PACKAGE, named_module


def find_spec(env_id: str) -> EnvSpec:
    """Return what is registered as `env_id`; `module:id` and `file.py:id` import that first.

    Raises:
        InputError: The id is unknown.
    """
    module, _, name = env_id.rpartition(":")
    try:
        if module:
            named_module(module)
        has_namespace(name.partition("/")[0])
        return gym.spec(name)
    except (gym.error.Error, InputError) as error:
        raise InputError(f"unknown environment {env_id!r}: {error}") from None


def has_namespace(name: str) -> bool:
    """Whether there are ids that begin with a name and a slash; ours are registered for that."""
    if name == OWN_PACKAGE:
        importlib.import_module(f"{OWN_PACKAGE}.envs")
    return any(own.namespace == name for own in gym.registry.values())
