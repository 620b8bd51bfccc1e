"""Every world: what is observed, and what that costs."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from world_cases import EVERYTHING, VECTORS, assert_same, every_world, live, make, random_actions

from autonomy.camera.renderer import Renderer


@every_world
def test_observations_are_within_their_space_and_no_element_is_constant(env_id: str) -> None:
    world = make(env_id, 8, observations=EVERYTHING)
    observation, _ = world.reset(seed=0)
    seen: dict[str, list[NDArray[Any]]] = {name: [] for name in EVERYTHING}
    for step in live(world, random_actions(world, 40)):
        assert observation.keys() == world.single_observation_space.spaces.keys()
        assert world.observation_space.contains(observation)
        for name in EVERYTHING:
            seen[name].append(observation[name])
        observation = step[0]
    for name in VECTORS:
        values = np.concatenate(seen[name])
        assert np.isfinite(values).all()
        constant = np.flatnonzero(np.ptp(values, axis=0) == 0)
        assert constant.size == 0, f"{name} {constant} never changed"
    for name in ("camera", "depth", "semantic", "instance"):
        for before, after in zip(seen[name][0], seen[name][-1], strict=True):
            assert len(np.unique(after)) > 1, f"{name} is one colour"
            assert (before != after).any(), f"{name} never changed"


@every_world
def test_only_what_is_asked_for_is_observed(env_id: str) -> None:
    for name in EVERYTHING:
        world = make(env_id, 1, observations=(name,))
        assert list(world.reset(seed=0)[0]) == [name] == list(world.single_observation_space)
        world.close()


@every_world
def test_what_else_is_observed_changes_no_pixel(env_id: str) -> None:
    alone = make(env_id, 2, observations=("camera", "proprioception"))
    all_of_them = make(env_id, 2, observations=EVERYTHING)
    expected, found = alone.reset(seed=0)[0], all_of_them.reset(seed=0)[0]
    assert_same({name: found[name] for name in expected}, expected)


@every_world
def test_images_have_the_size_that_was_asked_for(env_id: str) -> None:
    world = make(env_id, 2, observations=EVERYTHING, image_size=(20, 44))
    observation, _ = world.reset(seed=0)
    assert observation["camera"].shape == (2, 20, 44, 3)
    for name, dtype in (("depth", np.float32), ("semantic", np.uint8), ("instance", np.int32)):
        assert (observation[name].shape, observation[name].dtype) == ((2, 20, 44), dtype)
    assert (observation["depth"] > 0).all()


@every_world
def test_observations_share_no_memory(env_id: str) -> None:
    world = make(env_id, 4, observations=EVERYTHING)
    seen = [world.reset(seed=0)[0], world.reset(options={"reset_mask": np.arange(4) < 2})[0]]
    for observation, *_, info in live(world, random_actions(world, 40)):
        seen.append(observation)
        seen += [last for last in info.get("final_obs", ()) if last is not None]
    arrays = [array for observation in seen for array in observation.values()]
    assert len(seen) > 42, "no episode ended"
    for one, other in combinations(arrays, 2):
        assert not np.may_share_memory(one, other)


@every_world
def test_what_a_user_writes_into_observations_and_states_changes_nothing(env_id: str) -> None:
    clean, spoilt = make(env_id, 2), make(env_id, 2)
    clean.reset(seed=0)
    observation, info = spoilt.reset(seed=0)
    for action in random_actions(clean, 15):
        for tree in (observation, info, spoilt.unwrapped.get_state()):
            spoil(tree)
        observation, *_, info = spoilt.step(action.copy())
        assert_same(observation, clean.step(action)[0])


def spoil(tree: dict[str, Any]) -> None:
    for value in tree.values():
        if isinstance(value, dict):
            spoil(value)
        elif value.flags.writeable:
            value[...] = np.zeros((), value.dtype)


@every_world
@pytest.mark.parametrize(("observations", "draws"), [(("state",), False), (("camera",), True)])
def test_only_images_cost_drawing(
    env_id: str, observations: tuple[str, ...], draws: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every frame comes out of `Renderer.render`, the only caller of the drawing kernels."""
    calls: list[int] = []
    render = Renderer.render

    def counting(*arguments: Any) -> Any:
        calls.append(1)
        return render(*arguments)

    monkeypatch.setattr(Renderer, "render", counting)
    world = make(env_id, 2, observations=observations)
    world.reset(seed=0)
    list(live(world, random_actions(world, 40)))
    assert bool(calls) is draws
