"""The table in the physics, and what lies on it.

Bodies are made once and placed anew for every episode: PyBullet frees neither the shapes nor the
textures of what is removed. What an episode has not falls beneath the floor. To remove it, or to
make it immovable, would change the order in which Bullet meets bodies, and with it the last bit of
everything that follows.
"""

from collections.abc import Sequence
from typing import Any

from envs.arm.arm_state import Bodies, Setup
from envs.arm.bullet import pybullet
from envs.arm.objects import Shape

TABLE_SIZE = (1.4, 1.4, 0.4)  # [m]
TABLE_MIDDLE = (-0.05, 0.0, -0.2)  # [m]; its top is z = 0
FLOOR = -0.4  # [m]
_FLOOR_SIZE = (40.0, 40.0, 1.0)  # [m]
TABLE_FRICTION = 0.5  # coefficient, which Bullet multiplies for two bodies that touch
_BELOW = -9.0  # [m] from where those things fall that an episode has not


class Table:
    """A table, and a catalogue of things of which some lie on it."""

    def __init__(self, client: Any, catalogue: Sequence[Shape]) -> None:
        self._client = client
        table = _fixed_box(client, TABLE_SIZE, TABLE_MIDDLE)
        client.changeDynamics(table, -1, lateralFriction=TABLE_FRICTION)
        _fixed_box(client, _FLOOR_SIZE, (0.0, 0.0, FLOOR - _FLOOR_SIZE[2] / 2))
        self._bodies = [shape.body(client) for shape in catalogue]
        for number, body in enumerate(self._bodies):
            place = (0.3 * number, 0.0, _BELOW)
            client.resetBasePositionAndOrientation(body, place, (0.0, 0.0, 0.0, 1.0))
        self._lying: list[int] = []

    def lay(self, setup: Setup) -> None:
        """Lay onto the empty table what an episode has there."""
        self._lying = [self._bodies[shape] for shape in setup.shape]
        for number, body in enumerate(self._lying):
            self._client.changeDynamics(
                body, -1, mass=setup.mass[number], lateralFriction=setup.friction[number]
            )
            pose = setup.object_pose[number].tolist()
            self._client.resetBasePositionAndOrientation(body, pose[:3], pose[3:])

    def write(self, bodies: Bodies) -> None:
        """Write where it is."""
        for number, body in enumerate(self._lying):
            position, quaternion = self._client.getBasePositionAndOrientation(body)
            linear, angular = self._client.getBaseVelocity(body)
            bodies.object_pose[number] = position + quaternion
            bodies.object_velocity[number] = linear + angular


def _fixed_box(
    client: Any, size: tuple[float, float, float], middle: tuple[float, float, float]
) -> int:
    half = [length / 2 for length in size]
    solid = client.createCollisionShape(pybullet().GEOM_BOX, halfExtents=half)
    return client.createMultiBody(0.0, solid, basePosition=middle)
