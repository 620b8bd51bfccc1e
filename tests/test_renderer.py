"""What the images of a scene hold, what is left out, and that a batch changes nothing."""

from collections.abc import Iterator
from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_scene import (
    CAMERA,
    CHANNELS,
    HORIZON,
    camera_at,
    draws_of,
    frames_of,
    look_of,
    pose,
    wall,
)

from autonomy.camera.camera import Camera
from autonomy.camera.library import MeshLibrary
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.mount import Mount
from autonomy.camera.primitives import box, cylinder, sphere
from autonomy.camera.renderer import Renderer
from autonomy.camera.scene import Draws, Frames, Scene
from autonomy.errors import InputError

MIDDLE = (0, 16, 20)


def _random_batch(count: int) -> tuple[MeshLibrary, Scene, NDArray[np.float64]]:
    """Scenes that all differ: poses, looks and views."""
    random = np.random.default_rng(5)
    library = MeshLibrary()
    ground = surface([(-50, -50, 0), (50, -50, 0), (0, 60, 0)], [(0, 1, 2)], 1, 1)
    solids = [
        ground,
        box((1, 1, 1), 0, 6),
        sphere(0.7, 8, 2, 7),
        cylinder(0.5, 2, 12, 3, 8),
    ]
    parts = [library.add([solid]) for solid in solids]
    draws = draws_of(parts, [pose()] * len(parts), count)
    for frame in range(count):
        for draw in range(1, len(parts)):
            place = (random.uniform(2, 9), random.uniform(-3, 3), random.uniform(0, 2))
            draws.poses[frame, draw] = pose(place, yaw=random.uniform(-3, 3))
    look = look_of(count, grain=0.5, ambient=0.5, sun=0.5, sun_direction=(1, 2, 2), visibility=30)
    look.palette[..., :3] = random.uniform(0, 255, look.palette[..., :3].shape)
    mounts = [
        Mount("world", (0, 0, random.uniform(0.5, 2)), yaw=random.uniform(-1, 1))
        for _ in range(count)
    ]
    return library, Scene(draws, look), np.stack([one.camera_from_body for one in mounts])


@pytest.fixture
def all_threads() -> Iterator[None]:
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


@pytest.mark.usefixtures("all_threads")
@pytest.mark.parametrize("distortion", [(), (-0.2, 0.04, 0.0, 0.0)])
def test_a_frame_is_the_same_alone_in_a_batch_and_on_any_number_of_threads(
    distortion: tuple[float, ...],
) -> None:
    library, scene, views = _random_batch(64)
    renderer = Renderer(Camera(32, 40, fov=1.2, distortion=distortion))
    drawn: dict[int, Frames] = {}
    for threads in {1, min(2, numba.config.NUMBA_NUM_THREADS)}:
        numba.set_num_threads(threads)
        drawn[threads] = renderer.render(library, scene, views, CHANNELS)
    for channel in CHANNELS:
        batch = getattr(drawn[1], channel)
        for frames in drawn.values():
            np.testing.assert_array_equal(getattr(frames, channel), batch)
        assert len(np.unique(batch.reshape(64, -1), axis=0)) > 60
    for row in (0, 17, 63):
        alone = renderer.render(library, scene.rows(np.array([row])), views[[row]], CHANNELS)
        for channel in CHANNELS:
            expected = getattr(drawn[1], channel)[[row]]
            np.testing.assert_array_equal(getattr(alone, channel), expected)


@pytest.mark.parametrize("before", [0, 4, 400])
def test_where_a_mesh_is_in_the_library_makes_no_difference(before: int) -> None:
    """Kernels work on blocks of vertices: alone, after others, and where the room ends with it."""
    library, shape = MeshLibrary(), sphere(0.7, 8, 2, 7)
    if before:
        library.add([_with_vertices(wall(20), before)])
    room = library.arrays.vertices.shape[1] - before
    own = library.add([_with_vertices(shape, room if before == 400 else len(shape.vertices))])
    draws = draws_of([own], [pose((4.0, 0.0, 1.5))], 1)
    view = CAMERA.mount.camera_from_body[np.newaxis]
    drawn = Renderer(CAMERA.camera).render(library, Scene(draws, look_of()), view, ("depth",)).depth
    expected = frames_of([shape.moved((4.0, 0.0, 1.5))], CAMERA, channels=("depth",)).depth
    np.testing.assert_allclose(drawn, expected, rtol=1e-5)


