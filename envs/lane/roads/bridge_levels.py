"""Which of the ways through each crossing of a circuit goes over a bridge."""

from collections.abc import Sequence
from itertools import combinations

from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.self_crossings import Crossing, Passage
from autonomy.errors import InputError


def passages_over(road: Road, crossings: Sequence[Crossing], ramp: float) -> list[bool]:
    """Decide of each crossing whether its later way goes over its earlier one, or the other way.

    Ways with too little road between them for a ramp are on one level. Among what is left free,
    the later way goes over.

    Raises:
        InputError: There is no such choice with ramps of that length [m].
    """
    ways = [(place, way) for place in range(len(crossings)) for way in (0, 1)]
    near: list[list[tuple[int, int]]] = [[] for _ in crossings]  # crossing, and whether it differs
    for (one, way), (other, other_way) in combinations(ways, 2):
        if _between(road, crossings[one][way], crossings[other][other_way]) >= ramp:
            continue
        if one == other:
            raise _too_near(road, *crossings[one], ramp)
        near[one].append((other, way ^ other_way))
        near[other].append((one, way ^ other_way))
    return _chosen(road, crossings, near, ramp)


def _chosen(
    road: Road, crossings: Sequence[Crossing], near: list[list[tuple[int, int]]], ramp: float
) -> list[bool]:
    """Go from crossing to near crossing; where that comes back, the choices have to agree."""
    over: dict[int, int] = {}
    for first in range(len(crossings)):
        waiting = [] if first in over else [(first, 1)]
        while waiting:
            place, way = waiting.pop()
            if over.setdefault(place, way) != way:
                raise _contradicts(road, crossings[place], ramp)
            fresh = [(other, way ^ differs) for other, differs in near[place]]
            waiting += [pair for pair in fresh if over.get(pair[0]) != pair[1]]
    return [over[place] == 1 for place in range(len(crossings))]


def _between(road: Road, one: Passage, other: Passage) -> float:
    """Return how far two ways are apart along the circuit, the shorter way round [m]."""
    return min(_ahead(road, one, other), _ahead(road, other, one))


def _ahead(road: Road, one: Passage, other: Passage) -> float:
    """Return how much road there is from the end of one way to the start of another [m]."""
    steps = (other.first - one.first) % road.station_count - (one.last - one.first)
    return max(steps, 0) * road.spacing


def _too_near(road: Road, one: Passage, other: Passage, ramp: float) -> InputError:
    if _ahead(road, other, one) < _ahead(road, one, other):
        one, other = other, one
    here, there = (passage.at * road.spacing for passage in (one, other))
    return InputError(
        f"road {road.name} must have {ramp:.0f} m for a ramp between the two ends of a bridge over "
        f"itself, but has {_ahead(road, one, other):.0f} m where it comes back from {here:.0f} m "
        f"to {there:.0f} m along it: make that loop longer, or the road narrower"
    )


def _contradicts(road: Road, crossing: Crossing, ramp: float) -> InputError:
    here, there = (passage.at * road.spacing for passage in crossing)
    return InputError(
        f"road {road.name} must have {ramp:.0f} m between crossings where it is above and where it "
        f"is below, but those around {here:.0f} m and {there:.0f} m along it lie nearer to each "
        "other, whichever way goes over: move them apart"
    )
