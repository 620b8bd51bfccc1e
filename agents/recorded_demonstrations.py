"""What recorded episodes show a learner: pairs of observation and action, of Minari data sets."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from autonomy.agents.imitation_data import ImitationData
from autonomy.agents.recorded_world import warn_of_other_world
from autonomy.errors import InputError, shown
from autonomy.recording.recorded_episodes import RecordedEpisodes
from autonomy.world import World


def recorded_demonstrations(
    folders: Sequence[str], envs: World, interventions_only: bool
) -> ImitationData:
    """Return all pairs of some data sets.

    Actions beyond the action space are brought into it, as the worlds do.

    Args:
        folders: Of the data sets.
        envs: The world that is learned for. The data sets may have more than it shows; where they
            say that theirs was another, a warning says it too.
        interventions_only: Leave out steps in which a policy acted.

    Raises:
        InputError: A data set is missing, damaged, of other spaces, or larger than the memory; or
            there is nothing to learn from.
    """
    observation_space, action_space = envs.single_observation_space, envs.single_action_space
    assert isinstance(observation_space, spaces.Dict)
    assert isinstance(action_space, spaces.Box)
    data_sets = [RecordedEpisodes(Path(folder)) for folder in folders]
    for own in data_sets:
        _check_fits(own, observation_space, action_space)
        warn_of_other_world(own, envs)
    count = sum(own.count(interventions_only) for own in data_sets)
    _check_count(count, folders, observation_space)
    data = ImitationData(observation_space, action_space, count)
    low, high = action_space.low, action_space.high
    for own in data_sets:
        for observation, actions in own.pairs(tuple(observation_space), interventions_only):
            data.add(observation, np.clip(actions, low, high))
    return data


def _check_count(count: int, folders: Sequence[str], observation_space: spaces.Dict) -> None:
    if not count:
        raise InputError(f"{', '.join(folders)} must have steps to learn from, there are none")
    size = count * sum(_bytes(space) for space in observation_space.values())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > memory:
        raise InputError(
            f"{', '.join(folders)} must fit into the memory of {memory / 1e9:.0f} GB, what is "
            f"learned from takes {size / 1e9:,.0f} GB"
        )


def _bytes(space: spaces.Space[Any]) -> int:
    return int(np.prod(space.shape or ())) * np.dtype(space.dtype).itemsize


def _check_fits(
    data_set: RecordedEpisodes, observation_space: spaces.Dict, action_space: spaces.Box
) -> None:
    folder, says = data_set.folder, data_set.metadata
    if says.action_space != action_space:
        raise InputError(
            f"{folder} must have the world's actions, {shown(action_space)}, "
            f"got {shown(says.action_space)}"
        )
    for name, space in observation_space.items():
        if name not in says.observation_space.spaces:
            raise InputError(_without(folder, name, tuple(says.observation_space)))
        found = says.observation_space[name]
        if (found.shape, found.dtype) != (space.shape, space.dtype):
            raise InputError(_unlike(folder, name, found, space))


def _without(folder: Path, name: str, names: Sequence[str]) -> str:
    return (
        f"{folder} has no {name}, only {', '.join(names)}: either it is recorded with it, "
        "or --recipe.observations and --recipe.privileged name only what it has"
    )


def _unlike(folder: Path, name: str, found: spaces.Space[Any], space: spaces.Space[Any]) -> str:
    ours, theirs = (f"{own.dtype} {own.shape}" for own in (space, found))
    told = f"{name} must be {ours} as the recipe has it, {folder} has {theirs}"
    if space.shape and found.shape and len(found.shape) == len(space.shape) == 3:
        size = f"{found.shape[0]} {found.shape[1]}"
        return f"{told}: --recipe.image-size {size} learns from its images"
    return f"{told}: it was recorded in a world with other options"
