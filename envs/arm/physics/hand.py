"""The hand of a robot at home: what of it is where."""

import numpy as np

from autonomy.envs.arm.descriptions.hand import hand_links
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.lone_jaw import led_by
from autonomy.envs.arm.robot import Robot
from autonomy.linear_algebra import product

_FAR = 1.0  # [m]
_POINT = 1e-3  # [m] radius of what stands for the tool point


class Hand:
    """A robot in a physics server of its own."""

    def __init__(self, robot: Robot) -> None:
        """Load it, at home.

        Raises:
            InputError: Its file, a joint or a link cannot be.
        """
        self._client, self._robot = connect(), robot
        self._arm = Arm(self._client, robot)
        self._tool = self._arm.tool()
        point = self._client.createCollisionShape(pybullet().GEOM_SPHERE, radius=_POINT)
        place = self._tool.position.tolist()
        self._point = self._client.createMultiBody(0.0, point, basePosition=place)

    def to_tool_point(self, opening: float) -> list[float]:
        """Return how far each finger is from the tool point [m], at an opening as for `Arm.grip`.

        A finger is all that one of the gripper's joints moves.
        """
        self._arm.pose(self._robot.standing.home, opening)
        return [self._nearest(links) for links in self._fingers()]

    def to_nearest(self) -> float:
        """Return how far what the last joint of the arm carries is from the tool point [m].

        The gripper is closed.
        """
        self._arm.pose(self._robot.standing.home, -1.0)
        hand = hand_links(self._arm.parts.description, self._robot.arm_joints[-1])
        names = enumerate(self._arm.parts.link_names[1:])
        return self._nearest([number for number, name in names if name in hand])

    def surface(self, start: Array, end: Array) -> Array | None:
        """Return where a ray through the open hand meets it first, both in the tool link's frame.

        What its fingers are is no hindrance; None if it meets nothing.
        """
        self._arm.pose(self._robot.standing.home, 1.0)
        self._client.performCollisionDetection()
        origin = self._tool.position - self._turned(np.array(self._robot.standing.tool_point))
        a, b = (origin + self._turned(place) for place in (start, end))
        ((body, link, share, *_),) = self._client.rayTest(a.tolist(), b.tolist())
        if body != self._arm.parts.body or any(link in own for own in self._fingers()):
            return None
        return start + share * (end - start)

    def close(self) -> None:
        """Leave the physics server."""
        self._client.disconnect()

    def _nearest(self, links: list[int]) -> float:
        self._client.performCollisionDetection()
        near = [
            self._client.getClosestPoints(self._point, self._arm.parts.body, _FAR, -1, link)
            for link in links
        ]
        return min((point[8] for points in near for point in points), default=_FAR)

    def _fingers(self) -> list[list[int]]:
        """Return the numbers of the links of each finger."""
        description = self._arm.parts.description
        moved = [
            {name, *(own.name for own in led_by(description, description.joint[name]))}
            for name in self._robot.gripper_joints
        ]
        links = enumerate(self._arm.parts.link_names[1:])
        chains = [(number, {own.name for own in description.chain(name)}) for number, name in links]
        return [[number for number, chain in chains if names & chain] for names in moved]

    def _turned(self, vector: Array) -> Array:
        return product(self._tool.turn, vector.reshape(3, 1))[:, 0]
