"""Let a policy live episodes it never saw, and say how well it did.

Examples:
    python scripts/evaluate.py runs/first --episodes 200
    python scripts/evaluate.py expert --env autonomy/LaneFollow-v0 --json -
"""

from autonomy.interruptible import run

import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from autonomy.command_words import changed, command
from autonomy.errors import InputError
from autonomy.files import check_writable, write_json
from autonomy.quantities import with_unit, words_and_unit
from autonomy.reporting.again import commands_again
from autonomy.reporting.files import REPORT, check_film, first_film, report_file
from autonomy.stopping import Stop, StoppedError, asked_to_stop
from autonomy.world_words import WorldWords

if TYPE_CHECKING:
    from autonomy.episodes import Episode
    from autonomy.evaluation import Evaluation
    from autonomy.policy import Policy
    from autonomy.reporting.evaluation_page import Evaluated
    from autonomy.reporting.witness import Witness
    from autonomy.reporting.witnessed import Witnessed
    from autonomy.world import World


@dataclass(frozen=True)
class Arguments:
    """Let a policy live episodes it never saw, and say how well it did."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder, policy folder, model.zip of Stable-Baselines3, expert, random,
    package.module:Class or file.py:Class."""
    env: str | None = None
    """Id of the world, such as autonomy/LaneFollow-v0; by default the one that the policy was
    trained in."""
    episodes: int = 200
    """How many episodes; each runs to its end."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    json: str | None = None
    """File for the result as JSON; - writes it to standard output, and no table."""
    report: Path | None = None
    """File for the report, a web page; by default report.html in the run folder that is evaluated,
    else beside the JSON file, else none."""
    video: Path | None = None
    """A film of record to show in the report; by default the first .mp4 in the run folder."""
    num_envs: int = 64
    """How many episodes run side by side; the result does not depend on it."""
    device: str = "auto"
    """Where a trained policy computes: auto, cpu or cuda."""
    modules: tuple[str, ...] = ()
    """Modules and files of your own whose classes, such as an encoder, a policy folder may name."""
    trust: bool = False
    """Read a model.zip, a pickle: whoever made it can run any code here."""
    policy_options: dict[str, bool | int | float | str] = field(default_factory=dict)
    """Options of a policy class of your own, such as: weights w.npz gain 2."""
    world: WorldWords = field(default_factory=lambda: {"split": "test"})
    """Options of the world; what is left out is as the policy was trained, or the default. Where
    the command names a world or a trained policy, these are all that it has."""


def main(arguments: Arguments) -> None:
    """Evaluate, and print a table or JSON."""
    from autonomy.make import make_world
    from autonomy.policies.home import home_of
    from autonomy.policies.source import policy_source
    from autonomy.reporting.evaluation_page import evaluation_page
    from autonomy.reporting.page import write_page
    from autonomy.reporting.witness import Witness

    if arguments.json not in (None, "-"):
        check_writable(Path(arguments.json))
    report = _report_file(arguments)
    source = policy_source(
        arguments.policy, arguments.modules, arguments.policy_options, arguments.trust
    )
    env_id, options = home_of(source, arguments.env, arguments.world, arguments.modules)
    num_envs = min(arguments.num_envs, max(arguments.episodes, 1))
    world = make_world(env_id, num_envs, **options)
    policy = source.make(world, arguments.device, arguments.seed)
    witness = None if report is None else Witness(world)
    start = time.perf_counter()
    with asked_to_stop() as stop:
        result = _evaluated(arguments, world, policy, witness, stop)
    seconds = time.perf_counter() - start
    world.close()
    as_json = result.to_json(env_id, arguments.policy, options)
    if arguments.json == "-":
        json.dump(as_json, sys.stdout, indent=2, allow_nan=False)
        print()
    else:
        title = f"{arguments.policy} in {env_id}"
        Console().print(_table(result, title), _speed(result, seconds), sep="\n")
    if arguments.json not in (None, "-"):
        write_json(Path(arguments.json), as_json)
    if report is not None and witness is not None:
        seen = witness.take(result.seed, result.episodes)
        write_page(report, evaluation_page(_told(arguments, env_id, options, result, seen)))
        print(f"report: {report}", file=sys.stderr if arguments.json == "-" else sys.stdout)
    if stop.status is not None:
        done = f"stopped after the first {result.episodes} of {arguments.episodes} episodes"
        raise StoppedError(done, stop.status)


def _evaluated(
    arguments: Arguments, world: "World", policy: "Policy", witness: "Witness | None", stop: Stop
) -> "Evaluation":
    """Return what the episodes came to, those that ended before somebody asked to stop.

    Raises:
        StoppedError: There are none.
    """
    from autonomy.evaluation import evaluate

    with _progress(arguments.episodes) as advance:

        def on_episode(episode: "Episode") -> None:
            if witness is not None:
                witness.attend(episode)
            advance(episode)

        try:
            return evaluate(
                witness or world,
                policy,
                arguments.episodes,
                arguments.seed,
                on_episode,
                lambda: stop.status is not None,
            )
        except InputError as error:
            if stop.status is None:
                raise
            raise StoppedError(str(error), stop.status) from None


def _report_file(arguments: Arguments) -> Path | None:
    """Return where the report goes, if there is to be one.

    Raises:
        InputError: It cannot be written where the user said, or there is no such film.
    """
    from autonomy.policies.source import run_folder

    if arguments.video is not None:
        check_film(arguments.video)
    run, data = run_folder(arguments.policy), arguments.json
    beside = None if run is None else run / REPORT
    return report_file(arguments.report, beside, None if data in (None, "-") else Path(data))


def _told(
    arguments: Arguments,
    env_id: str,
    options: dict[str, Any],
    result: "Evaluation",
    seen: "Witnessed",
) -> "Evaluated":
    """Return what the report is about."""
    from autonomy.agents.run_record import curve_points, recipe_of
    from autonomy.policies.source import run_folder
    from autonomy.reporting.evaluation_page import Evaluated

    policy, run = arguments.policy, run_folder(arguments.policy)
    own = changed(arguments, Arguments(policy), but_for=("json", "report", "video", "num_envs"))
    again = {name: value for name, value in own.items() if name not in ("episodes", "seed")}
    return Evaluated(
        kind="evaluation",
        policy=policy,
        env_id=env_id,
        options=options,
        result=result,
        seen=seen,
        command=command("evaluate", [policy], own),
        show=lambda episode: commands_again(policy, again, episode, seen.step_s),
        curves={} if run is None else curve_points(run),
        recipe={} if run is None else recipe_of(run),
        video=arguments.video or first_film(run),
    )


@contextmanager
def _progress(episodes: int) -> Generator[Callable[[Any], None]]:
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("episodes", total=episodes)
        yield lambda _: progress.advance(task)


def _table(result: "Evaluation", title: str) -> Table:
    table = Table(title=title, show_header=False)
    low, high = result.success_rate_ci95
    table.add_row(
        "success",
        f"{result.success_rate:.1%} of {result.episodes} (95 % interval {low:.1%} to {high:.1%})",
    )
    for name, value in result.metrics.items():
        words, unit = words_and_unit(name)
        table.add_row(words, with_unit(value, unit))
    table.add_row("mean return", with_unit(result.mean_return, ""))
    for reason, times in result.episode_ends.items():
        table.add_row(f"ended: {reason.replace('_', ' ')}", str(times))
    return table


def _speed(result: "Evaluation", seconds: float) -> str:
    return f"{result.steps:,} steps in {seconds:.1f} s: {result.steps / seconds:,.0f} steps/s"


if __name__ == "__main__":
    run(main, Arguments)
