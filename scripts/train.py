"""Train a policy in a world; every field of the recipe can be set.

Examples:
    python scripts/train.py autonomy/LaneFollow-v0
    python scripts/train.py autonomy/LaneFollow-v0 --algo sac --seed 3 --recipe.encoder impala
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import recipe_class
from autonomy.agents.starting_recipe import Start, recipe_with_every_option, starting_recipe
from autonomy.command_line import reported_errors
from autonomy.quantities import with_unit, words_and_unit

if TYPE_CHECKING:
    from autonomy.agents.training import Trained

_NO_ID = "-"


@dataclass(frozen=True)
class _Algorithm:
    algo: str = "ppo"


@dataclass(frozen=True)
class Arguments:
    """Train a policy in a world; every field of the recipe can be set."""

    env: Annotated[Positional[str], arg(metavar="ID")]
    """Id of the world, such as autonomy/LaneFollow-v0."""
    recipe: Recipe
    """How to learn; the defaults depend on the world and the algorithm."""
    algo: str = "ppo"
    """Learning algorithm: ppo, sac, tqc, dagger, or module:Class or file.py:Class of a recipe."""
    seed: int = 0
    """The same seed on the same machine gives the same policy."""
    run: Path | None = None
    """Run folder to make; by default a new one under runs/."""
    device: str = "auto"
    """Where to compute: auto, cpu or cuda."""


def main(arguments: Arguments) -> None:
    """Train, and print what came of it."""
    from autonomy.agents.training import train  # imports torch: seconds

    console = Console()
    start = starting_recipe(arguments.env, arguments.algo, arguments.recipe.observations)
    console.print(f"recipe: {_origin(start, arguments.algo)}", highlight=False)
    run = arguments.run or _new_run(arguments)
    trained = train(arguments.env, arguments.recipe, arguments.seed, run, arguments.device, console)
    console.print(_table(trained))
    console.print(f"policy: {run / 'policy'}", f"curves: {run / 'curves'}", sep="\n")


def parsed(words: Sequence[str]) -> Arguments:
    """Return what a command line says.

    The recipe's fields follow from the algorithm, and their defaults from the world: so the words
    are read for the one, for the other, and then for good.

    Raises:
        InputError: There is no such algorithm or world.
    """
    asked = [word for word in words if word not in ("-h", "--help")]
    algorithm = tyro.cli(_Algorithm, args=asked, return_unknown_args=True)[0].algo
    guess = Arguments(_NO_ID, recipe_with_every_option(algorithm), algorithm)
    read, unknown = tyro.cli(Arguments, args=asked, default=guess, return_unknown_args=True)
    start = Start(recipe_class(algorithm)(), None)
    if read.env != _NO_ID and not unknown:
        start = starting_recipe(read.env, algorithm, read.recipe.observations)
    env = _NO_ID if unknown else tyro.MISSING  # of the two, what is unknown is said first
    default = Arguments(env, start.recipe, algorithm)
    text = f"{Arguments.__doc__}\n\nRecipe: {_origin(start, algorithm)}."
    return tyro.cli(Arguments, args=words, default=default, description=text)


def _origin(start: Start, algorithm: str) -> str:
    tuned = "its defaults" if start.world is None else f"as tuned for {start.world}"
    return f"{algorithm}, {tuned}"


def _new_run(arguments: Arguments) -> Path:
    world = arguments.env.rpartition("/")[2]
    name = f"{world}-{arguments.algo.rpartition(':')[2]}-seed{arguments.seed}"
    return next(run for n in count(1) if not (run := Path("runs") / f"{name}-{n}").exists())


def _table(trained: "Trained") -> Table:
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
        main(parsed(sys.argv[1:]))
