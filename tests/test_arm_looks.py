"""What the arm's randomisation draws for its looks is seen where it belongs, and nowhere else."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from arm_cases import make

from autonomy.camera.classes import SemanticClass
from autonomy.envs.arm.physics.arm_state import Sizes, allocate
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.scene.appearance import ArmRandomization
from autonomy.envs.arm.scene.shadows import Shadows
from autonomy.randomization import between


def first_frame(ranges: ArmRandomization) -> dict[str, Any]:
    observations = ("camera", "depth", "semantic", "instance")
    world = make("Push", observations=observations, randomization=ranges, image_size=(120, 120))
    return {name: image[0] for name, image in world.reset(seed=0)[0].items()}


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return first_frame(ArmRandomization())


@pytest.mark.parametrize(
    ("name", "semantic_class"),
    [
        ("floor_grain", SemanticClass.GROUND),
        ("table_grain", SemanticClass.TABLE),
        ("table_checker", SemanticClass.TABLE),
        ("object_grain", SemanticClass.OBJECT),
        ("object_checker", SemanticClass.OBJECT),
        ("robot_grain", SemanticClass.ROBOT),
        ("shadow", SemanticClass.TABLE),
    ],
)
def test_a_look_is_seen_where_it_belongs(
    plain: dict[str, Any], name: str, semantic_class: int
) -> None:
    frame = first_frame(replace(ArmRandomization(), **{name: between(0.7, 0.7)}))
    for labels in ("depth", "semantic", "instance"):
        np.testing.assert_array_equal(frame[labels], plain[labels])
    changed = (frame["camera"] != plain["camera"]).any(axis=-1)
    there = plain["semantic"] == semantic_class
    if name == "shadow":  # around the one thing, whose lowest millimetres are in it too
        assert changed[there].sum() > 20
        assert changed[~there].sum() < 10
    else:
        assert changed[there].mean() > 0.25
        assert not changed[~there].any()


def test_shadows_are_under_things_and_fade_as_they_rise() -> None:
    setup, bodies, _ = allocate(2, Sizes(0, 0, 1, 1, 0, 2))
    bodies.tool_position[:] = [(0.1, 0.2, 0.0), (0.1, 0.2, 0.3)]
    bodies.object_pose[:, 0, :3] = [(0.3, -0.1, 0.02), (0.3, -0.1, 0.08)]
    bodies.clutter_pose[:, :, :3] = (-0.2, 0.4, 0.03)
    box, tall = Shape("box", (0.06, 0.08, 0.04)), Shape("cylinder", (0.04, 0.04, 0.06))
    shadows, found = Shadows(2, [box], [tall]), np.zeros((2, 4, 5), np.float32)
    shadows.darkness[:] = 0.6
    setup.clutter_shape[:] = [(0, -1), (0, 0)]
    shadows.cast(found, bodies, setup)
    np.testing.assert_allclose(found[0, 1], (0.3, -0.1, 0.0, 1.7 * 0.05, 0.6), atol=1e-6)
    assert found[1, 1, 3] == pytest.approx(1.7 * 0.05 + 0.5 * 0.06)
    # a quarter is left at 60 mm, nothing at 300 mm, and nothing of what is not there
    expected = [(0.6, 0.6, 0.6, 0.0), (0.0, 0.15, 0.6, 0.6)]
    np.testing.assert_allclose(found[:, :, 4], expected, atol=1e-6)
