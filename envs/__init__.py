"""The worlds. Importing this package registers their Gymnasium ids; nothing else happens."""

from gymnasium.envs.registration import register

if __name__ != "autonomy.envs":
    raise ImportError("the worlds are imported as autonomy.envs, not as envs")

register(
    id="autonomy/LaneFollow-v0",
    entry_point="autonomy.envs.lane.env:LaneEnv",
    vector_entry_point="autonomy.envs.lane.env:LaneVectorEnv",
    # the world checks its actions itself, and the checker would cost more than the step
    disable_env_checker=True,
)

for name, task in (
    ("ArmReach", "reach"),
    ("ArmPush", "push"),
    ("ArmPickAndPlace", "pick_and_place"),
    ("ArmStack", "stack"),
    ("ArmSlide", "slide"),
    ("ArmFlip", "flip"),
):
    register(
        id=f"autonomy/{name}-v0",
        entry_point="autonomy.envs.arm.env:ArmEnv",
        vector_entry_point="autonomy.envs.arm.env:ArmVectorEnv",
        kwargs={"task": task},
        disable_env_checker=True,
    )
