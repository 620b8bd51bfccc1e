"""The arm in the physics: its motors, and how it is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autonomy.envs.arm.physics.arm_state import Bodies
from autonomy.envs.arm.physics.bullet import pybullet
from autonomy.envs.arm.physics.chain import chain_of, reached
from autonomy.envs.arm.physics.control import ArmReading, Array, Motors
from autonomy.envs.arm.physics.gears import couple, let_follow, put_in_place
from autonomy.envs.arm.physics.lone_jaw import lone_jaw_of
from autonomy.envs.arm.physics.robot_body import load_robot
from autonomy.envs.arm.physics.urdf import base_pose
from autonomy.envs.arm.robot import Robot

_FINGER_FRICTION = 1.0  # coefficient, which Bullet multiplies for two bodies that touch
_BRAKING = 0.2  # [s] in which joints may at the soonest come to their limits
_GAIN = 0.15  # share of its error that a joint makes good in one substep


class Tool(NamedTuple):
    """How the tool point is."""

    position: Array  # (3,) [m]
    turn: Array  # (3, 3) rotation of its link
    velocity: Array  # (3,) [m/s]


class Arm:
    """A robot in a physics server."""

    def __init__(self, client: Any, robot: Robot) -> None:
        """Load it, at home.

        Raises:
            InputError: Its file, a joint or a link cannot be.
        """
        self.parts = load_robot(client, robot)
        self._client = client
        self.robot = robot
        self._gain = _GAIN
        body, parts = self.parts.body, self.parts
        self._base_pose = base_pose(client, body)
        self._chain = chain_of(
            parts.description, robot.arm_joints, robot.tool_link, robot.standing.tool_point
        )
        fastest = float(parts.arm.speed.max())
        for joint in parts.arm.numbers:
            client.changeDynamics(body, joint, maxJointVelocity=fastest)
        self.jaw = lone_jaw_of(parts.description, robot)
        if self.jaw is not None:  # the hand is its other finger
            hand = client.getJointInfo(body, parts.gripper.numbers[0])[16]
            client.changeDynamics(body, hand, lateralFriction=_FINGER_FRICTION)
        for joint in parts.fingers:
            client.changeDynamics(body, joint, lateralFriction=_FINGER_FRICTION)
            if robot.gripper_inertia is not None:
                inertia = [robot.gripper_inertia] * 3
                client.changeDynamics(body, joint, localInertiaDiagonal=inertia)
        self._couple_fingers()
        for follower in parts.followers:
            let_follow(client, body, follower)
        self._hold_others()
        self.pose(robot.standing.home, opening=-1.0)

    def pose(self, arm: Sequence[float], opening: float) -> None:
        """Put the joints somewhere, at rest: the arm's [rad], and the fingers as for `grip`."""
        for joint, position in zip(self.parts.arm.numbers, arm, strict=True):
            self._client.resetJointState(self.parts.body, joint, position)
        fingers = self._fingers(opening)
        for joint, position in zip(self.parts.gripper.numbers, fingers, strict=True):
            self._client.resetJointState(self.parts.body, joint, position)
        for follower in self.parts.followers:
            put_in_place(self._client, self.parts.body, follower)

    def vary(self, joint_damping: float, gain: float) -> None:
        """Set the arm's damping [N m s], and by what factor motors follow faster than usual."""
        self._gain = _GAIN * gain
        for joint in self.parts.arm.numbers:
            self._client.changeDynamics(self.parts.body, joint, jointDamping=joint_damping)

    def drive(self, motors: Motors) -> None:
        """Tell the motors what to do, within the limits of position, speed and force."""
        if motors.mode == "position":
            self._drive_to(motors.targets)
            return
        arm, (joints, speeds) = self.parts.arm, self._joints()
        low, high = (arm.lower - joints) / _BRAKING, (arm.upper - joints) / _BRAKING
        wanted, force = motors.targets, arm.force
        if motors.mode == "torque":
            # a motor that strives for its top speed with that force: it is the same until it gets
            # there, or so near to a limit that it has to brake with all its force
            wanted = np.sign(motors.targets) * arm.speed
            force = np.where((speeds < low) | (speeds > high), force, np.abs(motors.targets))
        self._client.setJointMotorControlArray(
            self.parts.body,
            arm.numbers,
            pybullet().VELOCITY_CONTROL,
            targetVelocities=np.clip(wanted, low, high).tolist(),
            forces=force.tolist(),
        )

    def stop(self) -> None:
        """Put joints that are beyond their limits back, at rest, and slow those that are too fast.

        Bullet's own stops give way, and it bounds all joints of a body by one speed.
        """
        arm, (joints, speeds) = self.parts.arm, self._joints()
        within, slowed = (
            np.clip(joints, arm.lower, arm.upper),
            np.clip(speeds, -arm.speed, arm.speed),
        )
        slowed[joints != within] = 0.0
        for k in np.flatnonzero((joints != within) | (speeds != slowed)).tolist():
            joint = arm.numbers[k]
            self._client.resetJointState(self.parts.body, joint, within[k], slowed[k])

    def grip(self, opening: float) -> None:
        """Bring the fingers between closed (-1) and open (1)."""
        gripper, bullet = self.parts.gripper, pybullet()
        forces = self.robot.gripper_force or gripper.force
        for k, position in enumerate(self._fingers(opening)):
            self._client.setJointMotorControl2(
                self.parts.body,
                gripper.numbers[k],
                bullet.POSITION_CONTROL,
                targetPosition=position,
                force=forces[k],
                maxVelocity=gripper.speed[k],
            )

    def tool(self) -> Tool:
        """Return how the tool point is."""
        state = self._client.getLinkState(
            self.parts.body, self.parts.tool, computeLinkVelocity=1, computeForwardKinematics=1
        )
        turn = np.array(self._client.getMatrixFromQuaternion(state[5])).reshape(3, 3)
        position = np.array(state[4]) + (turn * self.robot.standing.tool_point).sum(axis=1)
        # the velocity is that of the link's centre of mass
        (x, y, z), (wx, wy, wz) = (position - np.array(state[0])).tolist(), state[7]
        spun = np.array((wy * z - wz * y, wz * x - wx * z, wx * y - wy * x))
        return Tool(position, turn, np.array(state[6]) + spun)

    def write(self, bodies: Bodies) -> ArmReading:
        """Write where all of it is; return what controllers need of that."""
        client, parts = self._client, self.parts
        states = client.getJointStates(parts.body, parts.arm.numbers + parts.gripper.numbers)
        bodies.joint_position[:] = [state[0] for state in states]
        bodies.joint_velocity[:] = [state[1] for state in states]
        links = range(len(parts.link_names) - 1)
        link_states = client.getLinkStates(parts.body, links, computeForwardKinematics=1)
        bodies.link_pose[0] = self._base_pose
        bodies.link_pose[1:] = [state[4] + state[5] for state in link_states]
        tool = self.tool()
        bodies.tool_position[:], bodies.tool_velocity[:] = tool.position, tool.velocity
        joints = bodies.joint_position[: len(parts.arm.numbers)].copy()
        return ArmReading(
            joints, tool.position, tool.turn, lambda: reached(self._chain, joints).jacobian
        )

    def _drive_to(self, positions: Array) -> None:
        arm, bullet = self.parts.arm, pybullet()
        for k, joint in enumerate(arm.numbers):
            self._client.setJointMotorControl2(
                self.parts.body,
                joint,
                bullet.POSITION_CONTROL,
                targetPosition=float(positions[k]),
                force=arm.force[k],
                positionGain=self._gain,
                maxVelocity=arm.speed[k],
            )

    def _fingers(self, opening: float) -> list[float]:
        share, robot = (opening + 1.0) / 2.0, self.robot
        return [
            shut + share * (wide - shut)
            for shut, wide in zip(robot.gripper_closed, robot.gripper_open, strict=True)
        ]

    def _joints(self) -> tuple[Array, Array]:
        """Return the arm's positions [rad] and velocities [rad/s]."""
        states = self._client.getJointStates(self.parts.body, self.parts.arm.numbers)
        return np.array([state[0] for state in states]), np.array([state[1] for state in states])

    def _couple_fingers(self) -> None:
        """Let all fingers move together, as one motor moves them: each is geared to the first."""
        body, numbers, robot = self.parts.body, self.parts.gripper.numbers, self.robot
        spans = np.subtract(robot.gripper_open, robot.gripper_closed)
        for k in range(1, len(numbers)):
            ratio = -spans[0] / spans[k]
            target = robot.gripper_closed[0] + ratio * robot.gripper_closed[k]
            couple(self._client, body, (numbers[0], numbers[k]), ratio, target)

    def _hold_others(self) -> None:
        """Keep where they are the joints that are neither the arm's nor the gripper's."""
        others = self.parts.others
        for joint, force in zip(others.numbers, others.force, strict=True):
            self._client.setJointMotorControl2(
                self.parts.body,
                joint,
                pybullet().POSITION_CONTROL,
                targetPosition=self._client.getJointState(self.parts.body, joint)[0],
                force=force,
            )
