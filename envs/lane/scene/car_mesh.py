"""The car's body, for whoever looks at it from outside."""

import numpy as np
from numpy.typing import NDArray

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.primitives import box, cylinder
from autonomy.envs.lane.scene.materials import Material

_LENGTH, _HALF_WIDTH = 4.1, 0.86  # [m]
_REAR_OVERHANG = 0.75  # [m] behind the rear axle, the body's origin
_AXLES = (0.75, 3.4)  # [m] from the rear
_WHEEL_RADIUS, _WHEEL_WIDTH = 0.33, 0.22  # [m]
_RIM_RADIUS = 0.2  # [m]
_SEEN = SemanticClass.VEHICLE

# Side views (x, z) [m], counter-clockwise as seen from the right. The tail is so high that the
# wheels on the ground are seen from behind, by who is higher up.
_BODY = (
    (0.0, 0.56),
    (0.3, 0.34),
    (3.9, 0.32),
    (4.1, 0.46),
    (4.05, 0.7),
    (2.95, 0.92),
    (0.05, 0.95),
)
_WINDOWS = ((0.15, 0.93), (3.0, 0.9), (2.2, 1.36), (0.55, 1.38))
_ROOF = ((0.5, 1.34), (2.28, 1.32), (2.15, 1.4), (0.65, 1.43))


def car_mesh() -> Mesh:
    """Return a small car, the middle of its rear axle above the origin and the road at z = 0."""
    rims = [_rim(x, side) for x in _AXLES for side in (-1, 1)]
    return joined([*_parts(wheel_sides=20), *rims]).moved((-_REAR_OVERHANG, 0.0, 0.0))


def simple_car_meshes() -> tuple[Mesh, Mesh]:
    """Return a car of fewer triangles, its middle above the origin, and one for far away."""
    middle = (-_LENGTH / 2, 0.0, 0.0)
    body = box((_LENGTH, 2 * _HALF_WIDTH, 0.66), Material.CAR_BODY, _SEEN).moved(
        (_LENGTH / 2, 0.0, 0.61)
    )
    return joined(_parts(wheel_sides=6)).moved(middle), joined([body, _cabin()]).moved(middle)


def _parts(wheel_sides: int) -> list[Mesh]:
    return [
        _extruded(_BODY, (_HALF_WIDTH, _HALF_WIDTH), Material.CAR_BODY),
        _cabin(),
        _extruded(_ROOF, (_HALF_WIDTH - 0.18, _HALF_WIDTH - 0.22), Material.CAR_BODY),
        *(_lamp(side) for side in (-1, 1)),
        *(_wheel(x, side, wheel_sides) for x in _AXLES for side in (-1, 1)),
    ]


def _cabin() -> Mesh:
    return _extruded(_WINDOWS, (_HALF_WIDTH - 0.04, _HALF_WIDTH - 0.2), Material.CAR_GLASS)


def _extruded(
    profile: tuple[tuple[float, float], ...], halves: tuple[float, float], material: Material
) -> Mesh:
    """Give a side view a half width [m] at its lowest and at its highest point."""
    points = np.array(profile)
    low, high = points[:, 1].min(), points[:, 1].max()
    half = np.interp(points[:, 1], (low, high), halves)
    right = np.column_stack([points[:, 0], -half, points[:, 1]])
    count = len(points)
    faces = [(0, k, k + 1) for k in range(1, count - 1)]
    faces += [(count, count + k + 1, count + k) for k in range(1, count - 1)]
    for k in range(count):
        after = (k + 1) % count
        faces += [(k, count + k, count + after), (k, count + after, after)]
    both: NDArray[np.float64] = np.vstack([right, right * (1, -1, 1)])
    return surface(both, faces, material, _SEEN, smooth=False)


def _lamp(side: int) -> Mesh:
    lamp = box((0.06, 0.3, 0.13), Material.LAMP, _SEEN)
    return lamp.moved((0.04, side * (_HALF_WIDTH - 0.2), 0.78))


def _wheel(x: float, side: int, sides: int) -> Mesh:
    upright = cylinder(_WHEEL_RADIUS, _WHEEL_WIDTH, sides, Material.TYRE, _SEEN)
    return _lying(upright, x, side * (_HALF_WIDTH - 0.08), Material.TYRE)


def _rim(x: float, side: int) -> Mesh:
    upright = cylinder(_RIM_RADIUS, 0.02, 10, Material.RIM, _SEEN)
    return _lying(upright, x, side * (_HALF_WIDTH - 0.08 + _WHEEL_WIDTH / 2), Material.RIM)


def _lying(upright: Mesh, x: float, y: float, material: Material) -> Mesh:
    """Turn what stands upright about its axle, at the height of the wheels' middles."""
    lying = upright.vertices[:, [0, 2, 1]] * (1, -1, 1)
    place = np.array([x, y, _WHEEL_RADIUS])
    return surface(lying + place, upright.triangles, material, _SEEN, smooth=False)
