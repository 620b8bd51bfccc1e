"""The physics of one arm world: a robot at its table."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.arm.descriptions.notes import tell
from autonomy.envs.arm.fixture import Fixture
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.arm_state import Bodies, Setup, Sizes
from autonomy.envs.arm.physics.bullet import connect
from autonomy.envs.arm.physics.bullet_meshes import collision_notes
from autonomy.envs.arm.physics.control import ArmReading
from autonomy.envs.arm.physics.controllers import make_controller
from autonomy.envs.arm.physics.fixtures import Fixtures
from autonomy.envs.arm.physics.lone_jaw import LoneJaw
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.physics.table import Table
from autonomy.envs.arm.physics.urdf import limits_of
from autonomy.envs.arm.robot import Robot

_SOLVER_ITERATIONS = 20  # with half as many, one grasp in fifteen slips
_TURN = 2 * np.pi  # [rad] what is observed of joints that turn without end


@dataclass(frozen=True)
class Design:
    """What all simulations of a batch have in common.

    Attributes:
        robot: The robot.
        control: Name of the controller.
        uses_gripper: Whether the action's last number is the gripper's; else it stays closed.
        catalogue: All shapes that may lie on the table.
        objects: How many do in an episode.
        control_rate: Control steps a second [Hz].
        substeps: Steps of the physics in a control step.
        clutter: All shapes that may lie beside them.
        clutter_count: How many do at most.
        fixtures: What stands on the table in every episode.
    """

    robot: Robot
    control: str
    uses_gripper: bool
    catalogue: tuple[Shape, ...]
    objects: int
    control_rate: float
    substeps: int
    clutter: tuple[Shape, ...] = ()
    clutter_count: int = 0
    fixtures: tuple[Fixture, ...] = ()


class Facts(NamedTuple):
    """What all simulations of a design are made of."""

    sizes: Sizes
    action_names: tuple[str, ...]
    joint_names: tuple[str, ...]  # (J,) of their positions, with units
    link_names: tuple[str, ...]  # the base's first
    tool: int  # which of them the tool is on
    tool_frame: NDArray[np.float64]  # (3, 4) pose on that link of what is mounted on the tool
    joint_range: NDArray[np.float64]  # (2, J) lowest and highest position [rad or m]
    joint_speed: NDArray[np.float64]  # (J,) highest [rad/s or m/s]
    fixture_range: NDArray[np.float64]  # (2, K) as `joint_range`, of the fixtures' joints
    fixture_speed: NDArray[np.float64]  # (K,) as `joint_speed`
    fixture_joint_names: tuple[str, ...]  # (K,) as `joint_names`
    jaw: LoneJaw | None  # of a gripper that has only one that moves


def inspect(design: Design) -> Facts:
    """Return what simulations of a design are made of; warn of what users should know of files.

    Raises:
        InputError: The robot's file, joints, link or controller cannot be, or a fixture's file.
    """
    one = Simulation(design)
    facts = one.facts
    tell(one.notes)
    one.close()
    return facts


class Simulation:
    """One physics server; reads its row of `Setup` and of the actions, writes that of `Bodies`."""

    def __init__(self, design: Design) -> None:
        """Build the world.

        Raises:
            InputError: The robot's file, joints, link or controller cannot be, or a fixture's file.
        """
        self._design = design
        self._client = connect()
        self._client.setPhysicsEngineParameter(
            fixedTimeStep=1.0 / (design.control_rate * design.substeps),
            numSolverIterations=_SOLVER_ITERATIONS,
            deterministicOverlappingPairs=1,
            enableFileCaching=0,
        )
        self._client.setGravity(0.0, 0.0, -9.81)
        self._arm = Arm(self._client, design.robot)
        self._table = Table(self._client, design.catalogue, design.clutter)
        self._fixtures = Fixtures(self._client, design.fixtures)
        self._empty = self._client.saveState()
        self._upright = self._arm.tool().turn
        self._controller = make_controller(
            design.control, design.robot, self._arm.parts.arm, self._upright
        )
        self._command = np.zeros(0)
        self._reading: ArmReading | None = None

    @property
    def facts(self) -> Facts:
        """What this world is made of."""
        parts, design = self._arm.parts, self._design
        action_names = self._controller.names + (("gripper",) if design.uses_gripper else ())
        sizes = Sizes(
            arm=len(parts.arm.numbers),
            joints=len(parts.arm.numbers) + len(parts.gripper.numbers),
            links=len(parts.link_names),
            objects=design.objects,
            actions=len(action_names),
            clutter=design.clutter_count,
            fixtures=len(design.fixtures),
            fixture_links=self._fixtures.links,
            fixture_joints=len(self._fixtures.limits[0]),
        )
        lower, upper, speed = limits_of([parts.arm, parts.gripper])
        fixture_lower, fixture_upper, fixture_speed = self._fixtures.limits
        return Facts(
            sizes=sizes,
            action_names=action_names,
            joint_names=parts.arm.names + parts.gripper.names,
            link_names=parts.link_names,
            tool=parts.tool + 1,
            tool_frame=np.column_stack([self._upright.T, design.robot.standing.tool_point]),
            joint_range=np.clip([lower, upper], -_TURN, _TURN),
            joint_speed=speed,
            fixture_range=np.clip([fixture_lower, fixture_upper], -_TURN, _TURN),
            fixture_speed=fixture_speed,
            fixture_joint_names=self._fixtures.joint_names,
            jaw=self._arm.jaw,
        )

    @property
    def notes(self) -> list[str]:
        """What of its robot's and fixtures' files is otherwise than one might think."""
        own = [self._arm.parts.description, *self._fixtures.descriptions]
        return [note for one in own for note in (*one.notes, *collision_notes(one))]

    def begin(self, setup: Setup, bodies: Bodies) -> None:
        """Begin an episode."""
        self._arrange(setup)
        bodies.clutter_pose[:] = 0.0  # of what is not there this time, too
        self._command = self._controller.begin(self._arm.write(bodies))
        self._write(bodies)

    def advance(self, action: NDArray[np.float32], bodies: Bodies) -> None:
        """Advance one control step."""
        design, arm = self._design, self._arm
        assert self._reading is not None, "an episode has begun"
        count = len(self._controller.names)
        asked = action[:count].astype(np.float64)
        motors = self._controller.drive(self._command, asked, self._reading)
        # what the motors are told is no part of a restored state, so all are told every time
        arm.grip(float(action[count]) if design.uses_gripper else -1.0)
        for substep in range(design.substeps):
            # velocities and torques are bounded by where the joints are
            if substep == 0 or motors.mode != "position":
                arm.drive(motors)
            self._client.stepSimulation()
        arm.stop()
        self._fixtures.stop()
        self._write(bodies)

    def save(self, path: Path) -> None:
        """Write Bullet's own file of the state, contacts and their impulses included."""
        self._client.saveBullet(str(path))

    def restore(self, path: Path, setup: Setup, bodies: Bodies) -> None:
        """Go on, bit for bit, from the file that `save` wrote, `setup` and `bodies`."""
        self._arrange(setup)
        self._client.restoreState(fileName=str(path))
        held = bodies.command.copy()
        self._reading = self._arm.write(bodies)
        self._command = self._controller.begin(self._reading)
        self._command[:] = held[: len(self._command)]

    def close(self) -> None:
        """Leave the physics server."""
        self._client.disconnect()

    def _arrange(self, setup: Setup) -> None:
        """Bring everything to where an episode begins."""
        self._client.restoreState(stateId=self._empty)
        # let Bullet see that nothing touches, or it remembers contacts of the episode before
        self._client.performCollisionDetection()
        self._table.lay(setup)
        self._fixtures.place(setup)
        self._arm.vary(float(setup.joint_damping), float(setup.gain))
        self._arm.pose(setup.arm.tolist(), 1.0 if self._design.uses_gripper else -1.0)

    def _write(self, bodies: Bodies) -> None:
        """Write where everything is."""
        self._reading = self._arm.write(bodies)
        self._table.write(bodies)
        self._fixtures.write(bodies)
        bodies.command[: len(self._command)] = self._command
