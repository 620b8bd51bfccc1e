"""Draw any road from above: a generated one, a surveyed circuit or a saved road."""

from autonomy.interruptible import run

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tyro.conf import Positional

from autonomy.errors import InputError

if TYPE_CHECKING:
    from autonomy.envs.lane.roads.road import Road

_SIZE_MAX = 8192  # [pixels]


@dataclass(frozen=True)
class Arguments:
    """Draw a road into a picture."""

    source: Positional[str]
    """Number of a generated road in its split, or path of a .csv or .json road."""
    picture: Positional[Path]
    """The PNG file to write."""
    split: str = "test"
    """Roads that a number counts in: train, validation or test."""
    size: int = 1000
    """Height and width of the picture [pixels]."""


def main(arguments: Arguments) -> None:
    """Draw the road and say what it is."""
    from autonomy.envs.lane.roads.road_map import RoadMap
    from autonomy.picture_file import write_picture

    if arguments.picture.suffix.lower() != ".png":
        raise InputError(f"the picture must be a .png file, got {arguments.picture}")
    if not 1 <= arguments.size <= _SIZE_MAX:
        raise InputError(f"the size must lie in 1 to {_SIZE_MAX} pixels, got {arguments.size}")
    road = _road(arguments.source, arguments.split)
    picture = RoadMap(road, (arguments.size, arguments.size)).picture
    write_picture(arguments.picture, picture)
    kind = "circuit" if road.closed else "open road"
    print(f"{arguments.picture}: {kind} {road.name}, {road.length:.0f} m, {road.lane_count} lanes")


def _road(source: str, split: str) -> "Road":
    from autonomy.envs.lane.roads.road_files import read_road
    from autonomy.envs.lane.roads.road_generator import SPLITS, generate_road

    if not source.isdecimal():
        return read_road(Path(source))
    if split not in SPLITS:
        raise InputError(f"the split must be one of {', '.join(SPLITS)}, got {split}")
    seeds, number = SPLITS[split], int(source)
    if number >= len(seeds):
        raise InputError(f"the {split} split has roads 0 to {len(seeds) - 1}, got {number}")
    return generate_road(seeds[number])


if __name__ == "__main__":
    run(main, Arguments)
