"""Reports: what they show is true, data stay data, and a page needs nothing but itself."""

import base64
import json
import re
import shlex
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rich.console import Console
from toy_world import TOY_ID, register_toy
from world_cases import LANE

from autonomy.agents.recipes import PPORecipe
from autonomy.agents.run_config import RunConfig
from autonomy.agents.run_folder import train
from autonomy.agents.run_record import curve_points
from autonomy.agents.run_report import train_command
from autonomy.command_line import parsed, run
from autonomy.envs.arm.physics.shapes import Shape
from autonomy.envs.arm.scene.outlines import outline
from autonomy.evaluation import evaluate
from autonomy.make import make_world
from autonomy.policies.source import load_policy
from autonomy.reporting import page as page_module
from autonomy.reporting.evaluation_page import Evaluated, evaluation_page
from autonomy.reporting.gallery import FAILURES_OF_A_KIND, SUCCESSES, Gallery
from autonomy.reporting.map_lines import Extent, extent_of, thinned, within
from autonomy.reporting.page import MOST_BYTES, rendered
from autonomy.reporting.witness import Witness
from autonomy.reporting.witnessed import Drawn, LivedEpisode, ShownEpisode, Witnessed
from autonomy.scripts import compare as compare_script
from autonomy.scripts import evaluate as evaluate_script
from autonomy.scripts import train as train_script
from autonomy.wrapped_world import WrappedWorld

register_toy()

CHROMIUM = shutil.which("chromium")


