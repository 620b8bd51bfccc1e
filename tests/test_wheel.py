"""The wheel, built and installed outside the checkout, trains."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

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


def test_wheel_trains_ten_steps(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        roots = {name.split("/")[0] for name in archive.namelist()}
        assert {root for root in roots if not root.endswith(".dist-info")} == {"autonomy"}
        archive.extractall(site)
    done = run(site, "-c", TRAIN)
    assert done.returncode == 0, done.stderr
    entries = next(site.glob("*.dist-info/entry_points.txt")).read_text()
    assert "autonomy = autonomy.scripts.program:main" in entries
    done = run(site, "-m", "autonomy.scripts.program", "--help")
    assert "  train " in done.stdout, done.stderr


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python outside of the checkout, with what was installed."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=site.parent,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
