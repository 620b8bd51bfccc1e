"""What a person is told while a policy trains is true."""

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from test_learner_states import CASES
from toy_world import TOY_ID, register_toy
from world_cases import LANE

from autonomy.agents import console
from autonomy.agents.console import ProgressDisplay
from autonomy.agents.progress import EndedEpisode, Progress, Validation
from autonomy.agents.recipe import Recipe
from autonomy.agents.training import Training
from autonomy.doing import doing, told_what_is_done
from autonomy.make import make_world


def rounds(recipe: Recipe, first: int, passed: list[float]) -> Any:
    """Rounds of 100 steps that take a second, and ten more where there is a validation."""
    policy: Any = None
    for steps in range(first + 100, recipe.total_steps + 1, 100):
        is_validated = steps % recipe.validation_interval == 0 or steps == recipe.total_steps
        passed[0] += 11.0 if is_validated else 1.0
        result: Any = SimpleNamespace(success_rate=steps / 1000.0)
        yield Progress(
            steps,
            {"train/gradient_norm": 2.5, "train/loss": 1.0},
            (EndedEpisode("held", steps > 500, 1.0, 5),),
            Validation(policy, result, True) if is_validated else None,
        )


@pytest.mark.parametrize("first", [0, 200])
def test_time_left_counts_validations(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, passed = Recipe(total_steps=1_000, validation_interval=400), [0.0]
    monkeypatch.setattr(console.time, "perf_counter", lambda: passed[0])
    monkeypatch.setattr(console, "QUIET_INTERVAL", 0.5)
    out = io.StringIO()
    with ProgressDisplay(recipe, first, Console(file=out)) as display:
        for progress in rounds(recipe, first, passed):
            display.show(progress)
    lines = out.getvalue().splitlines()
    said = {int(line.split(" of ")[0].replace(",", "")): line for line in lines}
    # 5 s of rounds, and validations after 800 and after 1,000 steps
    assert said[500].endswith(
        "500 of 1,000 steps, 100 steps/s, success 0%, validation 40%, gap -40 points, "
        "gradient 2.5, 25 s left"
    )
    assert (
        "validation 80%, gap {gap} points, gradient 2.5, 12 s left".format(
            gap="-42" if first == 0 else "-30"  # 3 of 8 rounds, or of 6
        )
        in said[800]
    )
    assert "gradient 2.5, 0 s left" in said[1_000]
    assert "gap" not in said[300]


def test_lines_come_every_half_minute_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, passed = Recipe(total_steps=7_000, validation_interval=10**9), [0.0]
    monkeypatch.setattr(console.time, "perf_counter", lambda: passed[0])
    out = io.StringIO()
    with ProgressDisplay(recipe, 0, Console(file=out)) as display:
        for progress in rounds(recipe, 0, passed):
            display.show(progress)
    told = [line.partition(" of ")[0] for line in out.getvalue().splitlines()]
    assert told == ["3,100", "6,200", "7,000"]


def phases() -> None:
    """What a training does: it makes roads for its first round, and then for a validation."""
    with doing("learning"):
        with doing("demonstrations"):
            for _ in range(2):
                with doing("making roads"):
                    pass
        with doing("compiling"):
            pass
    with doing("validating"), doing("making roads"):
        pass


def test_what_takes_long_is_said_as_it_first_begins() -> None:
    out = io.StringIO()
    with ProgressDisplay(Recipe(), 0, Console(file=out)):
        phases()
    assert out.getvalue().split("\n") == ["demonstrations", "making roads", "validating", ""]
    phases()  # when nobody listens any more
    assert out.getvalue().count("\n") == 3


def test_a_terminal_shows_what_is_done_now() -> None:
    recipe = Recipe(total_steps=1_000, validation_interval=400)
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=200)
    with ProgressDisplay(recipe, 0, terminal) as display:
        shown = display._bar  # pyright: ignore[reportPrivateUsage] - what it would draw now

        def now() -> str:
            with terminal.capture() as captured:
                terminal.print(shown.get_renderable())
            return captured.get()

        assert "beginning 0 of 1,000 steps" in now()
        with doing("learning"):
            with doing("making roads"):
                assert "making roads 0 of 1,000 steps" in now()
            assert "learning 0 of 1,000 steps" in now()
        display.show(next(rounds(recipe, 0, [0.0])))
        with doing("validating"):
            assert "validating 100 of 1,000 steps, " in now()
        assert "validating 100 of 1,000 steps, " in now()


@pytest.mark.parametrize(
    ("name", "changes", "begins"),
    [
        ("ppo", {}, ["validating"]),
        ("sac", {"demonstrations": 2}, ["demonstrations", "validating"]),
        ("dagger", {"cloning_steps": 64}, ["demonstrations", "validating"]),
    ],
)
def test_a_training_says_what_it_does(
    name: str, changes: dict[str, Any], begins: list[str]
) -> None:
    register_toy()
    recipe = replace(
        CASES[name], total_steps=256, validation_interval=128, validation_episodes=2, threads=1
    )
    out = io.StringIO()
    training = Training(TOY_ID, replace(recipe, **changes), device="cpu")
    with ProgressDisplay(recipe, 0, Console(file=out)):
        for _ in training:
            pass
    assert out.getvalue().splitlines() == begins


def test_the_lane_world_says_that_it_makes_roads() -> None:
    said: list[str] = []
    world = make_world(LANE, 2, route_length=40.0)
    with told_what_is_done(said.append):
        world.reset(seed=0)
    assert said.count("making roads") > 0
    world.close()
