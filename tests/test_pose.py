"""Keypoints, triangulation, and a pose module that learns where two coloured dots are."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from rich.console import Console

from agents.perception_recipe import PerceptionRecipe
from agents.perception_training import Data, train_module
from autonomy.errors import InputError
from autonomy.perception.keypoints import moments, point_loss
from autonomy.perception.module_folder import load_module
from autonomy.perception.patches import PATCH_SIZE, cut
from autonomy.perception.pose import ObjectPose, PoseGaussians
from autonomy.perception.reading import Reading
from autonomy.perception.samples import Samples
from autonomy.perception.triangulation import Triangulation

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


def test_points_that_are_nowhere_do_not_count() -> None:
    maps = torch.randn(2, 8, 8, generator=torch.Generator().manual_seed(0))
    points = torch.tensor([[0.4, 0.7], [float("nan"), 0.5]])
    assert point_loss(maps, points) == point_loss(maps[:1], points[:1])


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


def test_triangulation_agrees_with_opencv_where_cameras_hang_askew() -> None:
    random = np.random.default_rng(0)
    places = random.uniform(-0.15, 0.15, (3000, 3))
    marks = np.array([(-0.5, -0.5, 0.0), (0.5, -0.5, 0.0), (0.5, 0.5, 0.0), (-0.5, 0.5, 0.0)])
    matrix = np.array([[110.0, 0.0, 64.0], [0.0, 110.0, 64.0], [0.0, 0.0, 1.0]])
    views = [((2.2, 0.0, 0.0), (0.0, 0.0, 1.3)), ((0.0, 2.2, 0.0), (0.0, 0.0, 1.3))]
    seen = np.zeros((len(places), 2, 5, 2), np.float32)
    for k, place in enumerate(places):
        turned, moved = random.uniform(-0.02, 0.02, 3), random.uniform(-0.01, 0.01, 3)
        for camera, (turn, shift) in enumerate(views):
            points = np.concatenate([place[np.newaxis], marks])
            pixels, _ = cv2.projectPoints(
                points, np.add(turn, turned), np.add(shift, moved), matrix, np.zeros(4)
            )
            seen[k, camera] = pixels[:, 0] / 128.0
    fitted = Triangulation(2, 4)
    learned, others = slice(0, 2500), slice(2500, None)
    truth = torch.from_numpy(places.astype(np.float32))
    fitted.fit(seen[learned, :, 0], seen[learned, :, 1:], truth[learned])
    found = fitted(torch.from_numpy(seen[others, :, 0]), torch.from_numpy(seen[others, :, 1:]))
    error = (found - truth[others]).norm(dim=1)
    assert error.mean() < 0.006
    blind = Triangulation(2, 4)
    nowhere = np.full_like(seen[:, :, 1:], np.nan)
    blind.fit(seen[learned, :, 0], nowhere[learned], truth[learned])
    unaware = blind(torch.from_numpy(seen[others, :, 0]), torch.zeros(500, 2, 4, 2))
    assert error.mean() < 0.6 * (unaware - truth[others]).norm(dim=1).mean()


def test_angles_differ_the_short_way_round() -> None:
    gaussians = PoseGaussians(("box_yaw_rad", "box_x_m"))
    apart = gaussians.differences(torch.tensor([[0.7, 2.0]]), torch.tensor([[-0.7, 0.0]]))
    assert apart[0].tolist() == pytest.approx([1.4 - np.pi / 2, 2.0])


class Dots:
    """A red dot before two cameras that look along x and along y; four marks never move."""

    world = "arm"
    segment_classes: tuple[str, ...] = ()
    box_classes: tuple[str, ...] = ()
    quantities: tuple[str, ...] = QUANTITIES

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def description(self) -> dict[str, Any]:
        """Tell the seed."""
        return {"world": self.world, "seed": self.seed}

    def draw(self, batch: int, count: int, labels: tuple[str, ...]) -> Samples:
        """Draw the dot somewhere."""
        random = np.random.default_rng((self.seed, batch))
        place = random.uniform(0.2, 0.8, (count, 3)).astype(np.float32)
        points = np.full((count, 2, 5, 2), 4.0, np.float32)
        points[:, 0, 0] = place[:, [1, 2]] * SIZE - 0.5
        points[:, 1, 0] = place[:, [0, 2]] * SIZE - 0.5
        grid = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1)
        apart = np.linalg.norm(grid - points[:, :, 0, np.newaxis, np.newaxis], axis=-1)
        frames = np.full((count, 2, SIZE, SIZE, 3), 90, np.uint8)
        frames[apart < 2.5] = (220, 30, 30)
        return {
            "camera": frames[:, 0],
            "camera_side": frames[:, 1],
            "points": points,
            "quantities": place,
        }


def reading(reports: tuple[str, ...] = QUANTITIES) -> Reading:
    return Reading("arm", ("camera", "camera_side"), (SIZE, SIZE), reports)


def test_it_learns_where_a_dot_is_and_how_sure_it_is(tmp_path: Path) -> None:
    recipe = PerceptionRecipe(
        frames=1500, validation_frames=200, test_frames=300, epochs=6, learning_rate=5e-3
    )
    trained = train_module(
        lambda _: ObjectPose(reading()),
        Data(Dots(0), Dots(1), Dots(2)),
        recipe,
        0,
        tmp_path / "run",
        "cpu",
        Console(quiet=True),
    )
    # a dot of unknown place would be 260 mm off
    assert trained.test["dot_mean_mm"] < 15.0
    assert 0.5 < trained.test["coverage_68_dot_x_m"] < 0.9
    again = load_module(tmp_path / "run", "arm", "cpu")
    frames = [trained.samples[name] for name in again.reading.cameras]
    assert np.array_equal(again.perceive(*frames).mean, trained.result.mean)


def test_labels_of_other_things_are_refused() -> None:
    module = ObjectPose(reading((*QUANTITIES, "goal_x_m", "goal_y_m", "goal_z_m")))
    with pytest.raises(InputError, match="points must be those of 2 things"):
        module.prepare(Dots(0).draw(0, 4, ()))
