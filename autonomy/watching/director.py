"""What happens on a page, one thing after the other: steps are lived, wishes are met."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import viser

from autonomy.errors import InputError
from autonomy.rollouts import Step
from autonomy.shown_world import as_shown, redraw
from autonomy.watching.hand import Hand
from autonomy.watching.kept import Film, KeptEpisodes
from autonomy.watching.options_words import read_options
from autonomy.watching.pace import Pace
from autonomy.watching.page import Page
from autonomy.watching.run import WatchedRun, watched_run
from autonomy.watching.session import Choice, Session
from autonomy.watching.wishes import Wishes, WishList
from autonomy.watching.worlds import world_ids

_FRAMES = 30.0  # most pictures a second: what screens and eyes are content with
_NUMBERS = 0.2  # [s] between two updates of what is read
_END = 1.0  # [s] for which an episode's end stays


class Director:
    """Lives sessions, shows them on a page and does what people want there.

    All of it happens in the thread that calls `run`; wishes come from others.
    """

    def __init__(
        self, server: viser.ViserServer, hand: Hand, choice: Choice, seed: int, folder: Path
    ) -> None:
        """Begin.

        Args:
            server: Of the page.
            hand: Of whoever may drive.
            choice: What is watched first.
            seed: Of the first episode.
            folder: Where films and data sets are written.

        Raises:
            InputError: What is chosen cannot be.
        """
        self._hand, self._folder = hand, folder
        self._wishes, self._pace = WishList(), Pace()
        self._run: WatchedRun | None = None
        self._session, self._second = self._made(choice, seed), None
        self._last: Step | None = None
        self._film: Film | None = None
        self._kept = KeptEpisodes()
        self._next_picture = self._next_numbers = time.perf_counter()
        self._is_stale = True
        self._page = Page(server, self._known_wishes(), world_ids())
        self._page.open(self._session, "")
        self._page.begin(self._session)

    def run(self, is_over: Callable[[], bool]) -> None:
        """Go on until it is over."""
        while not is_over():
            self._wishes.meet(self._guarded)
            if not self._guarded(self._live, clears=False):
                self._pace.pause()
            self._show()
            self._wait()

    def close(self) -> None:
        """Close worlds and films."""
        if self._film is not None:
            self._guarded(self._end_film)
        for own in self._sessions:
            own.close()

    @property
    def _sessions(self) -> list[Session]:
        return [self._session] if self._second is None else [self._session, self._second]

    def _guarded(self, do: Callable[[], None], clears: bool = True) -> bool:
        """Do something and return whether it went well; else it is said on the page."""
        try:
            do()
        except InputError as error:
            self._page.show_trouble(str(error))
            return False
        if clears:
            self._page.show_trouble("")
        return True

    def _live(self) -> None:
        if not self._pace.is_due:
            return
        if all(own.ended for own in self._sessions):
            self._begin(self._session.seed + 1)
        else:
            for own in self._sessions:
                if not own.ended:
                    self._step(own)
        are_over = all(own.ended for own in self._sessions)
        self._pace.took(1.0 / self._session.control_rate, _END if are_over else 0.0)
        self._is_stale = True

    def _step(self, session: Session) -> None:
        step = session.step()
        if session is self._session:
            self._last = step
            self._page.take(session, step)
            self._kept.add(step)
            if self._film is not None:
                self._film.add(session, step)
        if session.ended:
            end = session.ended.replace("_", " ")
            seconds = session.steps / session.control_rate
            text = f"seed {session.seed}: {end}, {seconds:.1f} s"
            text += f", {session.choice.policy}" if self._second is not None else ""
            self._page.episodes.add(session.seed, text, bool(step.info["success"][0]))

    def _begin(self, seed: int) -> None:
        if self._run is not None and self._run.look():
            choice = replace(self._session.choice, policy=str(self._run.newest))
            self._session.replace_policy(choice)
            self._page.open(self._session, self._beside)
        for own in self._sessions:
            own.begin(seed)
        self._kept.begin()
        self._last = None
        self._page.begin(self._session)
        self._is_stale = True

    def _show(self) -> None:
        now = time.perf_counter()
        if self._is_stale and now >= self._next_picture:
            self._page.show(self._sessions, self._hand.is_slow)
            self._next_picture, self._is_stale = now + 1.0 / _FRAMES, False
        if now >= self._next_numbers:
            self._page.show_numbers(self._sessions, self._last, self._pace.is_playing)
            self._page.episodes.show(self._kept.count, self._film is not None)
            self._page.show_training(self._run.curves() if self._run is not None else {})
            self._next_numbers = now + _NUMBERS

    def _wait(self) -> None:
        """Wait for what comes next: a step, a picture, or a wish, which is met at once."""
        if self._pace.is_due:
            return
        upcoming = [self._next_numbers]
        if self._pace.is_playing:
            upcoming.append(self._pace.next_step)
        if self._is_stale:
            upcoming.append(self._next_picture)
        self._wishes.wait(min(upcoming))

    def _known_wishes(self) -> Wishes:
        return self._wishes.wishes(
            play=self._pace.toggle,
            step=self._pace.want_one,
            again=lambda: self._begin(self._session.seed),
            begin=self._begin,
            speed=self._pace.set_speed,
            take_over=self._take_over,
            watch=self._watch,
            options=self._choose_options,
            redraw=self._redraw,
            view=self._look_again,
            film=self._toggle_film,
            keep_all=self._keep_all,
            save=self._save,
            forget=self._kept.forget,
        )

    def _look_again(self) -> None:
        self._is_stale = True

    def _take_over(self) -> None:
        self._hand.drives = not self._hand.drives

    def _watch(self, chosen: tuple[str, str, str]) -> None:
        """Watch a policy in a world, and another one beside it if it is named."""
        policy, env_id, beside = chosen
        is_same_world = env_id == self._session.home.env_id
        world = self._session.choice.world if is_same_world else {}
        choice = replace(self._session.choice, policy=policy, env=env_id, world=world)
        self._change(choice)
        self._page.open(self._session, beside)
        self._choose_beside(beside)

    def _made(self, choice: Choice, seed: int) -> Session:
        """Return a session; of a run that goes on, with its newest policy, and the run is followed.

        Raises:
            InputError: It cannot be, or the run has no policy yet.
        """
        run = watched_run(choice.policy)
        while run is not None and run.look():
            named = replace(choice, policy=str(run.newest))
            with suppress(InputError):  # the training may have put a newer one in its place
                session, self._run = Session(named, self._hand, seed), run
                return session
        session, self._run = Session(choice, self._hand, seed), None
        return session

    @property
    def _beside(self) -> str:
        return "" if self._second is None else self._second.policy

    def _choose_options(self, written: Mapping[str, str]) -> None:
        env_id = self._session.home.env_id
        options = {**self._session.choice.world, **read_options(env_id, written)}
        self._change(replace(self._session.choice, env=env_id, world=options))
        self._choose_beside(self._beside)

    def _change(self, choice: Choice) -> None:
        """Watch something else, where it can be; else what was there goes on."""
        session = self._made(choice, self._session.seed)
        if session.home != self._session.home and self._kept.count:
            session.close()
            raise InputError(
                "kept episodes must be saved or forgotten before another world is made, "
                f"got {self._kept.count}"
            )
        self._session.close()
        self._session = session
        self._page.open(session, self._beside)

    def _choose_beside(self, policy: str) -> None:
        """Begin the episode again, with another policy beside it if it is named."""
        second = None
        if policy:
            env_id = self._session.home.env_id
            chosen = replace(self._session.choice, policy=policy, env=env_id)
            second = Session(chosen, Hand(), self._session.seed)
        if self._second is not None:
            self._second.close()
        self._second = second
        self._begin(self._session.seed)

    def _redraw(self, name: str, values: Sequence[float]) -> None:
        for own in self._sessions:
            world = as_shown(own.world)
            if world is not None:
                redraw(world, name, values)
                own.look()
        self._is_stale = True

    def _toggle_film(self) -> None:
        if self._film is None:
            self._film = Film(self._folder, self._session)
            self._page.episodes.tell(f"filming {self._film.path}")
        else:
            self._end_film()

    def _end_film(self) -> None:
        assert self._film is not None
        film, self._film = self._film, None
        self._page.episodes.tell(f"wrote {film.close()}")

    def _keep_all(self, wanted: bool) -> None:
        self._kept.all = wanted

    def _save(self, name: str) -> None:
        if Path(name).name != name:
            raise InputError(f"a data set's name must be no path, got {name!r}")
        folder = (self._folder / name).absolute()
        count = self._kept.save(folder, self._session)
        self._page.episodes.tell(f"wrote {count} episodes to {folder}")
