"""Film a policy at work, as a video that a browser plays.

Example:
    python scripts/record.py runs/first drive.mp4 --env autonomy/LaneFollow-v0 --seconds 30
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from tyro.conf import OmitArgPrefixes, Positional, arg

import autonomy.envs  # noqa: F401 - the import registers the worlds' ids
from autonomy.command_line import run
from autonomy.make import make_world
from autonomy.policies.source import policy_source
from autonomy.recording import record
from autonomy.scripts.world_options import WorldOptions


@dataclass(frozen=True)
class Arguments:
    """Film a policy at work, as a video that a browser plays."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder, policy folder, expert, random, package.module:Class or file.py:Class."""
    video: Annotated[Positional[Path], arg(metavar="OUT.mp4")]
    """File to write, ending in .mp4."""
    env: str
    """Id of the world, such as autonomy/LaneFollow-v0."""
    seconds: float = 30.0
    """Length of the film; episodes follow one another."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    device: str = "auto"
    """Where a trained policy computes: auto, cpu or cuda."""
    modules: tuple[str, ...] = ()
    """Modules and files of your own whose classes, such as an encoder, a policy folder may name."""
    policy_options: dict[str, bool | int | float | str] = field(default_factory=dict)
    """Options of a policy class of your own, such as: weights w.npz gain 2."""
    world: OmitArgPrefixes[WorldOptions] = field(default_factory=WorldOptions)


def main(arguments: Arguments) -> None:
    """Record, and say where the film lies."""
    source = policy_source(arguments.policy, arguments.modules, arguments.policy_options)
    options = {**source.env_options, **arguments.world.chosen()}
    world = make_world(arguments.env, 1, render_mode="rgb_array", **options)
    policy = source.make(world, arguments.device, arguments.seed)
    record(world, policy, arguments.video, arguments.seconds, arguments.seed)
    world.close()
    print(f"wrote {arguments.video}")


if __name__ == "__main__":
    run(main, Arguments)
