"""Which roads exist: the ranges that the generator draws from."""

from dataclasses import dataclass

from autonomy.envs.lane.roads.drivable import GRADE_MAX, LANE_WIDTH_MIN
from autonomy.errors import InputError

Range = tuple[float, float]


@dataclass(frozen=True)
class RoadDistribution:
    """Ranges of generated roads; lengths, radii and widths are in metres."""

    circuit_share: float = 0.5
    circuit_length: Range = (800.0, 2000.0)
    open_length: Range = (1150.0, 1600.0)
    radius: Range = (15.0, 500.0)
    lanes: tuple[int, int] = (1, 3)  # in a direction
    lane_width: Range = (2.8, 3.8)
    one_way_share: float = 0.2
    flat_share: float = 0.15
    grade: float = GRADE_MAX  # the steepest
    height: float = 11.5  # of the hills
    clearance: float = 25.0  # between the edges of two legs
    inner_radius: float = 12.0  # of the innermost lane centre

    def __post_init__(self) -> None:
        for name in ("circuit_length", "open_length", "radius", "lanes", "lane_width"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise InputError(f"{name} must be two rising positive numbers, got {low}, {high}")
        for name in ("circuit_share", "one_way_share", "flat_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must lie in [0, 1], got {getattr(self, name)}")
        if not 0 <= self.grade <= GRADE_MAX:
            raise InputError(f"grade must lie in [0, {GRADE_MAX}], got {self.grade}")
        if self.lane_width[0] < LANE_WIDTH_MIN:
            raise InputError(
                f"lane_width must start at {LANE_WIDTH_MIN} m or more, got {self.lane_width[0]}"
            )
