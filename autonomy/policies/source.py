"""Policies by the one string that everything which runs a policy takes."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from gymnasium import spaces

from autonomy.construction import construct
from autonomy.errors import InputError
from autonomy.imported_class import named_class
from autonomy.policy import Policy, RandomPolicy
from autonomy.world import World
from autonomy.wrapped_world import AnyWorld, as_world

_FORMS = (
    "a run folder, a policy folder, a model.zip of Stable-Baselines3, expert, random, "
    "package.module:Class or file.py:Class"
)


@dataclass(frozen=True)
class PolicySource:
    """A policy that was named: what its world must show it is known before there is a world."""

    make: Callable[[World, str, int], Policy]
    """Makes it for a world, a device (`auto`, `cpu` or `cuda`) and a seed, or raises
    `InputError`."""
    env_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the world must be made with, so that the policy sees what it needs."""
    env_id: str | None = None
    """The world that it was trained in, if it was."""


def policy_source(
    source: str,
    modules: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    trust: bool = False,
) -> PolicySource:
    """Find the policy that `source` names.

    - `expert`: the world's own; `random`: uniform actions, of episodes that count on
      from the seed.
    - A run folder or a policy folder: a trained policy. `modules` are those, and files, outside
      this project's packages whose classes the folder may name.
    - `model.zip`: what Stable-Baselines3 or sb3-contrib saved. It is a pickle, which runs any code
      when it is read; so it is read only where the caller says that it can `trust` its maker.
    - `package.module:Class` or `file.py:Class`: the user's own, constructed as
      `Class(observation_space, action_space, **options)` with the spaces of one environment. Its
      attribute `env_options`, or its class method of that name called with the options, says what
      the world must be made with.

    Raises:
        InputError: If there is no such policy, or it takes no such options.
    """
    own = dict(options or {})
    folder = policy_folder(source)
    if own and (folder is not None or ":" not in source):
        raise InputError(f"only classes of your own take options, {source} got {', '.join(own)}")
    if source == "expert":
        return PolicySource(lambda envs, _device, _seed: envs.expert())
    if source == "random":
        return PolicySource(_random)
    if folder is not None:
        from autonomy.policies.folder import TrainedPolicy  # imports torch: seconds

        trained = TrainedPolicy.read(folder, modules)
        return PolicySource(trained.make, trained.env_options, trained.env_id)
    if source.endswith(".zip") or (Path(source).is_file() and zipfile.is_zipfile(source)):
        from autonomy.policies.stable_baselines.model import SavedModel  # likewise

        model = SavedModel.read(Path(source), trust)
        return PolicySource(model.make, model.env_options)
    if ":" in source:
        return _users_own(source, own)
    raise InputError(f"no policy {source!r}: it must be {_FORMS}")


def load_policy(
    source: str,
    envs: AnyWorld,
    device: str = "auto",
    seed: int = 0,
    modules: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    trust: bool = False,
) -> Policy:
    """Return the policy that `source` names, ready to act in `envs`; see `policy_source`.

    Raises:
        InputError: If there is no such policy, or it cannot act in `envs`.
    """
    return policy_source(source, modules, options, trust).make(as_world(envs), device, seed)


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


def run_folder(source: str) -> Path | None:
    """Return the run folder that `source` is, if it is one."""
    folder = Path(source)
    is_policy = (folder / "policy.json").is_file()
    return folder if not is_policy and (folder / "policy" / "policy.json").is_file() else None


def _random(envs: World, _device: str, seed: int) -> Policy:
    assert isinstance(envs.single_action_space, spaces.Box)
    return RandomPolicy(envs.single_action_space, seed)


def _users_own(source: str, options: Mapping[str, Any]) -> PolicySource:
    kind = named_class(source)
    for method in ("reset", "act"):
        if not callable(getattr(kind, method, None)):
            raise InputError(
                f"{source} has no method {method!r}; a policy has reset(mask) and act(observation)"
            )

    def make(envs: World, _device: str, _seed: int) -> Policy:
        given = {
            "observation_space": envs.single_observation_space,
            "action_space": envs.single_action_space,
        }
        return construct(source, kind, given, options)

    return PolicySource(make, _wanted(source, kind, options))


def _wanted(source: str, kind: type, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a class says that its world must be made with."""
    wanted: Any = getattr(kind, "env_options", {})
    if callable(wanted):
        wanted = construct(f"{source}.env_options", wanted, {}, options)
    if not isinstance(wanted, Mapping):
        raise InputError(f"{source}.env_options must be a dict of a world's options, got {wanted}")
    return cast(Mapping[str, Any], wanted)
