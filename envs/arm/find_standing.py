"""Where a robot is to stand, how it begins and how far it gets, found from its joints alone."""

from functools import cache
from itertools import product as every
from typing import NamedTuple

import numpy as np

from autonomy.elementary import arctan2, cos, power, sin
from autonomy.envs.arm.descriptions.description import Description, Vector
from autonomy.envs.arm.physics.chain import Chain, chain_of, reached
from autonomy.envs.arm.physics.control import Array
from autonomy.envs.arm.physics.inverse_kinematics import NEAR, approach_of, brought
from autonomy.envs.arm.physics.robot_body import describe_robot, lowest_point
from autonomy.envs.arm.robot import Robot, Standing
from autonomy.envs.arm.tasks.layout import AHEAD, ASIDE
from autonomy.errors import InputError
from autonomy.linear_algebra import product

_STARTS = 40
_HEIGHTS = (0.2, 0.15, 0.1, 0.07)  # [m] over the table, of the tool at home
_STRAIGHT = 0.985  # cosine of the tilt with which a tool points down
_TILTED = 0.7  # with which it still gets at things
_DISTANCES = tuple(np.arange(0.14, 0.72, 0.04).tolist())  # [m] of a base before the middle
_SIDES = ((1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (-1.0, 0.0))  # ways from a base to the middle
_ABOUT_AS_MANY = 0.03  # of the share of places
_ENOUGH = 0.8  # of them, with which no other side of the table is tried
_FEWEST = 0.3  # of them, where a task can be done
_FOOT = 0.1  # [m] around the base's axis, where the robot itself stands
_LOW = 0.03  # [m] where things are pushed
_ON = tuple(every((-AHEAD, 0.0, AHEAD), (-ASIDE, 0.0, ASIDE)))
_OVER = tuple(every((-AHEAD, AHEAD), (-2 * ASIDE, 0.0, 2 * ASIDE), (0.05, 0.35)))
_TURNS = (-0.6, 0.0, 0.6)  # [rad]
_REACHED_HEIGHTS, _PASSED_HEIGHTS = (_LOW, 0.2, 0.35), (_LOW, 0.13)  # [m]
_FINE, _LONGEST = 0.02, 0.8  # [m]


class Arm(NamedTuple):
    """What carries a tool, and which way it points, in its link's frame."""

    chain: Chain
    approach: Array  # (3,)


@cache
def find_standing(robot: Robot) -> Standing:
    """Return how a robot stands whose home nobody told; what was told stays.

    Raises:
        InputError: Its file cannot be used, or its tool does not get down to the table.
    """
    description, point = describe_robot(robot), robot.tool_point
    if point is None:
        point = _end_of_hand(robot, description)
    arm = _arm(robot, description, point)
    base = robot.base or _best_base(arm, robot)
    middle = (-base[0], -base[1], -base[2])
    home = _find_home(arm, middle)
    if home is None:
        raise _out_of_reach(robot, f"from its base at {base}")
    if robot.reach is not None:
        return Standing(tuple(home.tolist()), base, robot.reach, tool_point=point)
    reach = _range(arm, home, middle, _REACHED_HEIGHTS, _FINE)
    nearest = _range(arm, home, middle, _PASSED_HEIGHTS, -_FINE)
    return Standing(tuple(home.tolist()), base, reach, nearest, point)


def _arm(robot: Robot, description: Description, tool_point: Vector) -> Arm:
    chain = chain_of(description, robot.arm_joints, robot.tool_link, tool_point)
    return Arm(chain, approach_of(chain))


def _end_of_hand(robot: Robot, description: Description) -> Vector:
    """Return how far the hand goes beyond the tool link's origin, where that points down."""
    arm = _arm(robot, description, (0.0, 0.0, 0.0))
    middles = ((distance * x, distance * y, 0.0) for x, y in _SIDES for distance in _DISTANCES)
    homes = (_find_home(arm, middle) for middle in middles)
    home = next((joints for joints in homes if joints is not None), None)
    if home is None:
        raise _out_of_reach(robot, "from anywhere")
    pose = dict(zip(robot.arm_joints, home.tolist(), strict=True))
    lowest = lowest_point(description, pose, robot.arm_joints[-1])
    beyond = max(0.0, float(reached(arm.chain, home).tool[2, 3]) - lowest)
    x, y, z = (round(beyond * float(way), 3) for way in arm.approach)
    return x, y, z


def _out_of_reach(robot: Robot, where: str) -> InputError:
    return InputError(
        f"a robot must bring its tool {robot.tool_link} to the table, pointing down, and "
        f"{robot.urdf} does not {where}"
    )


def _best_base(arm: Arm, robot: Robot) -> Vector:
    """Return where a base serves best [m]: there most places on the table and above are reached.

    It is before the table, or at another side if the robot's arm cannot look ahead; and the middle
    of such distances, if there are several.
    """
    best, share = (0.0, 0.0, 0.0), 0.0
    for x, y in _SIDES:
        middles = [(distance * x, distance * y, 0.0) for distance in _DISTANCES]
        covered = np.array([_covered(arm, middle) for middle in middles])
        if covered.max() > share + _ABOUT_AS_MANY:
            x, y, _ = middles[_middle_of_best(covered)]
            best, share = (0.0 - round(x, 2), 0.0 - round(y, 2), 0.0), float(covered.max())
        if share > _ENOUGH:
            break
    if share < _FEWEST:
        raise _out_of_reach(robot, "from anywhere")
    return best


def _middle_of_best(covered: Array) -> int:
    best = np.flatnonzero(covered > covered.max() - _ABOUT_AS_MANY)
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(runs, key=lambda run: (len(run), covered[run].max()))
    return int(longest[len(longest) // 2])


def _covered(arm: Arm, middle: Vector) -> float:
    """Return the share of places to which the tool gets from a home."""
    home = _find_home(arm, middle)
    if home is None:
        return 0.0
    low = [_comes(arm, home, middle, (x, y, _LOW), _TILTED) for x, y in _ON]
    high = [_comes(arm, home, middle, place, -1.0) for place in _OVER]
    return (sum(low) / len(low) + sum(high) / len(high)) / 2.0


def _comes(arm: Arm, home: Array, middle: Vector, place: Vector, straightest: float) -> bool:
    there = np.array(middle) + place
    if there[0] ** 2 + there[1] ** 2 < _FOOT**2:
        return False
    _, distance, down = brought(arm.chain, home, there, arm.approach)
    return distance < NEAR and down >= straightest


def _find_home(arm: Arm, middle: Vector) -> Array | None:
    """Return the best joints `(n,)` for a tool that points down over the middle of the table.

    They are at the highest of some heights at which it does, None if it does nowhere.
    """
    for height in _HEIGHTS:
        place = np.array((middle[0], middle[1], middle[2] + height))
        found = [brought(arm.chain, start, place, arm.approach) for start in _starts(arm.chain)]
        homes = [joints for joints, far, down in found if far < NEAR and down > _STRAIGHT]
        best = max(homes, key=lambda joints: _freedom(arm.chain, joints), default=None)
        if best is not None and _freedom(arm.chain, best)[0] > 0.0:
            return best
    return None


def _starts(chain: Chain) -> Array:
    low, high = np.maximum(chain.lower, -np.pi), np.minimum(chain.upper, np.pi)
    uniform = np.random.default_rng(0).random((_STARTS, len(low)))
    return low + (high - low) * uniform


def _freedom(chain: Chain, joints: Array) -> tuple[float, float]:
    """Return in [0, 1] how far joints are from limits, singular places, the table, and from aside.

    The second number decides where the first is the same: how far all are from their limits.

    How far from singular places says Yoshikawa's measure ("Manipulability of robotic mechanisms",
    1985), as a length of which the longest lever is 1.
    """
    now, span = reached(chain, joints), chain.upper - chain.lower
    to_limits, ends = np.minimum(joints - chain.lower, chain.upper - joints), np.isfinite(span)
    room = np.where(ends, to_limits, 0.5) / np.where(ends, span, 1.0)
    moves = now.jacobian[:3]
    (a, b, c), (_, d, e), (_, _, f) = product(moves, moves.T.copy()).tolist()
    volume = max(a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d), 0.0)
    lever = float(np.sqrt((moves**2).sum(axis=0).max()))
    height = float(now.points[1:, 2].min(initial=1.0))
    ahead = now.tool[:2, 3] / np.sqrt((now.tool[:2, 3] ** 2).sum())
    aside = float(np.abs(now.points[:, 0] * ahead[1] - now.points[:, 1] * ahead[0]).max())
    able = float(power(np.array(volume), 1.0 / 6.0)) / max(lever, 1e-9)
    free = min(max(4.0 * float(room.min()), 0.05), 2.0 * able, 20.0 * height, 1.0 - aside / lever)
    return max(0.0, free), float(room.sum())


def _range(arm: Arm, home: Array, middle: Vector, heights: tuple[float, ...], step: float) -> float:
    """Return how far from the base's axis [m] the tool gets in some directions at all heights.

    From the middle of the table on it goes by `step` [m], outwards, or inwards if that is negative;
    the last one that it makes is left as a margin.
    """
    x, y, top = middle
    start = float(np.sqrt(x * x + y * y))
    ahead, made = float(arctan2(np.array(y), np.array(x))), list[float]()
    for turn, height in every(_TURNS, heights):
        way = np.array((float(cos(np.array(ahead + turn))), float(sin(np.array(ahead + turn)))))
        joints, radius = home, start
        while 0.0 < radius < _LONGEST:
            place = np.append(radius * way, top + height)
            joints, far, _ = brought(arm.chain, joints, place, arm.approach)
            if far > NEAR:
                break
            radius += step
        made.append(radius - 2 * step)
    return round(max(min(made) if step > 0.0 else max(made), 0.0), 2)
