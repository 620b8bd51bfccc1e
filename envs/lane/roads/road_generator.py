"""Roads from seeds: closed circuits and open roads that can always be driven."""

import numpy as np
from numpy.random import Generator

from autonomy.elementary import cos, sin
from autonomy.envs.lane.roads.alignment import Line, trace
from autonomy.envs.lane.roads.drivable import INNER_RADIUS_MIN, check_drivable
from autonomy.envs.lane.roads.generated_circuit import draw_circuit
from autonomy.envs.lane.roads.generated_cross_section import CrossSection, draw_cross_section
from autonomy.envs.lane.roads.generated_hills import draw_hills
from autonomy.envs.lane.roads.generated_open_road import draw_open_road
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_clearance import Strip, touching_stations
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.errors import InputError

SPLITS: dict[str, range] = {
    "train": range(0, 512),
    "validation": range(1_000_000, 1_100_000),
    "test": range(2_000_000, 3_000_000),
}

USUAL = RoadDistribution()
"""The distribution of roads where a user says nothing else."""

_TRIES = 2000


def generate_road(seed: int, distribution: RoadDistribution = USUAL) -> Road:
    """Generate the road of a seed; one seed and distribution always give the same road.

    Raises:
        InputError: the seed is negative, or the distribution leaves no room for a road.
    """
    road = draw_road(seed, distribution)
    check_drivable(road)
    return road


def draw_road(seed: int, distribution: RoadDistribution) -> Road:
    """Generate a road likewise, without a last look at whether it can be driven.

    Raises:
        InputError: the seed is negative, or the distribution leaves no room for a road.
    """
    if seed < 0:
        raise InputError(f"a road's seed must be 0 or more, got {seed}")
    random = np.random.default_rng(seed)
    closed, section = _draw_kind(random, distribution)
    line = _draw_clear_line(random, distribution, section, closed)
    stations = len(line.points)
    elevation, grade = draw_hills(
        random,
        np.linspace(0.0, (stations - 1) * line.spacing, stations),
        stations * line.spacing if closed else None,
        distribution,
    )
    return Road(
        name=str(seed),
        closed=closed,
        spacing=line.spacing,
        position=np.column_stack([line.points, elevation]),
        heading=line.heading,
        curvature=line.curvature,
        grade=grade,
        boundaries=np.broadcast_to(section.boundaries, (stations, len(section.markings))),
        directions=section.directions,
        markings=section.markings,
    )


def forward_lanes(seed: int, distribution: RoadDistribution = USUAL) -> int:
    """Return how many lanes of the road of a seed run with it, without generating the rest."""
    _, section = _draw_kind(np.random.default_rng(seed), distribution)
    return int((section.directions > 0).sum())


def _draw_kind(random: Generator, distribution: RoadDistribution) -> tuple[bool, CrossSection]:
    """Draw whether a road is closed, and its lanes."""
    closed = random.random() < distribution.circuit_share
    return closed, draw_cross_section(random, distribution)


def _draw_clear_line(
    random: Generator, distribution: RoadDistribution, section: CrossSection, closed: bool
) -> Line:
    """Draw lines until one keeps its legs apart."""
    for _ in range(_TRIES):
        line = _draw_line(random, distribution, section, closed)
        if line is None:
            continue
        if touching_stations(_land(line, section, closed), distribution.clearance) is None:
            return line
    raise InputError(
        f"no road of {distribution} kept clear of itself in {_TRIES} draws; "
        "longer circuits, fewer lanes or less clearance would leave room"
    )


def _land(line: Line, section: CrossSection, closed: bool) -> Strip:
    """Return what a line takes of the land, however high it is: no leg is led over another."""
    flat = np.pad(line.points, ((0, 0), (0, 1)))
    normal = np.stack([-sin(line.heading), cos(line.heading)], axis=1)
    sides = np.full((len(flat), 2), section.reach)
    return Strip(flat, normal, sides, line.spacing, closed)


def _draw_line(
    random: Generator, distribution: RoadDistribution, section: CrossSection, closed: bool
) -> Line | None:
    innermost = section.reach - section.width / 2
    radius_min = max(
        distribution.radius[0],
        distribution.inner_radius + innermost,
        INNER_RADIUS_MIN + section.reach,
    )
    heading = random.uniform(-np.pi, np.pi)
    if not closed:
        corners = draw_open_road(random, distribution, section.reach, radius_min)
        return trace(corners.alignment(), random.uniform(*distribution.open_length), heading)
    corners = draw_circuit(random, distribution, section.reach, radius_min)
    return corners and trace(corners.alignment(), corners.length, heading).joined()
