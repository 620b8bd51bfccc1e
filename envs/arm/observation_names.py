"""What the numbers are that the arm worlds let a policy observe, by name and unit."""

from collections.abc import Iterable, Iterator, Mapping

from autonomy.envs.arm.perceived import GOAL
from autonomy.envs.arm.physics.simulation import Facts
from autonomy.envs.arm.tasks.task import ArmTask
from autonomy.perception.in_world.filtering import Motion

_PLACE = ("x_m", "y_m", "z_m")
_TURN = ("quaternion_x", "quaternion_y", "quaternion_z", "quaternion_w")
_VELOCITY = ("velocity_x_m_s", "velocity_y_m_s", "velocity_z_m_s")
_SPIN = ("spin_x_rad_s", "spin_y_rad_s", "spin_z_rad_s")
_FROM_TOOL = ("from_tool_x_m", "from_tool_y_m", "from_tool_z_m")
_THING = (*_PLACE, *_TURN, *_VELOCITY, *_SPIN, *_FROM_TOOL)
_SEEN = (*_PLACE, "yaw_rad", *_VELOCITY, *_FROM_TOOL)


def vector_names(
    facts: Facts, task: ArmTask, followed: Mapping[str, Motion]
) -> dict[str, tuple[str, ...]]:
    """Return the names of the numbers of each vector; `followed` are a module's own quantities."""
    things, fixtures = facts.sizes.objects, facts.sizes.fixtures
    knows = (
        *facts.joint_names,
        *map(_rate, facts.joint_names),
        *_numbered("tool", 1, (*_PLACE, *_VELOCITY)),
    )
    return {
        "proprioception": knows,
        "state": (
            *knows,
            *_numbered("object", things, _THING),
            *_numbered("fixture", fixtures, (*_PLACE, *_TURN)),
            *facts.fixture_joint_names,
            *map(_rate, facts.fixture_joint_names),
        ),
        "perceived": tuple(followed) or (*_numbered("object", things, _SEEN), *GOAL),
        "achieved_goal": _goal("achieved", task),
        "desired_goal": _goal("desired", task),
    }


def _goal(which: str, task: ArmTask) -> tuple[str, ...]:
    """Name a goal's numbers: x, y and z of one or more."""
    unit = "_m" if task.unit == "m" else ""
    if task.goal_size % 3:
        return tuple(f"{which}_{number + 1}" for number in range(task.goal_size))
    axes = [f"{axis}{unit}" for axis in "xyz"]
    return tuple(_numbered(which, task.goal_size // 3, axes))


def _numbered(what: str, count: int, names: Iterable[str]) -> Iterator[str]:
    """Yield names for each of some things; one alone has no number."""
    own = list(names)
    for number in range(count):
        yield from (
            f"{what}_{number + 1}_{name}" if count > 1 else f"{what}_{name}" for name in own
        )


def _rate(name: str) -> str:
    """Name how fast a joint moves: `elbow_rad` is `elbow_speed_rad_s`."""
    joint, _, unit = name.rpartition("_")
    return f"{joint}_speed_{unit}_s"
