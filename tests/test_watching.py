"""What a live page does, but for the page: hands, paces, sessions, what is kept, its port."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gymnasium as gym
import minari
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from toy_world import TOY_ID, register_toy
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from autonomy.errors import InputError
from autonomy.lever import Lever, levers_by_order
from autonomy.make import make_world
from autonomy.policies.folder import save_policy
from autonomy.rollouts import Step
from autonomy.shown_world import ShownWorld, as_shown, redraw
from autonomy.watching import live, pace
from autonomy.watching.gate import Gate, first_free, listen
from autonomy.watching.hand import TAKE_OVER, Hand
from autonomy.watching.kept import Film, KeptEpisodes
from autonomy.watching.live import opened_page
from autonomy.watching.options_words import read_options
from autonomy.watching.pace import Pace
from autonomy.watching.run import WatchedRun, watched_run
from autonomy.watching.session import PERSON, Choice, Session
from autonomy.watching.wishes import WishList

LANE = "autonomy/LaneFollow-v0"
_ELSEWHERE: Any = "http://elsewhere.example"
SHORT = {"route_length": 50.0}
STEER = Lever(("a",), ("d",), rate=2.0, stick=-1, pointer=-1)
SPEED = Lever(("w",), ("s",), rate=0.5, stays=True, stick=2)


def held(*keys: str, **more: Any) -> str:
    return json.dumps({"keys": keys, **more})


def test_keys_push_levers_which_return_or_stay() -> None:
    hand = Hand()
    hand.hear(held("a", "w"))
    assert_array_equal(hand.act((STEER, SPEED), 0.1), np.float32([0.2, 0.05]))
    assert_array_equal(hand.act((STEER, SPEED), 1.0), np.float32([1.0, 0.55]))
    hand.hear(held("a", "d"))  # both: neither
    assert_array_equal(hand.act((STEER, SPEED), 0.125), np.float32([0.5, 0.55]))
    hand.hear(held())
    assert_array_equal(hand.act((STEER, SPEED), 1.0), np.float32([0.0, 0.55]))


def test_sticks_and_pointer_put_levers_where_they_are() -> None:
    hand = Hand()
    hand.hear(held("a", axes=[0.5, 0.25]))
    assert_array_equal(hand.act((STEER, SPEED), 0.1), np.float32([-0.5, 0.25]))
    hand.hear(held(axes=[0.5, 0.01], pointer=[0.125, 0.0]))  # the pointer counts before the stick
    assert_array_equal(hand.act((STEER, SPEED), 0.1), np.float32([-0.125, 0.25]))


def test_taking_over_goes_on_from_the_policys_action() -> None:
    hand = Hand()
    hand.follow(np.float32([0.5, -0.5]))
    hand.hear(held(TAKE_OVER))
    hand.hear(held(TAKE_OVER, "w"))  # still held: no second time
    assert hand.drives
    assert_array_equal(hand.act((STEER, SPEED), 0.1), np.float32([0.1, -0.45]))
    hand.hear(held())
    hand.hear(held(TAKE_OVER))
    assert not hand.drives


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "3", "null", '{"keys": 3}', '{"axes": ["x"]}', '{"axes": [NaN, 1e400]}'),
        *('{"pointer": {"a": 1}}', "[" * 100_000),
    ],
)
def test_nonsense_holds_nothing(text: str) -> None:
    hand = Hand()
    hand.hear(held("a", "w"))
    hand.hear(text)
    assert abs(hand.act((STEER, SPEED), 0.1)).max() <= 1.0


def test_unknown_actions_have_levers_too() -> None:
    levers = levers_by_order(12)
    assert len(levers) == 12
    keys = [key for lever in levers for key in (*lever.more, *lever.less) if key]
    assert len(set(keys)) == len(keys)
    assert TAKE_OVER not in keys


def test_a_pace_pauses_steps_and_hurries(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now)
    own = Pace()
    assert own.is_due
    own.took(0.1)
    assert not own.is_due
    now += 0.11
    assert own.is_due
    own.set_speed("1/4")
    own.took(0.1)
    now += 0.3
    assert not own.is_due
    own.set_speed("as fast as it can")
    own.took(0.1)
    assert own.is_due
    own.pause()
    assert not own.is_due
    own.want_one()
    assert own.is_due
    own.took(0.1)
    assert not own.is_due


def test_a_pace_does_not_catch_up_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now)
    own = Pace()
    now += 60.0  # a policy that thought for a minute
    own.took(0.1)
    assert own.next_step >= now - 0.1


def test_wishes_are_met_where_they_are_known_and_else_refused() -> None:
    met: list[Any] = []
    wishes_list = WishList()
    wishes = wishes_list.wishes(begin=met.append)
    wishes.begin(7)
    wishes.film()

    def guarded(do: Any) -> None:
        try:
            do()
        except InputError as error:
            met.append(str(error))

    wishes_list.meet(guarded)
    assert met == [7, "the script that opened this page decides that"]


@pytest.fixture
def session() -> Iterator[Session]:
    register_toy()
    own = Session(Choice("expert", TOY_ID), Hand(), 0)
    yield own
    own.close()


def test_a_session_lives_the_episodes_of_its_seeds(session: Session) -> None:
    lived = [step for _ in range(3) for step in episode(session)]
    assert [step.seed[0] for step in lived if step.ended[0]] == [0, 1, 2]
    assert session.ended == "held"
    session.begin(0)
    again = episode(session)
    for step, other in zip(again, lived, strict=False):
        assert_array_equal(step.action, other.action)
    assert not any(step.info.get("intervention", [True])[0] for step in again)


def episode(session: Session) -> list[Step]:
    steps = [session.step()]
    while not session.ended:
        steps.append(session.step())
    return steps


def test_a_person_takes_over_and_those_steps_are_marked(tmp_path: Path) -> None:
    register_toy()
    hand, kept = Hand(), KeptEpisodes()
    session = Session(Choice("expert", TOY_ID), hand, 0)
    for step in episode(session):
        kept.add(step)
    assert kept.count == 0  # the policy's own are not kept
    session.begin(1)
    first = session.step()
    hand.hear(held(TAKE_OVER))
    second = session.step()
    hand.drives = False
    for step in (first, second, *episode(session)):
        kept.add(step)
    assert kept.count == 1
    assert kept.save(tmp_path / "driven-v0", session) == 1
    assert kept.count == 0
    (saved,) = minari.MinariDataset(str(tmp_path / "driven-v0/data")).iterate_episodes()
    marks = saved.infos["intervention"]
    assert marks[:3].tolist() == [False, True, False]
    with pytest.raises(InputError, match="an episode must have ended"):
        kept.save(tmp_path / "driven-v0", session)
    session.close()


def test_what_is_driven_is_added_to_a_data_set_of_the_same_spaces(
    session: Session, tmp_path: Path
) -> None:
    kept = KeptEpisodes()
    kept.all = True
    for count in (1, 2):
        session.begin(count)
        for step in episode(session):
            kept.add(step)
        kept.save(tmp_path / "driven-v0", session)
        assert minari.MinariDataset(str(tmp_path / "driven-v0/data")).total_episodes == count
    other = Session(Choice("expert", LANE, SHORT), Hand(), 0)
    other.step()
    for step in episode(other):
        kept.add(step)
    before = (tmp_path / "driven-v0/data/metadata.json").read_bytes()
    with pytest.raises(InputError, match="driven-v0 has other spaces"):
        kept.save(tmp_path / "driven-v0", other)
    assert (tmp_path / "driven-v0/data/metadata.json").read_bytes() == before
    assert kept.count == 1
    kept.forget()
    assert kept.count == 0
    assert [path.name for path in tmp_path.iterdir()] == ["driven-v0"]
    other.close()


class Raises:
    """A policy that fails."""

    def __init__(self, observation_space: Any, action_space: Any) -> None:
        del observation_space, action_space

    def reset(self, mask: Any) -> None:
        """Do nothing."""

    def act(self, observation: Any) -> Any:
        """Fail."""
        raise RuntimeError("broken\npolicy")


class Nonsense(Raises):
    """A policy that answers with words."""

    def act(self, observation: Any) -> Any:
        """Return words."""
        return "full speed"


@pytest.mark.parametrize(
    ("name", "message"),
    [("Raises", "failed: RuntimeError: broken policy"), ("Nonsense", "actions must be")],
)
def test_a_policy_that_fails_is_said_and_another_goes_on(
    name: str, message: str, session: Session
) -> None:
    bad = Choice(f"{__file__}:{name}", TOY_ID)
    session.replace_policy(bad)
    with pytest.raises(InputError, match=message):
        session.step()
    session.replace_policy(Choice("random", TOY_ID))
    session.step()


def test_what_cannot_be_watched_is_refused() -> None:
    register_toy()
    with pytest.raises(InputError, match="no policy 'nonsense'"):
        Session(Choice("nonsense", TOY_ID), Hand(), 0)
    with pytest.raises(InputError, match="unknown environment"):
        Session(Choice("expert", "nobody/Knows-v0"), Hand(), 0)
    with pytest.raises(InputError, match="split must be one of"):
        Session(Choice("expert", LANE, {"split": "x"}), Hand(), 0)
    with pytest.raises(InputError, match="seed"):
        Session(Choice(PERSON, TOY_ID), Hand(), -1)


def test_options_are_written_as_on_a_command_line() -> None:
    said = {"image_size": "48 96", "target_speed": "8", "split": "test"}
    wanted = {"image_size": (48, 96), "target_speed": 8.0, "split": "test"}
    assert read_options(LANE, said) == wanted
    for bad in ({"image_size": "x"}, {"image_size": "'"}, {"nope": "1"}):
        with pytest.raises(InputError):
            read_options(LANE, bad)


@pytest.mark.parametrize("env_id", [LANE, "autonomy/ArmReach-v0"])
def test_worlds_can_be_looked_at_closely(env_id: str) -> None:
    world = make_world(env_id, 2, image_size=(12, 16), max_episode_steps=50)
    observation, _ = world.reset(seed=0)
    shown = as_shown(world)
    assert isinstance(shown, ShownWorld)
    (camera,) = shown.camera_names[:1]
    close = shown.close_up(camera, 0, 12, ("rgb", "depth", "semantic"))
    assert close.rgb is not None
    assert_array_equal(close.rgb[0], observation["camera"][0])
    large = shown.close_up(camera, 0, 120, ("rgb",)).rgb
    assert large is not None
    assert large.shape == (1, 120, 160, 3)
    library, scene = shown.surroundings()
    assert len(scene.draws.parts) == 2
    assert library.part_count > 2
    assert (np.linalg.norm(shown.outlook().eyes - shown.outlook().targets, axis=1) > 0.5).all()
    world.close()


def test_looks_are_redrawn_within_what_may_be_drawn() -> None:
    world = make_world(LANE, 1, **SHORT)
    before, _ = world.reset(seed=0)
    shown = as_shown(world)
    assert shown is not None
    low = shown.drawn(0)["asphalt"].low
    redraw(shown, "asphalt", [float(low)])
    assert shown.drawn(0)["asphalt"].value == low
    after, info = world.reset(options={"reset_mask": np.zeros(1, np.bool_)})
    assert info["randomization"]["asphalt"][0] == low
    assert (after["camera"] != before["camera"]).any()
    for name, value in (("asphalt", 1e9), ("asphalt", np.nan), ("nothing", 1.0)):
        with pytest.raises(InputError, match=name):
            redraw(shown, name, [value])
    with pytest.raises(InputError, match="ground must be from"):
        redraw(shown, "ground", [1.0])
    world.close()


def test_a_film_without_frames_is_none(session: Session, tmp_path: Path) -> None:
    film = Film(tmp_path, session)
    with pytest.raises(InputError, match="a film must have a frame"):
        film.close()
    assert not list(tmp_path.iterdir())
    film = Film(tmp_path, session)
    film.add(session, session.step())
    assert film.close().read_bytes()[4:8] == b"ftyp"


def test_the_newest_policy_of_a_run_is_followed(session: Session, tmp_path: Path) -> None:
    from autonomy.agents.network_policy import NetworkPolicy
    from autonomy.agents.recipes import PPORecipe

    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "config.json").write_text("{}")
    watched = watched_run(str(run))
    assert isinstance(watched, WatchedRun)
    assert not watched.look()
    with pytest.raises(InputError, match=r"has no checkpoint yet, and nobody trains it"):
        watched.check()
    recipe = PPORecipe(observations=("state",), layers=(4,))
    world = make_world(TOY_ID, 1, observations=("state",))
    for steps in (90, 1_000):
        policy = NetworkPolicy.untrained(world, recipe, "cpu")
        save_policy(run / f"checkpoints/{steps}", policy, TOY_ID, recipe.env_options)
        assert watched.look()
        assert not watched.look()
        assert watched.newest == run / f"checkpoints/{steps}"
    assert watched_run("expert") is None
    assert watched_run(str(watched.newest)) is None


def test_a_run_that_is_to_have_a_policy_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text("{}")
    said: list[str] = []
    monkeypatch.setattr(live, "_LOOK", 0.0)
    with pytest.raises(InputError, match="nobody trains it: autonomy train --resume"):
        live.watch(Choice(str(tmp_path)), 0, tmp_path, ("127.0.0.1", 0), said.append)
    assert said == [f"waiting for the first checkpoint of {tmp_path}"]


def test_a_port_in_use_is_named_with_the_next_one() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        free = first_free("127.0.0.1", port)
        assert free > port
        with pytest.raises(InputError, match=f"port {port} is in use, {free} is free"):
            listen("127.0.0.1", port)
    for host, port in (("192.0.2.7", 0), ("no such host", 0), ("127.0.0.1", 70_000)):
        with pytest.raises(InputError, match=r"cannot be listened at|must be from 0 to 65535"):
            listen(host, port)


def answer(port: int, path: str = "/", **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, response.headers.get("Set-Cookie", "")


def test_the_page_is_served_with_our_script_and_nothing_else_is() -> None:
    heard: list[str] = []
    gate = Gate(listen("127.0.0.1", 0), 9, heard.append)
    port = int(gate.url.rstrip("/").rpartition(":")[2])
    status, body, _ = answer(port)
    assert status == 200
    assert "/hands" in body
    assert "<title>autonomy</title>" in body
    assert "http://" not in body.replace("http://www.w3.org", "")[:2_000]
    assert answer(port, "/../../etc/passwd")[0] == 404
    with connect(f"ws://127.0.0.1:{port}/hands") as hands:
        hands.send('{"keys": ["w"]}')
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{port}/hands", origin=_ELSEWHERE)
    gate.close()
    assert heard == ['{"keys": ["w"]}', ""]


def test_an_address_that_others_reach_asks_for_a_token() -> None:
    gate = Gate(listen("0.0.0.0", 0), 9, lambda _: None)
    address, _, token = gate.url.partition("?token=")
    port = int(address.rstrip("/").rpartition(":")[2])
    assert len(token) >= 20
    status, body, _ = answer(port)
    assert status == 401
    assert "token" in body
    assert "viser" not in body.lower()
    assert answer(port, "/?token=wrong")[0] == 401
    with pytest.raises(InvalidStatus, match="401"):
        connect(f"ws://127.0.0.1:{port}/hands")
    status, _, cookie = answer(port, f"/?token={token}")
    assert status == 200
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    own = cookie.partition(";")[0]
    assert answer(port, "/", Cookie=own)[0] == 200
    with connect(f"ws://127.0.0.1:{port}/hands", additional_headers={"Cookie": own}):
        pass
    gate.close()


def test_a_page_is_opened_and_closed_again() -> None:
    port = first_free("127.0.0.1", 20_000)
    for _ in range(2):
        with opened_page(("127.0.0.1", port), Hand()) as (_server, url):
            assert url == f"http://127.0.0.1:{port}/"
            assert answer(port)[0] == 200


def test_a_world_is_shown_live_to_a_loop_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    env: Any = gym.make(LANE, render_mode="human", **SHORT)
    env.reset(seed=0)
    url = capsys.readouterr().err.split()[-1]
    port = int(url.rstrip("/").rpartition(":")[2])
    assert answer(port)[0] == 200
    for _ in range(2):
        env.step(env.action_space.sample())
    assert env.render() is None
    env.close()
    with pytest.raises(ConnectionRefusedError):
        answer(port)