def _with_vertices(mesh: Mesh, count: int) -> Mesh:
    """A mesh with so many vertices, of which the last ones are in no triangle."""
    more = [(0, count - len(mesh.vertices)), (0, 0)]
    vertices, normals = (np.pad(values, more) for values in (mesh.vertices, mesh.normals))
    return replace(mesh, vertices=vertices, normals=normals)


def test_a_renderer_sees_every_change_of_a_library() -> None:
    library, renderer = MeshLibrary(), Renderer(CAMERA.camera)
    view, mark = CAMERA.mount.camera_from_body[np.newaxis], library.mark()
    seen: list[float] = []
    for distance in (20.0, 30.0, 10.0):
        part = library.add([wall(distance)])
        scene = Scene(draws_of([part], [pose()], 1), look_of())
        seen.append(float(renderer.render(library, scene, view, ("depth",)).depth[MIDDLE]))
        library.rewind(mark)
    assert seen == pytest.approx([20.0, 30.0, 10.0])


def test_an_empty_scene_is_sky() -> None:
    frames = frames_of([], CAMERA)
    assert frames.rgb is not None
    assert np.isinf(frames.depth).all()
    assert not frames.semantic.any()
    assert (frames.instance == -1).all()
    assert (frames.rgb[0, -1] == HORIZON).all()  # below the horizon there is but air
    assert frames.rgb[0, 0, 20, 0] < HORIZON[0]  # the zenith is darker
    nothing = Scene(draws_of([(0, 0)], [pose()], 1), look_of())
    drawn = Renderer(CAMERA.camera).render(
        MeshLibrary(), nothing, CAMERA.mount.camera_from_body[np.newaxis], ("semantic",)
    )
    assert not drawn.semantic.any()


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_what_is_asked_for_is_drawn(channel: str) -> None:
    meshes = [box((1, 1, 3), 0, 6).moved((5, 0, 1)), wall(20)]
    everything, one = frames_of(meshes, CAMERA), frames_of(meshes, CAMERA, channels=(channel,))
    for name in CHANNELS:
        if name == channel:
            np.testing.assert_array_equal(getattr(one, name), getattr(everything, name))
        else:
            assert getattr(one, name) is None


def test_labels_are_those_of_the_mesh_and_of_the_draw() -> None:
    frames = frames_of([wall(20), box((1, 1, 3), 0, 6).moved((5, 0, 1))], CAMERA)
    assert frames.semantic[MIDDLE] == 6
    assert frames.instance[MIDDLE] == 10
    assert frames.depth[MIDDLE] == pytest.approx(4.5)
    assert frames.semantic[0, 0, 0] == 9
    assert frames.instance[0, 0, 0] == 0
    assert frames.depth[0, 0, 0] == pytest.approx(20.0)


