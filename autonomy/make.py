"""Worlds by their Gymnasium id."""

import inspect
from collections.abc import Callable
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.vector import AutoresetMode

from autonomy.errors import InputError, UnknownOptionError
from autonomy.options import CommonOptions
from autonomy.registered import find_spec
from autonomy.world import World
from autonomy.wrapped_world import as_world


def make_world(
    env_id: str,
    num_envs: int,
    *,
    autoreset_mode: AutoresetMode = AutoresetMode.DISABLED,
    **options: Any,
) -> World:
    """Make the world that is registered as `env_id`, as a batch of `num_envs`.

    As in Gymnasium, `module:id` imports the module that registers the id first, and `file.py:id`
    runs the file. `options` are the world's own (`observations`, `image_size`, `split`, ...). By
    default the caller resets environments that ended, as `rollout` does.

    Raises:
        UnknownOptionError: The world has no such option.
        InputError: The id is unknown or no world; or the world refuses a value.
    """
    if num_envs < 1:
        raise InputError(f"the number of environments must be positive, got {num_envs}")
    spec = find_spec(env_id)
    _check_options(spec, options)
    envs = gym.make_vec(spec, num_envs, autoreset_mode=autoreset_mode, **options)
    try:
        return as_world(envs)
    except InputError:
        envs.close()
        raise _no_world(env_id) from None


def world_creator(spec: EnvSpec) -> Callable[..., Any]:
    """Return the class or function that makes a batch of a world.

    Raises:
        InputError: There is none, so that it is no world.
    """
    creator = spec.vector_entry_point
    if creator is None:
        raise _no_world(spec.id)
    return load_env_creator(creator) if isinstance(creator, str) else creator


def policys_options(env_id: str) -> tuple[str, ...]:
    """Return the names of a world's options that go with a policy; see `CommonOptions`.

    Raises:
        InputError: The id is unknown or no world.
    """
    creator = world_creator(find_spec(env_id))
    return getattr(creator, "options_class", CommonOptions).of_policies


def _check_options(spec: EnvSpec, options: dict[str, Any]) -> None:
    known = inspect.signature(world_creator(spec)).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    if "autoreset_mode" not in known and not takes_any:
        raise _no_world(spec.id)
    for name in options:
        if name not in known and not takes_any:  # else the world itself refuses what it lacks
            names = ", ".join(sorted(set(known) - {"num_envs", "autoreset_mode"}))
            raise UnknownOptionError(f"{spec.id} has no option {name!r}, only {names}")


def _no_world(env_id: str) -> InputError:
    return InputError(
        f"{env_id} is no world of this package's kind: it lacks a vector entry point with the "
        "methods of autonomy.world.World"
    )
