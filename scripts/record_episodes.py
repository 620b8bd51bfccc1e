"""Keep the episodes of a policy as a Minari data set.

Example:
    python scripts/record_episodes.py expert data/minari/lane-expert-v0 \
        --env autonomy/LaneFollow-v0 --episodes 10
"""

from autonomy.interruptible import run

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from autonomy.errors import InputError
from autonomy.world_words import WorldWords

if TYPE_CHECKING:
    from autonomy.rollouts import Step


@dataclass(frozen=True)
class Arguments:
    """Keep the episodes of a policy as a Minari data set."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder, policy folder, model.zip of Stable-Baselines3, expert, random,
    package.module:Class or file.py:Class."""
    out: Annotated[Positional[Path], arg(metavar="OUT-v0")]
    """Folder to make; its name is the data set's id, that around it is MINARI_DATASETS_PATH."""
    env: str | None = None
    """Id of the world, such as autonomy/LaneFollow-v0; by default the one that the policy was
    trained in."""
    episodes: int = 10
    """How many episodes; each runs to its end."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    num_envs: int = 8
    """How many episodes run side by side; they are the same for any number."""
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
    """Record, and say how it is loaded."""
    from autonomy.make import make_world
    from autonomy.policies.home import home_of
    from autonomy.policies.source import policy_source
    from autonomy.recording.minari_episodes import world_spec, write_episodes
    from autonomy.rollouts import rollout
    from autonomy.seed import checked_seed

    if arguments.episodes < 1:
        raise InputError(f"the number of episodes must be positive, got {arguments.episodes}")
    checked_seed(arguments.seed)
    source = policy_source(
        arguments.policy, arguments.modules, arguments.policy_options, arguments.trust
    )
    env_id, options = home_of(source, arguments.env, arguments.world, arguments.modules)
    world = make_world(env_id, min(arguments.num_envs, arguments.episodes), **options)
    policy = source.make(world, arguments.device, arguments.seed)
    out = arguments.out.absolute()  # Minari joins a relative one to itself
    seeds = range(arguments.seed, arguments.seed + arguments.episodes)
    with _progress(arguments.episodes) as on_ended:
        steps = write_episodes(
            out,
            world,
            _watched(rollout(world, policy, seeds), on_ended),
            {"algorithm_name": arguments.policy, "description": f"episodes of {env_id}"},
            world_spec(env_id, options),
        )
    world.close()
    print(f"wrote {out}: {arguments.episodes:,} episodes, {steps:,} steps")
    print(f"MINARI_DATASETS_PATH={out.parent} lets minari.load_dataset({out.name!r}) find it")


def _watched(steps: "Iterable[Step]", on_ended: Callable[[int], None]) -> "Iterator[Step]":
    for step in steps:
        on_ended(int(step.ended.sum()))
        yield step


@contextmanager
def _progress(episodes: int) -> Generator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("episodes", total=episodes)
        yield lambda more: progress.advance(task, more)


if __name__ == "__main__":
    run(main, Arguments)
