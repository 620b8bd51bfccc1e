"""What the lane world lets a policy observe of what modules report: `perceived`."""

import numpy as np
from numpy.typing import NDArray

from autonomy.envs.lane.options import FRONT
from autonomy.envs.lane.physics.location import Location, look_ahead
from autonomy.envs.lane.physics.routes import Routes
from autonomy.envs.lane.physics.vehicles import Vehicles
from autonomy.perception.in_world.filtering import Motion
from autonomy.perception.in_world.loop import Known, Perceivable
from autonomy.perception.lane.shape import CURVATURE_DISTANCES, LANE_QUANTITIES

_CURVATURE = Motion(speed=0.01, acceleration=0.05, bound=0.2)
_MOTIONS = (
    Motion(speed=0.5, acceleration=3.0, bound=10.0),  # of the lane offset
    Motion(speed=0.2, acceleration=2.0, bound=np.pi),  # of the heading error
    *(_CURVATURE for _ in CURVATURE_DISTANCES),
    Motion(speed=0.02, acceleration=0.05, bound=20.0),  # of the lane's width
)

PERCEIVABLE = Perceivable({"front": FRONT}, dict(zip(LANE_QUANTITIES, _MOTIONS, strict=True)))
"""What can be perceived of a lane."""


def lane_quantities(vehicles: Vehicles, location: Location, routes: Routes) -> NDArray[np.float32]:
    """Return the truth of the `LANE_QUANTITIES`, `(M, 6)`."""
    distances = np.tile(np.array(CURVATURE_DISTANCES), (len(location.offset), 1))
    points = np.empty((*distances.shape, 3))
    look_ahead(vehicles, routes, location, distances, points)
    columns = [location.offset, location.heading_error, *points[:, :, 2].T, location.width]
    return np.stack(columns, axis=1).astype(np.float32)


def lane_knowledge(vehicles: Vehicles, location: Location, routes: Routes) -> Known:
    """Return the truth of what is perceived; nobody asks for its rates."""
    mean = lane_quantities(vehicles, location, routes).astype(np.float64)
    return Known(mean, np.zeros_like(mean))
