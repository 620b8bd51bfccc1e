"""The roads that a user chose, whichever way they were named."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from autonomy.envs.lane.roads.generated_roads import GeneratedRoads
from autonomy.envs.lane.roads.given_roads import divided, one_road, roads_in
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.envs.lane.roads.road_source import RoadSource
from autonomy.errors import InputError
from autonomy.imported_class import is_name_of_object, named_object

GENERATED = "generated"
"""The name of roads of the usual distribution."""

Roads = RoadSource | RoadDistribution | Road | Path | str | Sequence[Road | Path | str]
"""What the option `roads` may be."""


def chosen_roads(chosen: Roads) -> RoadSource:
    """Return the source of the roads that a user chose.

    - A source, or a distribution of generated roads; `generated` is the usual one.
    - `package.module:Name` or `file.py:Name`: one of those in the user's own code.
    - A road, or the path of a CSV or JSON file with one: for training, validation and test.
    - A folder of such files, or a list of roads and files: each for one of the splits.

    Raises:
        InputError: It is none of these.
    """
    match chosen:
        case RoadSource():
            return chosen
        case RoadDistribution():
            return GeneratedRoads(chosen)
        case Road():
            return one_road(chosen)
        case Path():
            return roads_in(chosen) if chosen.is_dir() else one_road(chosen)
        case str():
            return _named(chosen)
        case list() | tuple():
            return divided([road if isinstance(road, Road) else Path(road) for road in chosen])
        case _:
            raise InputError(
                "roads must be generated, a RoadDistribution, a RoadSource, module:Name or "
                "file.py:Name of one, or a Road, a file, a folder or a list of roads, "
                f"got {chosen!r}"
            )


def _named(name: str) -> RoadSource:
    if name == GENERATED:
        return GeneratedRoads()
    if is_name_of_object(name):
        return chosen_roads(cast(Roads, named_object(name)))
    return chosen_roads(Path(name))
