"""A benchmark's findings as JSON and as tables."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from autonomy.scripts.benchmarking.footprint import Memory
from autonomy.scripts.benchmarking.race import Result, Timing
from autonomy.scripts.benchmarking.ratios import Ratio, cpu_cost, ratios, speed


@dataclass(frozen=True)
class Findings:
    """What was measured; a part that was not asked for is empty."""

    machine: dict[str, Any]
    timing: Timing
    speed: Sequence[Result]
    memory: Sequence[Memory]
    import_seconds: Sequence[float]

    @property
    def ratios(self) -> list[Ratio]:
        """The comparisons that the results allow."""
        return ratios(self.speed)

    def to_json(self) -> dict[str, Any]:
        """Return everything in plain values."""
        return {
            "machine": self.machine,
            "timing": asdict(self.timing),
            "speed": [_speed_json(result) for result in self.speed],
            "ratios": [asdict(ratio) for ratio in self.ratios],
            "memory": [_memory_json(memory) for memory in self.memory],
            "import_envs_s": median(self.import_seconds) if self.import_seconds else None,
        }

    def show(self, console: Console) -> None:
        """Print tables."""
        cores, load = self.machine["cores"], self.machine["load_average_1min"]
        console.print(f"{self.machine['cpu']}, {cores} cores, load {load:.1f} before the run")
        if self.speed:
            console.print(_speed_table(self.speed, self.timing), _warm_up(self.timing), sep="\n")
        if self.ratios:
            console.print(_ratio_table(self.ratios))
        if self.memory:
            console.print(_memory_table(self.memory))
        if self.import_seconds:
            console.print(
                f"import autonomy.envs: {median(self.import_seconds):.2f} s in a fresh process"
            )


def _speed_json(result: Result) -> dict[str, Any]:
    return {
        **asdict(result.contestant),
        "steps_per_s": _median_speed(result),
        "cpu_us_per_step": _cpu_us(result),
        "resets_per_step": _resets(result),
        "warm_up_episodes": result.warm_up_episodes,
        "repetitions": [asdict(sample) for sample in result.samples],
    }


def _memory_json(memory: Memory) -> dict[str, Any]:
    return {
        **asdict(memory),
        "held_beyond_imports_mb": memory.held_mb,
        "growth_while_stepping_mb": memory.growth_mb,
    }


def _median_speed(result: Result) -> float:
    return median(map(speed, result.samples))


def _cpu_us(result: Result) -> float:
    return 1e6 * median(map(cpu_cost, result.samples))


def _resets(result: Result) -> float:
    steps = sum(sample.env_steps for sample in result.samples)
    return sum(sample.resets for sample in result.samples) / steps


def _warm_up(timing: Timing) -> str:
    return (
        f"Before the clock: kernels compiled, {timing.warm_up_episodes:,} episodes of our worlds "
        "begun (their training roads are then cached) or as many as fit into "
        f"{timing.warm_up_limit:g} s, and {timing.warm_up_seconds:g} s of steps. "
        "Resets are on the clock; drawing actions and the expert are not."
    )


def _speed_table(results: Sequence[Result], timing: Timing) -> Table:
    table = Table(
        "environment",
        title=f"medians of {timing.repetitions} x {timing.seconds:g} s, {timing.threads} threads",
    )
    for heading in (
        "steps/s",
        "slowest",
        "fastest",
        "CPU us/step",
        "resets/step",
        "warm-up episodes",
    ):
        table.add_column(heading, justify="right")
    for result in results:
        speeds = [speed(sample) for sample in result.samples]
        table.add_row(
            result.contestant.name,
            *(f"{value:,.0f}" for value in (median(speeds), min(speeds), max(speeds))),
            f"{_cpu_us(result):,.1f}",
            f"{_resets(result):.4f}",
            f"{result.warm_up_episodes:,}",
        )
    return table


def _ratio_table(found: Sequence[Ratio]) -> Table:
    table = Table("", "of", "over", title="ratios, medians over the rounds")
    table.add_column("time", justify="right")
    table.add_column("CPU time", justify="right")
    for one in found:
        table.add_row(one.name, one.faster, one.slower, f"{one.ratio:.2f}", f"{one.cpu:.2f}")
    return table


def _memory_table(memories: Sequence[Memory]) -> Table:
    table = Table("batch", title="resident memory [MB]")
    for heading in ("imports", "held beyond", "growth", "over steps"):
        table.add_column(heading, justify="right")
    for memory in memories:
        table.add_row(
            memory.contestant.name,
            f"{memory.imports_mb:.0f}",
            f"{memory.held_mb:.0f}",
            f"{memory.growth_mb:+.1f}",
            f"{memory.stepped[-1][0]:,}",
        )
    return table
