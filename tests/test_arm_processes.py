"""Physics in processes: the same lives, and what happens when one of them dies."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arm_cases import make
from world_cases import ROOT, assert_same, live, random_actions

from autonomy.envs.arm.physics import processes


def test_processes_change_nothing() -> None:
    here = make("Push", 5, max_episode_steps=30)
    beside = make("Push", 5, max_episode_steps=30, processes=2)
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


def run_script(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run a user's script of that text."""
    script = folder / "script.py"
    script.write_text(text)
    return subprocess.run(
        [sys.executable, str(script)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def kill(world: Any, number: int) -> None:
    process = world._physics._workers[number].process
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def test_who_lives_beside_a_reset_is_not_reset_unnoticed() -> None:
    world = make("Push", 4, processes=2)
    world.reset(seed=0)
    actions = random_actions(world, 2)
    world.step(actions[0])
    kill(world, 0)
    world.reset(options={"reset_mask": np.array([True, False, False, False])})
    *_, truncated, info = world.step(actions[1])
    assert_same(truncated, np.array([False, True, False, False]))
    assert info["episode_end"].tolist() == ["", "physics_lost", "", ""]
    world.close()


def test_a_state_is_restored_into_a_process_that_died() -> None:
    world = make("Push", 4, processes=2)
    world.reset(seed=0)
    actions = random_actions(world, 6)
    list(live(world, actions[:3]))
    state = world.get_state()
    expected = list(live(world, actions[3:]))
    kill(world, 1)
    world.set_state(state)
    assert_same(list(live(world, actions[3:])), expected)
    kill(world, 0)
    assert world.get_state().keys() == state.keys()
    world.close()


@pytest.mark.parametrize("method", ["get_state", "set_state"])
def test_a_process_that_hangs_is_replaced_as_states_are_given_and_taken(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With so many worlds in a process that their files would fill a pipe, whatever its size."""
    monkeypatch.setattr(processes, "_TIMEOUT", 10.0)
    world = make("Push", 12, processes=2)
    world.reset(seed=0)
    actions = random_actions(world, 6)
    list(live(world, actions[:3]))
    state = world.get_state()
    assert state["physics"].nbytes > 2**20
    expected = list(live(world, actions[3:]))
    os.kill(world._physics._workers[0].process.pid, signal.SIGSTOP)
    if method == "set_state":
        world.set_state(state)
        assert_same(list(live(world, actions[3:])), expected)
    else:
        assert world.get_state().keys() == state.keys()
        *_, truncated, info = world.step(actions[3])
        assert truncated.tolist() == [True] * 6 + [False] * 6
        assert set(info["episode_end"][:6]) == {"physics_lost"}
    world.close()


def test_what_was_lost_is_part_of_the_state() -> None:
    world, copy = (make("Push", 4, processes=2) for _ in range(2))
    for one in (world, copy):
        one.reset(seed=0)
    actions = random_actions(world, 3)
    world.step(actions[0])
    kill(world, 0)
    copy.set_state(world.get_state())
    for action in actions[1:]:
        expected = world.step(action)
        assert_same(copy.step(action), expected)
        mask = expected[2] | expected[3]
        assert_same(*(one.reset(options={"reset_mask": mask})[0] for one in (world, copy)))
    assert mask.tolist() == [False] * 4
    world.close()
    copy.close()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_after_an_interrupted_step_a_reset_is_a_reset() -> None:
    """The answers that were not waited for are not taken for those to what is asked next."""
    world, twin = make("Push", 4, processes=2), make("Push", 4)
    world.reset(seed=0)
    actions = random_actions(world, 5)
    worker = world._physics._workers[1].process
    os.kill(worker.pid, signal.SIGSTOP)
    threading.Timer(1.5, os.kill, (worker.pid, signal.SIGCONT)).start()
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    with pytest.raises(KeyboardInterrupt):
        world.step(actions[0])
    signal.signal(signal.SIGALRM, before)
    assert_same(world.reset(seed=5), twin.reset(seed=5))
    assert_same(list(live(world, actions)), list(live(twin, actions)))
    world.close()


@pytest.mark.parametrize("ending", ["", "worlds.close()"])
def test_a_process_that_hangs_does_not_keep_python_from_leaving(
    ending: str, tmp_path: Path
) -> None:
    done = run_script(
        tmp_path,
        "import os, signal, gymnasium as gym, autonomy.envs\n"
        "options = {'observations': ('state',), 'processes': 2}\n"
        "worlds = gym.make_vec('autonomy/ArmReach-v0', num_envs=4, **options)\n"
        "worlds.reset(seed=0)\n"
        "pids = [worker.process.pid for worker in worlds.unwrapped._physics._workers]\n"
        "os.kill(pids[0], signal.SIGSTOP)\n"
        f"{ending}\n"
        "print(*pids)\n",
    )
    for pid in done.stdout.split():
        assert not Path("/proc", pid).exists(), "it runs on"


def test_arms_that_are_made_in_threads_leave_output_where_it_went(tmp_path: Path) -> None:
    done = run_script(
        tmp_path,
        "import sys, threading, gymnasium as gym, autonomy.envs\n"
        "def make():\n"
        "    for _ in range(4):\n"
        "        options = {'observations': ('state',), 'processes': 1}\n"
        "        gym.make_vec('autonomy/ArmReach-v0', num_envs=1, **options).close()\n"
        "threads = [threading.Thread(target=make) for _ in range(4)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print('here'); print('there', file=sys.stderr)\n"
        "print(sys.modules['__main__'].make.__name__)\n",
    )
    assert (done.stdout, done.stderr) == ("here\nmake\n", "there\n")


def test_a_script_without_a_guard_starts_processes_once(tmp_path: Path) -> None:
    done = run_script(
        tmp_path,
        "print('once', flush=True)\n"
        "import gymnasium as gym, autonomy.envs\n"
        "options = {'observations': ('state',), 'processes': 2}\n"
        "worlds = gym.make_vec('autonomy/ArmReach-v0', num_envs=4, **options)\n"
        "print(worlds.reset(seed=0)[0]['state'].shape)\n"
        "worlds.close()\n",
    )
    assert done.stdout.splitlines() == ["once", "(4, 24)"]
