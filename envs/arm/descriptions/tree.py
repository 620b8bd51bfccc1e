"""Links and joints are one tree, and joints that follow others follow one that moves by itself."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autonomy.envs.arm.descriptions.description import Joint, Link
from autonomy.errors import InputError

_MOST = 127  # joints, which is what PyBullet's messages have room for


def check_names(links: Sequence[Link], joints: Sequence[Joint], file: Path) -> None:
    """Look whether each name is there once, and those that joints have for links at all.

    Raises:
        InputError: It is not so, or there are too many.
    """
    for kind, named in (("link", links), ("joint", joints)):
        name, count = Counter(one.name for one in named).most_common(1)[0] if named else ("", 1)
        if count > 1:
            raise InputError(f"{kind}s must have names of their own, got {count} {name} in {file}")
    if len(joints) > _MOST:
        raise InputError(f"a robot may have {_MOST} joints, got {len(joints)} in {file}")
    known = {link.name for link in links}
    for joint in joints:
        for end, name in (("parent", joint.parent), ("child", joint.child)):
            if name not in known:
                raise InputError(
                    f"the {end} of joint {joint.name} must be a link, got {name} in {file}"
                )


def root_of(links: Sequence[Link], joints: Sequence[Joint], file: Path) -> str:
    """Return the name of the link from which joints lead to all others.

    Raises:
        InputError: There is no such link, or more than one way to a link.
    """
    parents = {joint.child: joint.parent for joint in joints}
    if len(parents) < len(joints):
        name, count = Counter(joint.child for joint in joints).most_common(1)[0]
        raise InputError(f"a link must be the child of one joint, got {count} of {name} in {file}")
    roots = [link.name for link in links if link.name not in parents]
    if len(roots) > 1:
        raise InputError(
            f"a robot must have one root link, got {', '.join(roots[:5])} in {file}: join them by "
            "fixed joints"
        )
    if not roots:
        what = "a loop of joints" if links else "no link"
        raise InputError(f"a robot must have one root link, got {what} in {file}")
    _check_reached(roots[0], parents, file)
    return roots[0]


def _check_reached(root: str, parents: dict[str, str], file: Path) -> None:
    reached = {root}
    for name in parents:
        way: list[str] = []
        while name not in reached:
            if name in way:
                raise InputError(f"joints must be no loop, got one through link {name} in {file}")
            way.append(name)
            name = parents[name]
        reached |= set(way)


def check_mimics(joints: Sequence[Joint], file: Path) -> None:
    """Look whether joints that follow others follow, in the end, one that moves by itself.

    Raises:
        InputError: One does not.
    """
    by_name = {joint.name: joint for joint in joints}
    for joint in joints:
        if joint.mimic is None:
            continue
        seen, leader = {joint.name}, joint
        while leader.mimic is not None:
            name = leader.mimic.joint
            if name not in by_name or not by_name[name].moves or name in seen:
                raise InputError(
                    f"joint {leader.name} must mimic another joint that moves, got {name} in {file}"
                )
            seen.add(name)
            leader = by_name[name]
