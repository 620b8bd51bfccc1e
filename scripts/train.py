"""Train a policy in a world; every field of the recipe can be set.

Examples:
    python scripts/train.py autonomy/LaneFollow-v0
    python scripts/train.py autonomy/LaneFollow-v0 --algo sac --seed 3 --recipe.encoder impala
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.agents.recipes import Algorithm, Recipe, recipe_class
from autonomy.agents.training import Trained, train
from autonomy.agents.tuned_recipes import FRAME_RECIPES, RECIPES
from autonomy.command_line import reported_errors
from autonomy.quantities import with_unit, words_and_unit


@dataclass(frozen=True)
class Arguments:
    """Train a policy in a world; every field of the recipe can be set."""

    env: Annotated[Positional[str], arg(metavar="ID")]
    """Id of the world, such as autonomy/LaneFollow-v0."""
    recipe: Recipe
    """How to learn; the defaults depend on the world and the algorithm."""
    algo: Algorithm = "ppo"
    """Learning algorithm."""
    seed: int = 0
    """The same seed on the same machine gives the same policy."""
    run: Path | None = None
    """Run folder to make; by default a new one under runs/."""
    device: str = "auto"
    """Where to compute: auto, cpu or cuda."""


def main(arguments: Arguments) -> None:
    """Train, and print what came of it."""
    console = Console()
    run = arguments.run or _new_run(arguments)
    trained = train(arguments.env, arguments.recipe, arguments.seed, run, arguments.device, console)
    console.print(_table(trained))
    console.print(f"policy: {run / 'policy'}", f"curves: {run / 'curves'}", sep="\n")


def default_for(words: Sequence[str]) -> Recipe:
    """Return the recipe that a command line starts from.

    It is that of its algorithm and its id, and of who sees frames if its observations say so.

    Raises:
        InputError: The algorithm is unknown.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--algo", default="ppo")
    parser.add_argument("--recipe.observations", dest="observations", nargs="*", default=())
    known = parser.parse_known_args(words)[0]
    algorithm = known.algo
    recipes = {**RECIPES, **FRAME_RECIPES} if "camera" in known.observations else RECIPES
    tuned = (
        recipe for (env, name), recipe in recipes.items() if name == algorithm and env in words
    )
    return next(tuned, None) or recipe_class(algorithm)()


def _new_run(arguments: Arguments) -> Path:
    world = arguments.env.rpartition("/")[2]
    name = f"{world}-{arguments.algo}-seed{arguments.seed}"
    return next(run for n in count(1) if not (run := Path("runs") / f"{name}-{n}").exists())


def _table(trained: Trained) -> Table:
    result = trained.validation
    table = Table(title=f"trained in {trained.seconds:.0f} s", show_header=False)
    table.add_row("environment steps", f"{trained.steps:,}")
    table.add_row("validation success", f"{result.success_rate:.1%} of {result.episodes}")
    for name, value in result.metrics.items():
        words, unit = words_and_unit(name)
        table.add_row(f"validation {words}", with_unit(value, unit))
    return table


if __name__ == "__main__":
    with reported_errors():
        starting_recipe = default_for(sys.argv[1:])
        defaults = Arguments(env=tyro.MISSING, recipe=starting_recipe)
        main(tyro.cli(Arguments, default=defaults, description=Arguments.__doc__))
