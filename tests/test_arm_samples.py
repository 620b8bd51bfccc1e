"""Labelled frames of the arm: the same for the same seed, and labelled with what they show."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from autonomy.envs.arm.find_robot import find_robot
from autonomy.envs.arm.labels.pixels import BOX_CLASSES, SEGMENT_CLASSES
from autonomy.envs.arm.labels.quantities import symmetric_yaw
from autonomy.envs.arm.options import PERCEPTION_CAMERAS
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.samples import ArmSamples
from autonomy.errors import InputError
from autonomy.perception.samples import Samples

COUNT = 24
LABELS = ("quantities", "projections", "segments", "boxes")
STILL = "none"  # cameras hang where they are said to


@pytest.fixture(scope="module")
def source() -> ArmSamples:
    return ArmSamples("train", 3, randomization=STILL)


@pytest.fixture(scope="module")
def samples(source: ArmSamples) -> Samples:
    return source.draw(0, COUNT, LABELS)


def test_depth_of_each_camera_is_a_label_of_its_own(source: ArmSamples) -> None:
    asked = ("depth", "depth_side", "segments", "projections", "quantities")
    samples = source.draw(0, COUNT, asked)
    assert not any(name.startswith(("semantic", "instance")) for name in samples)
    assert np.array_equal(source.draw(0, COUNT, ("depth",))["depth"], samples["depth"])
    goal = np.concatenate([samples["quantities"][:, 4:], np.ones((COUNT, 1))], axis=1)
    size = np.array(samples["depth"].shape[:0:-1])
    kind = source.labels["segments"].index("goal")
    for place, name in enumerate(("depth", "depth_side")):
        across, down, ahead = np.einsum("nij,nj->in", samples["projections"][:, place], goal)
        column, row = (np.stack([across, down], axis=1) / ahead[:, None] * size).astype(int).T
        seen = samples[name][np.arange(COUNT), row.clip(0, 127), column.clip(0, 127)]
        near = np.abs(seen - ahead) < 0.03  # the ball's radius, unless something hides it
        assert near.mean() > 0.5
        assert near[samples["segments"][np.arange(COUNT), row, column] == kind].all() or place


def test_the_same_seed_and_batch_give_the_same_bytes(source: ArmSamples, samples: Samples) -> None:
    source.draw(1, COUNT, LABELS)
    again = ArmSamples("train", 3, randomization=STILL).draw(0, COUNT, LABELS)
    later, others = source.draw(0, COUNT, LABELS), source.draw(1, COUNT, LABELS)
    for name, values in samples.items():
        assert np.array_equal(values, again[name], equal_nan=values.dtype.kind == "f"), name
        assert np.array_equal(values, later[name], equal_nan=values.dtype.kind == "f"), name
    assert not np.array_equal(samples["camera"], others["camera"])
    assert not np.array_equal(samples["quantities"], others["quantities"])


def test_labels_do_not_change_what_is_drawn(source: ArmSamples, samples: Samples) -> None:
    assert np.array_equal(samples["camera"], source.draw(0, COUNT, ())["camera"])


def points_of(samples: Samples) -> NDArray[np.float64]:
    """Return column and row [px] `(n, C, 2, 2)` where cameras are said to see thing and goal."""
    places = np.stack([samples["quantities"][:, own] for own in (slice(0, 3), slice(4, 7))], axis=1)
    ones = np.ones((COUNT, 2, 1))
    ahead = np.einsum("ncij,nkj->ncki", samples["projections"], np.concatenate([places, ones], -1))
    return ahead[..., :2] / ahead[..., 2:] * 128 - 0.5


def test_projections_agree_with_opencv(samples: Samples) -> None:
    for number, camera in enumerate(PERCEPTION_CAMERAS.values()):
        pose = camera.mount.camera_from_body
        turn, _ = cv2.Rodrigues(pose[:, :3])
        for thing, columns in ((0, slice(0, 3)), (1, slice(4, 7))):
            places = samples["quantities"][:, columns].astype(np.float64) + PANDA.standing.base
            seen, _ = cv2.projectPoints(places, turn, pose[:, 3], camera.camera.matrix, np.zeros(4))
            assert np.abs(seen[:, 0] - points_of(samples)[:, number, thing]).max() < 1e-3


@pytest.mark.parametrize("randomization", ["none", "strong"])
def test_projections_lead_to_the_middle_of_what_is_seen(randomization: str) -> None:
    """Also where cameras hang askew, and zoom."""
    labels = ("quantities", "projections", "segments")
    samples = ArmSamples("train", 3, randomization=randomization).draw(0, COUNT, labels)
    for name, thing in (("object", 0), ("goal", 1)):
        mask = samples["segments"] == SEGMENT_CLASSES.index(name)
        seen = np.flatnonzero(mask.sum(axis=(1, 2)) >= 8).tolist()
        middles = np.array([ndimage.center_of_mass(mask[k])[::-1] for k in seen])
        apart = np.abs(points_of(samples)[seen, 0, thing] - middles).max(axis=1)
        assert len(seen) > COUNT / 2
        assert np.median(apart) < 0.5
        assert apart.max() < 4.0  # half of it may be hidden


def test_boxes_are_around_the_pixels_of_their_class(samples: Samples) -> None:
    for k in range(COUNT):
        classes = samples["box_classes"][k]
        found = [BOX_CLASSES[number] for number in classes if number >= 0]
        assert len(found) == len(set(found))  # the fingers and the hand have one box
        for box, number in zip(samples["boxes"][k], classes, strict=True):
            if number >= 0:
                mask = samples["segments"][k] == SEGMENT_CLASSES.index(BOX_CLASSES[number])
                rows, columns = np.nonzero(mask)
                edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
                assert box.tolist() == edges


def test_something_of_every_class_is_seen_but_clutter(samples: Samples) -> None:
    seen = np.unique(samples["segments"])
    assert [SEGMENT_CLASSES[number] for number in seen] == list(SEGMENT_CLASSES[:-1])


def test_clutter_is_seen_where_it_is_drawn() -> None:
    cluttered = ArmSamples("validation", 0, randomization="strong").draw(0, COUNT, ("segments",))
    assert (cluttered["segments"] == SEGMENT_CLASSES.index("clutter")).any()


def test_a_task_without_things_has_only_a_goal() -> None:
    source = ArmSamples("test", 0, task="reach")
    assert source.labels["quantities"] == ("goal_x_m", "goal_y_m", "goal_z_m")
    drawn = source.draw(0, 4, ("quantities", "segments"))
    assert drawn["quantities"].shape == (4, 3)
    assert not (drawn["segments"] == SEGMENT_CLASSES.index("object")).any()


@pytest.mark.parametrize("robot", ["kuka", "xarm6"])
def test_other_robots_hold_things_and_report_places_from_where_they_stand(robot: str) -> None:
    source = ArmSamples("train", 3, randomization=STILL, robot=robot)
    drawn = source.draw(0, COUNT, LABELS)
    held = drawn["group_object_is_held"] > 0.5
    assert 0 < held.sum() < COUNT
    gripper, thing = (
        drawn["segments"] == SEGMENT_CLASSES.index(name) for name in ("gripper", "object")
    )
    assert gripper[held].any(axis=(1, 2)).mean() > 0.5
    assert thing[held].any(axis=(1, 2)).mean() > 0.5
    ours = ArmSamples("train", 3, randomization=STILL).draw(0, COUNT, LABELS)
    goals = drawn["quantities"][:, 4:] + find_robot(robot).standing.base
    np.testing.assert_allclose(goals, ours["quantities"][:, 4:] + PANDA.standing.base, atol=1e-5)
    assert source.description()["robot"] == robot


def test_yaw_is_as_far_as_one_can_see() -> None:
    catalogue = (Shape("box", (0.04, 0.04, 0.04)), Shape("cylinder", (0.04, 0.04, 0.05)))
    half = np.deg2rad([50.0, -40.0]) / 2
    pose = np.zeros((2, 1, 7))
    pose[:, 0, 5], pose[:, 0, 6] = np.sin(half), np.cos(half)
    boxes = symmetric_yaw(pose, np.array([[0], [0]]), catalogue)
    assert np.rad2deg(boxes[:, 0]) == pytest.approx([-40.0, -40.0])  # a quarter turn apart
    assert symmetric_yaw(pose, np.array([[1], [1]]), catalogue).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "holdout"}, "split must be one of"),
        ({"task": "juggle"}, "task must be one of"),
        ({"task": "stack"}, "at most one thing"),
        ({"seed": -1}, "seed"),
        ({"randomization": "wild"}, "randomization must be one of"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ArmSamples(**options)  # pyright: ignore[reportArgumentType] - refused at run time
