"""The table in the physics, and what lies on it.

Bodies are made once and placed anew for every episode: PyBullet frees neither the shapes nor the
textures of what is removed. What an episode has not falls beneath the floor. To remove it, or to
make it immovable, would change the order in which Bullet meets bodies, and with it the last bit of
everything that follows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.physics.arm_state import Bodies, Setup
from autonomy.envs.arm.physics.bullet import pybullet
from autonomy.envs.arm.physics.shapes import Shape

TABLE_SIZE = (1.4, 1.4, 0.4)  # [m]
TABLE_MIDDLE = (-0.05, 0.0, -0.2)  # [m]; its top is z = 0
FLOOR = -0.4  # [m]
_FLOOR_SIZE = (40.0, 40.0, 1.0)  # [m]
TABLE_FRICTION = 0.5  # coefficient, which Bullet multiplies for two bodies that touch
_CLUTTER_MASS = 0.2  # [kg]
_BELOW = -9.0  # [m] from where those things fall that an episode has not


class Table:
    """A table, and catalogues of things of which some lie on it: the task's, and clutter."""

    def __init__(
        self, client: Any, catalogue: Sequence[Shape], clutter: Sequence[Shape] = ()
    ) -> None:
        self._client = client
        table = _fixed_box(client, TABLE_SIZE, TABLE_MIDDLE)
        client.changeDynamics(table, -1, lateralFriction=TABLE_FRICTION)
        _fixed_box(client, _FLOOR_SIZE, (0.0, 0.0, FLOOR - _FLOOR_SIZE[2] / 2))
        self._bodies = [shape.body(client) for shape in catalogue]
        self._clutter = [shape.body(client) for shape in clutter]
        for body in self._clutter:
            client.changeDynamics(body, -1, mass=_CLUTTER_MASS)
        for number, body in enumerate(self._bodies + self._clutter):
            place = (0.3 * number, 0.0, _BELOW)
            client.resetBasePositionAndOrientation(body, place, (0.0, 0.0, 0.0, 1.0))
        self._lying: list[int] = []
        self._beside: dict[int, int] = {}  # bodies of clutter, by their place in `Bodies`

    def lay(self, setup: Setup) -> None:
        """Lay onto the empty table what an episode has there."""
        self._lying = [self._bodies[shape] for shape in setup.shape]
        for number, body in enumerate(self._lying):
            self._client.changeDynamics(
                body, -1, mass=setup.mass[number], lateralFriction=setup.friction[number]
            )
            self._place(body, setup.object_start[number])
        shapes = enumerate(setup.clutter_shape.tolist())
        self._beside = {number: self._clutter[shape] for number, shape in shapes if shape >= 0}
        for number, body in self._beside.items():
            self._place(body, setup.clutter_start[number])

    def write(self, bodies: Bodies) -> None:
        """Write where it is."""
        for number, body in enumerate(self._lying):
            position, quaternion = self._client.getBasePositionAndOrientation(body)
            linear, angular = self._client.getBaseVelocity(body)
            bodies.object_pose[number] = position + quaternion
            bodies.object_velocity[number] = linear + angular
        for number, body in self._beside.items():
            position, quaternion = self._client.getBasePositionAndOrientation(body)
            bodies.clutter_pose[number] = position + quaternion

    def _place(self, body: int, pose: NDArray[np.float64]) -> None:
        position, quaternion = pose[:3].tolist(), pose[3:].tolist()
        self._client.resetBasePositionAndOrientation(body, position, quaternion)


def _fixed_box(
    client: Any, size: tuple[float, float, float], middle: tuple[float, float, float]
) -> int:
    half = [length / 2 for length in size]
    solid = client.createCollisionShape(pybullet().GEOM_BOX, halfExtents=half)
    return client.createMultiBody(0.0, solid, basePosition=middle)
