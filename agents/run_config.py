"""What a training run follows from: the `config.json` of its folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self, cast

from autonomy.agents.recipe import Recipe
from autonomy.errors import InputError, shown
from autonomy.imported_class import allowed_class, allowed_name
from autonomy.json_values import described, parsed_json

_MAY_CHANGE = ("recipe.total_steps", "recipe.checkpoint_interval")


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
        path = run / "config.json"
        try:
            says = cast(dict[str, Any], parsed_json(path.read_bytes()))
            kind = allowed_class(says["algorithm"], modules)
            recipe = _recipe(kind, says["recipe"], modules)
            env_id = _allowed(says["env_id"], modules)
            return cls(RunConfig(env_id, recipe, says["seed"], says["device"]), says)
        except OSError as error:
            raise InputError(f"{run} is no run to go on with: {path}: {error.strerror}") from None
        except InputError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"{path} must be of a training by this version, got {error}") from None

    def refuse_changes(self, now: RunConfig) -> None:
        """Raise `InputError` where a prepared training would not go on as this one would have.

        More steps, and checkpoints at other times, change nothing of what is done up to there.
        """
        before, after = _flat(self.says), _flat(now.to_json())
        changes = [
            f"{name} {shown(before.get(name))} to {shown(after.get(name))}"
            for name in {**before, **after}
            if name not in _MAY_CHANGE and before.get(name) != after.get(name)
        ]
        if changes:
            raise InputError(
                "a run must go on as it began, unless --accept-changes says that it need not, got "
                f"{'; '.join(changes)}"
            )


def _recipe(kind: type, says: Mapping[str, Any], modules: Sequence[str]) -> Recipe:
    if not issubclass(kind, Recipe):
        raise InputError(f"a run's algorithm must be a recipe, got {shown(kind)}")
    unknown = sorted(says.keys() - {field.name for field in fields(kind)})
    if unknown:
        raise InputError(f"{kind.__name__} of this version has no {', '.join(unknown)}")
    for own in says.get("modules", ()):
        if own not in modules:
            raise InputError(f"the run's modules must be named with --modules too, got {own!r}")
    return kind(**{name: _allowed(value, modules) for name, value in says.items()})


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


def _flat(value: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, own in value.items():
        if isinstance(own, Mapping):
            flat |= _flat(cast(Mapping[str, Any], own), f"{within}{name}.")
        else:
            flat[f"{within}{name}"] = own
    return flat
