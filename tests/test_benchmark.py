"""The benchmark measures what it says, and says it in JSON; how fast is not a test's business."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autonomy.camera.classes import SemanticClass
from autonomy.command_line import run
from autonomy.scripts import benchmark
from autonomy.scripts.benchmarking.arm_frames import OurFrames, TinyFrames
from autonomy.scripts.benchmarking.contestants import (
    Contestant,
    Settings,
    our_labels,
    our_renderers,
    our_worlds,
    peers_renderers,
)
from autonomy.scripts.benchmarking.race import Result
from autonomy.scripts.benchmarking.ratios import ratios
from autonomy.scripts.benchmarking.stepping import Sample, make_stepper, run_for

Command = Callable[..., None]

LANE = "autonomy/LaneFollow-v0"

TINY = (
    *("--batch-sizes", "2", "--image-sizes", "12x16", "--seconds", "0.01", "--repetitions", "2"),
    *("--warm-up-episodes", "2", "--warm-up-seconds", "0.01", "--steps-memory", "40"),
    *("--no-peers",),
)


@pytest.fixture
def benchmark_script(monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["benchmark.py", *words])
        run(benchmark.main, benchmark.Arguments)

    return command


def result(name: str, kind: str, observations: str, seconds: float, peer: bool) -> Result:
    options: dict[str, object] = {}
    if not peer:
        options["observations"] = tuple(observations.split(","))
    if observations.startswith("camera"):
        options["image_size"] = (84, 84)
    contestant = Contestant(name, kind, "Race-v0" if peer else LANE, 64, options, peer=peer)
    samples = (Sample(640, 0, seconds, 2 * seconds), Sample(640, 0, 2 * seconds, seconds))
    return Result(contestant, 64, samples)


def test_the_json_holds_every_part(
    benchmark_script: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark_script(*TINY, "--observations", "camera", "state", "--json", "-")
    found = json.loads(capsys.readouterr().out)
    assert {"cpu", "cores", "versions", "system", "load_average_1min"} <= found["machine"].keys()
    assert [row["name"].removeprefix(LANE) for row in found["speed"]] == [
        " x 2, camera 12x16",
        " x 2, state",
        " x 2, camera 12x16, expert",
        " gym.make",
        "labelled frames of the lane world x 2",
    ]
    for row in found["speed"]:
        assert row["steps_per_s"] > 0
        assert row["cpu_us_per_step"] > 0
        assert 0 <= row["resets_per_step"] <= 1
        assert len(row["repetitions"]) == 2
    (ratio,) = found["ratios"]
    assert (ratio["faster"], ratio["slower"]) == (
        f"{LANE} x 2, state",
        f"{LANE} x 2, camera 12x16",
    )
    (memory,) = found["memory"]
    assert memory["contestant"]["num_envs"] == 2
    assert memory["held_beyond_imports_mb"] > 0
    assert [steps for steps, _ in memory["stepped"]] == list(range(4, 41, 4))
    assert found["import_envs_s"] > 0


def test_a_table_is_on_standard_output(
    benchmark_script: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "speed.json"
    benchmark_script(*TINY, "--parts", "import", "--json", str(path))
    assert "import autonomy.envs:" in capsys.readouterr().out
    assert json.loads(path.read_text())["speed"] == []


def test_every_combination_is_timed_once() -> None:
    worlds = our_worlds(Settings((LANE,), (("camera",), ("state",)), ((8, 8), (9, 9)), (1, 2)))
    names = [world.name.removeprefix(LANE) for world in worlds]
    assert names == [
        " x 1, camera 8x8",
        " x 1, state",
        " x 1, camera 9x9",
        " x 2, camera 8x8",
        " x 2, state",
        " x 2, camera 9x9",
        " x 1, camera 8x8, expert",
        " gym.make",
    ]


def test_renderers_are_timed_where_an_arm_is_named() -> None:
    of_arm, of_lane = (
        Settings((env_id,), (("camera",),), ((8, 8), (9, 9)), (1, 2))
        for env_id in ("autonomy/ArmPush-v0", LANE)
    )
    ours, theirs = our_renderers(of_arm), peers_renderers(of_arm)
    assert our_renderers(of_lane) == peers_renderers(of_lane) == []
    assert (len({one.name for one in ours}), len(ours), len(theirs)) == (8, 8, 2)
    samples = (Sample(640, 0, 1.0, 1.0),)
    results = [Result(one, 64, samples) for one in (*ours, *theirs)]
    world = result("world", "world", "camera", 1.0, peer=False)
    found = ratios([world, *results])
    assert len(found) == 8, "each against the peer with images of its size"
    assert all("TinyRenderer" in one.slower and one.faster != "world" for one in found)


def test_labelled_frames_are_drawn_for_the_worlds_that_are_named() -> None:
    of_both, of_lane = (
        Settings(ids, (("camera",),), ((8, 8),), (1, 2))
        for ids in (("autonomy/ArmPush-v0", LANE), (LANE,))
    )
    assert [one.options["world"] for one in our_labels(of_both)] == ["lane", "arm"] * 2
    assert ratios([Result(one, 0, (Sample(64, 0, 1.0, 1.0),)) for one in our_labels(of_both)]) == []
    (drawn,) = our_labels(of_lane)[1:]
    sample = run_for(make_stepper(drawn, seed=0), drawn.num_envs, 1e-6)
    assert (sample.env_steps, sample.resets) == (2, 0)
    assert sample.seconds > 0


def test_both_renderers_draw_the_same_arm_at_the_same_table() -> None:
    ours = OurFrames(2, (240, 240), None, seed=3, images=("semantic",))
    theirs = TinyFrames((240, 240), seed=3)
    table, robot = 1, 0  # of PyBullet's bodies
    for stepper in (ours, theirs):
        stepper.decide()
    theirs.decide()  # ours begin with the second posture
    semantic = ours.frames()["semantic"][0]
    bodies = np.reshape(theirs.image(0)[4], (240, 240))
    for own, other in ((SemanticClass.TABLE, table), (SemanticClass.ROBOT, robot)):
        found, expected = semantic == own, bodies == other
        assert expected.sum() > 2000
        assert (found & expected).sum() > 0.93 * (found | expected).sum()


def test_ratios_compare_rounds_and_only_what_is_alike() -> None:
    rgb = result("rgb", "world", "camera", 1.0, peer=False)
    labelled = result("labelled", "world", "camera,depth,semantic", 1.5, peer=False)
    blind = result("blind", "world", "state", 0.25, peer=False)
    pool = result("pool", "envpool", "", 8.0, peer=True)
    single = result("single", "gymnasium", "", 9.0, peer=True)
    found = {(one.faster, one.slower): one for one in ratios([rgb, labelled, blind, pool, single])}
    assert {pair: one.ratio for pair, one in found.items()} == {
        ("rgb", "pool"): 8.0,
        ("labelled", "pool"): pytest.approx(16 / 3),
        ("rgb", "labelled"): 1.5,
        ("blind", "rgb"): 4.0,
    }
    assert found["rgb", "pool"].cpu == 8.0


class Counting:
    """A stepper that takes no time and ends every fourth step."""

    steps = 0

    def reset(self) -> None:
        """Do nothing."""

    def decide(self) -> None:
        """Do nothing."""

    def step(self) -> int:
        """Take a step."""
        self.steps += 1
        return int(self.steps % 4 == 0)


def test_a_sample_counts_what_was_stepped() -> None:
    stepper = Counting()
    sample = run_for(stepper, 8, 0.001)
    assert sample.env_steps == 8 * stepper.steps
    assert sample.resets == stepper.steps // 4
    assert sample.seconds >= 0.001


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--image-sizes", "84"), "must be height x width such as 84x84, got '84'"),
        (("--image-sizes", "0x84"), "got 0"),
        (("--observations", "smell"), "got smell"),
        (("--ids", "autonomy/LaneFolow-v0"), "unknown environment"),
        (("--batch-sizes", "0"), "batch sizes must be positive, got 0"),
        (("--repetitions", "0"), "repetitions must be positive, got 0"),
        (("--seed", "-1"), "seed must be a whole number from 0 to 9223372036854775807"),
        (("--ids",), "ids must name at least one, got none"),
    ],
)
def test_bad_words_end_with_one_line_and_status_2(
    benchmark_script: Command,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
) -> None:
    path = tmp_path / "speed.json"
    with pytest.raises(SystemExit) as exit_:
        benchmark_script(*TINY, *words, "--json", str(path))
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.strip().count("\n") == 0
    assert not path.exists()
