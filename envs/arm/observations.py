"""What the arm worlds let a policy observe besides images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.simulation import Facts
from autonomy.perception.in_world.filtering import Motion

# What is farther or faster is observed as this: it fell off the table, or was flung away.
_PLACE, _SPEED, _SPIN = 0.6, 1.5, 10.0  # [m], [m/s], [rad/s]
_YAW = np.pi / 4  # [rad] as far as one can see
_TURN = 1.0  # of a quaternion's components
_SEEN = np.repeat((_PLACE, _YAW, _SPEED, _PLACE), (3, 1, 3, 3))
_THING = np.repeat((_PLACE, _TURN, _SPEED, _SPIN, _PLACE), (3, 4, 3, 3, 3))
_STANDS = np.repeat((_PLACE, _TURN), (3, 4))


class Vectors:
    """What N worlds' vectors are, within bounds that learners can scale them by."""

    def __init__(
        self, facts: Facts, goal_size: int, goal_bound: float, followed: Mapping[str, Motion]
    ) -> None:
        """Take over the bounds; `followed` are the quantities of a module that has its own."""
        low, high = facts.joint_range
        tool = np.repeat((_PLACE, _SPEED), 3)
        self._highest = {
            "proprioception": np.concatenate([high, facts.joint_speed, tool]),
            "achieved_goal": np.full(goal_size, goal_bound),
            "perceived": np.append(np.tile(_SEEN, facts.sizes.objects), (goal_bound,) * goal_size),
        }
        if followed:
            bounds = [motion.bound for motion in followed.values()]
            self._highest["perceived"] = np.array(bounds)
        self._lowest = {name: -values for name, values in self._highest.items()}
        self._lowest["proprioception"][: len(low)] = low
        things = np.tile(_THING, facts.sizes.objects)
        stands = np.tile(_STANDS, facts.sizes.fixtures)
        speed = facts.fixture_speed
        for bounds, sign, at in (
            (self._lowest, -1.0, facts.fixture_range[0]),
            (self._highest, 1.0, facts.fixture_range[1]),
        ):
            own = (bounds["proprioception"], sign * things, sign * stands, at, sign * speed)
            bounds["state"] = np.concatenate(own)
            bounds["desired_goal"] = bounds["achieved_goal"]

    def spaces(self, wanted: Sequence[str]) -> dict[str, spaces.Space[NDArray[Any]]]:
        """Return the spaces of those that are wanted."""
        return {
            name: spaces.Box(low.astype(np.float32), self._highest[name].astype(np.float32))
            for name, low in self._lowest.items()
            if name in wanted
        }

    def observed(self, name: str, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return values `(N, K)` as they are observed."""
        return np.clip(values, self._lowest[name], self._highest[name]).astype(np.float32)


def proprioception(bodies: Bodies) -> NDArray[np.float64]:
    """Return what the arm knows of itself, `(N, 2 J + 6)`.

    Joint positions and velocities [rad, m and per s], the tool's position [m] and velocity [m/s].
    """
    return np.concatenate(
        [bodies.joint_position, bodies.joint_velocity, bodies.tool_position, bodies.tool_velocity],
        axis=1,
    )


def true_state(bodies: Bodies, setup: Setup) -> NDArray[np.float64]:
    """Return the privileged state `(N, 2 J + 6 + 16 O + 7 F + 2 K)`.

    Proprioception; of each thing its position [m], quaternion, velocity [m/s and rad/s] and
    place as seen from the tool [m]; of each fixture its position [m] and quaternion; and of their
    joints the positions and velocities [m, rad and per s].
    """
    things = bodies.object_pose
    beside = things[:, :, :3] - bodies.tool_position[:, np.newaxis]
    own = np.concatenate([things, bodies.object_velocity, beside], axis=2)
    count = len(own)
    return np.concatenate(
        [
            proprioception(bodies),
            own.reshape(count, -1),
            setup.fixture_start.reshape(count, -1),
            bodies.fixture_position,
            bodies.fixture_velocity,
        ],
        axis=1,
    )
