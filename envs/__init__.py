"""The worlds. Importing this package registers their Gymnasium ids; nothing else happens."""

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
