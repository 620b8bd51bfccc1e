"""Train a policy in a world; every field of the recipe can be set.

Examples:
    python scripts/train.py autonomy/LaneFollow-v0
    python scripts/train.py autonomy/LaneFollow-v0 --algo sac --seed 3 --recipe.encoder impala
    python scripts/train.py --resume runs/LaneFollow-v0-ppo-seed0-1
"""

from autonomy.interruptible import run

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import recipe_class
from autonomy.agents.run_config import RunConfig, SavedConfig
from autonomy.agents.starting_recipe import Start, starting_recipe
from autonomy.command_line import parsed
from autonomy.errors import InputError
from autonomy.files import new_folder
from autonomy.json_values import described
from autonomy.named_world import named_world
from autonomy.quantities import with_unit, words_and_unit
from autonomy.world_words import OfWorld, with_world

if TYPE_CHECKING:
    from autonomy.agents.run_folder import Trained

_NO_ID = "-"
_OF_RECIPE = ("observations", "image_size", "perception", "split")
"""Options of the world that the recipe or the training itself chooses."""


@dataclass(frozen=True)
class _First:
    """What decides what else there is to say."""

    algo: str = "ppo"
    resume: Path | None = None
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arguments:
    """Train a policy in a world; every field of the recipe can be set."""

    env: Annotated[Positional[str], arg(metavar="ID")]
    """Id of the world, such as autonomy/LaneFollow-v0."""
    recipe: Recipe
    """How to learn; the defaults depend on the world and the algorithm."""
    algo: str = "ppo"
    """Learning algorithm: ppo, recurrent_ppo, sac, tqc, crossq, dagger, or module:Class or
    file.py:Class of a recipe."""
    seed: int = 0
    """The same seed on the same machine gives the same policy."""
    run: Path | None = None
    """Run folder to make; by default a new one under runs/."""
    resume: Path | None = None
    """Run folder to go on in, with what it was made with where nothing else is given."""
    accept_changes: bool = False
    """Go on although it would have gone on otherwise."""
    device: str = "auto"
    """Where to compute: auto, cpu or cuda."""
    world: Annotated[dict[str, Any], OfWorld(but_for=_OF_RECIPE)] = field(
        default_factory=dict[str, Any]
    )
    """Further options of the world while it trains and validates; those that decide what the policy
    sees, what its actions do and what is asked of it go with it. Where the command names a world,
    these are all that it has."""


def main(arguments: Arguments) -> None:
    """Train, and print what came of it."""
    console = Console()
    if arguments.resume is None:
        trained = _trained(arguments, console)
    else:
        trained = _resumed(arguments, arguments.resume, console)
    run = trained.run
    console.print(_table(trained))
    for name, where in (("policy", "policy"), ("curves", "curves"), ("report", "report.html")):
        console.print(f"{name}: {run / where}", soft_wrap=True)


def _trained(arguments: Arguments, console: Console) -> "Trained":
    from autonomy.agents.run_folder import train  # imports torch: seconds

    start = starting_recipe(arguments.env, arguments.algo, arguments.recipe.observations)
    console.print(f"recipe: {_origin(start, arguments.algo)}", highlight=False)
    recipe = recipe_in_world(arguments)
    with nullcontext(arguments.run) if arguments.run else new_folder(_names(arguments)) as run:
        return train(arguments.env, recipe, arguments.seed, run, arguments.device, console)


def _resumed(arguments: Arguments, run: Path, console: Console) -> "Trained":
    from autonomy.agents.run_folder import go_on  # likewise

    saved = SavedConfig.read(run, arguments.recipe.modules)
    algorithm = described(type(saved.config.recipe))
    if arguments.run is not None or arguments.algo != algorithm:
        raise InputError(
            f"{run} goes on in its own folder, with {algorithm}, so --run and --algo must be left "
            "out"
        )
    recipe = recipe_in_world(arguments)
    config = RunConfig(arguments.env, recipe, arguments.seed, arguments.device)
    return go_on(run, saved, config, arguments.accept_changes, console)


