"""The page: where its parts are, and what they show of sessions."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import viser

from autonomy.quantities import with_unit, words_and_unit
from autonomy.recording.film import action_names
from autonomy.rollouts import Step
from autonomy.shown_world import as_shown
from autonomy.watching.charts import EpisodeCharts
from autonomy.watching.frames import FramePanel
from autonomy.watching.hand import TAKE_OVER
from autonomy.watching.lived import Lived
from autonomy.watching.panels import EpisodesPanel, LooksPanel, OptionsPanel, RunPanel
from autonomy.watching.solid import AWAY, SolidView
from autonomy.watching.wishes import Wishes

_SELDOM = 1.0  # [s] between two updates of what is 3D, where browsers draw it slowly
_WIDTHS = 340, 380  # [px] of the left and the right panel
_ARROWS = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓"}
_BLUE = (64, 140, 220)


class Page:
    """What all browsers show."""

    def __init__(self, server: viser.ViserServer, wishes: Wishes, worlds: Sequence[str]) -> None:
        gui = server.gui
        gui.configure_theme(
            dark_mode=True, show_logo=False, show_share_button=False, brand_color=_BLUE
        )
        gui.set_panel_label("autonomy")
        server.scene.set_up_direction("+z")
        tabs = gui.add_tab_group()
        with tabs.add_tab("Run", viser.Icon.PLAYER_PLAY):
            self._run = RunPanel(gui, wishes, tuple(worlds))
        with tabs.add_tab("Episodes", viser.Icon.LIST):
            self.episodes = EpisodesPanel(gui, wishes)
        self._options = OptionsPanel(gui, tabs.add_tab("World", viser.Icon.SETTINGS), wishes)
        self._looks = LooksPanel(gui, tabs.add_tab("Looks", viser.Icon.SUN), wishes)
        left = gui.add_panel()
        self._frames = FramePanel(gui, left.add_tab("Seen", viser.Icon.CAMERA), wishes.view)
        left.dock_left()
        left.set_width(_WIDTHS[0])
        below = gui.add_panel()
        self._charts = EpisodeCharts(gui, below.add_tab("Charts", viser.Icon.CHART_LINE))
        below.dock_below(left)
        gui.main_panel.dock_right()
        gui.main_panel.set_width(_WIDTHS[1])
        self._solid = SolidView(server.scene)
        self._next_solid = 0.0
        self._camera = server.initial_camera
        self._server = server

    def open(self, session: Lived, beside: str) -> None:
        """Show another world, or other policies: the session's, and one beside it."""
        env_id, options = session.home
        self._run.show_choice(session.policy, env_id, beside, _keys(session))
        self._options.show(session.options, options)
        self._frames.offer(session)
        self._charts.clear()
        self._solid.clear()
        self._aim(session)

    def _aim(self, session: Lived) -> None:
        """Let browsers look from where a person first does."""
        world = as_shown(session.world)
        if world is None:
            return
        outlook = world.outlook()
        x, y, z = (outlook.eyes[0] - outlook.targets[0]).tolist()
        away = (AWAY[0] * math.hypot(x, y), 0.0, z)
        self._camera.position, self._camera.look_at = away, (0.0, 0.0, 0.0)
        for client in self._server.get_clients().values():
            client.camera.position, client.camera.look_at = away, (0.0, 0.0, 0.0)

    def begin(self, session: Lived) -> None:
        """Show that an episode begins."""
        self._charts.clear()
        self.show_looks(session)

    def show_looks(self, session: Lived) -> None:
        """Show what was drawn for the episode."""
        world = as_shown(session.world)
        self._looks.show(world.drawn(0) if world else {})

    def take(self, session: Lived, step: Step) -> None:
        """Take in what a step came to; it is drawn with the next `show`."""
        names = action_names(session.world, step.action.shape[1])
        self._charts.add(step, session.steps / session.control_rate, names)

    def show(self, sessions: Sequence[Lived], is_slow: bool = False) -> None:
        """Show what there is to see now; the world itself seldom, for browsers that are slow."""
        self._frames.show(sessions)
        world, now = as_shown(sessions[0].world), time.perf_counter()
        if world is not None and now >= self._next_solid:
            self._solid.show(world)
            self._next_solid = now + (_SELDOM if is_slow else 0.0)

    def show_numbers(self, sessions: Sequence[Lived], last: Step | None, is_playing: bool) -> None:
        """Show what can be read and needs no hurry."""
        session = sessions[0]
        text = "\n\n".join(_status(own) for own in sessions)
        text += _table(last.info["measurements"]) if last is not None else ""
        self._run.show_status(text, session.seed, is_playing, session.person_drives)
        self._charts.show()

    def show_training(self, curves: Mapping[str, Sequence[float]]) -> None:
        """Show the curves of the run whose policy it is, if it is one that goes on."""
        self._charts.show_training(curves)

    def show_trouble(self, text: str) -> None:
        """Say what went wrong, or with no text that nothing does."""
        self._run.show_trouble(text)


def _status(session: Lived) -> str:
    who = "you drive" if session.person_drives else session.policy
    seconds = session.steps / session.control_rate
    end = f", **{session.ended.replace('_', ' ')}**" if session.ended else ""
    seed = "" if session.seed is None else f"seed {session.seed}, "
    return f"**{session.home.env_id}**, {who}, {seed}{seconds:.1f} s{end}"


def _table(measurements: Mapping[str, Any]) -> str:
    rows: list[str] = []
    for name, value in measurements.items():
        words, unit = words_and_unit(name)
        rows.append(f"| {words} | {with_unit(float(value[0]), unit)} |")
    return "\n\n| | |\n|---|---:|\n" + "\n".join(rows) if rows else ""


def _keys(session: Lived) -> str:
    """Return which keys drive, for a person."""
    names = action_names(session.world, len(session.levers))
    said = [
        f"{name}: {_said(lever.more)} / {_said(lever.less)}"
        for name, lever in zip(names, session.levers, strict=True)
    ]
    return (
        f"{TAKE_OVER} takes over from the policy. Then keys drive ({'; '.join(said)}), or a "
        "gamepad's sticks, or the pointer while Shift is held."
    )


def _said(keys: Sequence[str]) -> str:
    return " ".join(_ARROWS.get(key, key) for key in keys)
