"""How a scene is coloured: palette, sun, air, sky and grain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_scene import (
    CAMERA,
    HORIZON,
    ZENITH,
    camera_at,
    color_of,
    draws_of,
    frames_of,
    look_of,
    pose,
    wall,
)

from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import surface
from autonomy.camera.primitives import box, cylinder, sphere
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Scene

MIDDLE = (0, 16, 20)
WIDE = 300  # [px], more than is shaded at once


@settings(max_examples=20, deadline=None)
@given(st.floats(10.0, 300.0), st.floats(1.05, 3.0))
def test_air_takes_more_of_a_farther_colour_and_half_at_the_visibility(
    visibility: float, ratio: float
) -> None:
    look = look_of(color=(0, 0, 0), visibility=visibility)
    half = color_of([wall(visibility)], look)[MIDDLE]
    np.testing.assert_allclose(half, np.array(HORIZON) / 2, atol=1.5)
    nearer = color_of([wall(visibility / ratio)], look)[MIDDLE]
    farther = color_of([wall(visibility * ratio)], look)[MIDDLE]
    assert (nearer < half).all()
    assert (half < farther).all()
    assert (farther <= HORIZON).all()


def test_colour_is_that_of_the_palette_in_even_light() -> None:
    np.testing.assert_array_equal(
        color_of([wall(5)], look_of(color=(10, 120, 250)))[MIDDLE], (10, 120, 250)
    )


def test_the_sun_brightens_what_faces_it() -> None:
    """Half-Lambert: full light straight on, a quarter from the side, none from behind."""
    for towards_sun, share in (((-1, 0, 0), 1.0), ((0, 1, 0), 0.25), ((1, 0, 0), 0.0)):
        look = look_of(ambient=0.5, sun=1.0, sun_direction=towards_sun)
        color = color_of([wall(5)], look)[MIDDLE]
        np.testing.assert_allclose(color, 100 * (0.5 + share), atol=1.0)


def test_the_sun_stands_still_when_bodies_turn() -> None:
    library = MeshLibrary()
    ball = library.add([sphere(1.0, 24, 0, 7)])
    look = look_of(ambient=0.3, sun=1.0, sun_direction=(-1, 1, 1))
    view = CAMERA.mount.camera_from_body[np.newaxis]
    images: list[NDArray[np.int64]] = []
    for yaw in (0.0, np.pi / 2):
        scene = Scene(draws_of([ball], [pose((5, 0, 1.5), yaw)], 1), look)
        images.append(np.int64(Renderer(CAMERA.camera).render(library, scene, view, ("rgb",)).rgb))
    assert np.ptp(images[0][0, 12:20, 16:24]) > 30
    assert np.abs(images[0] - images[1]).max() <= 2


def test_shared_vertices_shade_smoothly_and_split_ones_flat() -> None:
    """The round wall of a drum: flat sides step, the ball's shade never jumps."""
    look = look_of(ambient=0.2, sun=1.0, sun_direction=(0, 1, 0))
    mounted = camera_at(64, 64, fov=0.5, position=(0, 0, 0))
    flat = color_of([cylinder(1.0, 4.0, 8, 0, 7).moved((6, 0, 0))], look, mounted)[0, 32, 8:56, 0]
    smooth = color_of([sphere(1.0, 8, 0, 7).moved((6, 0, 0))], look, mounted)[0, 32, 24:40, 0]
    steps = np.diff(flat.astype(int))
    assert np.count_nonzero(steps) <= 5
    assert np.abs(steps).max() > 10
    assert np.abs(np.diff(smooth.astype(int))).max() <= 6


def test_grain_roughens_the_ground_and_stays_on_it() -> None:
    corners = [(-40, -40, 0), (40, -40, 0), (40, 40, 0), (-40, 40, 0)]
    ground = surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 1)
    down = camera_at(32, 40, fov=1.0, position=(0, 0, 2.0), pitch=np.pi / 2)
    plain, rough = color_of([ground], look_of(), down), color_of([ground], look_of(grain=1.0), down)
    assert (plain == 100).all()
    assert rough.std() > 5.0
    assert rough.mean() == pytest.approx(100.0, abs=5.0)
    # one pixel's step to the right shifts the image by one pixel
    step = 2.0 / down.camera.intrinsics[0]
    aside = camera_at(32, 40, fov=1.0, position=(0, -step, 2.0), pitch=np.pi / 2)
    same = color_of([ground], look_of(grain=1.0), aside)[:, :, :-1] == rough[:, :, 1:]
    assert same.mean() > 0.95


def test_the_sky_is_that_of_each_rays_elevation_beside_things_too() -> None:
    """The zenith shows by twice the sine of the elevation, and no air lies before it."""
    mounted = camera_at(24, WIDE, fov=1.8, pitch=-0.3, yaw=0.4)
    column, row = np.meshgrid(np.arange(WIDE), np.arange(24))
    fx, fy, cx, cy = mounted.camera.intrinsics
    rays = np.stack([(column - cx) / fx, (row - cy) / fy, np.ones(row.shape)], axis=-1)
    sine = rays @ mounted.mount.camera_from_body[:, 2] / np.linalg.norm(rays, axis=-1)
    share = np.clip(2.0 * sine, 0.0, 1.0)[..., np.newaxis]
    expected = np.array(HORIZON) + share * (np.array(ZENITH) - np.array(HORIZON))
    post = box((0.2, 0.2, 40.0), 0, 6).moved((5.0, 2.0, 0.0))
    for meshes in ([], [post]):
        frames = frames_of(meshes, mounted, look_of(visibility=50.0))
        assert frames.rgb is not None
        assert frames.semantic is not None
        sky = frames.semantic[0] == 0
        assert sky.all() == (not meshes)
        np.testing.assert_allclose(frames.rgb[0][sky], expected[sky], atol=1.0)


def test_a_symmetric_scene_is_symmetric_in_a_wide_image() -> None:
    look = look_of(ambient=0.2, sun=1.0, sun_direction=(-1, 0, 1))
    ball = sphere(1.5, 24, 0, 7).moved((4.0, 0.0, 0.0))
    rgb = color_of([ball], look, camera_at(60, WIDE, fov=2.0))[0].astype(int)
    assert np.ptp(rgb[20:40, 130:170]) > 20
    assert np.mean(np.abs(rgb - rgb[:, ::-1]) > 3) < 0.01


def test_smooth_things_leave_the_grain_beside_them_as_it_is() -> None:
    corners = [(-40, -40, 0), (40, -40, 0), (40, 40, 0), (-40, 40, 0)]
    ground = surface(corners, [(0, 1, 2), (0, 2, 3)], 0, 1)
    lid = box((9.0, 4.0, 0.1), 1, 6).moved((0.0, -2.2, 0.5))  # over the right of the image
    look = look_of(grain=1.0)
    look.palette[:, 1, 3] = 0.0
    down = camera_at(32, 40, fov=1.0, position=(0, 0, 2.0), pitch=np.pi / 2)
    open_ground, beside = color_of([ground], look, down), color_of([ground, lid], look, down)
    assert (beside[:, :, 30:] == 100).all()
    np.testing.assert_array_equal(beside[:, :, :16], open_ground[:, :, :16])
