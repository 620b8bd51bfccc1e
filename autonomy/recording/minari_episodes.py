"""Episodes kept as a Minari data set, the Gymnasium family's format for them."""

import copy
import errno
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import gymnasium as gym
import minari
import numpy as np
from gymnasium.envs.registration import EnvSpec
from minari.data_collector import EpisodeBuffer
from minari.dataset.minari_storage import MinariStorage
from minari.serialization import serialize_space

from autonomy.errors import InputError
from autonomy.files import changed_folder, whole_folder
from autonomy.json_values import parsed_json
from autonomy.policy import Observation
from autonomy.rollouts import IDLE, Step
from autonomy.world import Info, World

_MARGIN = 1 << 20  # bytes that an episode takes besides its observations, at most
_KEPT = ("success", "intervention")  # of what a step tells
_NAME = re.compile(r"[A-Za-z0-9_-]+-v[0-9]+")


def write_episodes(
    folder: Path,
    envs: World,
    steps: Iterable[Step],
    about: Mapping[str, str],
    spec: EnvSpec | None,
) -> int:
    """Write the episodes of a rollout as they end: all, or none; return how many steps they have.

    The data set's id is the folder's name, so that `minari.load_dataset` finds it where
    MINARI_DATASETS_PATH is the folder around it. Images are kept exactly, not as JPEG. Each episode
    has its seed; its `infos` have `success` `(T,)` and, where a person may have acted instead of
    the policy, `intervention` `(T,)`.

    Args:
        folder: To make; named such as `lane-expert-v0`.
        envs: The world whose spaces they have.
        steps: The rollout.
        about: More to say of them: `algorithm_name`, `description`.
        spec: What makes the world again, where Gymnasium is asked to; if it can be said.

    Raises:
        InputError: The folder exists, cannot be made or its name is no data set's; or the disk is
            full.
    """
    if not _NAME.fullmatch(folder.name):
        raise InputError(
            f"a Minari data set's name must end in its version, such as lane-expert-v0, "
            f"got {folder.name!r}"
        )
    with whole_folder(folder, "Minari") as temporary:
        storage = MinariStorage.new(
            temporary / "data",
            envs.single_observation_space,
            envs.single_action_space,
            spec,
            jpeg_encoding=False,
        )
        known = {"dataset_id": folder.name, "minari_version": minari.__version__}
        storage.update_metadata({**known, **about})
        storage.update_episodes(_with_room(folder.parent, episode_buffers(steps)))
        return int(storage.total_steps)


def add_episodes(
    folder: Path,
    envs: World,
    steps: Iterable[Step],
    about: Mapping[str, str],
    spec: EnvSpec | None,
) -> None:
    """Write the episodes of a rollout, into a data set that is there or a new one, all or none.

    See `write_episodes`; what is said `about` them and `spec` are those of the first ones.

    Raises:
        InputError: The data set has other spaces, or is none; else as `write_episodes`.
    """
    if not folder.exists():
        write_episodes(folder, envs, steps, about, spec)
        return
    _check_spaces(folder, envs)
    with changed_folder(folder) as copy:
        storage = MinariStorage.read(copy / "data")
        storage.update_episodes(_with_room(folder.parent, episode_buffers(steps)))


def _check_spaces(folder: Path, envs: World) -> None:
    """Refuse a data set of other spaces, or of none, which Minari would make its world for."""
    own = {"observation_space": envs.single_observation_space}
    own["action_space"] = envs.single_action_space
    try:
        metadata: Any = parsed_json((folder / "data/metadata.json").read_bytes())
        found = {name: json.loads(metadata[name]) for name in own}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} must be a Minari data set, at fault is {error}") from error
    for name, space in own.items():
        if found[name] != json.loads(cast(str, serialize_space(space))):
            raise InputError(
                f"data set {folder} has other spaces than this world, so these episodes need "
                f"another name, at fault is {name.replace('_', ' ')} {space}"
            )


def _with_room(folder: Path, buffers: Iterable[EpisodeBuffer]) -> Iterator[EpisodeBuffer]:
    """Yield episodes as long as the disk has room: HDF5 ends the process where it runs full."""
    for buffer in buffers:
        if shutil.disk_usage(folder).free < _size(buffer) + _MARGIN:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield buffer


def _size(buffer: EpisodeBuffer) -> int:
    observations = cast(Observation, buffer.observations)
    return sum(values.nbytes for values in observations.values())


def world_spec(env_id: str, options: Mapping[str, Any]) -> EnvSpec | None:
    """Return what makes one environment of a world with some options.

    None where JSON cannot hold it, since the world is registered as a class, not by its name.
    """
    spec = copy.deepcopy(gym.spec(env_id))
    spec.kwargs = {**spec.kwargs, **options}
    try:
        spec.to_json()
    except (TypeError, ValueError):
        return None
    return spec


def episode_buffers(steps: Iterable[Step]) -> Iterator[EpisodeBuffer]:
    """Yield the episodes of a rollout as they end."""
    lived: dict[int, list[Step]] = {}
    for step in steps:
        for slot in np.flatnonzero(step.seed != IDLE).tolist():
            lived.setdefault(slot, []).append(_row(step, slot))
            if step.ended[slot]:
                yield _buffer(lived.pop(slot))


def _row(step: Step, slot: int) -> Step:
    """Return a copy of the step of one environment, so that those of others may be forgotten."""
    one, told = slice(slot, slot + 1), cast(dict[str, Any], step.info)
    return Step(
        step.seed[one].copy(),
        _rows(step.observation, one),
        step.action[one].copy(),
        step.reward[one].copy(),
        _rows(step.next_observation, one) if step.ended[slot] else {},
        step.terminated[one].copy(),
        step.truncated[one].copy(),
        cast(Info, {n: own[one].copy() for n, own in told.items() if n in _KEPT}),
    )


def _rows(observation: Observation, rows: slice) -> Observation:
    return {name: values[rows].copy() for name, values in observation.items()}


def _buffer(steps: list[Step]) -> EpisodeBuffer:
    """Return one episode of T steps, which has T + 1 observations."""
    seen = [step.observation for step in steps] + [steps[-1].next_observation]
    return EpisodeBuffer(
        seed=int(steps[0].seed[0]),
        observations={name: np.concatenate([each[name] for each in seen]) for name in seen[0]},
        actions=_joined([step.action for step in steps]),
        rewards=_joined([step.reward for step in steps]),
        terminations=_joined([step.terminated for step in steps]),
        truncations=_joined([step.truncated for step in steps]),
        infos={
            name: np.concatenate([cast(Any, step.info)[name] for step in steps])
            for name in _KEPT
            if name in steps[0].info
        },
    )


def _joined(rows: list[Any]) -> Any:
    """Return an array where Minari's types want a list: it takes either."""
    return np.concatenate(rows)
