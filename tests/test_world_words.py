"""Every option of every world on a command line."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
from tyro.conf import Positional
from world_cases import IDS, LANE

from autonomy.command_line import run
from autonomy.make import make_world, world_creator
from autonomy.named_world import named_world
from autonomy.registered import find_spec
from autonomy.world_options import options_of
from autonomy.world_words import OfWorld, WorldWords

FOGGY = '''
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import gymnasium as gym

from autonomy.envs.lane.env import LaneVectorEnv
from autonomy.envs.lane.options import LaneOptions
from autonomy.envs.lane.scene.appearance import PRESETS
from autonomy.randomization import between

if TYPE_CHECKING:
    from nowhere import Lamp

THICK = replace(PRESETS["default"], visibility=between(20.0, 30.0))
NO_RANGES = 3


@dataclass(frozen=True)
class FoggyOptions(LaneOptions):
    """Options of a foggy road.

    Attributes:
        fog: How thick it is.
    """

    fog: float = 0.5
    lamps: tuple[float, ...] | None = None
    """How bright each lamp is."""
    lamp: str | Lamp = "own"


class FoggyWorld(LaneVectorEnv):
    options_class = FoggyOptions


class Wrapped(gym.vector.VectorWrapper):
    def __init__(self, num_envs, **options):
        super().__init__(FoggyWorld(num_envs, **options))


gym.register("me/Foggy-v0", vector_entry_point=FoggyWorld)
gym.register("me/Wrapped-v0", vector_entry_point=Wrapped)
'''


@dataclass(frozen=True)
class Arguments:
    """Show what was given."""

    policy: Positional[str]
    """Who."""
    env: str | None = None
    """Where."""
    world: WorldWords = field(default_factory=lambda: {"split": "test"})
    """How it is there."""


@dataclass(frozen=True)
class FewArguments:
    """Take some of a world's options."""

    env: Positional[str]
    world: Annotated[dict[str, Any], OfWorld(but_for=("split",))] = field(default_factory=dict)


@pytest.fixture(scope="module")
def foggy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "foggy.py"
    path.write_text(FOGGY)
    return path


def chosen(*words: str, arguments: type[Any] = Arguments) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    run(lambda given: found.append(given.world), arguments, words)
    return found[0]


@pytest.mark.parametrize("env_id", IDS)
def test_every_option_is_listed_with_what_it_means(
    env_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        chosen("--env", env_id, "--help")
    shown = capsys.readouterr().out
    spec = find_spec(env_id)
    options = options_of(world_creator(spec), spec.kwargs)
    assert {"observations", "cameras", "split", "randomization"} < {own.name for own in options}
    for option in options:
        assert f"--world.{option.name.replace('_', '-')}" in shown
        assert option.meaning.split()[0] in shown


def test_what_is_given_and_nothing_else_is_taken() -> None:
    assert chosen("expert") == {"split": "test"}
    words = "--world.target-speed 8 --world.image-size 24 32 --world.observations camera state"
    assert chosen("expert", "--env", LANE, *words.split(), "--world.split", "train") == {
        "target_speed": 8.0,
        "image_size": (24, 32),
        "observations": ("camera", "state"),
        "split": "train",
    }
    arm = ("expert", "--env=autonomy/ArmReach-v0", "--world.goal-marker", "--world.triangles")
    assert chosen(*arm, "None") == {"goal_marker": True, "triangles": None, "split": "test"}


def test_one_or_several_may_be_given() -> None:
    for given, taken in (("a.csv", "a.csv"), ("a.csv b.csv", ("a.csv", "b.csv"))):
        words = ("expert", "--env", LANE, "--world.roads", *given.split())
        assert chosen(*words) == {"roads": taken, "split": "test"}


def test_all_worlds_options_need_no_world() -> None:
    words = ("expert", "--world.control-rate", "5", "--world.perception", "None")
    assert chosen(*words) == {"control_rate": 5.0, "perception": None, "split": "test"}


@pytest.mark.parametrize("name", ["Foggy", "Wrapped"])
def test_a_world_of_ones_own_in_a_file(
    name: str, foggy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("expert", "--env", f"{foggy}:me/{name}-v0")
    if name == "Foggy":
        with pytest.raises(SystemExit):
            chosen(*where, "--help")
        shown = capsys.readouterr().out
        assert "How thick it is." in shown
        assert "How bright each lamp is." in shown
        own = ("--world.fog", "0.9", "--world.lamps", "1", "2", "--world.lamp", "foggy.py:LAMP")
        assert chosen(*where, *own) == {
            "fog": 0.9,
            "lamps": (1.0, 2.0),
            "lamp": "foggy.py:LAMP",
            "split": "test",
        }
    options = chosen(*where, "--world.observations", "state")
    world = make_world(where[2], 2, **options)
    assert world.reset(seed=0)[0].keys() == {"state"}
    assert len(world.overview()) == 2
    world.close()


def test_an_object_is_given_by_where_it_is(foggy: Path) -> None:
    options = chosen("expert", "--env", LANE, "--world.randomization", f"{foggy}:THICK")
    assert json.loads(json.dumps(options)) == options
    world = make_world(LANE, 4, observations=("state",), **options)
    _, info = world.reset(seed=0)
    assert info["randomization"]["visibility"].max() < 30.0


def test_an_id_among_the_words_names_the_world() -> None:
    words = (LANE, "--world.target-speed", "8")
    assert chosen(*words, arguments=FewArguments) == {"target_speed": 8.0}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("expert --world.robot kuka", "--world.robot is no option that all worlds have, so"),
        (f"expert --env {LANE} --world.robot kuka", "no option 'robot' here, only cameras, "),
        (f"expert --env {LANE} --world.no-fog", "no option 'no_fog' here"),
        ("expert --env autonomy/LaneFolow-v0", "Did you mean: `LaneFollow`"),
        ("expert --env autonomy.nothing:LaneFollow-v0", "no module 'autonomy.nothing'"),
        ("expert --env nowhere.py:me/X-v0", "there is no file nowhere.py"),
        ("expert --env CartPole-v1 --world.fog 1", "CartPole-v1 has no option 'fog' here"),
    ],
)
def test_what_cannot_be_ends_with_one_line(
    words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        chosen(*words.split())
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_some_options_may_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        chosen(LANE, "--world.split", "test", arguments=FewArguments)
    assert "has no option 'split' here" in capsys.readouterr().err


def test_no_words_name_no_world() -> None:
    assert named_world([]) is None
