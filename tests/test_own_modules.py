"""A module and a source of samples of a user's own, in files outside: all that ours can do."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autonomy.agents.module_fit import Epoch
from autonomy.agents.perception_recipe import PerceptionRecipe, perception_recipe
from autonomy.agents.perception_training import Data, train_module
from autonomy.command_line import run
from autonomy.envs.arm.env import ArmVectorEnv
from autonomy.envs.lane.env import LaneVectorEnv
from autonomy.envs.lane.samples import LaneSamples
from autonomy.errors import InputError
from autonomy.perception import Estimates, Motion, PerceptionModule, load_module
from autonomy.perception.datasets.dataset import Dataset
from autonomy.perception.datasets.manifest import read_manifest
from autonomy.perception.modules.making import make_module
from autonomy.picture_file import read_picture, write_picture
from autonomy.scripts import make_dataset, perceive, train_perception

DEPTH = """
from torch import nn
from autonomy.perception import Estimates, Motion, PerceptionModule

class Depth(PerceptionModule):
    labels = ("depth",)
    motions = {"free_m": Motion(speed=5.0, acceleration=5.0, bound=100.0)}
    def __init__(self, signature):
        super().__init__(signature)
        self.depth = nn.Sequential(nn.Conv2d(3, 1, 8, stride=8), nn.Upsample(scale_factor=8))
    def forward(self, frames):
        return self.depth(frames["camera"].permute(0, 3, 1, 2) / 255.0)[:, 0].exp()
    def loss(self, output, labels):
        return (output - labels["depth"].clamp(max=100.0)).abs().mean()
    def estimates(self, depth):
        return Estimates(depth[:, 16:24, 20:28].min((1, 2))[:, None], depth[:, :1, 0])
"""
STRIPES = """
import numpy as np

class Stripes:
    labels = {"depth": ("depth_m",)}
    def __init__(self, split, seed, wide: int = 8):
        self.options = {"split": split, "seed": seed, "wide": wide}
    def description(self):
        return {"world": "stripes", **self.options}
    def draw(self, batch, count, labels):
        random = np.random.default_rng((self.options["seed"], batch))
        depth = np.repeat(random.uniform(1.0, 9.0, (count, 16, 4)), self.options["wide"], axis=2)
        frames = np.repeat((20 * depth)[..., None], 3, axis=3).astype(np.uint8)
        return {"camera": frames, "depth": depth.astype(np.float32)}
