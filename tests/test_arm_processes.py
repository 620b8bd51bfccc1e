"""Physics in processes: the same lives, and what happens when one of them dies."""

import os
import signal

import numpy as np
import pytest
from arm_cases import make
from world_cases import assert_same, live, random_actions

from envs.arm import processes


def test_processes_change_nothing() -> None:
    here = make("Push", 5, max_episode_steps=20)
    beside = make("Push", 5, max_episode_steps=20, processes=2)
    actions = random_actions(here, 12)
    assert_same(beside.reset(seed=3), here.reset(seed=3))
    assert_same(list(live(beside, actions)), list(live(here, actions)))
    mask = np.array([True, False, False, True, False])
    assert_same(*(one.reset(options={"reset_mask": mask}) for one in (beside, here)))
    for world in (here, beside):  # a state goes from one to the other
        world.set_state(here.get_state())
    assert_same(list(live(beside, actions)), list(live(here, actions)))
    beside.close()
    beside.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_hangs_is_replaced(
    how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_TIMEOUT", 10.0)
    world = make("Push", 4, processes=2)
    undisturbed = make("Push", 4)
    world.reset(seed=0)
    undisturbed.reset(seed=0)
    actions = random_actions(world, 4)
    world.step(actions[0])
    undisturbed.step(actions[0])
    os.kill(world._physics._workers[0].process.pid, how)
    _, _, terminated, truncated, info = world.step(actions[1])
    expected = undisturbed.step(actions[1])
    lost = np.array([True, True, False, False])
    assert_same(truncated, lost)
    assert not terminated.any()
    assert info["episode_end"].tolist() == ["physics_lost"] * 2 + [""] * 2
    for restarted in (world, undisturbed):
        restarted.reset(options={"reset_mask": lost})
    for action in actions[2:]:
        found, expected = world.step(action), undisturbed.step(action)
        assert_same(found[0], expected[0])
    world.close()
