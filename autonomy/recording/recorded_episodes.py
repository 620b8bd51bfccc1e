"""Episodes of a Minari data set, which nobody need trust, read one by one."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import h5py
import numpy as np
import PIL.Image
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.errors import InputError, shown
from autonomy.policy import Observation
from autonomy.recording.hdf5_file import array_in, group_in, is_in, opened_hdf5
from autonomy.recording.minari_metadata import MinariMetadata

INTERVENTION = "intervention"
"""The entry of an episode's `infos`, `(T,)` of bool, that says where a person acted instead of the
policy."""


class Pairs(NamedTuple):
    """What was seen in the steps of an episode, and what was done then."""

    observation: Observation  # entries (T, ...)
    actions: NDArray[np.float32]  # (T, A)


class RecordedEpisodes:
    """A data set's folder, as `write_episodes` and Minari make it.

    Attributes:
        folder: Where it is.
        metadata: What it says of itself.
    """

    def __init__(self, folder: Path) -> None:
        """Read what it says of itself.

        Raises:
            InputError: There is no data set, or none that can be read; see `MinariMetadata`.
        """
        self.folder = folder
        self._file = folder / "data" / "main_data.hdf5"
        if not self._file.is_file() or not (folder / "data" / "metadata.json").is_file():
            raise InputError(
                f"there is no Minari data set {folder}: it would have data/metadata.json and "
                "data/main_data.hdf5"
            )
        self.metadata = MinariMetadata.read(folder / "data" / "metadata.json")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it consists of."""
        return self.folder / "data" / "metadata.json", self._file

    def count(self, interventions_only: bool = False) -> int:
        """Return how many steps there are, or how many in which a person acted instead of a policy.

        Raises:
            InputError: The file is damaged; or it must say who acted, and does not.
        """
        with opened_hdf5(self._file) as file:
            episodes = self._episodes(file)
            return sum(_chosen(own, interventions_only).sum().item() for own in episodes)

    def pairs(self, names: Sequence[str], interventions_only: bool = False) -> Iterator[Pairs]:
        """Yield the steps of one episode after the other.

        Args:
            names: The entries to read, of those of the observation space.
            interventions_only: Leave out steps in which a policy acted.

        Raises:
            InputError: The file is damaged, does not hold what the metadata says, or a number is
                not finite.
        """
        with opened_hdf5(self._file) as file:
            for episode in self._episodes(file):
                yield self._read(episode, names, _chosen(episode, interventions_only))

    def _episodes(self, file: Any) -> Iterator[Any]:
        for number in range(self.metadata.episodes):
            yield group_in(file, f"episode_{number}")

    def _read(self, episode: Any, names: Sequence[str], chosen: NDArray[np.bool_]) -> Pairs:
        says, seen = self.metadata, group_in(episode, "observations")
        rows = len(chosen) + 1  # the last one is what was seen in the end
        observation = {
            name: _values(array_in(seen, name), says.observation_space[name], rows)[:-1][chosen]
            for name in names
        }
        actions = _values(array_in(episode, "actions"), says.action_space, len(chosen))
        return Pairs(observation, actions[chosen])


def _chosen(episode: Any, interventions_only: bool) -> NDArray[np.bool_]:
    """Return which of an episode's steps are to be learned from, `(T,)`."""
    steps = len(array_in(episode, "actions"))
    if not interventions_only:
        return np.ones(steps, np.bool_)
    if not is_in(episode, "infos") or not is_in(group_in(episode, "infos"), INTERVENTION):
        raise InputError(
            f"{episode.name} must say in infos/{INTERVENTION} in which steps a person acted, it "
            "does not"
        )
    marks = array_in(group_in(episode, "infos"), INTERVENTION)
    if (marks.shape, marks.dtype) != ((steps,), np.dtype(np.bool_)):
        raise InputError(f"{marks.name} must be bool {(steps,)}, got {marks.dtype} {marks.shape}")
    return marks[()]


def _values(array: Any, space: spaces.Space[Any], rows: int) -> NDArray[Any]:
    """Return the rows of an entry as its space says, whether numbers or JPEGs are stored."""
    shape, dtype = (rows, *(space.shape or ())), cast(Any, space.dtype)
    if array.shape == shape and np.can_cast(array.dtype, dtype, "same_kind"):
        with np.errstate(over="ignore"):  # which is infinite then
            values = array[()].astype(dtype, copy=False)
    elif len(array) == rows and len(shape) > 2 and dtype == np.uint8 and _holds_bytes(array):
        values = _decoded(array, shape)
    else:
        raise InputError(f"{array.name} must be {dtype} {shape}, got {array.dtype} {array.shape}")
    if values.dtype.kind == "f" and not _are_numbers(values):
        raise InputError(f"{array.name} must hold finite numbers, some are not")
    return values


def _are_numbers(values: NDArray[Any]) -> bool:
    """Tell whether all are finite; those of images may be infinite, as depth is."""
    wrong = np.isnan(values) if values.ndim > 2 else ~np.isfinite(values)
    return not wrong.any()


def _holds_bytes(array: Any) -> bool:
    """Tell whether each row is a string of bytes, of its own length or of that of all."""
    of_rows = h5py.check_vlen_dtype(array.dtype)
    return (of_rows or (array.dtype if array.ndim == 2 else None)) == np.uint8


def _decoded(array: Any, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    images = np.empty(shape, np.uint8)
    for image, stored in zip(images, array[()], strict=True):
        try:
            image[...] = _image(stored.tobytes(), shape[1:])
        except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError) as error:
            raise InputError(
                f"{array.name} must hold JPEGs of {shape[1:]}, got {shown(str(error))}"
            ) from None
    return images


def _image(jpeg: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    picture = PIL.Image.open(io.BytesIO(jpeg), formats=("JPEG",))  # some others start programs
    if (picture.height, picture.width) != shape[:2]:  # before it is made that large
        raise ValueError(f"one of {picture.height} x {picture.width}")
    return np.asarray(picture)
