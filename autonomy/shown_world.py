"""What a world offers to people who look at it closely, besides pictures."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autonomy.camera.library import MeshLibrary
from autonomy.camera.scene import Frames, Scene


class Outlook(NamedTuple):
    """From where a person first looks at N worlds, and at what: the latter stays in the middle."""

    eyes: NDArray[np.float64]  # (N, 3) [m]
    targets: NDArray[np.float64]  # (N, 3) [m]


class Drawn(NamedTuple):
    """What was drawn of a range for an episode: a number `()` or several `(k,)`."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    is_choice: bool  # whether only whole numbers can be


@runtime_checkable
class ShownWorld(Protocol):
    """A world that can be looked at from anywhere, and whose looks can be changed."""

    def surroundings(self) -> tuple[MeshLibrary, Scene]:
        """Return all meshes, and all that is there in each row."""
        ...

    def outlook(self) -> Outlook:
        """Return from where a person first looks."""
        ...

    @property
    def camera_names(self) -> tuple[str, ...]:
        """Names of the cameras through which policies see."""
        ...

    def close_up(self, camera: str, row: int, height: int, channels: Sequence[str]) -> Frames:
        """Return what a row's camera sees in frames `(1, height, W, ...)`.

        What a sensor does to images is left out. `channels` are those of `Frames`; depth is left
        out of a camera that sees what is behind it.
        """
        ...

    def perceived(self, row: int, height: int) -> Mapping[str, NDArray[np.uint8]]:
        """Return what perception sees in a row, `height` [px] high or finer, with what it reports.

        Each `(H, W, 3)`, by the frames' names; none where no module perceives.
        """
        ...

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """Return a picture for a person of each row, whatever the render mode."""
        ...

    def drawn(self, row: int) -> Mapping[str, Drawn]:
        """Return what was drawn for a row's episode, by name."""
        ...

    def redraw(self, row: int, name: str, value: ArrayLike) -> None:
        """Let something be as if `value` had been drawn for a row's episode.

        Raises:
            InputError: It is outside of what may be drawn.
        """
        ...


def redraw(world: ShownWorld, name: str, values: Sequence[float]) -> None:
    """Let something be as if these numbers had been drawn for the first row's episode.

    Raises:
        InputError: They are outside of what may be drawn.
    """
    drawn = world.drawn(0).get(name)
    is_number = drawn is not None and not drawn.value.shape
    world.redraw(0, name, values[0] if is_number else values)


def as_shown(world: object) -> ShownWorld | None:
    """Return a world, or the one in its wrappers, if it can be looked at so closely."""
    inside = getattr(world, "world", world)
    return inside if isinstance(inside, ShownWorld) else None
