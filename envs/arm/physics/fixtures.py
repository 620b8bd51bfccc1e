"""Fixtures in the physics: where they stand, and how their joints move."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.arm_state import Bodies, Setup, row_of
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.fixture_urdf import fixture_urdf
from autonomy.envs.arm.physics.scratch_files import scratch_folder
from autonomy.envs.arm.physics.urdf import (
    Joints,
    joints_of,
    limits_of,
    load_urdf,
    put_base,
)
from autonomy.errors import InputError

_ORIGIN = (0.0, 0.0, 0.0)


class FixtureBody(NamedTuple):
    """A fixture that was loaded."""

    body: int
    joints: Joints
    links: int  # the base among them
    start: Array  # (J,) position of each joint [m or rad]


def load_fixture(client: Any, fixture: Fixture, *, visible: bool) -> FixtureBody:
    """Load a fixture at the origin; `visible` reads the meshes that cameras see too.

    Raises:
        InputError: The file is missing or malformed, or its joints are others than the fixture
            says.
    """
    bullet = pybullet()
    if fixture.urdf is not None:
        body = load_urdf(client, Path(fixture.urdf), "fixture", _ORIGIN, visible=visible)
    else:
        with scratch_folder() as folder:
            path = folder / "fixture.urdf"
            path.write_text(fixture_urdf(fixture), encoding="utf-8")
            body = load_urdf(client, path, "fixture", _ORIGIN, visible=visible)
    links = client.getNumJoints(body)
    infos = [client.getJointInfo(body, number) for number in range(links)]
    moving = [info for info in infos if info[3] > -1]
    for info in moving:
        if info[2] not in (bullet.JOINT_PRISMATIC, bullet.JOINT_REVOLUTE):
            raise InputError(
                f"a fixture's joints must slide or turn, got {info[1].decode()} that does not"
            )
    joints = joints_of(infos, [info[0] for info in moving])
    _check_count("start", fixture.start, joints)
    _check_count("spring", fixture.spring, joints)
    start = np.array(fixture.start or (0.0,) * len(joints.numbers))
    return FixtureBody(body, joints, 1 + links, np.clip(start, joints.lower, joints.upper))


def radius_of(fixture: Fixture) -> float:
    """Return how far from where a fixture stands it reaches over the table [m].

    Raises:
        InputError: As `load_fixture`.
    """
    client = connect()
    loaded = load_fixture(client, fixture, visible=False)
    boxes = [client.getAABB(loaded.body, link) for link in range(-1, loaded.links - 1)]
    client.disconnect()
    return float(np.hypot(*np.abs(boxes)[:, :, :2].max(axis=(0, 1))))


def place_fixtures(fixtures: Sequence[Fixture], setup: Setup, bodies: Bodies) -> None:
    """Write where fixtures are as the episodes of N worlds begin, without physics."""
    client = connect()
    placed = Fixtures(client, fixtures)
    for row in range(len(setup.fixture_start)):
        placed.place(row_of(setup, row))
        placed.write(row_of(bodies, row))
    client.disconnect()


class Fixtures:
    """Fixtures in a physics server."""

    def __init__(self, client: Any, fixtures: Sequence[Fixture]) -> None:
        """Load them.

        Raises:
            InputError: As `load_fixture`.
        """
        self._client = client
        self._loaded = [load_fixture(client, own, visible=False) for own in fixtures]
        self._bases = np.zeros((len(fixtures), 7))
        for fixture, loaded in zip(fixtures, self._loaded, strict=True):
            self._tell_motors(fixture, loaded)

    @property
    def links(self) -> int:
        """How many there are of all together."""
        return sum(loaded.links for loaded in self._loaded)

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints' positions, with units."""
        return tuple(name for loaded in self._loaded for name in loaded.joints.names)

    @property
    def limits(self) -> tuple[Array, Array, Array]:
        """Lowest and highest position, and greatest speed of all joints, each `(K,)`."""
        return limits_of([loaded.joints for loaded in self._loaded])

    def place(self, setup: Setup) -> None:
        """Bring them to where an episode begins."""
        first = 0
        for number, (body, joints, _, start) in enumerate(self._loaded):
            put_base(self._client, body, setup.fixture_start[number])
            self._bases[number] = setup.fixture_start[number]
            moved = start + setup.fixture_joints[first : first + len(start)]
            for joint, position in zip(
                joints.numbers, np.clip(moved, joints.lower, joints.upper).tolist(), strict=True
            ):
                self._client.resetJointState(body, joint, position)
            first += len(start)

    def stop(self) -> None:
        """Put joints that are beyond their limits back, at rest: Bullet's own stops give way."""
        for body, joints, _, _ in self._loaded:
            for k, state in enumerate(_states(self._client, body, joints)):
                within = min(max(state[0], joints.lower[k]), joints.upper[k])
                if within != state[0]:
                    self._client.resetJointState(body, joints.numbers[k], within, 0.0)

    def write(self, bodies: Bodies) -> None:
        """Write where they are."""
        link, first = 0, 0
        for number, (body, joints, links, _) in enumerate(self._loaded):
            bodies.fixture_pose[link] = self._bases[number]
            if links > 1:
                states = self._client.getLinkStates(
                    body, range(links - 1), computeForwardKinematics=1
                )
                poses = [state[4] + state[5] for state in states]
                bodies.fixture_pose[link + 1 : link + links] = poses
            for state in _states(self._client, body, joints):
                bodies.fixture_position[first], bodies.fixture_velocity[first] = state[:2]
                first += 1
            link += links

    def _tell_motors(self, fixture: Fixture, loaded: FixtureBody) -> None:
        """Let motors be friction, or springs that bring joints back."""
        bullet, joints = pybullet(), loaded.joints
        springs = fixture.spring or (0.0,) * len(joints.numbers)
        for k, joint in enumerate(joints.numbers):
            back = {"targetPosition": float(loaded.start[k]), "force": springs[k]}
            rub = {"targetVelocity": 0.0, "force": float(joints.friction[k])}
            self._client.setJointMotorControl2(
                loaded.body,
                joint,
                bullet.POSITION_CONTROL if springs[k] else bullet.VELOCITY_CONTROL,
                **(back if springs[k] else rub),
            )


def _states(client: Any, body: int, joints: Joints) -> Sequence[Any]:
    return client.getJointStates(body, joints.numbers) if joints.numbers else ()


def _check_count(name: str, given: tuple[float, ...], joints: Joints) -> None:
    if len(given) not in (0, len(joints.numbers)):
        raise InputError(
            f"a fixture's {name} must give one number for each of its {len(joints.numbers)} "
            f"joints, got {len(given)}"
        )
