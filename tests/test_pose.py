"""Keypoints, triangulation, and a pose module that learns where two coloured dots are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from autonomy.agents.perception_recipe import PerceptionRecipe
from autonomy.agents.perception_training import Data, train_module
from autonomy.errors import InputError
from autonomy.perception.estimates import Estimates
from autonomy.perception.modules.module_folder import load_module
from autonomy.perception.modules.pose import ObjectPose, PoseGaussians
from autonomy.perception.networks.keypoints import moments, point_loss
from autonomy.perception.networks.patches import PATCH_SIZE, cut
from autonomy.perception.networks.triangulation import project, triangulate
from autonomy.perception.samples import Samples
from autonomy.perception.signature import Signature

SIZE = 32
QUANTITIES: tuple[str, ...] = ("dot_x_m", "dot_y_m", "dot_z_m")


def test_moments_of_two_cells_by_hand() -> None:
    shares = torch.zeros(1, 1, 4, 8)
    shares[0, 0, 1, 2], shares[0, 0, 1, 3] = 0.5, 0.5
    place, variance = moments(shares)
    # columns 2 and 3 of 8 have their middles at 2.5 / 8 and 3.5 / 8; row 1 of 4 at 1.5 / 4
    assert place[0, 0].tolist() == pytest.approx([3.0 / 8, 1.5 / 4])
    assert variance.item() == pytest.approx((0.5 / 8) ** 2, abs=1e-7)


def test_maps_that_a_point_would_have_lose_least_and_average_to_it() -> None:
    point = torch.tensor([[0.4, 0.7]])
    maps = torch.zeros(1, 8, 8, requires_grad=True)
    optimizer = torch.optim.Adam([maps], lr=0.5)
    for _ in range(300):
        optimizer.zero_grad()
        point_loss(maps, point).backward()
        optimizer.step()
    shares = torch.softmax(maps.detach().flatten(1), dim=1).unflatten(1, (8, 8))
    assert moments(shares)[0][0].tolist() == pytest.approx([0.4, 0.7], abs=1e-3)


def test_patches_are_cut_to_a_fraction_of_a_pixel() -> None:
    ramp = torch.arange(64.0)
    image = torch.stack(torch.broadcast_tensors(ramp, 2 * ramp[:, None], torch.tensor(90.0)))
    # pixel 30.25 of column and 20.5 of row, whose middles are half a pixel after their edges
    point = torch.tensor([[[(30.25 + 0.5) / 64, (20.5 + 0.5) / 64]]])
    patch = cut(image[None], point)[0, 0].numpy()
    steps = np.arange(PATCH_SIZE) - (PATCH_SIZE - 1) / 2
    assert patch[0, 4] == pytest.approx(30.25 + steps, abs=1e-3)
    assert patch[1, :, 7] == pytest.approx(2 * (20.5 + steps), abs=1e-3)
    assert patch[2] == pytest.approx(90.0, abs=1e-3)


VIEWS = np.array([[(2.2, 0.0, 0.0), (0.0, 0.0, 1.3)], [(0.0, 2.2, 0.0), (0.0, 0.0, 1.3)]])
MATRIX = np.array([[110.0, 0.0, 64.0], [0.0, 110.0, 64.0], [0.0, 0.0, 1.0]])


def seen_by_opencv() -> tuple[Tensor, Tensor, Tensor]:
    """Return places `(500, 1, 3)`, where two cameras see them [px], and their projections."""
    places = np.random.default_rng(0).uniform(-0.15, 0.15, (500, 3))
    none = np.zeros(4)
    points = [cv2.projectPoints(places, turn, at, MATRIX, none)[0] for turn, at in VIEWS]
    poses = [np.c_[cv2.Rodrigues(turn)[0], shift] for turn, shift in VIEWS]
    projections = np.tile(MATRIX @ np.array(poses), (len(places), 1, 1, 1))
    return (
        torch.from_numpy(places[:, np.newaxis]).float(),
        torch.from_numpy(np.stack(points, axis=1)).float(),
        torch.from_numpy(projections).float(),
    )


def test_places_project_as_opencv_projects_them() -> None:
    places, points, projections = seen_by_opencv()
    assert torch.allclose(project(projections, places), points, atol=1e-3)


def test_triangulation_finds_places_that_opencv_projected() -> None:
    places, points, projections = seen_by_opencv()
    nowhere, far = torch.zeros(1, 3), torch.ones(1, 3)
    stds = torch.full_like(points, 0.01)
    found = triangulate(points, stds, projections, nowhere, far)
    assert (found.places - places).abs().max() < 1e-4


def test_triangulation_says_how_far_it_may_be_off() -> None:
    places, points, projections = seen_by_opencv()
    stds = torch.full_like(points, 0.5)
    noise = torch.randn(points.shape, generator=torch.Generator().manual_seed(0))
    found = triangulate(points + stds * noise, stds, projections, places.mean(0), places.std(0))
    off = (found.places - places) / found.std
    assert off.square().mean().sqrt() == pytest.approx(1.0, abs=0.1)


def test_a_near_place_is_told_as_exactly_as_its_depth_allows() -> None:
    """Though it was thought to be twice as far away."""
    ahead, aside = (0.0, 0.0, 1.3), (0.0, -np.pi / 2, 0.0)
    place, stds = np.array([[0.0, 0.0, -0.65]]), torch.full((1, 2, 1, 2), 0.5)
    turns = (np.eye(3), cv2.Rodrigues(np.array(aside))[0])
    projections = torch.from_numpy(
        np.array([[MATRIX @ np.c_[turn, ahead] for turn in turns]], np.float32)
    )
    points = project(projections, torch.from_numpy(place[np.newaxis].astype(np.float32)))
    found = triangulate(points, stds, projections, torch.zeros(1, 3), torch.ones(1, 3))
    # 0.5 px at 0.65 m, for 110 px of focal length; only the first camera tells x
    assert found.std[0, 0, 0].item() == pytest.approx(0.5 * 0.65 / 110, rel=0.01)


def test_a_camera_that_sees_nothing_leaves_what_was_known_along_the_other_ones_ray() -> None:
    _, points, projections = seen_by_opencv()
    blind = points.clone()
    blind[:, 1] = 500.0
    stds = torch.tensor([0.1, 1e6])[None, :, None, None].expand(points.shape)
    middle, near = torch.tensor([[0.02, -0.03, 0.01]]), torch.full((1, 3), 0.1)
    found = triangulate(blind, stds, projections, middle, near)
    assert torch.allclose(project(projections, found.places)[:, 0], points[:, 0], atol=0.1)
    # along the optical axis nothing is known but what was known before
    ahead = projections[0, 0, 2, :3]
    assert ((found.places - middle) @ ahead).abs().max() < 0.1
    assert (found.std.square().sum(-1).sqrt() > 0.08).all()


def test_angles_differ_the_short_way_round() -> None:
    gaussians = PoseGaussians(("box_yaw_rad", "box_x_m"))
    apart = gaussians.differences(torch.tensor([[0.7, 2.0]]), torch.tensor([[-0.7, 0.0]]))
    assert apart[0].tolist() == pytest.approx([1.4 - np.pi / 2, 2.0])


class Dots:
    """A red dot before two cameras that look along x and along y from far away."""

    labels: Mapping[str, tuple[str, ...]] = {"quantities": QUANTITIES, "projections": ()}

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def description(self) -> dict[str, Any]:
        """Tell the seed."""
        return {"world": "dots", "seed": self.seed}

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Draw the dot somewhere."""
        random = np.random.default_rng((self.seed, batch))
        place = random.uniform(0.2, 0.8, (count, 3)).astype(np.float32)
        along_x, along_y = np.eye(4)[[1, 2, 3]], np.eye(4)[[0, 2, 3]]
        projections = np.tile(np.stack([along_x, along_y]), (count, 1, 1, 1)).astype(np.float32)
        points = np.stack([place[:, [1, 2]], place[:, [0, 2]]], axis=1) * SIZE - 0.5
        grid = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1)
        apart = np.linalg.norm(grid - points[:, :, np.newaxis, np.newaxis], axis=-1)
        frames = np.full((count, 2, SIZE, SIZE, 3), 90, np.uint8)
        frames[apart < 2.5] = (220, 30, 30)
        return {
            "camera": frames[:, 0],
            "camera_side": frames[:, 1],
            "projections": projections,
            "quantities": place,
        }


