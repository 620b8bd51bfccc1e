"""Roads that users bring: objects, files, folders, lists, and names of their own code."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lane_cases import lived, make, straight
from road_cases import circle

from autonomy.envs.lane.roads.chosen_roads import chosen_roads
from autonomy.envs.lane.roads.generated_roads import GeneratedRoads
from autonomy.envs.lane.roads.given_roads import GivenRoads
from autonomy.envs.lane.roads.road import Road
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.envs.lane.roads.road_files import write_road
from autonomy.envs.lane.roads.road_source import RoadSource
from autonomy.errors import InputError
from autonomy.options import SPLITS

OF_MY_OWN = """
from dataclasses import dataclass
from autonomy.envs.lane.roads.road_distribution import RoadDistribution
from autonomy.envs.lane.roads.road_generator import generate_road
from autonomy.envs.lane.roads.road_source import RoadSource

NARROW = RoadDistribution(lane_width=(2.1, 2.3))

@dataclass(frozen=True)
class Wide(RoadDistribution):
    lane_width: tuple[float, float] = (3.7, 3.8)

class Two(RoadSource):
    def numbers(self, split):
        return range(0, 1) if split == "train" else range(1, 2)
    def make_road(self, number):
        return generate_road(40 + number)

class Needy(Two):
    def __init__(self, how_many): ...
