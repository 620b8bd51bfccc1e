"""Contact shadows: where they are, how dark, and that they are on the ground alone."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from small_scene import camera_at, frames_of, look_of

from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import MountedCamera
from autonomy.camera.primitives import box

DOWN = camera_at(101, 121, fov=1.0, position=(0.3, -0.2, 1.0), pitch=np.pi / 2, far=50.0)
ASKEW = camera_at(60, 80, fov=1.2, position=(-1.0, 0.2, 0.6), pitch=0.5, yaw=0.1)
GROUND = surface([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2), (0, 2, 3)], 0, 1)
BLOCK = box((0.2, 0.2, 0.2), 0, 12).moved((0.1, 0.0, 0.1))


def light_of(shadows: ArrayLike, mounted: MountedCamera, *meshes: Mesh) -> NDArray[np.float64]:
    """What is left `(H, W)` of an even light on grey of 200."""
    look = look_of(color=(200, 200, 200), shadows=shadows)
    rgb = frames_of([GROUND, *meshes], mounted, look, ("rgb",)).rgb
    assert rgb is not None
    return rgb[0, :, :, 0] / 200.0


def ground_points(mounted: MountedCamera) -> NDArray[np.float64]:
    """Where `(H, W, 2)` the pixels of a camera see the ground [m]."""
    rows, columns = np.mgrid[: mounted.camera.height, : mounted.camera.width]
    pixels = np.stack([columns, rows, np.ones_like(rows)], axis=-1)
    mount = mounted.mount.camera_from_body
    rays = np.linalg.solve(mounted.camera.matrix, pixels.reshape(-1, 3).T).T @ mount[:, :3]
    place = -mount[:, 3] @ mount[:, :3]
    points = place[:2] + rays[:, :2] * (-place[2] / rays[:, 2:])
    return points.reshape(*rows.shape, 2)


def test_a_shadow_is_as_dark_as_asked_for_and_fades_to_its_rim() -> None:
    for mounted in (DOWN, ASKEW):
        found = light_of([(0.3, -0.1, 0.0, 0.25, 0.6)], mounted)
        apart = np.linalg.norm(ground_points(mounted) - (0.3, -0.1), axis=-1)
        inside = np.maximum(1.0 - (apart / 0.25) ** 2, 0.0)
        seen = slice(25, None) if mounted is ASKEW else slice(None)  # below the horizon
        np.testing.assert_allclose(found[seen], (1.0 - 0.6 * inside**2)[seen], atol=0.006)
        assert found.min() < 0.42


def test_shadows_add_up_and_no_darkness_is_none() -> None:
    one, other = (0.3, -0.1, 0.0, 0.25, 0.5), (0.4, -0.2, 0.0, 0.2, 0.3)
    both = light_of([one, other, (0.3, -0.2, 0.0, 0.5, 0.0)], DOWN)
    expected = light_of([one], DOWN) * light_of([other], DOWN)
    np.testing.assert_allclose(both, expected, atol=0.011)


def test_a_shadow_is_on_the_ground_and_not_on_what_stands_there() -> None:
    bare, found = light_of((), ASKEW, BLOCK), light_of([(0.1, 0.0, 0.0, 0.3, 0.5)], ASKEW, BLOCK)
    instance = frames_of([GROUND, BLOCK], ASKEW, channels=("instance",)).instance
    assert instance is not None
    is_block = instance[0] == 10
    assert (found < bare)[instance[0] == 0].any()
    # but for pixels at its foot
    assert (found == bare)[is_block].mean() > 0.95


def test_a_shadow_behind_or_around_the_camera_does_no_harm() -> None:
    np.testing.assert_array_equal(
        light_of([(-9.0, 0.0, 0.0, 0.5, 0.9)], ASKEW), light_of((), ASKEW)
    )
    around = light_of([(-1.0, 0.2, 0.0, 2.0, 0.9)], ASKEW)
    assert (around[-1] < 0.9).all()
