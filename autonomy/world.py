"""What the shared tools ask of a world beyond Gymnasium's `VectorEnv`."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.policy import Observation, Policy

Info = dict[str, Any]
Trace = dict[str, NDArray[np.float32]]
"""One episode's measurements: each entry `(T,)`, named with its unit (`speed_m_s`)."""


@runtime_checkable
class World(Protocol):
    """A batch of N environments that can also be judged, shown and driven by an expert.

    It is a `gymnasium.vector.VectorEnv`. The `info` of every `step` holds:

    - `success` `(N,)` bool, true on the step that reaches the task's end;
    - `episode_end` `(N,)` str, why the episode ended on this step, or `""`;
    - `reward_terms`, a dict of named terms, each `(N,)`;
    - `measurements`, a dict of named quantities with their units, each `(N,)` float32.

    They describe the step that was just taken, before any automatic reset. Where episodes begin,
    in `reset` or by an automatic reset, `info` holds `randomization`: what was drawn for each row.

    Where images are observed, the `info` of every `reset` and `step` also holds `cameras`: for each
    camera's name a dict of `intrinsics` `(N, 3, 3)`, OpenCV's K [px]; `distortion` `(N, K)`, its
    K = 0, 4, 5 or 8 distortion coefficients, none of a pinhole; and `camera_from_world` `(N, 3,
    4)`, the pose that brings points of the world [m] to the camera's frame (x right, y down, z
    ahead). They are those of the images observed, also where these are late, and what
    `cv2.projectPoints` takes.
    """

    num_envs: int
    metadata: dict[str, Any]
    single_observation_space: spaces.Space[Any]
    single_action_space: spaces.Space[Any]

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: Info | None = None
    ) -> tuple[Observation, Info]:
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

    def close(self) -> None:
        """Release what the batch holds; a second call does nothing."""
        ...
