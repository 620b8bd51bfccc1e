"""What a page keeps: films of what it shows, and episodes as a data set."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from autonomy.errors import InputError
from autonomy.recording.film import dashboard
from autonomy.recording.minari_episodes import add_episodes, world_spec
from autonomy.rollouts import Step
from autonomy.video import open_video
from autonomy.watching.session import Session

_MOST = 2 << 30  # bytes of episodes that wait to be saved


class Film:
    """A film of the steps that it is given, until it is closed."""

    def __init__(self, folder: Path, session: Session) -> None:
        """Begin `film-N.mp4` in a folder.

        Raises:
            InputError: It cannot be written.
        """
        self.path = next(own for n in count(1) if not (own := folder / f"film-{n}.mp4").exists())
        self._opened = ExitStack()
        self._video = self._opened.enter_context(open_video(self.path, session.control_rate))
        self._frames = 0

    def add(self, session: Session, step: Step) -> None:
        """Add a step."""
        seconds = session.steps / session.control_rate
        self._video.write(dashboard(session.world, step, seconds).draw())
        self._frames += 1

    def close(self) -> Path:
        """End it, and return where it lies.

        Raises:
            InputError: It has no frame, so there is none; or the disk is full.
        """
        with self._opened.pop_all():
            if not self._frames:
                raise InputError("a film must have a frame, got none: nothing moved meanwhile")
        return self.path


class KeptEpisodes:
    """Episodes that wait to be saved: those in which a person acted, or all."""

    def __init__(self) -> None:
        self._ended: list[list[Step]] = []
        self._running: list[Step] = []
        self._bytes = 0
        self.all = False

    @property
    def count(self) -> int:
        """How many have ended."""
        return len(self._ended)

    def add(self, step: Step) -> None:
        """Add a step of the episode that runs.

        Raises:
            InputError: There is no more room.
        """
        if not self._running or self._running[-1].seed[0] == step.seed[0]:
            self._running.append(step)
        else:
            self._running = [step]  # the one before was given up
        if step.ended[0]:
            self._end()

    def begin(self) -> None:
        """Forget the episode that runs: another begins."""
        self._running = []

    def _end(self) -> None:
        episode, self._running = self._running, []
        if not (self.all or any(_is_persons(step) for step in episode)):
            return
        size = sum(own.nbytes for step in episode for own in step.observation.values())
        if self._bytes + size > _MOST:
            raise InputError(
                f"{self.count} episodes wait to be saved, and there is no room for another one"
            )
        self._ended.append(episode)
        self._bytes += size

    def forget(self) -> None:
        """Forget all."""
        self._ended, self._running, self._bytes = [], [], 0

    def save(self, folder: Path, session: Session) -> int:
        """Add the episodes that ended to a data set, and return how many they were.

        Raises:
            InputError: None has ended, or they cannot be written there; they are kept then.
        """
        if not self._ended:
            raise InputError("an episode must have ended before it can be saved, got none")
        about = {
            "algorithm_name": session.choice.policy,
            "description": f"Episodes of {session.home.env_id}, with a person at the page.",
        }
        spec = world_spec(session.home.env_id, session.home.options)
        add_episodes(folder, session.world, _steps(self._ended), about, spec)
        saved = self.count
        self.forget()
        return saved


def _steps(episodes: Sequence[Sequence[Step]]) -> list[Step]:
    return [step for episode in episodes for step in episode]


def _is_persons(step: Step) -> bool:
    return bool(step.info.get("intervention", (False,))[0])
