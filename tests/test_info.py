"""What a world tells of itself: on a page, in JSON, and in the documents."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from toy_world import TOY_ID, register_toy
from world_cases import IDS, LANE, ROOT, every_world, make

from autonomy.command_line import run
from autonomy.scripts import info
from autonomy.world_description import WorldDescription, describe_world
from autonomy.world_page import world_page

register_toy()


@cache
def known(env_id: str) -> WorldDescription:
    return describe_world(env_id, {})


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    run(info.main, info.Arguments, words)
    return capsys.readouterr().out


@every_world
def test_the_documents_say_what_the_world_is(env_id: str) -> None:
    page = ROOT / "docs" / "worlds" / f"{env_id.removeprefix('autonomy/')}.md"
    assert page.read_text(encoding="utf-8") == world_page(known(env_id)), (
        "make pages writes the pages of worlds anew"
    )


def test_every_page_is_of_a_world() -> None:
    pages = {f"autonomy/{page.stem}" for page in (ROOT / "docs" / "worlds").iterdir()}
    assert pages == set(IDS)


@every_world
def test_every_number_has_a_name(env_id: str) -> None:
    world = known(env_id)
    assert {"proprioception", "state"} <= set(world.vectors)
    for numbers in (*world.vectors.values(), world.actions):
        names = [number.name for number in numbers]
        assert len(set(names)) == len(names)
        assert not any(name.isdecimal() for name in names)
    for name in ("panda_joint1_rad", "tool_x_m") if "Arm" in env_id else ("speed_m_s",):
        assert name in [number.name for number in world.vectors["state"]]


@every_world
def test_what_is_told_is_what_happens(env_id: str) -> None:
    description = known(env_id)
    world = make(env_id, 8, autoreset_mode="SameStep")
    world.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (60, *world.action_space.shape))
    reasons: set[str] = set()
    for action in actions:
        _, reward, terminated, truncated, info = world.step(action)
        facts = info.get("final_info", info)
        reasons |= set(facts["episode_end"]) - {""}
        for ended, how in ((terminated, "terminated"), (truncated, "truncated")):
            assert {description.episode_ends[own] for own in facts["episode_end"][ended]} <= {how}
        weighted = [description.rewards[name] * own for name, own in facts["reward_terms"].items()]
        np.testing.assert_allclose(sum(weighted), reward)
        assert list(facts["measurements"]) == list(description.measurements)
    assert reasons


def test_options_that_are_chosen_change_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("autonomy/ArmReach-v0", "--world.control", "joint_delta", "--world.robot", "kuka")
    found: dict[str, Any] = json.loads(told(capsys, *words, "--json", "-"))
    assert [own["name"] for own in found["actions"]] == [
        f"joint_{number}" for number in range(1, 8)
    ]
    first = found["vectors"]["proprioception"][0]
    assert (first["name"], first["unit"]) == ("J0_rad", "rad")
    robot = next(own for own in found["options"] if own["name"] == "robot")
    assert robot["default"] == "panda"
    assert "`ROBOTS`" in robot["meaning"]


def test_a_page_for_people_and_one_for_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    page, markdown = told(capsys, LANE), told(capsys, LANE, "--markdown")
    assert markdown.startswith(f"# {LANE}\n\n")
    for part in ("curvature 40m", "left_lane", "truncated", "target_speed", "11.0", "validation"):
        assert part in page
        assert part in markdown


def test_a_world_that_says_little_is_described_too(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, TOY_ID, "--json", "-"))
    assert found["images"] == {"camera": {"shape": [16, 16, 3], "dtype": "uint8"}}
    assert [own["name"] for own in found["vectors"]["proprioception"]] == ["0"]
    assert (found["rewards"], found["measurements"]) == ({}, ["offset"])


def test_an_unknown_world_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        told(capsys, "autonomy/LaneFolow-v0")
    captured = capsys.readouterr()
    assert (exit_.value.code, captured.err.count("\n")) == (2, 1)
    assert "Did you mean: `LaneFollow`" in captured.err
