"""What a recipe starts from: that of the world, or of the one that the world is made from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import recipe_class
from autonomy.agents.tuned_recipes import FRAME_RECIPES, RECIPES

if TYPE_CHECKING:
    from gymnasium.envs.registration import EnvSpec

Recipes = Mapping[tuple[str, str], Recipe]


class Start(NamedTuple):
    """A recipe to start from."""

    recipe: Recipe
    world: str | None
    """Id of the world that it was tuned in; None for the defaults of the recipe's class."""


def starting_recipe(env_id: str, algorithm: str, observations: tuple[str, ...] = ()) -> Start:
    """Return the recipe that a world and an algorithm start from.

    A world without a recipe of its own takes that of the world that has the same entry point and
    most of its options.

    Args:
        env_id: Id of the world.
        algorithm: As `recipe_class` takes it.
        observations: What the policy is to see, if that is chosen: with `camera`, the recipe of
            policies that see frames, if there is one.

    Raises:
        InputError: There is no such world or algorithm.
    """
    default = recipe_class(algorithm)()
    recipes: Recipes = {**RECIPES, **FRAME_RECIPES} if "camera" in observations else RECIPES
    tuned = [world for world, name in recipes if name == algorithm]
    nearest = env_id if env_id in tuned else _nearest(env_id, tuned)
    return Start(default if nearest is None else recipes[nearest, algorithm], nearest)


def _nearest(env_id: str, ids: list[str]) -> str | None:
    """Return the first of those worlds with the same entry point whose options are most alike."""
    import gymnasium as gym  # what is tuned is known without it

    from autonomy.registered import find_spec

    spec = find_spec(env_id)
    kin = [gym.spec(own) for own in ids if own in gym.registry]
    kin = [own for own in kin if _entry_points(spec) & _entry_points(own)]
    return max(kin, key=lambda own: _shared_options(spec, own)).id if kin else None


def _entry_points(spec: "EnvSpec") -> set[str]:
    """Return the names of a world's class and of those that it is derived from."""
    point: Any = spec.vector_entry_point
    if isinstance(point, str):
        return {point}
    return {f"{kind.__module__}:{kind.__qualname__}" for kind in getattr(point, "__mro__", ())}


def _shared_options(one: "EnvSpec", other: "EnvSpec") -> int:
    return sum(repr(other.kwargs.get(name)) == repr(value) for name, value in one.kwargs.items())