def test_copies_of_parts_are_instances_of_their_own_size() -> None:
    """More copies than the first room holds, so that it has to grow with them."""
    library = MeshLibrary()
    first, _ = library.add([sphere(0.5, 12, 0, 7)])  # 528 triangles
    places = [(10.0, y, 1.5) for y in (3.0, 0.0, -3.0)] + [(-10.0, 0.0, 0.0)] * 30
    scales = [1.0, 2.0, 0.5] + [1.0] * 30
    poses = np.stack([pose(p, scale=s) for p, s in zip(places, scales, strict=True)])
    parts, ahead = np.full(len(places), first), np.full(40, first)
    copies = library.place(parts, parts, poses)
    all_ahead = library.place(ahead, ahead, np.stack([pose((8.0, 0.0, 1.5))] * 40))
    mounted = camera_at(120, 160, fov=0.9, position=(0, 0, 1.5))
    renderer, view = Renderer(mounted.camera), mounted.mount.camera_from_body[np.newaxis]
    draws = draws_of([copies], [pose()], 1)._replace(instances=np.array([[70]], np.int32))
    instance = renderer.render(library, Scene(draws, look_of()), view, ("instance",)).instance
    assert instance is not None
    labels, counts = np.unique(instance, return_counts=True)
    assert labels.tolist() == [-1, 70, 71, 72]
    focal = mounted.camera.intrinsics[0]
    for count, scale in zip(counts[1:], (1.0, 2.0, 0.5), strict=True):
        assert count == pytest.approx(np.pi * (0.5 * scale * focal / 10.0) ** 2, rel=0.15)
    crowd = draws_of([all_ahead], [pose()], 1)
    drawn = renderer.render(library, Scene(crowd, look_of()), view, ("instance",)).instance
    assert drawn is not None
    assert set(np.unique(drawn)) == {-1, 0}  # where all are equally near, the first one is seen


def test_a_copy_that_is_small_in_the_image_shows_its_coarse_mesh() -> None:
    library = MeshLibrary()
    fine, coarse = library.add([sphere(1.0, 12, 0, 7), box((1, 1, 1), 0, 3)])[0], 1
    poses = np.stack([pose((6.0, 0.0, 1.5)), pose((60.0, 20.0, 1.5))])
    copies = library.place(np.array([fine, fine]), np.array([coarse, coarse]), poses)
    mounted = camera_at(120, 160, fov=1.2, position=(0, 0, 1.5))
    draws = draws_of([copies], [pose()], 1)
    view = mounted.mount.camera_from_body[np.newaxis]
    frames = Renderer(mounted.camera).render(
        library, Scene(draws, look_of()), view, ("semantic", "instance")
    )
    assert frames.semantic is not None
    assert frames.instance is not None
    assert set(np.unique(frames.semantic[frames.instance == 0])) == {7}
    assert set(np.unique(frames.semantic[frames.instance == 1])) == {3}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_nothing_is_left_out_that_could_be_seen(seed: int) -> None:
    """Boxes around the camera, each culled by itself, and all of them as one part, never culled."""
    random = np.random.default_rng(seed)
    boxes = [
        box(tuple(random.uniform(0.3, 1.5, 3)), 0, 6).moved(random.uniform(-4, 4, 3))
        for _ in range(12)
    ]
    fov, pitch, yaw = random.uniform((0.6, -1.2, -3.0), (2.2, 1.2, 3.0))
    mounted = camera_at(24, 36, fov, pitch=pitch, yaw=yaw)
    apart = frames_of(boxes, mounted, channels=("depth",)).depth
    together = frames_of([joined(boxes)], mounted, channels=("depth",)).depth
    np.testing.assert_array_equal(apart, together)


def test_far_parts_and_specks_are_left_out() -> None:
    mounted = camera_at(32, 40, fov=1.2, position=(0, 0, 1.5), far=50.0)
    assert frames_of([wall(40)], mounted).semantic.any()
    assert not frames_of([box((1, 9, 9), 0, 9).moved((80, 0, 0))], mounted).semantic.any()
    assert not frames_of([box((0.01, 0.01, 0.01), 0, 9).moved((30, 0, 1.5))], CAMERA).semantic.any()


def test_a_material_beyond_the_palette_is_refused() -> None:
    beyond = box((1, 1, 1), 4, 6).moved((3, 0, 0))
    with pytest.raises(InputError, match="must hold the library's 5 materials, got 4"):
        frames_of([beyond], CAMERA)


def test_scene_rows_are_those_of_its_arrays() -> None:
    _, scene, _ = _random_batch(4)
    chosen = scene.rows(np.array([False, True, False, True]))
    assert isinstance(chosen.draws, Draws)
    for part in ("draws", "look"):
        for field, own in zip(getattr(scene, part), getattr(chosen, part), strict=True):
            np.testing.assert_array_equal(own, field[[1, 3]])
