"""Pictures for people: what they frame, and the shadows that they have and policies may have."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from world_cases import make

from autonomy.camera.classes import SemanticClass
from autonomy.camera.renderer import Renderer
from autonomy.envs.arm.find_robot import find_robot
from autonomy.envs.arm.robot import Robot
from autonomy.envs.arm.scene.link_meshes import robot_meshes
from autonomy.envs.arm.scene.materials import Material
from autonomy.envs.arm.scene.portrait_view import portrait_view
from autonomy.envs.arm.stage import ArmStage

LANE, ARM = "autonomy/LaneFollow-v0", "autonomy/ArmPush-v0"
LABELS = ("depth", "semantic", "instance")


def tall(robot: Robot) -> Robot:
    """The robot on a pillar."""
    return replace(robot, base=(-0.55, 0.0, 0.5), home=(0.0, 0.7, 0.0, -2.4, 0.0, 2.9, 0.785))


@pytest.mark.parametrize("robot", ["panda", "kuka", tall(find_robot("panda"))])
def test_a_robot_is_seen_whole_and_large(robot: Any) -> None:
    world: Any = make("autonomy/ArmReach-v0", 1, robot=robot, observations=("state",))
    world.reset(seed=0)
    stage: ArmStage = world._stage
    chosen = find_robot(robot)
    meshes = robot_meshes(chosen, 5000, Material.ROBOT)
    view = portrait_view(chosen, meshes).sized(180, 320)
    pose = view.mount.camera_from_body[np.newaxis]
    scene = stage.see(np.array([0]))
    semantic = Renderer(view.camera).render(*scene, pose, ("semantic",)).semantic
    assert semantic is not None
    rows, columns = np.nonzero(semantic[0] == SemanticClass.ROBOT)
    assert 3 <= rows.min() < rows.max() < 177
    assert 3 <= columns.min() < columns.max() < 317
    assert np.ptp(rows) > 80


@pytest.mark.parametrize("env_id", [LANE, ARM])
def test_policies_see_shadows_where_they_are_asked_for_and_in_colours_alone(env_id: str) -> None:
    options: dict[str, Any] = {"observations": ("camera", *LABELS), "image_size": (60, 80)}
    if env_id == LANE:
        options["roads"] = "generated"
    plain, shadowed = make(env_id, 8, **options), make(env_id, 8, shadows=True, **options)
    before, after = plain.reset(seed=0)[0], shadowed.reset(seed=0)[0]
    changed = (before["camera"] != after["camera"]).any(axis=-1)
    assert 0 < changed.mean() < 0.5
    assert (after["camera"][changed] <= before["camera"][changed]).all()
    for name in LABELS:
        np.testing.assert_array_equal(before[name], after[name])


@pytest.mark.parametrize("env_id", [LANE, ARM])
def test_people_see_shadows_in_any_case(env_id: str) -> None:
    plain, shadowed = (
        make(env_id, 1, render_mode="rgb_array", shadows=shadows) for shadows in (False, True)
    )
    for world in (plain, shadowed):
        world.reset(seed=0)
    np.testing.assert_array_equal(plain.render()[0], shadowed.render()[0])
