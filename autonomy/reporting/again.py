"""How to see an episode of a report again."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autonomy.command_words import command

if TYPE_CHECKING:
    from autonomy.reporting.witnessed import LivedEpisode

_END_S = 1.5  # that a film shows an episode's end


def record_command(
    policy: str, options: Mapping[str, Any], episode: "LivedEpisode", step_s: float | None
) -> str:
    """Return the command that films an episode.

    Args:
        policy: Who lives it.
        options: What `autonomy record` is given besides, by name.
        episode: It.
        step_s: How long a step takes, where that is known.
    """
    seconds = {} if step_s is None else {"seconds": math.ceil(episode.steps * step_s + _END_S)}
    film = f"episode-{episode.seed}.mp4"
    return command("record", [policy, film], {**options, "seed": episode.seed, **seconds})
