"""Everything that changes in N arm worlds, as arrays that processes can share."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray


class Sizes(NamedTuple):
    """How much there is in one world."""

    arm: int  # joints that carry the tool
    joints: int  # that are driven: the arm's, then the gripper's
    links: int  # the base among them
    objects: int
    actions: int
    clutter: int = 0
    fixtures: int = 0
    fixture_links: int = 0  # of all fixtures, their bases among them
    fixture_joints: int = 0


class Setup(NamedTuple):
    """How episodes begin."""

    arm: NDArray[np.float64]  # (N, n) position of each of the arm's joints [rad]
    shape: NDArray[np.int64]  # (N, O) which of the catalogue each object is
    object_start: NDArray[np.float64]  # (N, O, 7) position [m], quaternion x, y, z, w
    mass: NDArray[np.float64]  # (N, O) [kg]
    friction: NDArray[np.float64]  # (N, O) coefficient, as Bullet multiplies them
    joint_damping: NDArray[np.float64]  # (N,) [N m s]
    gain: NDArray[np.float64]  # (N,) factor of how fast motors follow
    clutter_shape: NDArray[np.int64]  # (N, C) which of its own catalogue, -1 for none
    clutter_start: NDArray[np.float64]  # (N, C, 7) as `object_start`
    fixture_start: NDArray[np.float64]  # (N, F, 7) where fixtures stand, as `object_start`
    fixture_joints: NDArray[np.float64]  # (N, K) from where their joints rest [m or rad]


class Bodies(NamedTuple):
    """Where everything is after a control step, in the world frame."""

    joint_position: NDArray[np.float64]  # (N, J) [rad or m]
    joint_velocity: NDArray[np.float64]  # (N, J) [rad/s or m/s]
    link_pose: NDArray[np.float64]  # (N, L, 7) position [m], quaternion x, y, z, w
    tool_position: NDArray[np.float64]  # (N, 3) [m]
    tool_velocity: NDArray[np.float64]  # (N, 3) [m/s]
    object_pose: NDArray[np.float64]  # (N, O, 7) position [m], quaternion x, y, z, w
    object_velocity: NDArray[np.float64]  # (N, O, 6) linear [m/s], angular [rad/s]
    command: NDArray[np.float64]  # (N, J + 4) what the controller holds on to
    clutter_pose: NDArray[np.float64]  # (N, C, 7) as `object_pose`
    fixture_pose: NDArray[np.float64]  # (N, M, 7) of all fixtures' links, each one's base first
    fixture_position: NDArray[np.float64]  # (N, K) of their joints, one after another [m or rad]
    fixture_velocity: NDArray[np.float64]  # (N, K) [m/s or rad/s]


class Shared(NamedTuple):
    """What a simulation reads and writes."""

    setup: Setup
    bodies: Bodies
    actions: NDArray[np.float32]  # (N, A)


Allocate = Callable[[tuple[int, ...], type[Any]], NDArray[Any]]
"""Makes an array of zeros of a shape and a type."""


def allocate(num_envs: int, sizes: Sizes, make: Allocate = np.zeros) -> Shared:
    """Make room for N worlds."""
    n, joints, links, objects = num_envs, sizes.joints, sizes.links, sizes.objects
    return Shared(
        Setup(
            make((n, sizes.arm), np.float64),
            make((n, objects), np.int64),
            make((n, objects, 7), np.float64),
            make((n, objects), np.float64),
            make((n, objects), np.float64),
            make((n,), np.float64),
            make((n,), np.float64),
            make((n, sizes.clutter), np.int64),
            make((n, sizes.clutter, 7), np.float64),
            make((n, sizes.fixtures, 7), np.float64),
            make((n, sizes.fixture_joints), np.float64),
        ),
        Bodies(
            make((n, joints), np.float64),
            make((n, joints), np.float64),
            make((n, links, 7), np.float64),
            make((n, 3), np.float64),
            make((n, 3), np.float64),
            make((n, objects, 7), np.float64),
            make((n, objects, 6), np.float64),
            make((n, joints + 4), np.float64),
            make((n, sizes.clutter, 7), np.float64),
            make((n, sizes.fixture_links, 7), np.float64),
            make((n, sizes.fixture_joints), np.float64),
            make((n, sizes.fixture_joints), np.float64),
        ),
        make((n, sizes.actions), np.float32),
    )


Arrays = TypeVar("Arrays", Setup, Bodies)


def row_of(arrays: Arrays, row: int) -> Arrays:
    """Return one world's part, as views where a world has more than one number."""
    own: list[Any] = [array[row] for array in arrays]
    return type(arrays)(*own)


def rows_of(shared: Shared, rows: slice) -> Shared:
    """Return the part of some worlds, as views."""
    setup: list[Any] = [array[rows] for array in shared.setup]
    return Shared(
        Setup(*setup),
        Bodies(*(array[rows] for array in shared.bodies)),
        shared.actions[rows],
    )