class Page(HTMLParser):
    """The words of a page by the class or name of what they are in, and its charts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: dict[str, str] = {}
        self.commands: list[str] = []
        self.rows: list[list[str]] = []
        self._inside: list[str] = []
        self._name = ""
        self.feed(text)
        specs = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
        self.charts: list[Any] = [json.loads(own) for own in specs]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note rows."""
        if tag == "tr":
            self.rows.append([])
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note words where they matter."""
        inside = self._inside[-1] if self._inside else ""
        if inside == "dt":
            self._name = data
        elif inside == "dd":
            self.figures.setdefault(self._name, data)
        elif inside == "code":
            self.commands.append(data)
        elif inside == "td":
            self.rows[-1].append(data)

    def data_of(self, *names: str) -> list[dict[str, Any]]:
        """The rows of the first chart whose data have values of those names."""
        tables = [rows for own in self.charts for rows in own["datasets"].values()]
        return next(rows for rows in tables if rows and {*names} <= {*rows[0]})


def report_of(file: Path) -> Page:
    return Page(file.read_text(encoding="utf-8"))


def toy_report(folder: Path, *words: str) -> tuple[Page, dict[str, Any]]:
    file = folder / "figures.json"
    run(
        evaluate_script.main,
        evaluate_script.Arguments,
        ["random", "--env", TOY_ID, "--episodes", "40", "--json", str(file), *words],
    )
    return report_of(file.with_suffix(".html")), json.loads(file.read_text())


def test_the_figures_are_those_of_the_evaluation(tmp_path: Path) -> None:
    page, figures = toy_report(tmp_path, "--seed", "7")
    assert 0.0 < figures["success_rate"] < 1.0
    assert page.figures["success"] == f"{figures['success_rate']:.1%}"
    assert page.figures["episodes"] == "40"
    assert page.figures["offset rms"] == f"{figures['offset_rms']:.3f}"
    ends = {own["end"].replace(" ", "_"): own["episodes"] for own in page.data_of("end")}
    assert ends == figures["episode_ends"]
    listed = [row for row in page.rows if len(row) >= 4 and row[0].isdecimal()]
    assert sorted(int(row[0]) for row in listed) == list(range(7, 47))
    failed = 40 - round(40 * figures["success_rate"])
    assert all(row[1] == "held" for row in listed[failed:])
    assert not any(row[1] == "held" for row in listed[:failed])


def test_the_page_does_not_depend_on_how_many_live_side_by_side(tmp_path: Path) -> None:
    pages = []
    for num_envs in ("1", "16"):
        toy_report(tmp_path, "--num-envs", num_envs)
        pages.append((tmp_path / "figures.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]


def test_its_commands_say_what_was_asked_for(tmp_path: Path) -> None:
    words = ["--seed", "5", "--world.image-size", "8", "12", "--world.split", "train"]
    page, _ = toy_report(tmp_path, *words)
    assert page.commands[-1] == (
        "autonomy evaluate random --env toy/Steer-v0 --episodes 40 --seed 5 "
        "--world.image-size 8 12 --world.split train"
    )
    given = parsed(evaluate_script.Arguments, [*shlex.split(page.commands[-1])[2:]])
    assert (given.seed, given.episodes, given.env) == (5, 40, TOY_ID)
    assert dict(given.world) == {"image_size": (8, 12), "split": "train"}
    watch, film = page.commands[:2]
    assert re.fullmatch(r"autonomy watch random --env \S+ --world\.\S+ .* --seed \d+", watch)
    assert film.startswith("autonomy record random episode-")


def test_the_last_frames_are_those_before_the_end() -> None:
    world = make_world(TOY_ID, 3)
    witness, last = Witness(world), dict[int, Any]()

    def note(episode: Any) -> None:
        row = witness._rows[episode.seed]
        last[episode.seed] = world._observe()["camera"][row]  # pyright: ignore
        witness.attend(episode)

    result = evaluate(witness, load_policy("random", world), 12, 3, note)
    seen = witness.take(3, result.episodes)
    assert [own.seed for own in seen.episodes] == list(range(3, 15))
    assert seen.shown
    for own in seen.shown:
        frames = own.frames["camera"]
        times = [frame.steps_before for frame in frames]
        # 0.3 s apart at 10 steps a second, as far back as the episode goes
        assert times == [own for own in (15, 12, 9, 6, 3, 0) if own <= max(times)]
        assert times[0] == min(15, own.lived.steps - own.lived.steps % 3)
        data = base64.b64decode(frames[-1].uri.partition(",")[2])
        shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        expected = last[own.lived.seed].astype(float)
        assert np.abs(np.asarray(shown, float) - expected).max() < 25.0


@pytest.mark.parametrize(("env_id", "name"), [(TOY_ID, "random"), (LANE, "expert")])
def test_to_be_watched_changes_nothing(env_id: str, name: str) -> None:
    options = {"route_length": 30.0, "split": "test"} if env_id == LANE else {}
    results = []
    for kind in (lambda world: world, Witness):
        world = make_world(env_id, 3, **options)
        results.append(evaluate(kind(world), load_policy(name, world), 5, 2))
        world.close()
    assert results[0] == results[1]


def test_a_map_shows_the_way_between_the_edges_of_the_road() -> None:
    world = make_world(LANE, 2, split="test", route_length=30.0)
    witness = Witness(world)
    result = evaluate(witness, load_policy("expert", world), 4, 0, witness.attend)
    seen = witness.take(0, result.episodes)
    world.close()
    assert len(seen.shown) == SUCCESSES
    for own in seen.shown:
        drawn = own.drawn
        assert drawn is not None
        assert drawn.error is not None
        assert len(drawn.path) == len(drawn.error) + 1 == own.lived.steps + 1
        length = np.linalg.norm(np.diff(drawn.path, axis=0), axis=1).sum()
        assert length == pytest.approx(30.0, abs=3.0)
        assert own.lived.error == pytest.approx(float(np.sqrt(np.mean(drawn.error**2))), rel=1e-5)
        right, left = drawn.lines["road edge"]
        width = np.linalg.norm(right - left, axis=1).max()
        for place in drawn.path:
            across = [np.linalg.norm(edge - place, axis=1).min() for edge in (right, left)]
            assert sum(across) < width + 1.0
    errors = [own.lived.error for own in seen.shown]
    assert errors == sorted(errors, reverse=True)


def test_what_was_drawn_is_that_of_the_episodes() -> None:
    world = make_world(LANE, 3, split="test", route_length=10.0)
    witness = Witness(world)
    evaluate(witness, load_policy("expert", world), 7, 5, witness.attend)
    seven = witness.take(5, 7).randomization
    _, info = world.reset(seed=[9, 10, 11])
    world.close()
    for name, values in info["randomization"].items():
        assert len(seven[name]) == 7
        np.testing.assert_array_equal(seven[name][4:], values, name)


def test_an_outline_is_that_of_the_solid_from_above() -> None:
    box = Shape("box", (0.2, 0.1, 0.4))
    quarter = np.array([1.0, 2.0, 0.0, 0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)])
    line = outline(box, quarter)
    np.testing.assert_allclose(line[0], line[-1])
    np.testing.assert_allclose(line.min(axis=0), (0.95, 1.9), atol=1e-6)  # x and y change places
    np.testing.assert_allclose(line.max(axis=0), (1.05, 2.1), atol=1e-6)
    tipped = np.array([0.0, 0.0, 0.0, np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
    np.testing.assert_allclose(outline(box, tipped).max(axis=0), (0.1, 0.2), atol=1e-6)


def test_of_lines_only_what_is_in_sight_is_drawn() -> None:
    around = Extent(0.0, 10.0, 0.0, 10.0)
    through = np.array([(-50.0, 5.0), (50.0, 5.0)])  # no point of it is in sight
    (piece,) = within(through, around)
    assert piece[:, 0].min() == pytest.approx(0.0, abs=0.2)
    assert piece[:, 0].max() == pytest.approx(10.0, abs=0.2)
    assert not [*within(through + np.array((0.0, 20.0)), around)]
    there_and_back = np.array([(5.0, 5.0), (5.0, 50.0), (6.0, 50.0), (6.0, 5.0)])
    assert len([*within(there_and_back, around)]) == 2
    path = np.array([(0.0, 0.0), (4.0, 0.0)])
    extent = extent_of(Drawn(path, None, {"goal": [np.array([(2.0, 6.0)])], "far": [through]}))
    assert extent.right - extent.left == pytest.approx(extent.top - extent.bottom)
    assert (extent.left + extent.right, extent.bottom + extent.top) == pytest.approx((4.0, 6.0))
    assert len(thinned(np.zeros((1000, 2)))) <= 120


def lived(seed: int, end: str, success: bool = False, error: float = 0.0) -> LivedEpisode:
    return LivedEpisode(seed, success, end, 10, -1.0, {}, error)


def test_failures_of_all_kinds_are_shown_in_any_order() -> None:
    many = [lived(seed, "left" if seed % 4 else "stuck") for seed in range(60)]
    many += [lived(100 + n, "success", True, n / 10) for n in range(20)]
    shown = []
    for order in (many, many[::-1]):
        gallery = Gallery()
        for own in order:
            gallery.offer(own, lambda own=own: ShownEpisode(own, {}, None))
        shown.append([own.lived.seed for own in gallery.shown(7)])
    assert shown[0] == shown[1] == [1, 0, 2, 4, 3, 8, 5, 119, 118, 117]
    assert FAILURES_OF_A_KIND >= 6


def evaluated(**changes: Any) -> Evaluated:
    world = make_world(TOY_ID, 4)
    witness = Witness(world)
    result = evaluate(witness, load_policy("random", world), 12, 0, witness.attend)
    own = Evaluated(
        "evaluation", "random", TOY_ID, {}, result, witness.take(0, 12), "again", lambda _: ["show"]
    )
    return replace(own, **changes)


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&"


def test_whatever_names_say_is_data() -> None:
    own = evaluated()
    seen = replace(own.seen, episodes=tuple(replace(one, end=EVIL) for one in own.seen.episodes))
    seen = replace(
        seen,
        shown=tuple(replace(one, lived=replace(one.lived, end=EVIL)) for one in own.seen.shown),
    )
    result = replace(own.result, episode_ends={EVIL: 12}, metrics={EVIL: 1.0})
    harmless = rendered(evaluation_page(own))
    text = rendered(
        evaluation_page(
            replace(
                own,
                policy=EVIL,
                env_id=EVIL,
                options={EVIL: EVIL},
                result=result,
                seen=seen,
                command=EVIL,
                about=EVIL,
                show=lambda _: [EVIL],
            )
        )
    )
    assert "alert(1)" in text
    assert text.count("<script") == harmless.count("<script")
    assert "<img src=x" not in text
    assert Page(text).commands[-1] == EVIL


def test_what_is_no_number_is_no_hindrance() -> None:
    own = evaluated()
    nothing = float("nan")
    episodes = tuple(
        replace(one, total_reward=nothing, means={"offset": nothing}, error=nothing)
        for one in own.seen.episodes
    )
    text = rendered(evaluation_page(replace(own, seen=replace(own.seen, episodes=episodes))))
    assert Page(text).charts
    nowhere = Drawn(np.zeros((3, 2)), np.full(2, np.nan, np.float32), {})
    shown = tuple(replace(one, drawn=nowhere) for one in own.seen.shown)
    assert Page(rendered(evaluation_page(replace(own, seen=replace(own.seen, shown=shown))))).charts
    assert Page(rendered(evaluation_page(replace(own, seen=Witnessed())))).figures


def test_a_film_is_shown_if_there_is_room_and_named_if_not(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0" * 1000)
    assert 'src="data:video/mp4;base64,AAAA' in rendered(evaluation_page(evaluated(video=film)))
    film.write_bytes(b"\0" * (MOST_BYTES - 500_000))
    text = rendered(evaluation_page(evaluated(video=film)))
    assert "data:video" not in text
    assert str(film) in text
    assert len(text) < MOST_BYTES


def test_pictures_are_left_out_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    own = evaluated()
    assert "data:image" in rendered(evaluation_page(own))
    monkeypatch.setattr("autonomy.reporting.evaluation_page.ROOM", 1_000)
    text = rendered(evaluation_page(own))
    assert "data:image" not in text
    assert "Pictures are left out" in text


def test_nothing_of_a_page_is_fetched() -> None:
    text = rendered(evaluation_page(evaluated()))
    assert "default-src 'none'" in text
    assert "sourceMappingURL" not in text
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!data:)|url\(', markup)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--report", "{folder}/page.txt"), "a report's name must end in .html"),
        (("--report", "{folder}"), "a report's name must end in .html"),
        (("--video", "{folder}/film.mp4"), "must be an .mp4 file that there is"),
        (
            ("--report", "{folder}/a.html", "--json", "{folder}/a.html"),
            "the report and the JSON must be two files",
        ),
    ],
)
def test_bad_words_are_refused_before_anything_is_done(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [word.format(folder=tmp_path) for word in words]
    with pytest.raises(SystemExit) as ended:
        run(evaluate_script.main, evaluate_script.Arguments, ["random", "--env", TOY_ID, *own])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_policies_are_compared(tmp_path: Path) -> None:
    file = tmp_path / "compared.json"
    run(
        compare_script.main,
        compare_script.Arguments,
        [
            *("expert", "random", "--env", LANE, "--episodes", "12", "--conditions", "none"),
            *("strong", "--json", str(file), "--world.route-length", "20"),
        ],
    )
    figures, page = json.loads(file.read_text()), report_of(file.with_suffix(".html"))
    rates = {(own["of"], own["series"]): own for own in page.data_of("series", "rate")}
    assert len(rates) == 4
    for condition, policies in figures.items():
        for own in policies:
            rate = rates[condition, own["policy"]]
            assert rate["rate"] == pytest.approx(own["success_rate"], rel=1e-4)
            assert [rate["low"], rate["high"]] == pytest.approx(own["success_rate_ci95"], rel=1e-4)
    assert page.commands[-1] == (
        f"autonomy compare expert random --env {LANE} --episodes 12 --conditions none strong "
        "--world.route-length 20.0"
    )
    assert any("--world.randomization strong" in own for own in page.commands)
    assert page.figures["expert"] == "100.0%"


SMALL = PPORecipe(
    total_steps=320,
    num_envs=4,
    n_steps=8,
    batch_size=32,
    image_size=(16, 16),
    encoder_options={},
    validation_interval=160,
    validation_episodes=6,
    curve_interval=32,
    threads=1,
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    train(TOY_ID, SMALL, 3, folder, "cpu", Console(quiet=True))
    return folder


def test_a_training_leaves_its_report(trained: Path) -> None:
    page = report_of(trained / "report.html")
    curves = curve_points(trained)
    drawn = page.data_of("name", "steps")
    shown = [own["value"] for own in drawn if own["name"] == "validation"]
    assert shown == pytest.approx(
        [own.value for own in curves["validation/success_rate"]], rel=1e-4
    )
    assert len(shown) == 2
    kept = sorted(int(own.name) for own in (trained / "checkpoints").iterdir())
    assert any(f"{trained}/checkpoints/{steps} " in page.commands[0] for steps in kept)
    assert "--world.split validation" in page.commands[0]
    assert page.commands[-1].startswith(f"autonomy train {TOY_ID} --algo ppo --seed 3")


def test_what_is_learned_is_the_same_without_a_report(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind(WrappedWorld):
        """Sees nothing of what it watches."""

        def attend(self, episode: Any) -> None:
            """Do nothing."""

        def take(self, first: int, count: int) -> Witnessed:
            """Return nothing."""
            return Witnessed()

    monkeypatch.setattr("autonomy.agents.validation.Witness", Blind)
    monkeypatch.setattr("autonomy.agents.run_report.RunReport.write", lambda _: None)
    train(TOY_ID, SMALL, 3, tmp_path / "blind", "cpu", Console(quiet=True))
    assert not (tmp_path / "blind/report.html").exists()
    weights = [
        (run / "policy/policy.safetensors").read_bytes() for run in (trained, tmp_path / "blind")
    ]
    assert weights[0] == weights[1]


def test_the_report_of_an_evaluated_run_has_its_curves(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (trained / "film.mp4").write_bytes(b"\0")
    run(evaluate_script.main, evaluate_script.Arguments, [str(trained), "--episodes", "4"])
    assert f"report: {trained}/report.html" in capsys.readouterr().out.replace("\n", "")
    page = report_of(trained / "report.html")
    assert page.data_of("name", "steps")
    assert page.figures["episodes"] == "4"
    assert "data:video/mp4" in (trained / "report.html").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_said_and_no_hindrance(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    (copy / "report.html").unlink()
    (copy / "report.html").mkdir()
    run(evaluate_script.main, evaluate_script.Arguments, [str(copy), "--episodes", "2"])
    captured = capsys.readouterr()
    assert (
        "warning: no report is written: a file must not have the name of a folder" in captured.err
    )
    assert "success" in captured.out


@pytest.mark.parametrize(
    "words",
    [
        [LANE],
        [LANE, "--algo", "sac", "--seed", "4", "--recipe.gamma", "0.9", "--recipe.layers"],
        [LANE, "--recipe.observations", "camera", "proprioception", "--world.route-length", "9"],
        [LANE, "--algo", "dagger", "--trust", "--recipe.encoder-options", "channels", "8"],
        [
            "autonomy/ArmPush-v0",
            "--recipe.observations",
            "camera",
            "--recipe.final-learning-rate=0",
        ],
        [TOY_ID, "--algo", "tqc", "--recipe.privileged", "state", "--recipe.entropy-target=-2"],
    ],
)
def test_the_command_of_a_training_trains_so_again(words: list[str]) -> None:
    given = train_script.parse(words)
    recipe = train_script.recipe_in_world(given)
    config = RunConfig(given.env, recipe, given.seed, "cpu")
    again = train_script.parse(shlex.split(train_command(config))[2:])
    assert (again.env, again.seed, again.algo) == (given.env, given.seed, given.algo)
    assert train_script.recipe_in_world(again) == recipe


def test_the_charts_are_drawn_by_the_vega_that_they_are_written_for() -> None:
    (chart, *_) = Page(rendered(evaluation_page(evaluated()))).charts
    version = re.search(r"/v(\d+)[.\d]*\.json$", chart["$schema"])
    library = (Path(page_module.__file__).parent / "vega/vega-lite.min.js").read_text()
    assert version is not None
    assert f'"use strict";var n="{version[1]}.' in library


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no page is looked at")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_draws_the_page_and_fetches_nothing(tmp_path: Path, scheme: Any) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    file = tmp_path / "report.html"
    words = ["random", "--env", LANE, "--episodes", "16", "--report", str(file)]
    run(evaluate_script.main, evaluate_script.Arguments, words)
    told: list[str] = []
    fetched: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        view.on("console", lambda message: told.append(message.text))
        view.on("pageerror", lambda error: told.append(str(error)))
        view.on("request", lambda request: fetched.append(request.url))
        view.goto(file.as_uri())
        view.wait_for_function("document.documentElement.dataset.charts === 'drawn'")
        for folded in view.query_selector_all("summary"):
            folded.click()
        view.wait_for_function(
            "document.querySelectorAll('.plot').length === "
            "document.querySelectorAll('.plot svg').length"
        )
        width = view.evaluate("document.documentElement.scrollWidth")
        widest = view.evaluate(
            "Math.max(...[...document.querySelectorAll('.plot svg')]"
            ".map((own) => own.getBoundingClientRect().right))"
        )
        paper = view.evaluate("getComputedStyle(document.body).backgroundColor")
        words_of_axes = view.evaluate(
            "document.querySelector('.plot svg text').getAttribute('fill')"
        )
        browser.close()
    assert told == []
    assert [own for own in fetched if not own.startswith("data:")] == [file.as_uri()]
    assert width == 390
    assert widest <= 390
    brightness = np.mean([int(own) for own in re.findall(r"\d+", paper)[:3]])
    assert (brightness < 128) == (scheme == "dark")
    assert words_of_axes == {"light": "#5d6878", "dark": "#97a3b3"}[scheme]
