"""Train a perception module on a world's labelled frames, and judge it on others.

Examples:
    python scripts/train_perception.py segmentation --world lane
    python scripts/train_perception.py segmentation --world lane --randomization none --seed 3
    python scripts/train_perception.py detection --data data/lane
    python scripts/train_perception.py pose --world arm --task reach
    python scripts/train_perception.py depth.py:Depth --world lane
"""

from autonomy.interruptible import run

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, make_dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.agents.perception_recipe import PerceptionRecipe, perception_recipe
from autonomy.errors import InputError
from autonomy.files import new_folder, write_json
from autonomy.perception.modules.named import module_class
from autonomy.quantities import with_unit, words_and_unit
from autonomy.scripts.sample_sources import (
    SourceArguments,
    make_source,
    opened,
    source_class,
)

if TYPE_CHECKING:  # torch takes seconds to import
    from autonomy.agents.module_fit import Epoch
    from autonomy.agents.perception_training import Data, TrainedModule
    from autonomy.perception.modules.groups import Group


@dataclass(frozen=True, kw_only=True)
class Arguments(SourceArguments):
    """Train a perception module on a world's labelled frames, and judge it on others.

    Frames of the test split vary as they do by default, however much those vary that it learns
    from.
    """

    module: Annotated[Positional[str], arg(metavar="MODULE")]
    """What to train: segmentation, lane_state, detection, pose, package.module:Class or
    file.py:Class."""
    recipe: PerceptionRecipe = field(default_factory=PerceptionRecipe)
    """How to learn; the defaults depend on the module."""
    seed: int = 0
    """The same seed on the same machine gives the same module."""
    data: Path | None = None
    """Folder of data sets train, validation and test to take frames from, not rendered."""
    run: Path | None = None
    """Run folder to make; by default a new one under runs/."""
    resume: Path | None = None
    """Run folder to go on in, where all else is as it was."""
    device: str = "auto"
    """Where to compute: auto, cpu or cuda."""

    @classmethod
    def taking(cls, words: Sequence[str]) -> type[Self]:
        """Return arguments with the options of the world, and the recipe of the module, first word.

        Raises:
            InputError: The module is not the first word, or there is no such module or world.
        """
        module = words[0] if words and not words[0].startswith("-") else None
        if module is None and words and not {"-h", "--help"} & set(words):
            raise InputError(f"a module must come first, such as segmentation, got {words[0]!r}")
        recipe = PerceptionRecipe() if module is None else perception_recipe(module)
        return make_dataclass(
            cls.__name__,
            [("recipe", PerceptionRecipe, field(default=recipe))],
            bases=(super().taking(words),),
            kw_only=True,
            frozen=True,
        )


def main(arguments: Arguments) -> None:
    """Train, judge, and write what came of it into the run folder."""
    from autonomy.agents.perception_training import GoOn, train_module
    from autonomy.perception.modules.groups import by_group

    console, data = Console(), _data(arguments)
    score = module_class(arguments.module).score
    with _run_folder(arguments, data) as folder:
        trained = train_module(
            arguments.module,
            data,
            folder if arguments.resume is None else GoOn(folder),
            arguments.recipe,
            arguments.seed,
            arguments.device,
            lambda epoch: console.print(_line(epoch, score), highlight=False),
        )
    groups = by_group(trained.module, trained.result, trained.samples)
    write_json(folder / "report.json", _report(trained, groups))
    console.print(_table(trained))
    if groups:
        worst = min(groups, key=lambda group: group.score)
        score = f"{trained.module.score.replace('_', ' ')} {worst.score:.3f}"
        console.print(f"worst group: {worst.name}, {score}", highlight=False)
    console.print(f"module: {folder / 'module'}", f"report: {folder / 'report.json'}", sep="\n")


def _data(arguments: Arguments) -> "Data":
    """Return the frames to learn from, and those of other splits to be judged on."""
    from autonomy.agents.perception_training import Data

    if (arguments.world is None) == (arguments.data is None):
        raise InputError("frames come from either --world or --data, of which give one")
    if arguments.data is not None:
        folder = arguments.data
        return Data(opened(folder, "train"), opened(folder, "validation"), opened(folder, "test"))
    assert arguments.world is not None
    world, seed, label = arguments.world, arguments.seed, module_class(arguments.module).labels[0]
    sizes = getattr(source_class(world), "frame_sizes", {})
    options: dict[str, Any] = {"image_size": sizes[label]} if label in sizes else {}
    options |= arguments.source
    judged = {name: value for name, value in options.items() if name != "randomization"}
    return Data(
        make_source(world, split="train", seed=seed, **options),
        make_source(world, split="validation", seed=seed, **options),
        make_source(world, split="test", seed=seed, **judged),
    )


def _run_folder(arguments: Arguments, data: "Data") -> AbstractContextManager[Path]:
    given = arguments.resume or arguments.run
    return new_folder(_names(arguments, data)) if given is None else nullcontext(given)


def _names(arguments: Arguments, data: "Data") -> Iterator[Path]:
    world = data.train.description().get("world", "frames")
    name = f"{module_class(arguments.module).name}-{world}-seed{arguments.seed}"
    return (Path("runs") / f"{name}-{n}" for n in count(1))


def _line(epoch: "Epoch", score: str) -> str:
    return (
        f"epoch {epoch.number} of {epoch.of}, {epoch.seconds:.0f} s: loss {epoch.loss:.4f}, "
        f"validation {score} {epoch.validation[score]:.4f}"
    )


def _gaps(trained: "TrainedModule") -> dict[str, float]:
    """Return how much each metric differs between frames learned from and others."""
    both = trained.train.keys() & trained.test.keys()
    return {name: trained.train[name] - trained.test[name] for name in trained.test if name in both}


def _report(trained: "TrainedModule", groups: "list[Group]") -> dict[str, Any]:
    return {
        "seconds": trained.seconds,
        "train": trained.train,
        "test": trained.test,
        "gap": _gaps(trained),
        "groups": [_group(group, trained.module.score) for group in groups],
    }


def _group(group: "Group", metric: str) -> dict[str, Any]:
    return {
        **group.range._asdict(),
        "frames": group.frames,
        "score": group.score,
        "metric": metric,
    }


def _table(trained: "TrainedModule") -> Table:
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
    run(main, Arguments)
