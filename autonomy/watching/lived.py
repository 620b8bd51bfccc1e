"""What a page shows: an episode that somebody lives."""

from collections.abc import Sequence
from typing import Protocol

from autonomy.lever import Lever
from autonomy.policies.home import Home
from autonomy.policy import Observation
from autonomy.world import World
from autonomy.world_options import Option


class Lived(Protocol):
    """An episode in the first row of a world."""

    @property
    def home(self) -> Home:
        """The world's id, and the options that it was made with."""
        ...

    @property
    def world(self) -> World:
        """The world itself."""
        ...

    @property
    def options(self) -> Sequence[Option]:
        """The options that can be changed."""
        ...

    @property
    def levers(self) -> Sequence[Lever]:
        """How a person would act."""
        ...

    @property
    def seed(self) -> int | None:
        """Seed of the episode, where it is known."""
        ...

    @property
    def steps(self) -> int:
        """How many steps it is old."""
        ...

    @property
    def observation(self) -> Observation:
        """What is seen now."""
        ...

    @property
    def ended(self) -> str:
        """Why it ended; empty while it runs."""
        ...

    @property
    def policy(self) -> str:
        """Who acts, in words."""
        ...

    @property
    def control_rate(self) -> float:
        """Control steps a second [Hz]."""
        ...

    @property
    def person_drives(self) -> bool:
        """Whether a person acts."""
        ...
