"""The page of a world that a user's own loop steps: `render_mode="human"`."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from autonomy.errors import InputError
from autonomy.lever import Lever
from autonomy.policies.home import Home
from autonomy.policy import Observation
from autonomy.rollouts import IDLE, Step
from autonomy.shown_world import as_shown, redraw
from autonomy.watching.gate import first_free
from autonomy.watching.hand import Hand, levers_of
from autonomy.watching.live import opened_page
from autonomy.watching.pace import Pace
from autonomy.watching.page import Page
from autonomy.watching.wishes import WishList
from autonomy.world import Info, World
from autonomy.world_options import Option

_HOST, _PORT = "127.0.0.1", 8080  # or the next port that is free
_NUMBERS = 0.2  # [s] between two updates of what is read


class OwnPage:
    """Shows the first row as it is stepped, in real time; it can be paused and slowed down."""

    def __init__(self, world: World) -> None:
        """Open the page, and say on standard error where it is.

        Raises:
            InputError: It cannot be opened.
        """
        self._lived, self._wishes, self._pace = _OwnEpisode(world), WishList(), Pace()
        self._opened = ExitStack()
        port = first_free(_HOST, _PORT)
        server, url = self._opened.enter_context(opened_page((_HOST, port), Hand()))
        known = self._wishes.wishes(
            play=self._pace.toggle,
            step=self._pace.want_one,
            speed=self._pace.set_speed,
            redraw=self._redraw,
            view=self._show,
        )
        self._page = Page(server, known, (self._lived.home.env_id,))
        self._last: Step | None = None
        self._next_numbers = time.perf_counter()
        self._is_new = True
        print(f"the world is shown at {url}", file=sys.stderr)

    def begin(self, observation: Observation) -> None:
        """Show that an episode begins with an observation."""
        own = self._lived
        own.observation, own.steps, own.ended = observation, 0, ""
        if self._is_new:
            self._page.open(own, "")
            self._is_new = False
        self._page.begin(own)
        self._show()

    def take(self, action: NDArray[np.float32], observation: Observation, info: Info) -> None:
        """Show a step, and return when it is time for the next one."""
        own = self._lived
        before, own.observation = own.observation, observation
        own.steps, own.ended = own.steps + 1, str(info["episode_end"][0])
        none, ended = np.zeros(1), np.array([bool(own.ended)])
        self._last = Step(
            np.array([IDLE]), before, action, none, observation, ended, np.zeros_like(ended), info
        )
        self._page.take(own, self._last)
        self._pace.took(1.0 / own.control_rate)
        self._show()
        self._wait()
        if own.ended:
            own.steps = 0

    def close(self) -> None:
        """Close the page."""
        self._opened.close()

    def _show(self) -> None:
        self._page.show([self._lived])

    def _wait(self) -> None:
        while True:
            self._wishes.meet(self._guarded)
            if time.perf_counter() >= self._next_numbers:
                self._page.show_numbers([self._lived], self._last, self._pace.is_playing)
                self._next_numbers = time.perf_counter() + _NUMBERS
            if self._pace.is_due:
                return
            is_playing = self._pace.is_playing
            self._wishes.wait(self._pace.next_step if is_playing else self._next_numbers)

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except InputError as error:
            self._page.show_trouble(str(error))
        else:
            self._page.show_trouble("")

    def _redraw(self, name: str, values: Sequence[float]) -> None:
        world = as_shown(self._lived.world)
        if world is not None:
            redraw(world, name, values)
        self._show()


class _OwnEpisode:
    """The episode of a loop that somebody else wrote."""

    def __init__(self, world: World) -> None:
        self.world, self.observation = world, Observation()
        spec = getattr(world, "spec", None)
        self.home = Home(getattr(spec, "id", None) or type(world).__name__, {})
        count = int(np.prod(world.single_action_space.shape or ()))
        self.levers: Sequence[Lever] = levers_of(world.metadata, count)
        self.options: Sequence[Option] = ()
        self.seed: int | None = None
        self.steps, self.ended = 0, ""
        self.policy, self.person_drives = "your script", False
        self.control_rate = float(world.metadata["render_fps"])
