"""How to see an episode of a report again."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autonomy.command_words import command

if TYPE_CHECKING:
    from autonomy.reporting.witnessed import LivedEpisode

_END_S = 1.5  # that a film shows an episode's end


def commands_again(
    policy: str, options: Mapping[str, Any], episode: "LivedEpisode", step_s: float | None
) -> tuple[str, str]:
    """Return the commands that show an episode live, and that film it.

    Args:
        policy: Who lives it.
        options: What they are given besides, by name.
        episode: It.
        step_s: How long a step takes, where that is known.
    """
    seconds = {} if step_s is None else {"seconds": math.ceil(episode.steps * step_s + _END_S)}
    seeded = {**options, "seed": episode.seed}
    film = f"episode-{episode.seed}.mp4"
    return (
        command("watch", [policy], seeded),
        command("record", [policy, film], {**seeded, **seconds}),
    )
