"""Recipes that were tuned: for worlds and algorithms, what `train.py` starts from."""

from typing import Any

from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import (
    ALGORITHMS,
    CrossQRecipe,
    DAggerRecipe,
    PPORecipe,
    RecurrentPPORecipe,
    SACRecipe,
)

# Short routes show a learner more roads; what has been learned is judged on long ones.
_LANE_FOLLOW: dict[str, Any] = {
    "image_size": (48, 96),
    "layers": (128,),
    "world": {"route_length": 150.0},
}
_LANE_FOLLOW_PPO: dict[str, Any] = {
    **_LANE_FOLLOW,
    "privileged": ("state",),
    "num_envs": 128,
    "n_steps": 16,
    "epochs": 2,
    "learning_rate": 2e-3,
    "final_learning_rate": 1e-4,
    "gamma": 0.95,
    "gae_lambda": 0.9,
    "log_std_init": -1.5,
    "validation_interval": 240_000,
}

# From the joints, the goal and, where things lie about, the true state; without a camera.
_ARM: dict[str, Any] = {
    "layers": (256, 256),
    "learning_rate": 1e-3,
    "gamma": 0.95,
    "tau": 0.02,
    "gradient_steps": 8,
    "hindsight_goals": 4,
    "threads": 1,  # a second one gains little on networks this small
}
_GOALS = ("achieved_goal", "desired_goal")
_ARM_THINGS: dict[str, Any] = {
    **_ARM,
    "observations": ("state", *_GOALS),
    "final_learning_rate": 1e-4,
    "replay_size": 100_000,
    "entropy_coefficient": 0.1,
    "entropy_target": -2.0,  # with more, a hand trembles too much to hold a thing still
    "imitation_coefficient": 200.0,
    "max_gradient_norm": 100.0,
    "gradient_steps": 16,
    "demonstrations": 500,
    "batch_size": 128,
    "validation_interval": 6_000,
}
# The first is what a task that is none of these starts from.
_ARM_TASKS: dict[str, dict[str, Any]] = {
    "ArmPickAndPlace": {
        **_ARM_THINGS,
        "total_steps": 20_000,
        "learning_starts": 8_500,
    },
    "ArmReach": {
        **_ARM,
        "observations": ("proprioception", *_GOALS),
        "final_learning_rate": 1e-3,
        "total_steps": 6_000,
        "learning_starts": 800,
        "validation_interval": 3_000,
    },
    "ArmPush": {
        **_ARM_THINGS,
        "total_steps": 45_000,
        "learning_starts": 13_000,
    },
    "ArmFlip": {
        **_ARM_THINGS,
        "total_steps": 30_000,
        "learning_starts": 10_000,
    },
    "ArmSlide": {
        **_ARM_THINGS,
        "total_steps": 90_000,
        "learning_starts": 52_000,
    },
    "ArmStack": {
        **_ARM_THINGS,
        "total_steps": 100_000,
        "validation_interval": 15_000,
        "demonstrations": 800,
        "learning_starts": 42_000,
    },
}
# From what is perceived, which the truth stands in for while it learns; without a camera then.
_ARM_IMITATION: dict[str, Any] = {
    "observations": ("perceived", "proprioception"),
    "num_envs": 16,
    "layers": (256, 256),
    "learning_rate": 1e-3,
    "batch_size": 256,
    "gradient_steps": 16,
    "cloning_steps": 8_000,
    "total_steps": 50_000,
    "threads": 1,
}
_ARM_REACH_IMITATION: dict[str, Any] = {
    **_ARM_IMITATION,
    "total_steps": 12_000,
    "cloning_steps": 2_000,
}
_ARM_PUSH_IMITATION: dict[str, Any] = {
    **_ARM_IMITATION,
    "learning_rate": 2e-3,
    "gradient_steps": 32,  # where to push from turns sharply with the goal's direction
    "total_steps": 80_000,
    "replay_size": 80_000,
}

# From frames alone, through the cameras of perception, with the goal in sight. What is learned
# fits other looks and goals only after thousands of episodes: rather more steps than more passes.
_ARM_FRAMES: dict[str, Any] = {
    **_ARM_IMITATION,
    "observations": ("camera", "proprioception"),
    "view": {"goal_marker": True, "cameras": "perception"},
    "privileged": ("achieved_goal", "desired_goal"),
    "image_size": (64, 64),
    "encoder": "keypoints",
    "num_envs": 32,
    "learning_rate": 2e-3,
    "batch_size": 64,
    "total_steps": 120_000,
    "replay_size": 120_000,
    "validation_interval": 40_000,
    "threads": 0,
}
_ARM_REACH_FRAMES: dict[str, Any] = {
    **_ARM_FRAMES,
    "privileged": ("desired_goal",),
    "total_steps": 80_000,
    "replay_size": 80_000,
}
_ARM_PICK_FRAMES: dict[str, Any] = {
    **_ARM_FRAMES,
    "view": {"goal_marker": True, "cameras": "all"},  # the wrist's shows best how to grasp
}

FRAME_RECIPES: dict[tuple[str, str], Recipe] = {
    ("autonomy/ArmPickAndPlace-v0", "dagger"): DAggerRecipe(**_ARM_PICK_FRAMES),
    ("autonomy/ArmReach-v0", "dagger"): DAggerRecipe(**_ARM_REACH_FRAMES),
    ("autonomy/ArmPush-v0", "dagger"): DAggerRecipe(**_ARM_FRAMES),
}
"""Those of policies that see frames, where `RECIPES` has one of a policy that does not."""

RECIPES: dict[tuple[str, str], Recipe] = {
    ("autonomy/LaneFollow-v0", "ppo"): PPORecipe(**_LANE_FOLLOW_PPO, total_steps=475_000),
    ("autonomy/LaneFollow-v0", "recurrent_ppo"): RecurrentPPORecipe(
        **_LANE_FOLLOW_PPO, total_steps=500_000
    ),
    ("autonomy/LaneFollow-v0", "sac"): SACRecipe(**_LANE_FOLLOW, privileged=("state",), gamma=0.95),
    ("autonomy/LaneFollow-v0", "crossq"): CrossQRecipe(
        **_LANE_FOLLOW,
        privileged=("state",),
        total_steps=40_000,
        learning_rate=1e-3,
        final_learning_rate=1e-4,
        gamma=0.95,
        validation_interval=10_000,
    ),
    ("autonomy/LaneFollow-v0", "dagger"): DAggerRecipe(
        **_LANE_FOLLOW,
        total_steps=120_000,
        batch_size=128,
        gradient_steps=16,
        learning_rate=1e-3,
        replay_size=80_000,
        validation_interval=1_000_000,
    ),
    ("autonomy/ArmPickAndPlace-v0", "dagger"): DAggerRecipe(**_ARM_IMITATION),
    ("autonomy/ArmReach-v0", "dagger"): DAggerRecipe(**_ARM_REACH_IMITATION),
    ("autonomy/ArmPush-v0", "dagger"): DAggerRecipe(**_ARM_PUSH_IMITATION),
    **{
        (f"autonomy/{task}-v0", algorithm): ALGORITHMS[algorithm](**own)
        for task, own in _ARM_TASKS.items()
        for algorithm in ("sac", "tqc")
    },
}
"""Recipes by the world's id and the algorithm's name; of worlds that are equally near to a new one,
it starts from the first one's."""