def recipe_in_world(arguments: Arguments) -> Recipe:
    """Return the recipe with the options of the world that were given."""
    from autonomy.make import policys_options

    recipe, seen = arguments.recipe, policys_options(arguments.env)
    view = {name: own for name, own in arguments.world.items() if name in seen}
    world = {name: own for name, own in arguments.world.items() if name not in seen}
    return replace(recipe, view={**recipe.view, **view}, world={**recipe.world, **world})


def parse(words: Sequence[str], program: str | None = None) -> Arguments:
    """Return what a command line says.

    The recipe's fields follow from the algorithm, and their defaults from the world: so the words
    are read for the one, for the other, and then for good.

    Raises:
        InputError: There is no such algorithm or world.
    """
    asked = [word for word in words if word not in ("-h", "--help")]
    first = tyro.cli(_First, args=asked, return_unknown_args=True)[0]
    if first.resume is not None:
        return _parsed_again(first.resume, first.modules, words, program)
    algorithm = first.algo
    own, taken = recipe_class(algorithm)(), with_world(Arguments, words)
    guess = taken(_NO_ID, replace(own, observations=()), algorithm)
    read, unknown = tyro.cli(taken, args=asked, default=guess, return_unknown_args=True)
    start = Start(own, None)
    if read.env != _NO_ID and not unknown:
        start = starting_recipe(read.env, algorithm, read.recipe.observations)
    default = {
        "env": _NO_ID if unknown else tyro.MISSING,  # of the two, what is unknown is said first
        "recipe": start.recipe,
        "algo": algorithm,
        "world": {**start.recipe.view, **start.recipe.world},
    }
    return parsed(Arguments, words, program, default, f"\n\nRecipe: {_origin(start, algorithm)}.")


def _parsed_again(
    run: Path, modules: tuple[str, ...], words: Sequence[str], program: str | None
) -> Arguments:
    """Return what a command line says of a run that goes on: its own values are the defaults."""
    saved = SavedConfig.read(run, modules)
    config = saved.config
    default = {
        "env": config.env_id,
        "recipe": config.recipe,
        "algo": described(type(config.recipe)),
        "seed": config.seed,
        "device": config.device,
        "world": {**config.recipe.view, **config.recipe.world},
    }
    more = f"\n\nRecipe: that of {run}."
    others = [word for word in words if word != config.env_id]
    named = named_world([word for word in others if word != str(run)])
    if named in others:
        raise InputError(
            f"{run} goes on in {config.env_id}, so an id must be left out, got {named}"
        )
    return parsed(Arguments, [config.env_id, *others], program, default, more)


def _origin(start: Start, algorithm: str) -> str:
    tuned = "its defaults" if start.world is None else f"as tuned for {start.world}"
    return f"{algorithm}, {tuned}"


def _names(arguments: Arguments) -> Iterator[Path]:
    world = arguments.env.rpartition("/")[2]
    name = f"{world}-{arguments.algo.rpartition(':')[2]}-seed{arguments.seed}"
    return (Path("runs") / f"{name}-{n}" for n in count(1))


def _table(trained: "Trained") -> Table:
    result = trained.validation
    table = Table(title=f"trained in {trained.seconds:.0f} s", show_header=False)
    table.add_row("environment steps", f"{trained.steps:,}")
    table.add_row("validation success", f"{result.success_rate:.1%} of {result.episodes}")
    for name, value in result.metrics.items():
        words, unit = words_and_unit(name)
        table.add_row(f"validation {words}", with_unit(value, unit))
    share = trained.saving / trained.seconds
    table.add_row("saving checkpoints", f"{trained.saving:.1f} s, {share:.1%} of the time")
    table.add_row("which take", f"{trained.state_bytes / 1e6:,.0f} MB")
    return table


if __name__ == "__main__":
    run(main, parse)
