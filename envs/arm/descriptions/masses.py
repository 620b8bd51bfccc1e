"""Links of which a file does not say what they weigh: PyBullet takes 1 kg."""

from collections.abc import Sequence
from pathlib import Path

from autonomy.envs.arm.descriptions.description import Joint, Link

_WORLD = "world"  # name of a link that PyBullet knows to weigh nothing


def is_frame(link: Link, above: Joint | None) -> bool:
    """Tell whether a link is only a frame on another one, which weighs nothing."""
    has_shapes = bool(link.visuals or link.collisions)
    is_fixed = above is not None and not above.moves
    return link.mass is None and is_fixed and not has_shapes and link.name != _WORLD


def mass_notes(links: Sequence[Link], joints: Sequence[Joint], file: Path) -> list[str]:
    """Return what to say of the links that move and that PyBullet gives a weight of its own."""
    above = {joint.child: joint for joint in joints}
    unknown = [
        link.name
        for link in links
        if link.mass is None and link.name in above and link.name != _WORLD
        if not is_frame(link, above[link.name])
    ]
    if not unknown:
        return []
    names = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
    return [f"{file} does not say what {names} weigh: 1 kg is taken for each"]
