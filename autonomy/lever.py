"""How a person moves one number of an action: by keys, a gamepad's stick or the pointer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lever:
    """What moves one number of an action between -1 and 1.

    Attributes:
        more: Keys that push it towards 1, by their names in a browser (`KeyboardEvent.key`).
        less: Keys that push it towards -1.
        rate: How fast keys push it [1/s].
        stays: Whether it stays where it was left, as a throttle does; else it returns to 0.
        stick: The gamepad's axis that is it, by its number from 1 on; negative where it points the
            other way; 0 where there is none.
        pointer: Likewise the pointer's: 1 is to the right and 2 up, while a person steers by it.
    """

    more: tuple[str, ...]
    less: tuple[str, ...]
    rate: float = 3.0
    stays: bool = False
    stick: int = 0
    pointer: int = 0


_KEYS = "wsad rf qe yh uj ik ol".replace(" ", "")


def levers_by_order(count: int) -> tuple[Lever, ...]:
    """Return levers for `count` numbers of which nobody knows what they mean."""
    pairs = [(_KEYS[n], _KEYS[n + 1]) for n in range(0, len(_KEYS), 2)]
    none: list[tuple[str, str]] = [("", "")] * max(0, count - len(pairs))
    return tuple(
        Lever((more,), (less,), stick=number if number <= 4 else 0)
        for number, (more, less) in enumerate([*pairs[:count], *none], start=1)
    )
