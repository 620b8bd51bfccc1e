"""What a task puts on roads and beside them: where it lies, how it looks, and that it is seen."""

import numpy as np
import pytest
from lane_cases import straight
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from road_cases import circle

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.primitives import box
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.physics.start import StartRanges
from autonomy.envs.lane.scene.materials import Material
from autonomy.envs.lane.stage import LaneStage
from autonomy.policy import Observation

IMAGES = ("camera", "semantic", "instance")
STILL = StartRanges(0.0, 0.0, 0.0, 0.0)


def stop_line() -> Mesh:
    """Paint 0.4 m long and 2 m wide, 2 cm above the asphalt, of a class that nothing else has."""
    corners = [(-0.2, -1.0, 0.02), (0.2, -1.0, 0.02), (0.2, 1.0, 0.02), (-0.2, 1.0, 0.02)]
    return surface(corners, [(0, 1, 2), (0, 2, 3)], Material.WHITE_PAINT, SemanticClass.GOAL)


def sign() -> Mesh:
    post = box((0.1, 0.6, 2.0), Material.LAMP, SemanticClass.CLUTTER)
    return post.moved((0.0, 0.0, 1.0))


def parked(count: int, props: tuple[Mesh, ...], **options: object) -> LaneStage:
    """Cars in the middle of their lanes, each on a road of its own."""
    chosen = {"observations": IMAGES, "split": "test", "route_length": 100.0, **options}
    stage = LaneStage(count, LaneOptions(**chosen), props=props)
    rows = np.arange(count)
    starts = stage.draw_starts(np.random.default_rng(0).random((count, 5)))
    stage.start(rows, starts, np.full((count, 3), 0.5), STILL)
    draws = stage.sampler.sample(np.full((count, stage.sampler.size), 0.5))
    stage.dress(rows, draws)
    return stage


def put(
    stage: LaneStage, ahead: float, aside: NDArray[np.float64], present: bool = True
) -> tuple[Observation, NDArray[np.float64]]:
    """Put the one prop of a stage ahead of all cars; return what they see, and its poses."""
    count = len(aside)
    rows = np.arange(count)
    poses = stage.poses_along(rows, stage.location.along[rows] + ahead, aside)
    stage.place_props(rows, np.full((count, 1), present), poses[:, np.newaxis])
    stage.aim(rows, np.zeros(count, np.int64))
    return stage.observe(rows), poses


def test_poses_on_a_straight_slope_by_hand() -> None:
    """The lane is the road, 3 m wide, and climbs by 5 %: from 0.5 m at its beginning."""
    stage = parked(1, (stop_line(),), roads=straight(grade=0.05))
    along = float(stage.location.along[0]) + 12.5
    _, poses = put(stage, 12.5, np.array([0.7]))
    flat = 1 / np.hypot(1, 0.05)
    assert_allclose(poses[0, :, 0], [flat, 0.0, 0.05 * flat], atol=1e-9)
    assert_allclose(poses[0, :, 1], [0.0, 1.0, 0.0], atol=1e-9)
    assert_allclose(poses[0, :, 3], [along, 0.7, 0.5 + 0.05 * along], atol=1e-9)
    _, poses = put(stage, 12.5, np.array([-4.0]))  # beside it: lower, and upright
    assert_allclose(poses[0, :, :3], np.eye(3), atol=1e-9)
    assert 0.0 <= poses[0, 2, 3] < 0.5 + 0.05 * along


@pytest.mark.parametrize("ahead", [10.0, 385.0])
def test_poses_on_a_circle_by_hand(ahead: float) -> None:
    """To the left of the line that is the right lane's middle, 61.75 m from the centre."""
    stage = parked(1, (stop_line(),), roads=circle(60.0), split="validation", route_length=300.0)
    angle = float(stage.location.along[0] + ahead) / 61.75
    _, poses = put(stage, ahead, np.array([1.0]))
    expected = 60.75 * np.array([np.cos(angle), np.sin(angle)])
    assert_allclose(poses[0, :2, 3], expected, atol=0.02)
    assert_allclose(poses[0, :2, 0], [-np.sin(angle), np.cos(angle)], atol=1e-3)
    assert poses[0, 2, 3] == pytest.approx(0.3)


@pytest.mark.parametrize("ahead", [3.7, 4.0, 4.3])
def test_paint_lies_on_every_road_where_it_is_put(ahead: float) -> None:
    """Never under the asphalt, which is flat between the stations that it is made of.

    A band of 2 by 0.4 m is seen from 1.4 m above it, and f is 92 px.
    """
    stage = parked(96, (stop_line(),), image_size=(192, 320))
    seen, _ = put(stage, ahead, np.zeros(96))
    shown = (seen["semantic"] == SemanticClass.GOAL).sum(axis=(1, 2))
    away = ahead - 0.8
    expected = (92 * 2.0 / away) * (92 * 1.4 * 0.4 / away**2)
    assert shown.min() > 0.6 * expected
    assert shown.max() < 1.1 * expected


def test_a_sign_beside_the_road_stands_in_the_ground() -> None:
    stage = parked(32, (sign(),))
    lane = stage.location.width / 2  # the car's is not always the one at the edge
    seen, poses = put(stage, 15.0, -lane - 12.0)
    assert_allclose(poses[:, 2, 2], 1.0)
    assert (poses[:, 2, 3] >= 0.0).all()
    assert (poses[:, 2, 3] < stage.location.height + 15.0 * 0.08).all()
    assert (seen["semantic"] == SemanticClass.CLUTTER).any(axis=(1, 2)).mean() > 0.7


def test_a_prop_is_a_thing_of_its_own_and_hidden_where_it_is_not() -> None:
    stage, plain = parked(16, (stop_line(),)), parked(16, ())
    hidden, _ = put(stage, 3.5, np.zeros(16), present=False)
    seen, _ = put(stage, 3.5, np.zeros(16))
    plain.aim(np.arange(16), np.zeros(16, np.int64))
    without = plain.observe(np.arange(16))
    for name in ("camera", "semantic"):
        assert_array_equal(hidden[name], without[name])
    line = seen["semantic"] == SemanticClass.GOAL
    assert_array_equal(seen["semantic"][~line], without["semantic"][~line])
    assert len(np.unique(seen["instance"][line])) == 1
    assert not np.isin(seen["instance"][~line], seen["instance"][line][0]).any()


def test_each_of_several_props_is_placed_by_itself() -> None:
    stage = parked(2, (stop_line(), sign()))
    rows = np.arange(2)
    along = stage.location.along[rows]
    poses = np.stack(
        [
            stage.poses_along(rows, along + 3.5, np.zeros(2)),
            stage.poses_along(rows, along + 9.0, np.zeros(2)),
        ],
        axis=1,
    )
    stage.place_props(rows, np.array([[True, False], [False, True]]), poses)
    stage.aim(rows, np.zeros(2, np.int64))
    kinds = stage.observe(rows)["semantic"]
    shown = [
        [(kind == own).any() for own in (SemanticClass.GOAL, SemanticClass.CLUTTER)]
        for kind in kinds
    ]
    assert shown == [[True, False], [False, True]]


def test_roads_get_meshes_when_somebody_looks() -> None:
    stage = parked(3, ())
    before = stage.scene.library.used_bytes
    stage.aim(np.arange(3), np.zeros(3, np.int64))
    assert stage.scene.library.used_bytes == before
    stage.observe(np.arange(3))
    assert stage.scene.library.used_bytes > before
