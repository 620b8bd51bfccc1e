"""Say what it costs to believe a perception module instead of the truth.

Example:
    python scripts/compare_perception.py runs/policy runs/lane-state
"""

from autonomy.interruptible import run

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.errors import InputError
from autonomy.files import write_json
from autonomy.options import TRUTH
from autonomy.quantities import with_unit, words_and_unit
from autonomy.world_words import WorldWords

if TYPE_CHECKING:
    from autonomy.evaluation import Evaluation
    from autonomy.policies.source import PolicySource


@dataclass(frozen=True)
class Arguments:
    """Say what it costs to believe a perception module instead of the truth."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder or model.zip of a policy that observes what is perceived."""
    module: Annotated[Positional[Path], arg(metavar="MODULE")]
    """Run folder of a perception module."""
    env: str | None = None
    """Id of the world, such as autonomy/LaneFollow-v0; by default the one that the policy was
    trained in."""
    end_to_end: str | None = None
    """Run folder or model.zip of a policy that observes camera frames itself."""
    episodes: int = 200
    """How many episodes of each; they are the same ones."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    json: Path | None = None
    """File for the results as JSON."""
    num_envs: int = 64
    """How many episodes run side by side."""
    device: str = "auto"
    """Where policies compute: auto, cpu or cuda."""
    modules: tuple[str, ...] = ()
    """Modules and files of your own whose classes the folders may name."""
    trust: bool = False
    """Read a model.zip, a pickle: whoever made it can run any code here."""
    world: WorldWords = field(default_factory=lambda: {"split": "test"})
    """Options of the world; what is left out is as the policy was trained, or the default. Where
    the command names a world or a trained policy, these are all that it has."""


def main(arguments: Arguments) -> None:
    """Evaluate with the truth, with what is perceived and end to end, and print a table."""
    from autonomy.perception.modules.module_folder import load_module
    from autonomy.policies.source import policy_source

    policy = policy_source(arguments.policy, arguments.modules, trust=arguments.trust)
    if "perceived" not in policy.env_options.get("observations", ()):
        raise InputError(
            f"the policy must observe what is perceived, {arguments.policy} does not: train it "
            "with --recipe.observations perceived proprioception"
        )
    env_id = arguments.env or policy.env_id
    module = load_module(arguments.module, arguments.device, arguments.modules)
    results = {
        "the truth": _judged(arguments, policy, {"perception": TRUTH}),
        "what is perceived": _judged(arguments, policy, {"perception": module}),
    }
    if arguments.end_to_end is not None:
        end_to_end = policy_source(arguments.end_to_end, arguments.modules, trust=arguments.trust)
        results["end to end"] = _judged(arguments, end_to_end, {})
    if arguments.json is not None:
        write_json(
            arguments.json,
            {name: own.to_json(str(env_id), name, {}) for name, own in results.items()},
        )
    Console().print(_table(results, f"{arguments.episodes} episodes of {env_id}"))


def _judged(
    arguments: Arguments, policy: "PolicySource", perception: Mapping[str, Any]
) -> "Evaluation":
    from autonomy.evaluation import evaluate
    from autonomy.make import make_world
    from autonomy.policies.home import home_of

    chosen = {**arguments.world, **perception}
    env_id, options = home_of(policy, arguments.env, chosen, arguments.modules)
    world = make_world(env_id, min(arguments.num_envs, arguments.episodes), **options)
    try:
        loaded = policy.make(world, arguments.device, arguments.seed)
        return evaluate(world, loaded, arguments.episodes, arguments.seed)
    finally:
        world.close()


def _table(results: "dict[str, Evaluation]", title: str) -> Table:
    table = Table(title=title)
    for column in ("", *results):
        table.add_column(column)
    table.add_row("success", *(_success(result) for result in results.values()))
    names = dict.fromkeys(name for result in results.values() for name in result.metrics)
    for name in names:
        words, unit = words_and_unit(name)
        values = [result.metrics.get(name) for result in results.values()]
        table.add_row(words, *("-" if value is None else _fine(value, unit) for value in values))
    return table


def _success(result: "Evaluation") -> str:
    low, high = result.success_rate_ci95
    return f"{result.success_rate:.1%} ({low:.1%} to {high:.1%})"


def _fine(value: float, unit: str) -> str:
    """Write lengths below a metre in millimetres."""
    return (
        with_unit(1000.0 * value, "mm")
        if unit == "m" and abs(value) < 1.0
        else with_unit(value, unit)
    )


if __name__ == "__main__":
    run(main, Arguments)
