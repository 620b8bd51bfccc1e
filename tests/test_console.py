"""What a person is told while a policy trains is true."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from autonomy.agents import console
from autonomy.agents.console import ProgressDisplay
from autonomy.agents.progress import EndedEpisode, Progress, Validation
from autonomy.agents.recipe import Recipe


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
        "500 of 1,000 steps, 100 steps/s, success 0%, validation 40%, gradient 2.5, 25 s left"
    )
    assert "validation 80%, gradient 2.5, 12 s left" in said[800]
    assert "validation 100%, gradient 2.5, 0 s left" in said[1_000]


def test_lines_come_every_half_minute_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, passed = Recipe(total_steps=7_000, validation_interval=10**9), [0.0]
    monkeypatch.setattr(console.time, "perf_counter", lambda: passed[0])
    out = io.StringIO()
    with ProgressDisplay(recipe, 0, Console(file=out)) as display:
        for progress in rounds(recipe, 0, passed):
            display.show(progress)
    told = [line.partition(" of ")[0] for line in out.getvalue().splitlines()]
    assert told == ["3,100", "6,200", "7,000"]
