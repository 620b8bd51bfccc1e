"""Where the physics of N worlds runs."""

import os

from autonomy.envs.arm.physics.arm_state import Sizes, allocate
from autonomy.envs.arm.physics.physics import LocalPhysics, Physics
from autonomy.envs.arm.physics.processes import ProcessPhysics
from autonomy.envs.arm.physics.simulation import Design, Simulation

_FEWEST = 8  # rows for which processes of their own are worth their while


def start_physics(
    design: Design, sizes: Sizes, num_envs: int, processes: int | None = None
) -> Physics:
    """Start N simulations in some processes beside this one.

    With 0 they run in this one, and by default as many as there are processor cores serve a batch
    that is large enough.
    """
    if processes is None:
        processes = (os.cpu_count() or 1) if num_envs >= _FEWEST else 0
    if processes:
        return ProcessPhysics(design, sizes, num_envs, min(processes, num_envs))
    simulations = [Simulation(design) for _ in range(num_envs)]
    return LocalPhysics(simulations, allocate(num_envs, sizes))
