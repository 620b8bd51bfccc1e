"""Let policies live the same episodes, and say which is better, how surely, and where it fails.

Examples:
    python scripts/compare.py runs/first runs/imitated
    python scripts/compare.py expert runs/push --env autonomy/ArmPush-v0 --conditions default
"""

from autonomy.interruptible import run

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.command_words import changed, command
from autonomy.errors import InputError
from autonomy.files import check_writable, write_json
from autonomy.reporting.files import report_file
from autonomy.world_words import WorldWords

if TYPE_CHECKING:
    from autonomy.comparison import Difference, GroupSuccess, Lived
    from autonomy.reporting.comparison_page import Condition
    from autonomy.reporting.witnessed import Witnessed

_MOST_FAILURES = 3  # that the report shows of a policy in a condition
_NOT_OF_RESULTS = ("policies", "json", "report", "num_envs")
_NOT_OF_RECORD = (*_NOT_OF_RESULTS, "env", "episodes", "seed", "conditions")


@dataclass(frozen=True)
class Arguments:
    """Let policies live the same episodes, and say which is better, how surely, and where it fails.

    Differences are to the first policy.
    """

    policies: Annotated[Positional[tuple[str, ...]], arg(metavar="POLICY POLICY...")]
    """Two or more of what evaluate takes: run folders, policy folders, expert, random, ..."""
    env: str | None = None
    """Id of the world; by default the one that the first policy was trained in."""
    episodes: int = 200
    """How many episodes of each, in each condition."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    conditions: tuple[str, ...] = ("none", "default", "strong")
    """Values of the world's option randomization."""
    json: Path | None = None
    """File for the results as JSON."""
    report: Path | None = None
    """File for the report, a web page; by default beside the JSON file, else none."""
    num_envs: int = 64
    """How many episodes run side by side; the results do not depend on it."""
    device: str = "auto"
    """Where trained policies compute: auto, cpu or cuda."""
    modules: tuple[str, ...] = ()
    """Modules and files of your own whose classes the policy folders may name."""
    trust: bool = False
    """Whether to read a .zip of Stable-Baselines3, a pickle, which runs whatever code is in it."""
    world: WorldWords = field(default_factory=lambda: {"split": "test"})
    """Options of the world; what is left out is as each policy was trained, or the default."""


def main(arguments: Arguments) -> None:
    """Compare, and print a table for each condition."""
    from autonomy.comparison import differences, success_by_group

    if len(arguments.policies) < 2 or not arguments.conditions:
        raise InputError(
            f"two or more policies and a condition are needed, got {len(arguments.policies)} and "
            f"{len(arguments.conditions)}"
        )
    if arguments.json is not None:
        check_writable(arguments.json)
    report = report_file(arguments.report, None, arguments.json)
    console, figures, told = Console(), dict[str, Any](), list["Condition"]()
    for condition in arguments.conditions:
        env_id, lived, seen = _lived(arguments, condition)
        more = differences(lived)
        groups = [success_by_group(own.successes, seen[0].randomization) for own in lived]
        console.print(_table(arguments.policies, condition, lived, more))
        for policy, own, worst in zip(arguments.policies, lived, groups, strict=True):
            if worst and worst[0].success_rate < own.result.success_rate:
                console.print(f"{policy}: worst where {_words(worst[0])}", highlight=False)
        figures[condition] = _report(arguments.policies, lived, more, groups)
        told.append(_condition(arguments, condition, env_id, lived, more, seen))
    if arguments.json is not None:
        write_json(arguments.json, figures)
    if report is not None:
        _write_report(report, arguments, told)
        console.print(f"report: {report}", highlight=False, soft_wrap=True)


