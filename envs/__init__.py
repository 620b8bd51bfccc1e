"""The worlds. Importing this package registers their Gymnasium ids; nothing else happens.

Gymnasium looks for no ids of others by itself since 1.0; but
`gym.make("autonomy.envs:autonomy/LaneFollow-v0")` needs no other import, nor does
`autonomy.make_world("autonomy/LaneFollow-v0", num_envs)`.
"""

from gymnasium.envs.registration import register

from autonomy.envs.arm.tasks.find_task import TASKS

if __name__ != "autonomy.envs":
    raise ImportError("the worlds are imported as autonomy.envs, not as envs")

register(
    id="autonomy/LaneFollow-v0",
    entry_point="autonomy.envs.lane.env:LaneEnv",
    vector_entry_point="autonomy.envs.lane.env:LaneVectorEnv",
    kwargs={"task": "lane_follow"},
    # the world checks its actions itself, and the checker would cost more than the step
    disable_env_checker=True,
)

for task, where in TASKS.items():
    register(
        id=f"autonomy/Arm{where.rpartition(':')[2]}-v0",
        entry_point="autonomy.envs.arm.env:ArmEnv",
        vector_entry_point="autonomy.envs.arm.env:ArmVectorEnv",
        kwargs={"task": task},
        disable_env_checker=True,
    )
