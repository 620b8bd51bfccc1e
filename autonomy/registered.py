"""What is registered with Gymnasium under an id."""

import importlib

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from autonomy.errors import InputError


def find_spec(env_id: str) -> EnvSpec:
    """Return what is registered as `env_id`; `module:id` imports the module first.

    Raises:
        InputError: The id is unknown.
    """
    module, _, name = env_id.rpartition(":")
    try:
        if module:
            importlib.import_module(module)
        return gym.spec(name)
    except (gym.error.Error, ModuleNotFoundError) as error:
        raise InputError(f"unknown environment {env_id!r}: {error}") from None
