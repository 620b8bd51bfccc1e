"""How a person moves the tool."""

from collections.abc import Sequence

from autonomy.lever import Lever, levers_by_order

_TOOL = {
    "x": Lever(("ArrowUp", "w"), ("ArrowDown", "s"), stick=-2, pointer=2),
    "y": Lever(("ArrowLeft", "a"), ("ArrowRight", "d"), stick=-1, pointer=-1),
    "z": Lever(("PageUp", "r"), ("PageDown", "f"), stick=-4),
    "turn": Lever(("q",), ("e",), stick=-3),
    "gripper": Lever(("o",), ("c",), rate=10.0, stays=True),
}


def levers(action_names: Sequence[str]) -> tuple[Lever, ...]:
    """Return what moves each number of an action: the tool, or joints one by one."""
    others = levers_by_order(len(action_names))
    return tuple(_TOOL.get(name, own) for name, own in zip(action_names, others, strict=True))
