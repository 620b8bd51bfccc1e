"""What the shared tools ask of a world beyond Gymnasium's `VectorEnv`."""

from collections.abc import Sequence
from typing import Any, NotRequired, Protocol, TypedDict, runtime_checkable

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.policy import Observation, Policy
from autonomy.world_state import State

Trace = dict[str, NDArray[np.float32]]
"""One episode's measurements: each entry `(T,)`, named with its unit (`speed_m_s`)."""


class CameraInfo(TypedDict):
    """How a camera saw the image that is observed, also where this is late.

    It is what `cv2.projectPoints` takes, or `cv2.fisheye.projectPoints` where it is a fisheye.
    """

    intrinsics: NDArray[np.float64]
    """`(N, 3, 3)` OpenCV's K [px]."""
    distortion: NDArray[np.float64]
    """`(N, K)` OpenCV's coefficients: K = 0, 4, 5, 8, 12 or 14, none of a pinhole."""
    fisheye: NDArray[np.bool_]
    """`(N,)` whether they are the four of OpenCV's fisheye model."""
    camera_from_world: NDArray[np.float64]
    """`(N, 3, 4)` brings points of the world [m] to the camera's frame (x right, y down)."""


class ImageInfo(TypedDict):
    """What a world tells of the images that are observed."""

    cameras: NotRequired[dict[str, CameraInfo]]
    """By each camera's name; there where images are observed."""


class ResetInfo(ImageInfo):
    """What a world tells where episodes begin."""

    randomization: dict[str, NDArray[Any]]
    """What was drawn for each row, each `(N, ...)`."""


class Info(ImageInfo):
    """What a world tells of a step that was just taken, before any automatic reset."""

    success: NDArray[np.bool_]
    """`(N,)` true on the step that reaches the task's end."""
    episode_end: NDArray[np.str_]
    """`(N,)` why the episode ended on this step, or `""`."""
    reward_terms: dict[str, NDArray[Any]]
    """Named terms, each `(N,)`."""
    measurements: dict[str, NDArray[Any]]
    """Named quantities with their units, each `(N,)` float32."""
    intervention: NotRequired[NDArray[np.bool_]]
    """`(N,)` where a person acted instead of the policy; whoever lets them says so."""
    randomization: NotRequired[dict[str, NDArray[Any]]]
    """As in `ResetInfo`, where an episode began in this step."""
    final_obs: NotRequired[NDArray[np.object_]]
    """`(N,)` where an episode ended and another one began in this step: its last observation."""
    _final_obs: NotRequired[NDArray[np.bool_]]
    """`(N,)` where that is."""
    final_info: NotRequired["Info"]
    """What the step told before others began."""
    _final_info: NotRequired[NDArray[np.bool_]]
    """`(N,)` where they did."""


MapLines = dict[str, list[NDArray[np.float64]]]
"""What lies around, by what it is: lines, each `(K, 2)` x and y [m]; one point is a mark."""


@runtime_checkable
class Mapped(Protocol):
    """What a world may have besides, so that reports show on a map what happened."""

    def map_places(self) -> NDArray[np.float64]:
        """Return `(N, 2)` where in each environment it is that acts: x and y [m]."""
        ...

    def map_lines(self, row: int) -> MapLines:
        """Return what lies around in one environment."""
        ...


@runtime_checkable
class World(Protocol):
    """A batch of N environments that can also be judged, shown, saved and driven by an expert.

    It is a `gymnasium.vector.VectorEnv`; `autonomy.wrapped_world.as_world` makes one of a world in
    Gymnasium's wrappers.
    """

    num_envs: int
    metadata: dict[str, Any]
    single_observation_space: spaces.Space[Any]
    single_action_space: spaces.Space[Any]

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, ResetInfo]:
        """Begin episodes, in all environments or where `options["reset_mask"]` is true."""
        ...

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Advance all environments by one control step."""
        ...

    def render(self) -> tuple[NDArray[np.uint8], ...]:
        """Return one `(H, W, 3)` picture for a person per environment."""
        ...

    def overview(self) -> tuple[NDArray[np.uint8], ...]:
        """Return one small `(H, W, 3)` picture per environment of where things are."""
        ...

    def expert(self) -> Policy:
        """Return a scripted policy that reads this batch's true state."""
        ...

    def metrics(self, episodes: Sequence[Trace]) -> dict[str, float]:
        """Summarise episodes in the task's own figures, each named with its unit."""
        ...

    def get_state(self) -> State:
        """Return the whole state as copies of plain arrays `(N, ...)`."""
        ...

    def set_state(self, state: State) -> None:
        """Go on, bit for bit, from what `get_state` returned."""
        ...

    def close(self) -> None:
        """Release what the batch holds; a second call does nothing."""
        ...
