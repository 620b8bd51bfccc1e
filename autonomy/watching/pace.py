"""When the next step is due: paused, one at a time, at some speed, or as fast as it can."""

import time


class Pace:
    """Says when to step; times are those of `time.perf_counter` [s].

    Attributes:
        is_playing: Whether steps follow each other by themselves.
        next_step: When the next one is due, while they do.
    """

    def __init__(self) -> None:
        self.is_playing, self.next_step = True, time.perf_counter()
        self._speed, self._wanted = 1.0, 0

    @property
    def is_due(self) -> bool:
        """Whether it is time for a step."""
        return self._wanted > 0 or (self.is_playing and time.perf_counter() >= self.next_step)

    def took(self, seconds: float, pause: float = 0.0) -> None:
        """Take note of a step, in which `seconds` passed in the world, and of a pause after it."""
        self._wanted = max(self._wanted - 1, 0)
        period, now = (seconds / self._speed if self._speed else 0.0), time.perf_counter()
        late = max(self.next_step + period, now - period)
        self.next_step = late + (pause if self._speed else 0.0)

    def pause(self) -> None:
        """Let no step follow by itself."""
        self.is_playing = False

    def toggle(self) -> None:
        """Pause, or go on."""
        self.is_playing = not self.is_playing
        self.next_step = time.perf_counter()

    def want_one(self) -> None:
        """Take one step, and pause."""
        self.is_playing, self._wanted = False, 1

    def set_speed(self, text: str) -> None:
        """Be as fast as the world, or as many times as a number or a fraction says.

        Of any other words, as fast as it can.
        """
        number, _, parts = text.partition("/")
        is_number = number.isdecimal() and (parts or "1").isdecimal()
        self._speed = float(number) / float(parts or 1) if is_number else 0.0
        self.next_step = time.perf_counter()
