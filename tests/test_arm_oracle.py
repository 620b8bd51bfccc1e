"""PyBullet's TinyRenderer, written by others, sees the same robots: labels and depth agree."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from small_scene import camera_at

from autonomy.camera.renderer import Renderer
from autonomy.envs.arm.find_robot import ROBOTS, find_robot
from autonomy.envs.arm.physics.arm import Arm
from autonomy.envs.arm.physics.arm_state import Sizes, allocate, row_of
from autonomy.envs.arm.physics.bullet import connect, pybullet
from autonomy.envs.arm.physics.robot_body import RobotBody, load_robot
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.arm_scene import ArmScene
from autonomy.envs.arm.scene.link_meshes import robot_meshes
from autonomy.envs.arm.scene.materials import Material

SIZE = 480
POSES = 10
BUDGETS = {"xarm6": 12_000}  # its gripper has 43 bodies, screws among them; others do with 5,000
CAMERA = camera_at(
    SIZE, SIZE, fov=1.0, position=(1.0, 0.5, 0.8), pitch=0.4, yaw=3.5, near=0.1, far=30.0
)
BOX = Shape("box", (0.12, 0.2, 0.16))
PLACE = (0.1, -0.2, 0.08, 0.0, 0.0, 0.38268343, 0.92387953)


@pytest.fixture(scope="module", params=[*ROBOTS, "stick_arm"])
def loaded(
    request: pytest.FixtureRequest, stick_arm: Robot
) -> Iterator[tuple[str, Robot, Any, RobotBody]]:
    """A robot with its own visual meshes, and a box beside it."""
    client, bullet = connect(), pybullet()
    robot = stick_arm if request.param == "stick_arm" else find_robot(request.param)
    body = load_robot(client, robot, visible=True)
    for joint, angle in zip(body.gripper.numbers, robot.gripper_closed, strict=True):
        client.resetJointState(body.body, joint, angle)
    half = [length / 2 for length in BOX.size]
    look = client.createVisualShape(bullet.GEOM_BOX, halfExtents=half)
    client.createMultiBody(0.0, -1, look, PLACE[:3], PLACE[3:])
    yield request.param, robot, client, body
    client.disconnect()


def ours(robot: Robot, triangles: int | None, links: NDArray[np.float64]) -> Any:
    """Draw the robot without table and floor; instance 2 is its first link that is seen."""
    meshes = robot_meshes(robot, triangles, Material.ROBOT)
    scene = ArmScene(1, meshes, [BOX], 1)
    setup, bodies, _ = allocate(1, Sizes(0, 0, len(links), 1, 0))
    bodies.link_pose[0], bodies.object_pose[0, 0] = links, PLACE
    seen = scene.seen(bodies, setup)
    seen.draws.parts[:, :2] = 0
    view = CAMERA.mount.camera_from_body[np.newaxis]
    frames = Renderer(CAMERA.camera).render(scene.library, seen, view, ("depth", "instance"))
    numbers = [number - 1 for number, _ in meshes.links]
    return frames.depth[0], frames.instance[0], numbers


def theirs(client: Any) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Label of each pixel (body and link as Bullet packs them, -1 for none), and depth [m]."""
    bullet = pybullet()
    view = np.eye(4)
    view[:3] = np.diag([1, -1, -1]) @ CAMERA.mount.camera_from_body
    fx, fy, cx, cy = CAMERA.camera.intrinsics
    near, far = CAMERA.camera.near, CAMERA.camera.far
    # TinyRenderer samples column i at i / width of the frustum, and row j at (j + 1) / height.
    left, right = (0 - cx) / fx * near, (SIZE - cx) / fx * near
    top, bottom = (1 + cy) / fy * near, (cy + 1 - SIZE) / fy * near
    _, _, _, buffer, labels = client.getCameraImage(
        SIZE,
        SIZE,
        view.T.ravel().tolist(),
        bullet.computeProjectionMatrix(left, right, bottom, top, near, far),
        renderer=bullet.ER_TINY_RENDERER,
        flags=bullet.ER_SEGMENTATION_MASK_OBJECT_AND_LINKINDEX,
        shadow=0,
    )
    depth = far * near / (far - (far - near) * np.asarray(buffer, np.float64))
    return np.asarray(labels).reshape(SIZE, SIZE), depth.reshape(SIZE, SIZE)


def link_poses(arm: Arm, joints: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(L, 7)` as a simulation gives them, in a physics server of its own."""
    links = len(arm.parts.link_names)
    count = len(arm.parts.arm.numbers) + len(arm.parts.gripper.numbers)
    bodies = allocate(1, Sizes(0, count, links, 0, 0)).bodies
    arm.pose(joints.tolist(), opening=-1.0)
    arm.write(row_of(bodies, 0))
    return bodies.link_pose[0]


@pytest.mark.parametrize(("decimated", "overlap"), [(False, 0.97), (True, 0.93)])
def test_every_link_is_where_tiny_renderer_sees_it(
    loaded: tuple[str, Robot, Any, RobotBody], decimated: bool, overlap: float
) -> None:
    name, robot, client, body = loaded
    triangles = BUDGETS.get(name, 5_000) if decimated else None
    random, compared = np.random.default_rng(0), set[int]()
    low, high = np.maximum(body.arm.lower, -3.0), np.minimum(body.arm.upper, 3.0)
    arm, numbers = Arm(connect(), robot), list[int]()
    for _ in range(POSES):
        joints = random.uniform(low, high)
        for joint, angle in zip(body.arm.numbers, joints, strict=True):
            client.resetJointState(body.body, joint, angle)
        depth, instance, numbers = ours(robot, triangles, link_poses(arm, joints))
        labels, expected_depth = theirs(client)
        of_theirs = {-1: -1, 1 + (0 << 24): 2 + len(numbers)}
        of_theirs |= {0 + ((link + 1) << 24): 2 + k for k, link in enumerate(numbers)}
        expected = np.vectorize(of_theirs.get)(labels)
        for label, count in zip(*np.unique(expected, return_counts=True), strict=True):
            if count <= 400 or label < 0:
                continue
            found, wanted = instance == label, expected == label
            overlapping = (found & wanted).sum() / (found | wanted).sum()
            assert overlapping >= overlap, (label, overlapping, count)
            compared.add(int(label))
        if not decimated:
            inside = _interior(expected) & (expected >= 0) & (instance == expected)
            close = np.isclose(depth[inside], expected_depth[inside], rtol=0.01)
            assert close.mean() >= 0.999
    assert len(compared) >= min(7, len(numbers) + 1)


def test_a_ball_is_rounder_than_bullets_own(stick_arm: Robot, tmp_path: Path) -> None:
    """So by its geometry: TinyRenderer's balls have 7 % less area than a disc."""
    text = Path(stick_arm.urdf).read_text(encoding="utf-8")
    path = tmp_path / "ball.urdf"
    path.write_text(text.replace('<box size="0.5 0.08 0.12"/>', '<sphere radius="0.09"/>'))
    boom = robot_meshes(replace(stick_arm, urdf=path), None, Material.ROBOT).links[2][1]
    away = np.linalg.norm(boom.vertices - (0.3, 0.05, 0.0), axis=1)
    np.testing.assert_allclose(away, 0.09, rtol=1e-4)


def _interior(labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pixels whose neighbours are the same thing."""
    image = labels.astype(np.float32)
    return cv2.erode(image, np.ones((5, 5))) == cv2.dilate(image, np.ones((5, 5)))