"""
SMALL = (
    *("--recipe.frames", "64", "--recipe.validation-frames", "16", "--recipe.test-frames", "16"),
    *("--recipe.epochs", "2", "--recipe.threads", "1", "--device", "cpu"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a module of a file in some folder, which also has a source of samples."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "depth.py").write_text(DEPTH)
    (folder / "stripes.py").write_text(STRIPES)
    words = [f"{folder}/depth.py:Depth", "--world", "lane", "--image-size", "32", "48"]
    words += ["--run", str(folder / "run"), *SMALL]
    run(train_perception.main, train_perception.Arguments, words)
    return folder


def test_it_learns_from_depth_and_tells_how_far_it_is_off(folder: Path) -> None:
    report = json.loads((folder / "run/report.json").read_text())
    error = report["test"]["mean_absolute_error_depth_m"]
    assert report["test"]["accuracy"] == -error
    samples = LaneSamples("test", 0, (32, 48)).draw(0, 16, ("depth",))
    module = load_module(folder / "run", "cpu", (str(folder / "depth.py"),))
    seen, known = module.perceive(samples), np.isfinite(samples["depth"])
    assert np.abs(seen - samples["depth"])[known].mean() == pytest.approx(error, rel=1e-5)


def test_its_folder_names_its_class_and_makes_no_file_run(folder: Path) -> None:
    manifest = json.loads((folder / "run/module/perception.json").read_text())
    assert manifest["class"] == "depth.py:Depth"
    for trusted in ((), (str(folder / "stripes.py"),), ("depth",)):
        with pytest.raises(InputError, match=r"'depth.py:Depth' may not be imported"):
            load_module(folder / "run", "cpu", trusted)


def test_it_is_drawn_over_a_picture(folder: Path) -> None:
    frame = LaneSamples("test", 0, (32, 48), "none").draw(0, 1, ())["camera"][0]
    write_picture(folder / "photo.png", frame)
    run, out = folder / "run", folder / "seen.png"
    modules = (str(folder / "depth.py"),)
    with pytest.warns(UserWarning, match="are resized to"):  # for the lane finder
        perceive.main(perceive.Arguments(folder / "photo.png", (run,), modules, out, device="cpu"))
    finder, depth = np.split(read_picture(out), 2, axis=1)
    assert np.abs(finder[-100:].astype(int) - depth[-100:]).mean() > 20


def test_worlds_follow_quantities_of_its_own(folder: Path) -> None:
    options: dict[str, Any] = {
        "observations": ("camera", "perceived"),
        "perception": str(folder / "run"),
        "perception_modules": (str(folder / "depth.py"),),
    }
    for world in (
        LaneVectorEnv(2, **options),
        ArmVectorEnv(2, task="reach", processes=0, **options),
    ):
        space = world.single_observation_space["perceived"]
        assert (space.shape, space.low, space.high) == ((1,), -100.0, 100.0)
        first, _ = world.reset(seed=3)
        state = world.get_state()
        after = [world.step(world.action_space.sample() * 0)[0]["perceived"] for _ in range(3)]
        world.set_state(state)
        again = [world.step(world.action_space.sample() * 0)[0]["perceived"] for _ in range(3)]
        assert np.array_equal(after, again)
        assert (first["perceived"] > 0.0).all()
        _, _, _, _, info = world.step(world.action_space.sample())
        assert not any(name.startswith("perception_error") for name in info["measurements"])
        world.close()


def test_a_module_may_be_given_itself(folder: Path) -> None:
    module = load_module(folder / "run", "cpu", (str(folder / "depth.py"),))
    world = LaneVectorEnv(1, observations=("perceived",), perception=module)
    assert world.reset(seed=0)[0]["perceived"].shape == (1, 1)


def test_a_source_of_samples_of_ones_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = ["--world", f"{folder}/stripes.py:Stripes"]
    words = [f"{folder}/depth.py:Depth", *world, "--wide", "4", "--run", str(folder / "striped")]
    run(train_perception.main, train_perception.Arguments, [*words, *SMALL])
    manifest = json.loads((folder / "striped/module/perception.json").read_text())
    assert manifest["signature"]["frames"] == {"camera": [16, 16]}
    words = [str(folder / "data"), *world, "--frames", "9", "--labels", "depth"]
    run(make_dataset.main, make_dataset.parse, words)
    assert Dataset(folder / "data").description()["wide"] == 8
    assert read_manifest(folder / "data/manifest.json").labels == {"depth": ("depth_m",)}
    words = [str(folder / "again"), "--manifest", str(folder / "data/manifest.json")]
    with pytest.raises(SystemExit):
        run(make_dataset.main, make_dataset.parse, words)
    assert "--world must name the class of its frames' source" in capsys.readouterr().err
    run(make_dataset.main, make_dataset.parse, [*words, *world])
    for file in (folder / "data").iterdir():
        assert (folder / "again" / file.name).read_bytes() == file.read_bytes()


class Brightness(PerceptionModule[Estimates]):
    """Reports a quantity that no label is called like, and says how it learns."""

    labels = ("depth",)
    reports = ("brightness_m",)
    recipe = PerceptionRecipe(
        frames=32, validation_frames=16, test_frames=8, epochs=3, batch_size=8
    )

    def __init__(self, signature: Any) -> None:
        import torch

        super().__init__(signature)
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, frames: Any) -> Any:
        """Return the mean brightness."""
        return self.scale * frames["camera"].float().mean((1, 2, 3))[:, None]

    def loss(self, output: Any, labels: Any) -> Any:
        """Want the median depth."""
        return (output[:, 0] - labels["depth"].flatten(1).median(1).values).abs().mean()

    def measure(self, result: Any, samples: Any) -> dict[str, float]:
        """Say something."""
        return {"accuracy": float(result.mean())}


def test_training_is_a_function_that_tells_of_its_epochs(tmp_path: Path) -> None:
    epochs: list[Epoch] = []
    data = Data(*(LaneSamples(split, 0, (16, 16)) for split in ("train", "validation", "test")))
    trained = train_module(Brightness, data, tmp_path / "run", device="cpu", on_epoch=epochs.append)
    assert [(epoch.number, epoch.of) for epoch in epochs] == [(1, 3), (2, 3), (3, 3)]
    assert epochs[0].validation.keys() == {"accuracy"}
    assert trained.module.name == "brightness"
    assert trained.module.signature.reports == ("brightness_m",)
    assert perception_recipe(Brightness) is Brightness.recipe
    again = load_module(tmp_path / "run", "cpu", (__name__,))
    assert np.array_equal(again.perceive(trained.samples), trained.result)


def test_what_cannot_be_followed_is_refused() -> None:
    class Followed(Brightness):
        motions = {"brightness": Motion(1.0, 1.0)}  # noqa: RUF012 - as users write it

    module = make_module(Followed, LaneSamples("train", 0, (16, 16)))
    world = LaneVectorEnv(1, observations=("perceived",), perception=module)
    with pytest.raises(InputError, match=r"the module followed must have estimates\(\)"):
        world.reset(seed=0)
    module = make_module(Brightness, LaneSamples("train", 0, (16, 16)))
    with pytest.raises(InputError, match=r"must report lane_offset_m, .*, it lacks lane_offset_m"):
        LaneVectorEnv(1, observations=("perceived",), perception=module)


def test_what_cannot_be_saved_is_refused_before_it_is_trained(tmp_path: Path) -> None:
    class Local(Brightness):
        pass

    data = Data(*(LaneSamples(split, 0, (16, 16)) for split in ("train", "validation", "test")))
    with pytest.raises(InputError, match="must stand alone in its module"):
        train_module(Local, data, tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()