"""


class Circles(RoadSource):
    """Two small circuits to learn from, a larger one to be judged on."""

    def numbers(self, split: str) -> range:
        """Return the numbers of a split."""
        return range(2) if split == "train" else range(2, 3)

    def make_road(self, number: int) -> Road:
        """Make a circle."""
        return circle(50.0 + 10.0 * number)


def started(num_envs: int = 8, **options: Any) -> tuple[Any, dict[str, Any]]:
    world = make(num_envs, observations=("state",), **options)
    return world, world.reset(seed=0)[1]["randomization"]


def write_circles(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True)
    files = [folder / f"circle_{number}.json" for number in range(count)]
    for number, file in enumerate(files):
        write_road(file, circle(40.0 + 5.0 * number))
    return files


def names(source: RoadSource, split: str) -> list[float]:
    return [source.make_road(number).length for number in source.numbers(split)]


def test_a_source_of_ones_own_says_which_roads_there_are() -> None:
    assert set(started(roads=Circles())[1]["road"]) == {0, 1}
    world, drawn = started(roads=Circles(), split="test")
    assert set(drawn["road"]) == {2}
    end, _ = lived(make(roads=Circles(), autoreset_mode="Disabled"), lambda: (0.0, -1.0))
    assert end == "stuck"
    with pytest.raises(InputError, match=r"the state must be of roads|got one of"):
        started(roads=Circles())[0].set_state(world.get_state())
    other = copy.deepcopy(world)
    np.testing.assert_equal(other.get_state(), world.get_state())


def test_a_distribution_may_be_of_closed_roads_only() -> None:
    far = {"roads": RoadDistribution(circuit_share=1.0), "route_length": 5000.0}
    assert make(**far).reset(seed=0)
    with pytest.raises(InputError, match="open roads must be 110 m longer than the route"):
        make(route_length=5000.0)


@pytest.mark.parametrize(("name", "low", "high"), [("NARROW", 2.1, 2.3), ("Wide", 3.7, 3.8)])
def test_a_distribution_in_a_file_is_named(
    tmp_path: Path, name: str, low: float, high: float
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(OF_MY_OWN)
    world, _ = started(roads=f"{file}:{name}")
    width = world.get_state()["location_width"]
    assert low <= width.min() <= width.max() <= high


def test_a_source_in_a_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_roads_of_this_test.py").write_text(OF_MY_OWN)
    monkeypatch.syspath_prepend(tmp_path)
    assert set(started(roads="my_roads_of_this_test:Two")[1]["road"]) == {0}
    with pytest.raises(InputError, match="Needy must be made without arguments: missing"):
        make(roads="my_roads_of_this_test:Needy")
    with pytest.raises(InputError, match="there is no 'Three' where"):
        make(roads="my_roads_of_this_test:Three")


@pytest.mark.parametrize("split", SPLITS)
def test_one_road_is_for_everything_and_driven_once(tmp_path: Path, split: str) -> None:
    file = tmp_path / "lap.json"
    write_road(file, circle(60.0))
    source = chosen_roads(str(file))
    assert source.numbers(split) == range(1)
    assert source.route_length(split) == pytest.approx(2 * np.pi * 60.0, rel=1e-3)
    assert source.description(split).startswith("the road test (")
    assert chosen_roads(circle(60.0)).description(split) == source.description(split)


def test_an_open_road_is_driven_but_for_its_ends() -> None:
    """From 10 m on, and to where 100 m are left: 400 stations 1 m apart leave 289 m."""
    world, _ = started(roads=straight(), route_length=None)
    assert chosen_roads(straight()).route_length("train") == 289.0
    state = world.get_state()
    np.testing.assert_array_equal(state["location_station"], 10)
    expert = world.expert()
    ended = np.zeros(8, bool)
    for _ in range(400):
        *_, info = world.step(expert.act({}))
        ended |= info["success"]
        assert set(info["episode_end"]) <= {"", "success"}
    assert ended.all()


def test_an_open_road_without_room_for_a_route_says_so() -> None:
    with pytest.raises(InputError, match=r"must be longer than the 110 m before the start .* 99 m"):
        make(roads=straight(100), route_length=None)
    with pytest.raises(InputError, match="110 m longer than the route, got 199 m for a route of"):
        make(roads=straight(200), route_length=150.0)


def test_many_roads_are_divided_without_overlap(tmp_path: Path) -> None:
    files = write_circles(tmp_path / "mine", 12)
    source = chosen_roads(tmp_path / "mine")
    assert [len(source.numbers(split)) for split in SPLITS] == [8, 2, 2]
    assert len({number for split in SPLITS for number in source.numbers(split)}) == 12
    lengths = [length for split in SPLITS for length in names(source, split)]
    assert len(set(lengths)) == 12
    assert source.route_length("test") == min(names(source, "test"))
    for same in ([str(file) for file in reversed(files)], tuple(files), str(tmp_path / "mine")):
        other = chosen_roads(same)
        assert all(names(other, split) == names(source, split) for split in SPLITS)
    assert set(started(32, roads=source, split="validation")[1]["road"]) == {8, 9}


def test_roads_and_files_may_stand_in_one_list(tmp_path: Path) -> None:
    files = write_circles(tmp_path / "mine", 2)
    source = chosen_roads([*files, straight(400)])
    assert [len(source.numbers(split)) for split in SPLITS] == [1, 1, 1]


def test_folders_named_as_splits_are_those(tmp_path: Path) -> None:
    for place, split in enumerate(("train", "test")):
        write_circles(tmp_path / split, place + 1)
    source = chosen_roads(tmp_path)
    assert [source.numbers(split) for split in ("train", "test")] == [range(1), range(1, 3)]
    with pytest.raises(InputError, match="the given roads must have some for validation, got none"):
        make(roads=tmp_path, split="validation")


def test_only_a_splits_own_files_are_read(tmp_path: Path) -> None:
    write_circles(tmp_path / "train", 1)
    (tmp_path / "test").mkdir()
    (tmp_path / "test/broken.json").write_text("{")
    assert make(roads=tmp_path, split="train").reset(seed=0)
    with pytest.raises(InputError, match=r"broken.json cannot be read as JSON"):
        make(roads=tmp_path, split="test")


@pytest.mark.parametrize(
    ("roads", "message"),
    [
        (3, "roads must be generated, a RoadDistribution, a RoadSource, module:Name .* got 3"),
        (["a.csv", "b.csv"], "roads must have one road, .* three and more, .* got 2"),
        ([], "roads must have one road, .* got 0"),
        ("imaginary.csv", "there is no file imaginary.csv"),
        ("circuits", "a road file must end in .csv or .json, got circuits"),
        ("nothing_of_this_name:Roads", "no module 'nothing_of_this_name'"),
        ("nothing_of_this_name.py:Roads", "there is no file nothing_of_this_name.py"),
        ("autonomy.options:TRUTH", "a road file must end in .csv or .json, got truth"),
    ],
    ids=str,
)
def test_roads_that_cannot_be_are_refused(roads: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(roads=roads)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must have one road, .* got 0"):
        make(roads=tmp_path)


def test_a_road_that_cannot_be_driven_is_refused() -> None:
    steep = straight(400, grade=0.3)
    with pytest.raises(InputError, match="cannot be driven 0 m along it: it is too steep"):
        make(roads=steep)

    class Steep(Circles):
        def make_road(self, number: int) -> Road:
            """Make it."""
            return steep

    with pytest.raises(InputError, match="cannot be driven 0 m along it: it is too steep"):
        make(roads=Steep()).reset(seed=0)


def test_roads_may_be_the_same_in_two_splits() -> None:
    one, other = circle(50.0), circle(60.0)
    source = GivenRoads({"train": [one], "validation": [other], "test": [one]})
    assert [source.numbers(split) for split in SPLITS] == [range(1), range(1, 2), range(1)]


def test_what_is_generated_is_said() -> None:
    assert GeneratedRoads().description("test") == "generated roads (test)"
    own = GeneratedRoads(RoadDistribution(grade=0.0)).description("test")
    assert own.startswith("generated roads (test) of RoadDistribution(circuit_share=0.5, ")
