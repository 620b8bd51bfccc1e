"""Train a perception module on a world's labelled frames, and judge it on others.

Examples:
    python scripts/train_perception.py segmentation --world lane
    python scripts/train_perception.py segmentation --world lane --randomization none --seed 3
    python scripts/train_perception.py detection --world lane --data data/lane
    python scripts/train_perception.py pose --world arm --task reach
"""

import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.agents.perception_recipe import RECIPES, PerceptionRecipe
from autonomy.agents.perception_training import Data, TrainedModule, train_module
from autonomy.command_line import reported_errors
from autonomy.files import write_json
from autonomy.perception.modules.groups import Group, by_group
from autonomy.perception.modules.making import make_module, module_kind
from autonomy.quantities import with_unit, words_and_unit
from autonomy.scripts.sample_sources import make_source, opened


@dataclass(frozen=True)
class Arguments:
    """Train a perception module on a world's labelled frames, and judge it on others."""

    module: Annotated[Positional[str], arg(metavar="MODULE")]
    """What to train, such as segmentation."""
    world: Literal["lane", "arm"]
    """Whose frames."""
    recipe: PerceptionRecipe = field(default_factory=PerceptionRecipe)
    """How to learn; the defaults depend on the module."""
    task: str | None = None
    """Task of the arm whose frames these are, such as reach; by default pick_and_place."""
    randomization: Literal["none", "default", "strong"] = "default"
    """How much the frames that it learns from vary; it is judged on the default's."""
    seed: int = 0
    """The same seed on the same machine gives the same module."""
    data: Path | None = None
    """Folder of data sets `train`, `validation` and `test` to take frames from, not rendered."""
    run: Path | None = None
    """Run folder to make; by default a new one under runs/."""
    device: str = "auto"
    """Where to compute: auto, cpu or cuda."""


def main(arguments: Arguments) -> None:
    """Train, judge, and write what came of it into the run folder."""
    module_kind(arguments.module)
    console = Console()
    folder = arguments.run or _new_run(arguments)
    trained = train_module(
        lambda source: make_module(arguments.module, source),
        _data(arguments),
        arguments.recipe,
        arguments.seed,
        folder,
        arguments.device,
        console,
    )
    groups = by_group(trained.module, trained.result, trained.samples)
    write_json(folder / "report.json", _report(trained, groups))
    console.print(_table(trained))
    if groups:
        worst = min(groups, key=lambda group: group.score)
        score = f"{trained.module.score.replace('_', ' ')} {worst.score:.3f}"
        console.print(f"worst group: {worst.name}, {score}", highlight=False)
    console.print(f"module: {folder / 'module'}", f"report: {folder / 'report.json'}", sep="\n")


def _data(arguments: Arguments) -> Data:
    """Return the frames to learn from, and those of other splits to be judged on."""
    if arguments.data is not None:
        return Data(
            opened(arguments.data, "train", arguments.world),
            opened(arguments.data, "validation", arguments.world),
            opened(arguments.data, "test", arguments.world),
        )
    world, own, seed = arguments.world, arguments.randomization, arguments.seed
    sizes = module_kind(arguments.module).frame_sizes
    options: dict[str, Any] = {"image_size": sizes[world]} if world in sizes else {}
    if arguments.task is not None:
        options["task"] = arguments.task
    return Data(
        make_source(world, split="train", seed=seed, randomization=own, **options),
        make_source(world, split="validation", seed=seed, randomization=own, **options),
        make_source(world, split="test", seed=seed, **options),
    )


def _new_run(arguments: Arguments) -> Path:
    name = f"{arguments.module}-{arguments.world}-seed{arguments.seed}"
    return next(run for n in count(1) if not (run := Path("runs") / f"{name}-{n}").exists())


def _gaps(trained: TrainedModule) -> dict[str, float]:
    """Return how much each metric differs between frames learned from and others."""
    both = trained.train.keys() & trained.test.keys()
    return {name: trained.train[name] - trained.test[name] for name in trained.test if name in both}


def _report(trained: TrainedModule, groups: list[Group]) -> dict[str, Any]:
    return {
        "seconds": trained.seconds,
        "train": trained.train,
        "test": trained.test,
        "gap": _gaps(trained),
        "groups": [{**group._asdict(), "metric": trained.module.score} for group in groups],
    }


def _table(trained: TrainedModule) -> Table:
    table = Table(title=f"{trained.module.name}, trained in {trained.seconds:.0f} s")
    for heading in ("", "train", "test", "gap"):
        table.add_column(heading, justify="right" if heading else "left")
    gaps = _gaps(trained)
    for name, value in trained.test.items():
        words, unit = words_and_unit(name)
        known, gap = trained.train.get(name), gaps.get(name)
        cells = ("" if cell is None else with_unit(cell, unit) for cell in (known, value, gap))
        table.add_row(words, *cells)
    return table


if __name__ == "__main__":
    with reported_errors():
        starting_recipe = next(
            (RECIPES[word] for word in sys.argv[1:] if word in RECIPES), PerceptionRecipe()
        )
        defaults = Arguments(module=tyro.MISSING, world=tyro.MISSING, recipe=starting_recipe)
        main(tyro.cli(Arguments, default=defaults, description=Arguments.__doc__))
