"""Film a policy at work, as a video that a browser plays or an animated picture.

Example:
    python scripts/record.py runs/first drive.mp4 --seconds 30
    python scripts/record.py expert drive.webp --env autonomy/LaneFollow-v0 --seconds 8 --width 480
"""

from autonomy.interruptible import run

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from autonomy.world_words import WorldWords


@dataclass(frozen=True)
class Arguments:
    """Film a policy at work, as a video that a browser plays or an animated picture."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder, policy folder, model.zip of Stable-Baselines3, expert, random,
    package.module:Class or file.py:Class."""
    video: Annotated[Positional[Path], arg(metavar="OUT.mp4")]
    """File to write: a video .mp4, or an animated picture .gif or .webp."""
    env: str | None = None
    """Id of the world, such as autonomy/LaneFollow-v0; by default the one that the policy was
    trained in."""
    seconds: float = 30.0
    """Length of the film; episodes follow one another."""
    width: int | None = None
    """Width of the film [px]; by default as it is drawn, and 640 of an animated picture."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
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
    """Record, and say where the film lies."""
    from autonomy.make import make_world
    from autonomy.policies.home import home_of
    from autonomy.policies.source import policy_source
    from autonomy.recording import record

    source = policy_source(
        arguments.policy, arguments.modules, arguments.policy_options, arguments.trust
    )
    env_id, options = home_of(source, arguments.env, arguments.world, arguments.modules)
    world = make_world(env_id, 1, render_mode="rgb_array", **options)
    policy = source.make(world, arguments.device, arguments.seed)
    record(world, policy, arguments.video, arguments.seconds, arguments.seed, arguments.width)
    world.close()
    print(f"wrote {arguments.video}")


if __name__ == "__main__":
    run(main, Arguments)
