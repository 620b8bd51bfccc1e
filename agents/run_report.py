"""The report of a training, which its folder holds while it goes on and afterwards."""

import time
import warnings
from dataclasses import fields
from pathlib import Path
from typing import Any

from autonomy.agents.progress import Validation
from autonomy.agents.recipes import ALGORITHMS
from autonomy.agents.run_config import RunConfig
from autonomy.agents.run_record import curve_points, recipe_of
from autonomy.agents.starting_recipe import starting_recipe
from autonomy.command_words import command, named
from autonomy.errors import InputError
from autonomy.json_values import described
from autonomy.reporting.again import commands_again
from autonomy.reporting.evaluation_page import Evaluated, evaluation_page
from autonomy.reporting.files import REPORT, first_film
from autonomy.reporting.page import write_page
from autonomy.reporting.witnessed import LivedEpisode

_SHARE = 0.03  # of the time that reports may take
_WITHOUT_PART = ("modules", "trust")
"""Fields of recipes that are options of the command itself."""


class RunReport:
    """Writes the report of a run, of the policy that is kept: not too often, and at the end."""

    def __init__(self, run: Path, config: RunConfig) -> None:
        """Write into the folder `run`."""
        self._run, self._config = run, config
        self._validated: tuple[int, Validation] | None = None
        self._took, self._written_at = 0.0, time.perf_counter()

    def take(self, steps: int, validation: Validation) -> None:
        """Take in a validation after so many steps, and write what there is if it is time."""
        if validation.is_best or self._validated is None:
            self._validated = steps, validation
        if time.perf_counter() - self._written_at >= self._took / _SHARE:
            self.write()

    def write(self) -> None:
        """Write what there is, if a policy was validated; a full disk is no end of a training."""
        if self._validated is None:
            return
        start = time.perf_counter()
        try:
            write_page(self._run / REPORT, evaluation_page(self._evaluated(*self._validated)))
        except InputError as error:
            warnings.warn(f"no report is written: {error}", stacklevel=2)
        self._written_at = time.perf_counter()
        self._took = self._written_at - start

    def _evaluated(self, steps: int, validation: Validation) -> Evaluated:
        run, config, recipe = self._run, self._config, self._config.recipe
        policy, seen = str(run / "checkpoints" / str(steps)), validation.seen
        world = recipe.world_options("validation")
        not_kept = {name: own for name, own in world.items() if name not in recipe.env_options}
        options = {**({"modules": recipe.modules} if recipe.modules else {}), **named(not_kept, {})}

        def show(episode: LivedEpisode) -> tuple[str, str]:
            return commands_again(policy, options, episode, seen.step_s)

        return Evaluated(
            kind="training",
            policy=str(run),
            env_id=config.env_id,
            options=world,
            result=validation.result,
            seen=seen,
            command=train_command(config),
            show=show,
            curves=curve_points(run),
            recipe=recipe_of(run),
            video=first_film(run),
            about=f"The policy that is kept, after {steps:,} of {recipe.total_steps:,} steps.",
        )


def train_command(config: RunConfig) -> str:
    """Return the command that trains so again."""
    recipe = config.recipe
    names = {kind: name for name, kind in ALGORITHMS.items()}
    algorithm = names.get(type(recipe))
    usual = first = type(recipe)()
    if algorithm is not None:
        first = starting_recipe(config.env_id, algorithm).recipe
        usual = starting_recipe(config.env_id, algorithm, recipe.observations).recipe
    options: dict[str, Any] = {
        "algo": algorithm or described(type(recipe)),
        "seed": config.seed,
        "device": config.device,
    }
    for own in fields(recipe):
        value, before = getattr(recipe, own.name), getattr(usual, own.name)
        if own.name in ("view", "world"):
            options |= named(value, before)
        elif value != before or (own.name == "observations" and value != first.observations):
            options[own.name if own.name in _WITHOUT_PART else f"recipe.{own.name}"] = value
    return command("train", [config.env_id], options)
