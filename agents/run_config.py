"""What a training run follows from: the `config.json` of its folder."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self, cast

from autonomy.agents.recipe import Recipe
from autonomy.errors import InputError, shown
from autonomy.files import whole_folder, write_json
from autonomy.imported_class import allowed_class, allowed_name
from autonomy.json_values import changes, described, parsed_json

_MAY_CHANGE = ("recipe.total_steps", "recipe.checkpoint_interval", "recipe.modules")


@dataclass(frozen=True)
class RunConfig:
    """What a training is made of; see `Training`."""

    env_id: str
    recipe: Recipe
    seed: int
    device: str

    def to_json(self) -> dict[str, Any]:
        """Return what `config.json` says, of a training that was prepared."""
        from autonomy.agents.preparation import conditions  # imports torch: seconds

        return {
            "env_id": self.env_id,
            "algorithm": described(type(self.recipe)),
            **conditions(self.recipe, self.seed, self.device),
            "files": {str(path): _digest(path) for path in self.recipe.read_files},
        }


@dataclass(frozen=True)
class SavedConfig:
    """The configuration of a run folder, and what it says word for word."""

    config: RunConfig
    says: Mapping[str, Any]

    @classmethod
    def read(cls, run: Path, modules: Sequence[str] = ()) -> Self:
        """Read it.

        Args:
            run: The run folder.
            modules: Modules and files outside this project's packages that it may name.

        Raises:
            InputError: There is none, it is none of this version, or it names what may not be
                imported.
        """
        says = read_config(run)
        try:
            kind = allowed_class(says["algorithm"], modules)
            recipe = _recipe(kind, says["recipe"], modules)
            env_id = _allowed(says["env_id"], modules)
            config = RunConfig(env_id, recipe, says["seed"], says["device"])
            for name, own in (("env_id", ""), ("seed", 0), ("device", "")):
                _check_type(name, getattr(config, name), own)
            return cls(config, says)
        except InputError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            raise InputError(f"{run} must be a run of this version's train, got {error}") from None

    def refuse_changes(self, now: RunConfig) -> None:
        """Raise `InputError` where a prepared training would not go on as this one would have."""
        try:
            refuse_changes(self.says, now.to_json())
        except InputError as error:
            raise InputError(f"{error}; --accept-changes goes on all the same") from None


def begin_run(run: Path, config: Mapping[str, Any]) -> None:
    """Make a run folder that holds a configuration: whole, or not at all.

    Raises:
        InputError: There is one, or it cannot be made.
    """
    with whole_folder(run, "run") as folder:
        write_json(folder / "config.json", config)


def read_config(run: Path) -> dict[str, Any]:
    """Return what the configuration of a run folder says.

    Raises:
        InputError: There is none.
    """
    path = run / "config.json"
    try:
        says = parsed_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{run} is no run to go on with: {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is truncated or no JSON: {error}") from None
    if not isinstance(says, dict):
        raise InputError(f"{path} must hold a configuration, got another kind of JSON")
    return cast(dict[str, Any], says)


def refuse_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise `InputError` where configurations differ in what a run may not change as it goes on.

    It may take more steps, and make checkpoints at other times.
    """
    found = changes(before, now)
    named = [f"{name} {change}" for name, change in found.items() if name not in _MAY_CHANGE]
    if named:
        raise InputError(f"a run must go on as it began, got {'; '.join(named)}")


def _recipe(kind: type, says: Mapping[str, Any], modules: Sequence[str]) -> Recipe:
    if not issubclass(kind, Recipe):
        raise InputError(f"a run's algorithm must be a recipe, got {shown(kind)}")
    unknown = sorted(says.keys() - {field.name for field in fields(kind)})
    if unknown:
        raise InputError(f"{kind.__name__} of this version has no {', '.join(unknown)}")
    for own in says.get("modules", ()):
        if own not in modules:
            raise InputError(f"the run's modules must be named with --modules too, got {own!r}")
    values = {name: _allowed(value, modules) for name, value in says.items()}
    usual = kind()
    for name, value in values.items():
        _check_type(name, value, getattr(usual, name))
    recipe = kind(**values)
    recipe.check()
    return recipe


def _check_type(name: str, value: Any, usual: Any) -> None:
    """Raise `InputError` if a value is of another type than it usually has."""
    wanted = (int, float) if isinstance(usual, float) else type(usual)
    fits = isinstance(value, wanted) and isinstance(value, bool) == isinstance(usual, bool)
    if isinstance(usual, tuple) and fits:
        element = type(usual[0]) if usual else str
        fits = all(type(own) is element for own in value)
    if not fits:
        raise InputError(f"a run's {name} must be like {shown(usual)}, got {shown(value)}")


def _allowed(value: Any, modules: Sequence[str]) -> Any:
    """Return a value of JSON, with tuples for lists; it names no code but what is allowed."""
    if isinstance(value, str):
        return allowed_name(value, modules) if ":" in value else value
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value).items()
        return {name: _allowed(own, modules) for name, own in entries}
    if isinstance(value, list):
        return tuple(_allowed(own, modules) for own in cast(list[Any], value))
    return value


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
