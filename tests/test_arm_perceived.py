"""What is perceived: the truth, or what a module makes of frames, and nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from numpy.typing import NDArray

import autonomy.perception.in_world.loop
from autonomy.envs.arm.env import ArmVectorEnv
from autonomy.envs.arm.labels.quantities import pose_quantities
from autonomy.envs.arm.options import PERCEPTION_CAMERAS
from autonomy.envs.arm.perceived import quantity_names
from autonomy.envs.arm.robot import PANDA
from autonomy.envs.arm.tasks.pick_and_place import PickAndPlace
from autonomy.envs.arm.tasks.reach import Reach
from autonomy.envs.arm.tasks.stack import Stack
from autonomy.errors import InputError
from autonomy.options import TRUTH
from autonomy.perception.estimates import Estimates
from autonomy.perception.in_world.filtering import Motion
from autonomy.perception.modules.module_folder import save_module
from autonomy.perception.modules.pose import ObjectPose
from autonomy.perception.signature import Signature

NAMES = quantity_names(PickAndPlace())
CAMERAS = ("camera", "camera_side")
OBSERVED = ("perceived", "proprioception")


def world(task: str = "pick_and_place", num_envs: int = 2, **options: Any) -> ArmVectorEnv:
    """Make arms that run their physics here."""
    given: dict[str, Any] = {"observations": OBSERVED, "processes": 0, **options}
    return ArmVectorEnv(num_envs, task=task, **given)


def save_untrained(
    folder: Path,
    reports: tuple[str, ...] = NAMES,
    cameras: tuple[str, ...] = CAMERAS,
) -> str:
    """Save a module that has learned nothing, which reports something all the same."""
    signature = Signature(dict.fromkeys(cameras, (128, 128)), reports, needs_projections=True)
    save_module(folder, ObjectPose(signature), {})
    return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_untrained(tmp_path_factory.mktemp("perception") / "module")


def test_the_truth_is_what_the_state_says() -> None:
    arms = world(observations=("perceived", "state", "desired_goal"), perception=TRUTH)
    observed, _ = arms.reset(seed=0)
    expert = arms.expert()
    for _ in range(8):
        observed, *_ = arms.step(expert.act(observed))
    own, state = observed["perceived"], observed["state"][:, -16:]
    assert own[:, :3] == pytest.approx(state[:, :3], abs=1e-6)  # place
    assert np.array_equal(own[:, 4:7], state[:, 7:10])  # velocity
    assert own[:, 7:10] == pytest.approx(state[:, 13:16], abs=1e-6)  # place beside the tool
    assert own[:, 10:] == pytest.approx(observed["desired_goal"], abs=1e-6)
    arms.close()


def test_where_nothing_lies_about_only_the_goal_is_perceived() -> None:
    arms = world("reach", observations=("perceived", "desired_goal"), perception=TRUTH)
    observed, _ = arms.reset(seed=0)
    assert observed["perceived"] == pytest.approx(observed["desired_goal"], abs=1e-6)
    arms.close()


class Knows:
    """A module that looks at the worlds instead of the frames."""

    motions: ClassVar[Mapping[str, Motion]] = {}
    signature = Signature(dict.fromkeys(CAMERAS, (128, 128)), NAMES[::-1], True)

    def __init__(self) -> None:
        self.arms: ArmVectorEnv | None = None
        self.shapes: list[tuple[int, ...]] = []
        self.projections = np.zeros(())

    def estimates(self, result: Estimates) -> Estimates:
        """Return what it perceived."""
        return result

    def perceive(self, frames: Mapping[str, NDArray[Any]]) -> Estimates:
        """Return the truth in the order of `reports`."""
        self.shapes = [own.shape for own in frames.values()]
        self.projections = frames["projections"]
        arms = cast(Any, self.arms)
        setup, bodies = arms._physics.shared.setup, arms._bodies
        truth = pose_quantities(
            bodies.object_pose, arms._stage.goal, setup.shape, arms._start.catalogue, PANDA
        )
        return Estimates(truth[:, ::-1], np.full(truth.shape, 1e-4, np.float32))


def test_a_module_that_is_right_gives_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    module = Knows()
    # all rows at once, since which rows these are cannot be told from frames
    monkeypatch.setattr(autonomy.perception.in_world.loop, "RowBlocks", lambda function: function)
    still: dict[str, Any] = {"randomization": "none"}
    seeing, knowing = world(perception=module, **still), world(perception=TRUTH, **still)
    module.arms = seeing
    assert seeing.observation_space == knowing.observation_space
    seen, _ = seeing.reset(seed=0)
    known, _ = knowing.reset(seed=0)
    expert = knowing.expert()
    for _ in range(12):
        assert seen["perceived"][:, :4] == pytest.approx(known["perceived"][:, :4], abs=1e-3)
        assert seen["perceived"][:, 7:] == pytest.approx(known["perceived"][:, 7:], abs=1e-3)
        action = expert.act(known)
        seen, *_ = seeing.step(action)
        known, *_ = knowing.step(action)
    assert module.shapes == [(2, 128, 128, 3)] * 2 + [(2, 2, 3, 4)]
    # the side camera's axis, which meets the middle of its image, goes through this place
    camera = PERCEPTION_CAMERAS["side"]
    pose = camera.mount.camera_from_body
    ahead = np.array(camera.mount.position) + 0.8 * pose[2, :3] - PANDA.standing.base
    column, row, depth = module.projections[0, 1] @ [*ahead, 1.0]
    assert (column / depth, row / depth) == pytest.approx((0.5, 0.5), abs=1e-5)
    seeing.close()
    knowing.close()


def test_a_restored_world_perceives_on_to_the_bit(folder: str) -> None:
    arms = world(perception=folder, randomization="strong")
    arms.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1, 1, (8, 2, 4)).astype(np.float32)
    for action in actions[:4]:
        arms.step(action)
    state = arms.get_state()
    first = [arms.step(action)[0]["perceived"] for action in actions[4:]]
    arms.set_state(state)
    again = [arms.step(action)[0]["perceived"] for action in actions[4:]]
    assert np.array_equal(first, again)
    assert any(not np.array_equal(one, first[0]) for one in first)
    arms.close()


def test_to_observe_twice_is_to_observe_once(folder: str) -> None:
    arms = world(perception=folder)
    arms.reset(seed=0)
    before = arms.step(np.zeros((2, 4), np.float32))[0]["perceived"]
    mask = np.array([True, False])
    after, _ = arms.reset(seed=5, options={"reset_mask": mask})
    assert np.array_equal(after["perceived"][1], before[1])
    assert not np.array_equal(after["perceived"][0], before[0])
    arms.close()


def test_rows_perceive_nearly_as_they_would_alone(folder: str) -> None:
    """Torch may order sums otherwise in a batch, so only nearly."""
    both, alone = world(perception=folder), world(num_envs=1, perception=folder)
    together, _ = both.reset(seed=3)
    single, _ = alone.reset(seed=4)
    assert together["perceived"][1] == pytest.approx(single["perceived"][0], abs=1e-5)
    both.close()
    alone.close()


def test_cameras_see_the_goal_where_they_are_to() -> None:
    shown, hidden = (
        world("reach", observations=("camera", "semantic"), goal_marker=marker)
        for marker in (True, False)
    )
    goal = {"goal": np.array([0.0, 0.1, 0.2])}
    assert (shown.reset(seed=0, options=goal)[0]["semantic"] == 13).any()
    assert not (hidden.reset(seed=0, options=goal)[0]["semantic"] == 13).any()
    shown.close()
    hidden.close()


def test_policies_may_look_through_the_cameras_of_perception() -> None:
    arms = world(observations=("camera",), cameras="all", image_size=(32, 48))
    observed, _ = arms.reset(seed=0)
    assert {name: own.shape for name, own in observed.items()} == dict.fromkeys(
        (*CAMERAS, "camera_wrist"), (2, 32, 48, 3)
    )
    arms.close()


def test_what_cannot_be_perceived_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="perception must be truth or"):
        world()
    with pytest.raises(InputError, match="cannot be read"):
        world(perception=str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="at most one thing"):
        world("stack", perception=TRUTH)
    only_goal = save_untrained(tmp_path / "goal", quantity_names(Reach()))
    with pytest.raises(InputError, match="it lacks object_x_m"):
        world(perception=only_goal)
    with pytest.raises(InputError, match="it reads camera_roof"):
        world(perception=save_untrained(tmp_path / "roof", cameras=("camera", "camera_roof")))
    with pytest.raises(InputError, match="at most one thing"):
        quantity_names(Stack())
