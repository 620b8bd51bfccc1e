"""Roads that were given: one for everything, or many, each for training, validation or test."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from autonomy.envs.lane.roads.drivable import check_drivable
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_files import read_road
from autonomy.envs.lane.roads.road_source import RoadSource
from autonomy.envs.lane.roads.route_start import UNDRIVEN
from autonomy.errors import InputError
from autonomy.options import SPLITS

_SUFFIXES = (".csv", ".json")
_JUDGED_SHARE = 0.15  # of many roads are for validation, and as many for test


class GivenRoads(RoadSource):
    """Roads and files of roads, divided into splits; a split's files are read once it is used.

    Every route goes once along the shortest of a split's roads, if the user leaves its length open.
    """

    def __init__(self, splits: Mapping[str, Sequence[Road | Path]]) -> None:
        """Take the roads of each split: the same in all of them, or no two alike."""
        self._splits = {split: tuple(splits.get(split, ())) for split in SPLITS}
        in_order = dict.fromkeys(road for split in SPLITS for road in self._splits[split])
        self._in_order = tuple(in_order)  # which has each road once
        self._roads: dict[int, Road] = {}

    def numbers(self, split: str) -> range:
        """Return the numbers of a split's roads: they count on from one split to the next.

        Raises:
            InputError: There are none.
        """
        own = self._splits[split]
        if not own:
            raise InputError(f"the given roads must have some for {split}, got none")
        first = self._in_order.index(own[0])
        return range(first, first + len(own))

    def make_road(self, number: int) -> Road:
        """Return the road of a number.

        Raises:
            InputError: Its file cannot be read, or the road cannot be driven.
        """
        if number not in self._roads:
            self._roads[number] = _read(self._in_order[number])
        return self._roads[number]

    def description(self, split: str) -> str:
        """Return what roads these are: a name, and a checksum of where they go."""
        roads = self._of(split)
        checksum = 0
        for road in roads:
            checksum = zlib.crc32(road.position.tobytes(), checksum)
        what = f"the road {roads[0].name}" if len(roads) == 1 else f"{len(roads)} roads ({split})"
        return f"{what} ({checksum:08x})"

    def route_length(self, split: str) -> float:
        """Return how far one can drive on each of a split's roads, at most once along it [m].

        Raises:
            InputError: There is an open road without any room for a route.
        """
        return min(map(_once_along, self._of(split)))

    def shortest(self, split: str) -> float:
        """Return the length of a split's shortest open road [m]."""
        return min((road.length for road in self._of(split) if not road.closed), default=np.inf)

    def _of(self, split: str) -> list[Road]:
        return [self.make_road(number) for number in self.numbers(split)]


def one_road(road: Road | Path) -> GivenRoads:
    """Return a road for training, validation and test."""
    return GivenRoads(dict.fromkeys(SPLITS, (road,)))


def roads_in(folder: Path) -> GivenRoads:
    """Return the roads of a folder's CSV and JSON files.

    Folders `train`, `validation` and `test` in it are what they are called; else the files are
    divided as `divided` does.

    Raises:
        InputError: There are none, or only two.
    """
    named = {split: _files_in(folder / split) for split in SPLITS}
    return GivenRoads(named) if any(named.values()) else divided(_files_in(folder), str(folder))


def divided(roads: Sequence[Road | Path], whose: str = "roads") -> GivenRoads:
    """Divide roads among training, validation and test; which is which follows from their names.

    Raises:
        InputError: There are none, or only two.
    """
    if len(roads) == 1:
        return one_road(roads[0])
    if len(roads) < len(SPLITS):
        raise InputError(
            f"{whose} must have one road, for everything, or three and more, so that there are "
            f"some for {', '.join(SPLITS)}, got {len(roads)}"
        )
    ranked = sorted(roads, key=_rank)
    count = max(1, round(_JUDGED_SHARE * len(ranked)))
    return GivenRoads(
        {
            "train": ranked[2 * count :],
            "validation": ranked[count : 2 * count],
            "test": ranked[:count],
        }
    )


def _rank(road: Road | Path) -> tuple[int, str]:
    """Return an order that has nothing to do with that in which roads are named."""
    name = road.stem if isinstance(road, Path) else road.name
    return zlib.crc32(name.encode()), name


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)


def _read(given: Road | Path) -> Road:
    if isinstance(given, Path):
        return read_road(given)
    check_drivable(given)
    return given


def _once_along(road: Road) -> float:
    if road.closed:
        return road.length
    if road.length <= UNDRIVEN:
        raise InputError(
            f"an open road must be longer than the {UNDRIVEN:.0f} m before the start and beyond "
            f"the end of a route, got {road.length:.0f} m of road {road.name}"
        )
    return road.length - UNDRIVEN
