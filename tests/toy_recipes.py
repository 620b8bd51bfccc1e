"""Recipes with which learners solve the toy in seconds."""

import io
from dataclasses import replace

from rich.console import Console

from autonomy.agents.recipe import Recipe
from autonomy.agents.recipes import (
    CrossQRecipe,
    DAggerRecipe,
    PPORecipe,
    RecurrentPPORecipe,
    SACRecipe,
)

QUIET = Console(file=io.StringIO())

RECIPES: dict[str, Recipe] = {
    "ppo": PPORecipe(
        total_steps=16_384,
        num_envs=32,
        n_steps=32,
        batch_size=256,
        image_size=(16, 16),
        layers=(32,),
        learning_rate=2e-3,
        gamma=0.9,
        validation_interval=8_192,
        threads=1,  # less to lose on a busy machine
    ),
    "recurrent_ppo": RecurrentPPORecipe(
        total_steps=16_384,
        num_envs=32,
        n_steps=16,
        batch_size=256,
        image_size=(16, 16),
        layers=(32,),
        lstm=32,
        learning_rate=4e-3,
        gamma=0.9,
        validation_interval=8_192,
        threads=1,
    ),
    "sac": SACRecipe(
        total_steps=8_192,
        num_envs=16,
        image_size=(16, 16),
        layers=(32,),
        batch_size=64,
        learning_starts=512,
        gradient_steps=4,
        learning_rate=1e-3,
        final_learning_rate=1e-3,
        tau=0.02,
        gamma=0.9,
        replay_size=8_192,
        threads=1,
    ),
    "crossq": CrossQRecipe(
        total_steps=4_096,
        num_envs=16,
        image_size=(16, 16),
        layers=(32,),
        critic_layers=(64,),
        batch_norm_momentum=0.2,
        batch_size=64,
        learning_starts=512,
        gradient_steps=4,
        learning_rate=2e-3,
        final_learning_rate=1e-4,
        gamma=0.9,
        replay_size=8_192,
        validation_interval=2_048,
        threads=1,
    ),
}

RECIPES |= {
    f"{name}_privileged": replace(recipe, privileged=("state",)) for name, recipe in RECIPES.items()
}
RECIPES["dagger"] = DAggerRecipe(
    total_steps=4_096,
    num_envs=16,
    image_size=(16, 16),
    layers=(32,),
    batch_size=128,
    learning_rate=2e-3,
    cloning_steps=512,
    replay_size=4_096,
    validation_interval=2_048,
    threads=1,
)
