"""What every training begins with, and what its configuration says of that."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from toy_recipes import QUIET, RECIPES
from toy_world import TOY_ID, register_toy

from autonomy.agents.preparation import conditions, prepare
from autonomy.agents.run_folder import train
from autonomy.errors import InputError

register_toy()


def test_the_configuration_says_what_was_computed_with() -> None:
    recipe, before = replace(RECIPES["ppo"], threads=0), torch.get_num_threads()
    device = prepare(recipe, 3, "cpu")
    found = conditions(recipe, 3, device)
    torch.set_num_threads(before)
    assert found["recipe"]["threads"] == os.cpu_count()
    assert found["cpu_capability"] == torch.backends.cpu.get_cpu_capability()
    assert (found["seed"], found["device"]) == (3, "cpu")


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5])
def test_seeds_that_no_training_can_have_are_refused(seed: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the seed must be a whole number from 0 to 4294967295"):
        train(TOY_ID, RECIPES["ppo"], seed, tmp_path / "new", "cpu", QUIET)
    assert not (tmp_path / "new").exists()
