"""Whether episodes were recorded in the world that is learned for: images alone do not show it."""

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, cast

from gymnasium.envs.registration import EnvSpec

from autonomy.errors import shown
from autonomy.json_values import described
from autonomy.make import policys_options, world_creator
from autonomy.recording.recorded_episodes import RecordedEpisodes
from autonomy.world import World
from autonomy.world_options import options_of

_SEEN = ("observations", "image_size")
"""What the spaces show already."""


def warn_of_other_world(data_set: RecordedEpisodes, envs: World) -> None:
    """Warn of what a data set says of its world that is otherwise where its steps are learned from.

    That is what decides what a policy sees, what its actions do and what is asked of it; and
    whether the roads or things are those by which policies are judged. Most data sets of others
    say nothing of it.
    """
    here: EnvSpec | None = cast(Any, envs).unwrapped.spec
    there = data_set.metadata.world
    if here is None or not there:
        return
    told = [*_other_id(here, there), *_other_options(here, there)]
    if told:
        warnings.warn(f"{data_set.folder} was recorded {'; '.join(told)}", stacklevel=2)


def _other_id(here: EnvSpec, there: Mapping[str, Any]) -> Iterator[str]:
    if there["id"] != here.id:
        yield f"in {shown(there['id'])}, and is learned from for {here.id}"


def _other_options(here: EnvSpec, there: Mapping[str, Any]) -> Iterator[str]:
    if there.get("vector_entry_point") != here.vector_entry_point:
        return
    usual = {own.name: own.default for own in options_of(world_creator(here), {})}
    ours, theirs = ({**usual, **own} for own in (here.kwargs, there["kwargs"]))
    for name in policys_options(here.id):
        one, other = (json.loads(json.dumps(described(own.get(name)))) for own in (theirs, ours))
        if name not in _SEEN and one != other:
            yield f"with {name} {shown(one)}, and is learned from for {shown(other)}"
    if theirs.get("split") == "test":
        yield "on the split test, by which policies are judged"