def _lived(
    arguments: Arguments, condition: str
) -> "tuple[str | None, list[Lived], list[Witnessed]]":
    """Return in which world each policy fared how, and what was seen of its episodes."""
    from autonomy.comparison import live
    from autonomy.make import make_world
    from autonomy.policies.home import home_of
    from autonomy.policies.source import policy_source
    from autonomy.reporting.witness import Witness

    lived: list[Lived] = []
    seen: list[Witnessed] = []
    chosen = {**arguments.world, "randomization": condition}
    env_id = arguments.env
    for name in arguments.policies:
        source = policy_source(name, arguments.modules, trust=arguments.trust)
        env_id, options = home_of(source, env_id, chosen, arguments.modules)
        world = make_world(env_id, min(arguments.num_envs, max(arguments.episodes, 1)), **options)
        policy, witness = source.make(world, arguments.device, arguments.seed), Witness(world)
        lived.append(live(witness, policy, arguments.episodes, arguments.seed, witness.attend))
        seen.append(witness.take(arguments.seed, arguments.episodes, _MOST_FAILURES))
        world.close()
    return env_id, lived, seen


def _condition(
    arguments: Arguments,
    condition: str,
    env_id: str | None,
    lived: "Sequence[Lived]",
    more: "Sequence[tuple[Difference, Difference]]",
    seen: "Sequence[Witnessed]",
) -> "Condition":
    """Return what the report is told of a condition."""
    from autonomy.reporting.comparison_page import Compared, Condition

    own = changed(arguments, Arguments(arguments.policies), but_for=_NOT_OF_RECORD)
    options = {"env": env_id, **own, "world.randomization": condition}
    rows = zip(arguments.policies, lived, [None, *more], seen, strict=True)
    return Condition(condition, options, [Compared(*row) for row in rows])


def _write_report(path: Path, arguments: Arguments, told: "Sequence[Condition]") -> None:
    from autonomy.agents.run_record import curve_points
    from autonomy.policies.source import run_folder
    from autonomy.reporting.comparison_page import comparison_page
    from autonomy.reporting.page import write_page

    policies = arguments.policies
    own = changed(
        arguments, Arguments(policies), but_for=("policies", "json", "report", "num_envs")
    )
    again = command("compare", policies, own)
    runs = {name: run for name in policies if (run := run_folder(name)) is not None}
    curves = {name: curve_points(run) for name, run in runs.items()}
    write_page(path, comparison_page(told, again, curves))


def _table(
    policies: Sequence[str],
    condition: str,
    lived: "Sequence[Lived]",
    more: "Sequence[tuple[Difference, Difference]]",
) -> Table:
    table = Table(title=f"randomization {condition}, {lived[0].result.episodes} episodes")
    for name in ("policy", "success", "more success", "return", "more return"):
        table.add_column(name, overflow="fold")
    rows = zip(policies, lived, [None, *more], strict=True)
    for policy, own, differences in rows:
        low, high = own.result.success_rate_ci95
        success, reward = ("", "") if differences is None else map(_signed, differences, (100, 1))
        table.add_row(
            policy,
            f"{own.result.success_rate:.1%} ({low:.1%} to {high:.1%})",
            success,
            f"{own.result.mean_return:.3g}",
            reward,
        )
    return table


def _signed(own: "Difference", times: int) -> str:
    mean, low, high = (f"{times * value:+.3g}" for value in own)
    unit = " points" if times == 100 else ""
    return f"{mean}{unit} ({low} to {high}){'' if own.is_sure else ', not sure'}"


def _words(group: "GroupSuccess") -> str:
    low, high = group.success_rate_ci95
    rate = f"{group.success_rate:.1%} ({low:.1%} to {high:.1%}) of {group.episodes}"
    return f"{group.range.name}: {rate}"


def _report(
    policies: Sequence[str],
    lived: "Sequence[Lived]",
    more: "Sequence[tuple[Difference, Difference]]",
    groups: "Sequence[list[GroupSuccess]]",
) -> list[dict[str, Any]]:
    differences = [None, *([own._asdict() for own in both] for both in more)]
    return [
        {
            "policy": policy,
            "episodes": own.result.episodes,
            "seed": own.result.seed,
            "success_rate": own.result.success_rate,
            "success_rate_ci95": list(own.result.success_rate_ci95),
            "mean_return": own.result.mean_return,
            "more_success_and_return_than_the_first": both,
            "groups": [{**group._asdict(), "range": group.range._asdict()} for group in own_groups],
        }
        for policy, own, both, own_groups in zip(policies, lived, differences, groups, strict=True)
    ]


if __name__ == "__main__":
    run(main, Arguments)