def signature(reports: tuple[str, ...] = QUANTITIES) -> Signature:
    return Signature(dict.fromkeys(("camera", "camera_side"), (SIZE, SIZE)), reports, True)


def test_it_learns_where_a_dot_is_and_how_sure_it_is(tmp_path: Path) -> None:
    recipe = PerceptionRecipe(
        frames=1500, validation_frames=200, test_frames=300, epochs=6, learning_rate=5e-3
    )
    trained = train_module(
        "pose", Data(Dots(0), Dots(1), Dots(2)), tmp_path / "run", recipe, 0, "cpu"
    )
    # a dot of unknown place would be 260 mm off
    assert trained.test["dot_mean_mm"] < 15.0
    assert 0.5 < trained.test["coverage_68_dot_x_m"] < 0.9
    again = load_module(tmp_path / "run", "cpu")
    assert again.signature == signature()
    assert np.array_equal(again.perceive(trained.samples).mean, trained.result.mean)


def test_what_an_arm_reports_is_measured_in_millimetres_and_degrees() -> None:
    reports = ("object_x_m", "object_y_m", "object_z_m", "object_yaw_rad")
    truth = np.array([[0.1, 0.2, 0.3, 0.7], [0.0, 0.0, 0.0, 0.0]], np.float32)
    found = truth + np.array([[0.003, 0.0, -0.004, np.pi / 2], [0.0, 0.001, 0.0, 0.1]], np.float32)
    module = ObjectPose(signature(reports))
    metrics = module.measure(Estimates(found, np.ones_like(found)), {"quantities": truth})
    assert metrics["object_mean_mm"] == pytest.approx(3.0, abs=1e-3)  # of 5 and 1
    assert metrics["object_yaw_mean_deg"] == pytest.approx(np.rad2deg(0.05), abs=1e-3)
    assert metrics["accuracy"] == -metrics["object_mean_mm"]


def test_it_does_not_work_without_projections() -> None:
    frames = dict.fromkeys(("camera", "camera_side"), np.zeros((1, SIZE, SIZE, 3), np.uint8))
    with pytest.raises(InputError, match=r"reads .*, projections, and there is no projections"):
        ObjectPose(signature()).perceive(frames)


def test_it_finds_nothing_but_places() -> None:
    with pytest.raises(InputError, match=r"pose finds places, .* got speed_m_s"):
        ObjectPose(signature(("speed_m_s",)))
