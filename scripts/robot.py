"""Say what was understood of a robot, show it at its table, and try it.

Examples:
    python scripts/robot.py panda --episodes 20
    python scripts/robot.py arm.urdf --tool-link gripper_frame_link --picture arm.png
"""

from autonomy.interruptible import run

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from autonomy.errors import InputError
from autonomy.files import write_json

if TYPE_CHECKING:
    from autonomy.envs.arm.robot import Robot
    from autonomy.evaluation import Evaluation

_IDS = {
    "reach": "autonomy/ArmReach-v0",
    "push": "autonomy/ArmPush-v0",
    "pick_and_place": "autonomy/ArmPickAndPlace-v0",
}
_TABLED = ("name", "file", "arm_joints", "notes", "success")
_WELL = 0.95  # share of successes, below which slow joints may be why


@dataclass(frozen=True)
class Arguments:
    """Say what was understood of a robot, show it at its table, and try it.

    Its joints with their limits, where it stands, how it begins, how far it reaches, and how often
    the scripted experts succeed with it in Reach and Push, and with a gripper in PickAndPlace.
    """

    robot: Annotated[Positional[str], arg(metavar="ROBOT")]
    """A name of ours, a URDF or SDF file, or module:NAME or file.py:NAME of a Robot."""
    arm_joints: tuple[str, ...] = ()
    """Of a file, the joints that carry the tool; by default all between its root and its tool."""
    tool_link: str | None = None
    """Of a file, the link that the tool is on; by default the only one that it can be."""
    picture: Path | None = None
    """A PNG file for a picture of it at its table."""
    episodes: int = 50
    """How many test episodes of each task to try; 0 tries none."""
    seed: int = 0
    """Seed of the first episode."""
    json: str | None = None
    """File for the same as JSON; - writes it to standard output, and no table."""


def main(arguments: Arguments) -> None:
    """Look at the robot, and print what there is to say."""
    from autonomy.envs.arm.find_robot import find_robot
    from autonomy.envs.arm.robot_facts import robot_facts

    _check(arguments)
    robot = find_robot(arguments.robot, arguments.arm_joints, arguments.tool_link)
    facts = robot_facts(robot)
    if arguments.picture is not None:
        _draw(robot, arguments.picture, arguments.seed)
    success = {_IDS[task]: _success(task, robot, arguments) for task in _tasks(robot, arguments)}
    as_json = {**facts, "success": success}
    if arguments.json == "-":
        json.dump(as_json, sys.stdout, indent=2, allow_nan=False)
        print()
        return
    if arguments.json is not None:
        write_json(Path(arguments.json), as_json)
    _show(as_json)


def _check(arguments: Arguments) -> None:
    from autonomy.seed import checked_seed

    checked_seed(arguments.seed)
    if arguments.episodes < 0:
        raise InputError(f"episodes must not be negative, got {arguments.episodes}")
    if arguments.picture is not None and arguments.picture.suffix.lower() != ".png":
        raise InputError(f"the picture must be a .png file, got {arguments.picture}")


def _draw(robot: "Robot", picture: Path, seed: int) -> None:
    from autonomy.make import make_world
    from autonomy.picture_file import write_picture

    world = make_world(_IDS["reach"], 1, robot=robot, randomization="none", render_mode="rgb_array")
    world.reset(seed=seed)
    pictures = world.render()
    world.close()
    assert pictures is not None, "that is how the world was made"
    write_picture(picture, pictures[0])


def _tasks(robot: "Robot", arguments: Arguments) -> list[str]:
    from autonomy.envs.arm.tasks.find_task import find_task

    known = _IDS if arguments.episodes else ()
    return [task for task in known if robot.gripper_joints or not find_task(task).uses_gripper]


def _success(task: str, robot: "Robot", arguments: Arguments) -> dict[str, Any]:
    result = _tried(task, robot, arguments, 1)
    success = {
        "episodes": result.episodes,
        "success_rate": result.success_rate,
        "success_rate_ci95": list(result.success_rate_ci95),
    }
    if result.success_rate < _WELL:
        longer = _tried(task, robot, arguments, 2)
        success["success_rate_in_twice_the_time"] = longer.success_rate
    return success


def _tried(task: str, robot: "Robot", arguments: Arguments, times: int) -> "Evaluation":
    """Let the expert try, in episodes that last `times` as long as they do."""
    from autonomy.envs.arm.tasks.find_task import find_task
    from autonomy.evaluation import evaluate
    from autonomy.make import make_world

    world = make_world(
        _IDS[task],
        min(arguments.episodes, 32),
        robot=robot,
        observations=("state",),
        split="test",
        max_episode_steps=times * find_task(task).max_steps,
    )
    result = evaluate(world, world.expert(), arguments.episodes, arguments.seed)
    world.close()
    return result


def _show(facts: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("joint", "kind", "from", "to", "at home", title=f"{facts['name']}")
    for joint in facts["arm_joints"]:
        table.add_row(
            joint["name"], joint["kind"], *map(_number, (*joint["limits"], joint["home"]))
        )
    console = Console(highlight=False)
    console.print(table)
    for name in (name for name in facts if name not in _TABLED):
        words = name.replace("_m", " [m]").replace("_", " ")
        console.print(f"{words}: {_words(facts[name])}", markup=False)
    for note in facts["notes"]:
        console.print(f"note: {note}", markup=False)
    for env_id, tried in facts["success"].items():
        low, high = tried["success_rate_ci95"]
        console.print(
            f"expert in {env_id}: {tried['success_rate']:.1%} of {tried['episodes']} "
            f"(95 % interval {low:.1%} to {high:.1%}){_in_twice_the_time(tried)}"
        )


def _in_twice_the_time(tried: Mapping[str, Any]) -> str:
    longer = tried.get("success_rate_in_twice_the_time", 0.0)
    return f"; {longer:.1%} in twice the time" if longer > tried["success_rate"] else ""


def _number(value: float | None) -> str:
    return "endless" if value is None else f"{value:.3f}"


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value + 0.0:.4g}"
    return ", ".join(map(_words, value)) or "none" if isinstance(value, list) else str(value)


if __name__ == "__main__":
    run(main, Arguments)
