"""The world that a policy is to live in."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from autonomy.errors import InputError, shown
from autonomy.imported_class import allowed_name
from autonomy.policies.source import PolicySource


class Home(NamedTuple):
    """How `make_world` makes the world that a policy lives in."""

    env_id: str
    options: dict[str, Any]


def home_of(
    policy: PolicySource,
    env_id: str | None,
    options: Mapping[str, Any],
    modules: Sequence[str] = (),
) -> Home:
    """Return the world that a user chose for a policy; what is not chosen is as it was trained.

    Args:
        policy: Who lives there.
        env_id: The world, by default the one that it was trained in.
        options: Those that were chosen.
        modules: Modules and files outside this project's packages that a policy folder may name.

    Raises:
        InputError: No world is named, or the folder names what may not be imported.
    """
    home = env_id or _allowed_id(policy.env_id, modules)
    kept = {name: own for name, own in policy.env_options.items() if name not in options}
    if policy.env_id is not None:  # it comes from a folder
        kept = {name: _allowed(own, modules) for name, own in kept.items()}
        _check_trusted(kept.get("perception_modules", ()), modules)
    return Home(home, {**kept, **options})


def _allowed_id(env_id: str | None, modules: Sequence[str]) -> str:
    if env_id is None:
        raise InputError(
            "this policy does not say in which world it lives, so one must be named: --env ID"
        )
    return allowed_name(env_id, modules) if ":" in env_id else env_id


def _allowed(value: Any, modules: Sequence[str]) -> Any:
    """Return a value that may name no code but that which the caller trusts: any with a colon."""
    return allowed_name(value, modules) if isinstance(value, str) and ":" in value else value


def _check_trusted(named: Any, modules: Sequence[str]) -> None:
    """Check that a folder names no code as trusted that the caller does not trust."""
    for own in cast(Sequence[Any], named) if isinstance(named, tuple | list) else (named,):
        if own not in modules:
            raise InputError(
                "the folder's perception_modules must be named with --modules too, "
                f"got {shown(own)}"
            )
