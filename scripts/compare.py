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

from autonomy.errors import InputError
from autonomy.files import check_writable, write_json
from autonomy.world_words import WorldWords

if TYPE_CHECKING:
    from autonomy.comparison import Difference, GroupSuccess, Lived


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
    console, report = Console(), dict[str, Any]()
    for condition in arguments.conditions:
        lived, varied = _lived(arguments, condition)
        more = differences(lived)
        groups = [success_by_group(own.successes, varied) for own in lived]
        console.print(_table(arguments.policies, condition, lived, more))
        for policy, own, worst in zip(arguments.policies, lived, groups, strict=True):
            if worst and worst[0].success_rate < own.result.success_rate:
                console.print(f"{policy}: worst where {_words(worst[0])}", highlight=False)
        report[condition] = _report(arguments.policies, lived, more, groups)
    if arguments.json is not None:
        write_json(arguments.json, report)


def _lived(arguments: Arguments, condition: str) -> "tuple[list[Lived], dict[str, Any]]":
    """Return how each policy fared, and what was drawn for the episodes."""
    from autonomy.comparison import drawn, live
    from autonomy.make import make_world
    from autonomy.policies.home import home_of
    from autonomy.policies.source import policy_source

    lived: list[Lived] = []
    varied: dict[str, Any] = {}
    chosen = {**arguments.world, "randomization": condition}
    env_id = arguments.env
    for name in arguments.policies:
        source = policy_source(name, arguments.modules, trust=arguments.trust)
        env_id, options = home_of(source, env_id, chosen, arguments.modules)
        world = make_world(env_id, min(arguments.num_envs, max(arguments.episodes, 1)), **options)
        policy = source.make(world, arguments.device, arguments.seed)
        lived.append(live(world, policy, arguments.episodes, arguments.seed))
        varied = varied or drawn(world, arguments.episodes, arguments.seed)
        world.close()
    return lived, varied


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
