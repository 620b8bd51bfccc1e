"""The page of a comparison: policies side by side in the same episodes, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autonomy.comparison import Difference, Lived
from autonomy.quantities import with_unit
from autonomy.reporting.again import commands_again
from autonomy.reporting.cards import Room, failure_section
from autonomy.reporting.curve_chart import curve_chart
from autonomy.reporting.curve_sections import Curves
from autonomy.reporting.page import ROOM, Chart, Figure, Page, Section, Table
from autonomy.reporting.sections import (
    GROUPS,
    error_chart,
    error_section,
    group_chart,
    groups_of,
    percent,
)
from autonomy.reporting.success_charts import Rate, rates
from autonomy.reporting.witnessed import Witnessed


@dataclass(frozen=True)
class Compared:
    """How one policy fared in one condition."""

    policy: str
    lived: Lived
    more: tuple[Difference, Difference] | None
    """Success and return, than the first policy; None of that one."""
    seen: Witnessed


@dataclass(frozen=True)
class Condition:
    """How all policies fared in one condition."""

    name: str
    options: Mapping[str, Any]
    """What `autonomy record` is given to film them there."""
    policies: Sequence[Compared]


def comparison_page(
    conditions: Sequence[Condition], command: str, curves: Mapping[str, Curves]
) -> Page:
    """Return the page.

    Args:
        conditions: At least one, each with the same policies.
        command: That compares so again.
        curves: Of the trainings, by policy, where there were any.
    """
    first = conditions[0].policies[0]
    names = [own.policy for own in conditions[0].policies]
    errors = [error_chart(own.seen, title) for title, own in _titled(conditions)]
    sections = [
        Section("Success by condition", _RATES, charts=[_rates(conditions)]),
        Section("Differences", _DIFFERENCES, table=_differences(conditions)),
        *_training(curves),
        *_groups(conditions),
        *error_section(first.seen, errors),
        *_cards(conditions),
        Section("How to repeat it", commands=[command]),
    ]
    result = first.lived.result
    episodes = f"{result.episodes:,} episodes of each, from seed {result.seed}"
    lead = f"{episodes}, with {', '.join(f'randomization {own.name}' for own in conditions)}."
    figures = [_worst(name, conditions) for name in names]
    return Page("comparison", " and ".join(names), lead, figures, sections)


_RATES = "Bars are 95 % intervals (Wilson)."
_DIFFERENCES = (
    "How much more each policy has than the first one, in the same episodes, with the bootstrap's "
    "95 % interval."
)


def _titled(conditions: Sequence[Condition]) -> list[tuple[str, Compared]]:
    """Return each policy in each condition, with what it is called, the worst first."""
    named = [
        (f"{own.policy}, {condition.name}", own)
        for condition in conditions
        for own in condition.policies
    ]
    return sorted(named, key=lambda one: one[1].lived.result.success_rate)


def _worst(name: str, conditions: Sequence[Condition]) -> Figure:
    """Return how a policy fared where it fared worst."""
    results = {
        condition.name: own.lived.result
        for condition in conditions
        for own in condition.policies
        if own.policy == name
    }
    where = min(results, key=lambda condition: results[condition].success_rate)
    result = results[where]
    interval = " to ".join(map(percent, result.success_rate_ci95))
    return Figure(name, percent(result.success_rate), f"at worst, {where} ({interval})")


def _rates(conditions: Sequence[Condition]) -> Chart:
    def hardness(condition: Condition) -> float:
        return sum(own.lived.result.success_rate for own in condition.policies)

    return Chart(
        rates(
            [
                Rate(
                    condition.name,
                    own.lived.result.success_rate,
                    *own.lived.result.success_rate_ci95,
                    own.lived.result.episodes,
                    own.policy,
                )
                for condition in sorted(conditions, key=hardness)
                for own in condition.policies
            ]
        )
    )


def _differences(conditions: Sequence[Condition]) -> Table:
    head = ("policy", "condition", "success", "more success", "return", "more return")
    rows = [_row(condition.name, own) for condition in conditions for own in condition.policies]
    return Table(head, rows)


def _row(condition: str, own: Compared) -> tuple[str, ...]:
    result = own.lived.result
    interval = " to ".join(map(percent, result.success_rate_ci95))
    success, reward = ("", "")
    if own.more is not None:
        success, reward = _signed(own.more[0], 100, " points"), _signed(own.more[1], 1, "")
    return (
        own.policy,
        condition,
        f"{percent(result.success_rate)} ({interval})",
        success,
        with_unit(result.mean_return, ""),
        reward,
    )


def _signed(own: Difference, times: int, unit: str) -> str:
    mean, low, high = (f"{times * value:+.3g}" for value in own)
    return f"{mean}{unit} ({low} to {high}){'' if own.is_sure else ', not sure'}"


def _training(curves: Mapping[str, Curves]) -> list[Section]:
    name = "validation/success_rate"
    lines = {policy: own[name] for policy, own in curves.items() if own.get(name)}
    if not lines:
        return []
    return [Section("Training", charts=[Chart(curve_chart(lines, "validation success"))])]


def _groups(conditions: Sequence[Condition]) -> list[Section]:
    drawn = [
        group_chart(groups, own.lived.result.success_rate, title)
        for title, own in _titled(conditions)
        if (groups := groups_of(own.seen))
    ]
    return [Section("Success by group", GROUPS, charts=drawn)] if drawn else []


def _cards(conditions: Sequence[Condition]) -> list[Section]:
    room = Room(ROOM)
    options = {id(own): condition.options for condition in conditions for own in condition.policies}
    return [
        failure_section(
            own.seen,
            lambda episode, own=own: commands_again(
                own.policy, options[id(own)], episode, own.seen.step_s
            ),
            room,
            title,
        )
        for title, own in _titled(conditions)
    ]
