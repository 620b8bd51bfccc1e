"""Fixtures in the physics: where they stand, and how their joints move."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autonomy.envs.arm.descriptions.description import Description
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.arm_state import Bodies, Setup, row_of
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.fixture_urdf import fixture_urdf
from autonomy.envs.arm.physics.gears import Follower, followers_of, let_follow, put_in_place
from autonomy.envs.arm.physics.scratch_files import scratch_folder
from autonomy.envs.arm.physics.urdf import (
    Joints,
    joints_of,
    limits_of,
    load_body,
    put_base,
    read_file,
)
from autonomy.errors import InputError

_ORIGIN = (0.0, 0.0, 0.0)


class FixtureBody(NamedTuple):
    """A fixture that was loaded."""

    body: int
    joints: Joints  # that move by themselves
    followers: tuple[Follower, ...]  # that mimic them
    link_names: tuple[str, ...]  # the base's first
    start: Array  # (J,) position of each joint [m or rad]
    description: Description

    @property
    def links(self) -> int:
        """How many links it has, the base among them."""
        return len(self.link_names)


def describe_fixture(fixture: Fixture) -> Description:
    """Read and check a fixture's file, or the one that is made of its solids.

    Raises:
        InputError: The file cannot be used.
    """
    if fixture.urdf is not None:
        return read_file(Path(fixture.urdf), "fixture")
    with scratch_folder() as folder:
        path = folder / "fixture.urdf"
        path.write_text(fixture_urdf(fixture), encoding="utf-8")
        return read_file(path, "fixture")


def load_fixture(client: Any, fixture: Fixture) -> FixtureBody:
    """Load a fixture at the origin.

    Raises:
        InputError: The file cannot be used, or its joints are others than the fixture says.
    """
    description = describe_fixture(fixture)
    body = load_body(client, description, _ORIGIN)
    infos = [client.getJointInfo(body, number) for number in range(client.getNumJoints(body))]
    numbers = {info[1].decode(): info[0] for info in infos}
    followers = followers_of(description, numbers)
    led = {follower.joint for follower in followers}
    moving = [info[0] for info in infos if info[3] > -1 and info[0] not in led]
    joints = joints_of(infos, moving)
    _check_count("start", fixture.start, joints)
    _check_count("spring", fixture.spring, joints)
    start = np.array(fixture.start or (0.0,) * len(joints.numbers))
    links = (client.getBodyInfo(body)[0].decode(), *(info[12].decode() for info in infos))
    within = np.clip(start, joints.lower, joints.upper)
    return FixtureBody(body, joints, followers, links, within, description)


def radius_of(fixture: Fixture) -> float:
    """Return how far from where a fixture stands it reaches over the table [m].

    Raises:
        InputError: As `load_fixture`.
    """
    client = connect()
    loaded = load_fixture(client, fixture)
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
        self._loaded = [load_fixture(client, own) for own in fixtures]
        self._bases = np.zeros((len(fixtures), 7))
        for fixture, loaded in zip(fixtures, self._loaded, strict=True):
            self._tell_motors(fixture, loaded)
            for follower in loaded.followers:
                let_follow(client, loaded.body, follower)

    @property
    def descriptions(self) -> list[Description]:
        """What their files say."""
        return [loaded.description for loaded in self._loaded]

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
        for number, loaded in enumerate(self._loaded):
            body, joints, start = loaded.body, loaded.joints, loaded.start
            put_base(self._client, body, setup.fixture_start[number])
            self._bases[number] = setup.fixture_start[number]
            moved = start + setup.fixture_joints[first : first + len(start)]
            for joint, position in zip(
                joints.numbers, np.clip(moved, joints.lower, joints.upper).tolist(), strict=True
            ):
                self._client.resetJointState(body, joint, position)
            for follower in loaded.followers:
                put_in_place(self._client, body, follower)
            first += len(start)

    def stop(self) -> None:
        """Put joints that are beyond their limits back, at rest: Bullet's own stops give way."""
        for loaded in self._loaded:
            body, joints = loaded.body, loaded.joints
            for k, state in enumerate(_states(self._client, body, joints)):
                within = min(max(state[0], joints.lower[k]), joints.upper[k])
                if within != state[0]:
                    self._client.resetJointState(body, joints.numbers[k], within, 0.0)

    def write(self, bodies: Bodies) -> None:
        """Write where they are."""
        link, first = 0, 0
        for number, loaded in enumerate(self._loaded):
            body, joints, links = loaded.body, loaded.joints, loaded.links
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
