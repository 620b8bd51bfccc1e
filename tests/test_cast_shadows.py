"""Cast shadows: where they fall by hand-derived numbers, how dark, and where there are none."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from small_scene import camera_at, draws_of, frames_of, look_of, pose

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, surface
from autonomy.camera.mount import MountedCamera
from autonomy.camera.primitives import box, sphere
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene

DOWN = camera_at(201, 201, fov=1.0, position=(0.0, 0.0, 3.0), pitch=np.pi / 2, far=50.0)
GROUND = surface([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2), (0, 2, 3)], 0, 1)
BALL = (0.0, 0.0, 0.0, 2.0)
SUN = (-1.0, 0.5, 2.0)  # what is a metre up is 0.5 m ahead and 0.25 m to the right on the ground


def light_of(
    cast: ArrayLike, *meshes: Mesh, view: MountedCamera = DOWN, sun: ArrayLike = SUN
) -> NDArray[np.float64]:
    """What there is `(H, W)` of the sun's light and half as much of the sky's, on grey of 200."""
    look = look_of(color=(200, 200, 200), ambient=0.3, sun=0.6, sun_direction=sun, cast=cast)
    rgb = frames_of([GROUND, *meshes], view, look, ("rgb",)).rgb
    assert rgb is not None
    return rgb[0, :, :, 0] / 200.0


def test_a_shadow_falls_where_the_suns_rays_end() -> None:
    plate = box((0.4, 0.4, 0.002), 0, 1).moved((0.1, 0.2, 0.8))
    found = light_of(BALL, plate)
    scale = 201 / 2 / np.tan(0.5) / 3.0  # [px/m] on the ground
    rows, columns = np.mgrid[:201, :201]
    ahead, left = (100 - rows) / scale, (100 - columns) / scale
    inside = (abs(ahead - 0.1 - 0.4) < 0.19) & (abs(left - 0.2 + 0.2) < 0.19)
    outside = (abs(ahead - 0.1 - 0.4) > 0.21) | (abs(left - 0.2 + 0.2) > 0.21)
    # half-Lambert light on the ground, of which a shadow leaves the quarter of light along the rays
    cosine = 2.0 / np.linalg.norm(SUN)
    lit = 0.3 + 0.6 * (0.5 + 0.5 * cosine) ** 2
    # the plate itself is nearer to the camera, and hides a part of the ground
    plate_scale = scale * 3.0 / (3.0 - 0.8)
    hidden = (abs((100 - rows) / plate_scale - 0.1) < 0.21) & (
        abs((100 - columns) / plate_scale - 0.2) < 0.21
    )
    assert (inside & ~hidden).sum() > 100
    np.testing.assert_allclose(found[inside & ~hidden], 0.3 + 0.6 * 0.25, atol=0.006)
    np.testing.assert_allclose(found[outside & ~hidden], lit, atol=0.006)


def test_a_shadow_begins_where_a_thing_stands() -> None:
    # seen from the side to which the shadow of a block falls, which is away from the camera's left
    view = camera_at(240, 320, fov=0.7, position=(1.6, -0.6, 0.9), pitch=0.5, yaw=2.8)
    block = box((0.2, 0.2, 0.2), 0, 1).moved((0.0, 0.0, 0.1))
    shadowed, plain = light_of(BALL, block, view=view), light_of((), block, view=view)
    instance = frames_of([GROUND, block], view, channels=("instance",)).instance
    assert instance is not None
    is_block, is_dark = instance[0] == 10, shadowed < plain - 0.1
    below = np.roll(is_block, 1, axis=0) & ~is_block  # the ground's first pixels at its lower edge
    touching = below & is_dark
    assert is_dark.sum() > 500
    # all along the face that the sun does not reach, but for its corners
    assert touching.sum() >= 0.9 * below[:, is_dark.any(axis=0) & below.any(axis=0)].sum() - 6


@pytest.mark.parametrize("sun", [(0, 0, 1), (1, 0, 0.3), (0, -1, 0.6), (-0.5, 0.5, 0.2), (0, 1, 3)])
def test_what_nothing_stands_before_is_as_bright_as_without_shadows(sun: ArrayLike) -> None:
    view = camera_at(60, 80, fov=1.2, position=(-1.0, 0.2, 0.6), pitch=0.5, yaw=0.1)
    corners = [(-9, -9, -3.6), (9, -9, 3.6), (9, 9, 3.6), (-9, 9, -3.6)]
    slope = surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 1)
    for mesh in (GROUND, slope):
        shadowed, plain = (
            frames_of([mesh], view, look_of(sun=0.6, ambient=0.3, sun_direction=sun, cast=cast)).rgb
            for cast in (BALL, ())
        )
        assert shadowed is not None
        np.testing.assert_array_equal(shadowed, plain)


def test_a_ball_has_no_stains_and_shades_smoothly_into_its_dark_side() -> None:
    view = camera_at(120, 120, fov=0.6, position=(-2.0, 0.0, 0.5))
    ball = sphere(0.4, 24, 0, 1).moved((0.0, 0.0, 0.5))
    plain, found = (light_of(cast, ball, view=view, sun=(-1, 2, 1)) for cast in ((), BALL))
    inside = np.hypot(*(np.mgrid[:120, :120] - 59.5)) < 30
    np.testing.assert_allclose(found[inside], plain[inside], atol=0.02)


def test_no_shadow_is_cast_outside_the_ball_or_without_light() -> None:
    plate = box((0.4, 0.4, 0.002), 0, 1).moved((0.1, 0.2, 0.8))
    np.testing.assert_array_equal(light_of((4.0, 4.0, 0.0, 2.0), plate), light_of((), plate))
    down = (0.3, 0.2, -1.0)
    np.testing.assert_array_equal(light_of(BALL, plate, sun=down), light_of((), plate, sun=down))


def test_shadows_change_nothing_but_colours_and_no_frame_changes_another() -> None:
    plate = box((0.4, 0.4, 0.002), 0, 1).moved((0.1, 0.2, 0.8))
    library = MeshLibrary()
    parts = [library.add([mesh]) for mesh in (GROUND, plate)]
    draws = draws_of(parts, [pose()] * 2, 5)
    for frame in range(5):
        draws.poses[frame, 1, :2, 3] = 0.1 * frame
    view = DOWN.mount.camera_from_body[np.newaxis]
    renderer, channels = Renderer(DOWN.camera), ("rgb", "depth", "semantic", "instance")

    def drawn(cast: ArrayLike, rows: list[int]) -> list[NDArray]:
        scene = Scene(draws, look_of(5, sun=0.6, ambient=0.3, cast=cast)).rows(np.array(rows))
        frames = renderer.render(library, scene, view.repeat(len(rows), axis=0), channels)
        return [getattr(frames, channel) for channel in channels]

    shadowed, plain = drawn(BALL, [0, 1, 2, 3, 4]), drawn((), [0, 1, 2, 3, 4])
    assert (shadowed[0] != plain[0]).any(axis=(1, 2, 3)).all()
    for channel in range(1, 4):
        np.testing.assert_array_equal(shadowed[channel], plain[channel])
    for frame in range(5):
        np.testing.assert_array_equal(drawn(BALL, [frame])[0][0], shadowed[0][frame])
