"""The wheel, built and installed outside the checkout, trains."""

import subprocess
import sys
from pathlib import Path

TRAIN = """
from pathlib import Path
from rich.console import Console
import autonomy, autonomy.envs
from autonomy.agents.recipes import PPORecipe
from autonomy.agents.training import train
assert "site" in autonomy.__file__, autonomy.__file__
recipe = PPORecipe(total_steps=10, num_envs=2, n_steps=5, batch_size=10, image_size=(24, 32),
                   validation_episodes=1, world={"route_length": 10.0}, threads=1)
trained = train("autonomy/LaneFollow-v0", recipe, 0, Path("run"), "cpu", Console())
assert trained.steps == 10
assert Path("run/policy/policy.safetensors").is_file()
"""


def test_wheel_holds_one_package_and_its_program(wheel_site: Path) -> None:
    roots = {path.name for path in wheel_site.iterdir()}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"autonomy"}
    entries = next(wheel_site.glob("*.dist-info/entry_points.txt")).read_text()
    assert "autonomy = autonomy.scripts.program:main" in entries


def test_wheel_trains_ten_steps(wheel_site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRAIN],
        cwd=tmp_path,
        env={"PYTHONPATH": str(wheel_site), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
