"""Charts of the episode that runs: its rewards, actions and measurements."""

from collections.abc import Mapping, Sequence

import numpy as np
import viser
from numpy.typing import NDArray
from viser import uplot

from autonomy.quantities import words_and_unit
from autonomy.rollouts import Step

_HEIGHT = 150  # [px]
_MOST = 2_000  # points of a curve
_COLOURS = ("#60b0ff", "#ffb040", "#58cc78", "#ff6b6b", "#c792ea", "#4dd0e1", "#f06292", "#aed581")


class Curves:
    """Named numbers over the time of an episode, the latest of them."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._values: dict[str, list[float]] = {}

    def add(self, time: float, values: Mapping[str, float]) -> None:
        """Add a point in time [s] to each curve."""
        if list(values) != list(self._values):
            self._times, self._values = [], {name: [] for name in values}
        self._times.append(time)
        for name, value in values.items():
            self._values[name].append(value)
        if len(self._times) > _MOST:
            for own in (self._times, *self._values.values()):
                del own[: _MOST // 10]

    def clear(self) -> None:
        """Begin anew."""
        self._times.clear()
        for own in self._values.values():
            own.clear()

    @property
    def names(self) -> tuple[str, ...]:
        """What the curves are of."""
        return tuple(self._values)

    def arrays(self) -> tuple[NDArray[np.float64], ...]:
        """Return times and the curves, all `(T,)`."""
        return tuple(np.array(own, np.float64) for own in (self._times, *self._values.values()))


class Chart:
    """A chart in a page that follows `Curves`, whatever names they come to have."""

    def __init__(
        self, gui: viser.GuiApi, container: viser.GuiTabHandle, title: str, along: str = "s"
    ) -> None:
        self._gui, self._container, self._title, self._along = gui, container, title, along
        self._handle: viser.GuiUplotHandle | None = None
        self._names: tuple[str, ...] = ()

    def show(self, curves: Curves) -> None:
        """Draw the curves as they are now."""
        self.draw(curves.names, curves.arrays())

    def draw(self, names: tuple[str, ...], arrays: tuple[NDArray[np.float64], ...]) -> None:
        """Draw what is along the x axis, and curves of names, all `(T,)`."""
        if not names:
            return
        if self._handle is None or names != self._names:
            self._remake(names, arrays)
        else:
            self._handle.data = arrays

    def _remake(self, names: tuple[str, ...], arrays: tuple[NDArray[np.float64], ...]) -> None:
        if self._handle is not None:
            self._handle.remove()
        with self._container:
            self._handle = self._gui.add_uplot(
                arrays,
                (uplot.Series(label=self._along), *map(_series, names, range(len(names)))),
                title=self._title,
                scales={"x": uplot.Scale(time=False), "y": uplot.Scale(auto=True)},
                axes=(uplot.Axis(stroke="#9aa4ae"), uplot.Axis(stroke="#9aa4ae")),
                height=_HEIGHT,
            )
        self._names = names


def _series(name: str, number: int) -> uplot.Series:
    words, unit = words_and_unit(name)
    label = f"{words} [{unit}]" if unit else words
    return uplot.Series(label=label, stroke=_COLOURS[number % len(_COLOURS)], width=1.5)


class EpisodeCharts:
    """Three charts: terms of the reward, the action, and what the task measures."""

    def __init__(self, gui: viser.GuiApi, container: viser.GuiTabHandle) -> None:
        self._curves = {title: Curves() for title in ("measurements", "reward", "action")}
        self._charts = {title: Chart(gui, container, title) for title in self._curves}
        self._training = Chart(gui, container, "training", along="steps")

    def add(self, step: Step, time: float, action_names: Sequence[str]) -> None:
        """Add what a step came to, `time` [s] into its episode."""
        info, numbers = step.info, map(float, step.action[0])
        self._curves["measurements"].add(time, _firsts(info["measurements"]))
        self._curves["reward"].add(time, _firsts(info["reward_terms"]))
        self._curves["action"].add(time, dict(zip(action_names, numbers, strict=True)))

    def show_training(self, curves: Mapping[str, Sequence[float]]) -> None:
        """Draw a run's curves over its steps."""
        if curves:
            steps, *values = (np.array(own, np.float64) for own in curves.values())
            self._training.draw(tuple(curves)[1:], (steps, *values))

    def clear(self) -> None:
        """Begin with another episode."""
        for own in self._curves.values():
            own.clear()

    def show(self) -> None:
        """Draw them."""
        for title, chart in self._charts.items():
            chart.show(self._curves[title])


def _firsts(values: Mapping[str, NDArray[np.floating]]) -> dict[str, float]:
    return {name: float(own[0]) for name, own in values.items()}
