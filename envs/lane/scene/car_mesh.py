"""The car's body, for whoever looks at it from outside."""

import numpy as np

from autonomy.camera.classes import SemanticClass
from autonomy.camera.mesh import Mesh, joined, surface
from autonomy.camera.primitives import cylinder
from envs.lane.scene.materials import Material

_REAR_OVERHANG = 0.9  # [m] behind the rear axle, the body's origin


def car_mesh() -> Mesh:
    """Return a small car whose rear axle's middle is above the origin, on the road at z = 0."""
    length, half = 4.2, 0.88
    side = np.array(
        [
            (0.0, 0.35),
            (length, 0.35),
            (length, 0.72),
            (length - 1.1, 0.92),
            (0.15, 0.98),
            (0.0, 0.8),
        ]
    )
    cabin = np.array([(0.35, 0.96), (3.1, 0.93), (2.35, 1.42), (0.8, 1.45)])
    shadow = surface(
        [(-0.15, -1, 0.03), (length + 0.15, -1, 0.03), (length + 0.15, 1, 0.03), (-0.15, 1, 0.03)],
        [(0, 1, 2), (0, 2, 3)],
        Material.SHADOW,
        SemanticClass.VEHICLE,
    )
    body = _extruded(side, half, Material.CAR_BODY)
    glass = _extruded(cabin, half - 0.12, Material.CAR_GLASS)
    roof = _extruded(cabin[2:] * (1, 1) + [(0, 0.01), (0, 0.01)], half - 0.1, Material.CAR_BODY)
    wheels = [_wheel(x, y) for x in (0.8, 3.4) for y in (-half + 0.08, half - 0.08)]
    return joined([shadow, body, glass, roof, *wheels]).moved((-_REAR_OVERHANG, 0.0, 0.0))


def _extruded(profile: np.ndarray, half: float, material: Material) -> Mesh:
    """Give a side profile (x, z), counter-clockwise seen from the right, a width of 2 `half`."""
    if len(profile) == 2:  # a thin plate
        profile = np.vstack([profile, profile[::-1] - (0, 0.06)])[[3, 2, 0, 1]]
    count = len(profile)
    right = np.column_stack([profile[:, 0], np.full(count, -half), profile[:, 1]])
    points = np.vstack([right, right * (1, -1, 1)])
    faces = [(0, k, k + 1) for k in range(1, count - 1)]
    faces += [(count, count + k + 1, count + k) for k in range(1, count - 1)]
    for k in range(count):
        after = (k + 1) % count
        faces += [(k, count + k, count + after), (k, count + after, after)]
    return surface(points, faces, material, SemanticClass.VEHICLE, smooth=False)


def _wheel(x: float, y: float) -> Mesh:
    upright = cylinder(0.33, 0.22, 12, Material.TYRE, SemanticClass.VEHICLE)
    points = upright.vertices[:, [0, 2, 1]] * (1, -1, 1) + np.array([x, y, 0.33])
    return surface(points, upright.triangles, Material.TYRE, SemanticClass.VEHICLE, smooth=False)
