"""Watch a policy live in a browser, change its world, or drive oneself.

Examples:
    python scripts/watch.py runs/first
    python scripts/watch.py person --env autonomy/LaneFollow-v0
"""

from autonomy.interruptible import run

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from autonomy.world_words import WorldWords


@dataclass(frozen=True)
class Arguments:
    """Watch a policy live in a browser, change its world, or drive oneself."""

    policy: Annotated[Positional[str], arg(metavar="POLICY")]
    """Run folder (also of a run that trains now), policy folder, model.zip of Stable-Baselines3,
    expert, random, person, package.module:Class or file.py:Class."""
    env: str | None = None
    """Id of the world, such as autonomy/LaneFollow-v0; by default the one that the policy was
    trained in."""
    seed: int = 0
    """Seed of the first episode; the others count on from it."""
    port: int = 8080
    """Port of the page; 0 takes one that is free."""
    host: str = "127.0.0.1"
    """Address to listen at; one that others reach, such as 0.0.0.0, asks them for a token."""
    out: Path = Path("watched")
    """Folder for films and data sets that are made on the page."""
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
    """Open the page, say where, and keep it open until Ctrl-C."""
    from autonomy.watching.live import watch
    from autonomy.watching.session import Choice

    choice = Choice(
        arguments.policy,
        arguments.env,
        arguments.world,
        arguments.device,
        arguments.modules,
        arguments.policy_options,
        arguments.trust,
    )
    address = (arguments.host, arguments.port)
    watch(choice, arguments.seed, arguments.out, address, _tell)


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    run(main, Arguments)
