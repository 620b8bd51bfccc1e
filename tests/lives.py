"""What every world's eyes and body go through in some hundred steps, as one digest an id.

Run as a program it prints them: in another process, on whatever kernels its environment asks for.
"""

import hashlib
import json
import math
from typing import Any

import numpy as np
from world_cases import ARMS, EVERYTHING, IDS, LANE, make, random_actions

from autonomy.envs.lane.roads.surveyed_line import heading_and_curvature, smooth_closed_line

STEPS = 240
_GOALS = ("achieved_goal", "desired_goal")
_PERCEIVED = {LANE, *(f"autonomy/Arm{task}-v0" for task in ("Reach", "Push", "PickAndPlace"))}


def options(env_id: str) -> dict[str, Any]:
    """Roads that bend and climb, arms that come to what they reach for, and all there is to see.

    A poor camera in a motley scene takes every way through the renderer and the sensor.
    """
    seen = EVERYTHING + (_GOALS if env_id in ARMS else ())
    if env_id in _PERCEIVED:
        seen += ("perceived",)
    long = (
        {"max_episode_steps": 40, "cameras": "default"}
        if env_id in ARMS
        else {"route_length": 500.0}
    )
    return {"observations": seen, "perception": "truth", "randomization": "strong", **long}


def life(env_id: str) -> str:
    """Digest all that two rows see, get and do; the expert and chance act in turns."""
    world = make(env_id, 2, **options(env_id))
    observation, _ = world.reset(seed=11)
    expert, total = world.unwrapped.expert(), hashlib.sha256()
    for step, chance in enumerate(random_actions(world, STEPS)):
        action = chance if step // 20 % 2 else expert.act(observation)
        for name in sorted(observation):
            total.update(observation[name].tobytes())
        observation, *facts, _ = world.step(action)
        for fact in (np.asarray(action, np.float32), *facts):
            total.update(fact.tobytes())
    world.close()
    return total.hexdigest()


def survey() -> str:
    """Digest the line that is laid through measured points of a circuit."""
    along = np.linspace(0.0, 2.0 * np.pi, 150, endpoint=False).tolist()
    points = [((90 + 20 * math.sin(3 * s)) * math.cos(s), 140 * math.sin(s)) for s in along]
    line, widths = smooth_closed_line(np.array(points), np.full((150, 2), 5.0), 1.0)
    arrays = (line, widths, *heading_and_curvature(line))
    return hashlib.sha256(b"".join(np.asarray(own).tobytes() for own in arrays)).hexdigest()


def everything() -> dict[str, str]:
    """Return all digests."""
    return {"survey": survey(), **{env_id: life(env_id) for env_id in IDS}}


if __name__ == "__main__":
    print(json.dumps(everything()))
