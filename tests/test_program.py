"""The program `autonomy`, and what one gets by `import autonomy`."""

import importlib
import pkgutil
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from toy_world import TOY_ID, register_toy
from world_cases import LANE, ROOT

import autonomy
from autonomy.command_line import run
from autonomy.scripts import evaluate, program

register_toy()

HEAVY = ("numpy", "numba", "torch", "cv2", "scipy", "matplotlib", "gymnasium", "pybullet", "av")


def loaded_by(program_text: str) -> list[str]:
    """Which heavy libraries a Python program loads."""
    report = f"\nimport sys; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program_text + report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1].split()


def test_every_script_is_a_command() -> None:
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    no_commands = {"__init__", "program", "sample_sources"}
    assert {name.replace("-", "_") for name in program.commands()} == scripts - no_commands


def test_help_lists_what_every_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--help"], ["-h"]):
        program.main(words)
        shown = capsys.readouterr().out
        for name, does in program.commands().items():
            assert f"  {name} " in shown
            assert does.endswith(".")
            assert does in shown
    program.main(["--version"])
    assert capsys.readouterr().out.strip() == autonomy.__version__


@pytest.mark.parametrize("name", program.commands())
def test_help_says_what_the_script_says_and_loads_nothing_heavy(name: str) -> None:
    text = """
import contextlib, io, runpy, sys
from autonomy.scripts import program
shown = []
for call in (
    lambda: program.main([{name!r}, "--help"]),
    lambda: runpy.run_path({script!r}, run_name="__main__"),
):
    sys.argv = [{script!r}, "--help"]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        call()
    usage, _, rest = out.getvalue().partition("]")
    shown.append(rest)
assert usage.startswith("usage: ")
assert shown[0] == shown[1] != "", shown
""".format(name=name, script=str(ROOT / "scripts" / f"{name.replace('-', '_')}.py"))
    assert loaded_by(text) == []


def test_an_unknown_command_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        program.main(["evaluat"])
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert captured.err.startswith("error: autonomy has no command 'evaluat', only benchmark, ")
    assert captured.err.count("\n") == 1


def test_a_command_does_what_its_script_does(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["expert", "--env", TOY_ID, "--episodes", "3", "--json", "-"]
    run(evaluate.main, evaluate.Arguments, words)
    expected = capsys.readouterr().out
    program.main(["evaluate", *words])
    assert capsys.readouterr().out == expected


def test_to_import_it_costs_nothing_until_something_is_asked_for() -> None:
    assert loaded_by("import autonomy; autonomy.__version__, dir(autonomy)") == []
    assert loaded_by("import autonomy; autonomy.InputError") == []


def test_what_it_offers_is_there_under_the_names_of_no_modules() -> None:
    modules = {module.name for module in pkgutil.iter_modules(autonomy.__path__)}
    for name in autonomy.__all__:
        assert name not in modules, "what imports the module would hide the name"
        found = getattr(autonomy, name)
        assert name in dir(autonomy)
        if name != "__version__":
            home = importlib.import_module(found.__module__) if name != "Observation" else None
            assert home is None or getattr(home, name) is found
    with pytest.raises(AttributeError, match="no attribute 'roll'"):
        _ = autonomy.roll  # pyright: ignore[reportAttributeAccessIssue] - it is not there


def test_its_names_are_enough_for_a_loop_of_ones_own(tmp_path: Path) -> None:
    text = f"""
import autonomy
world = autonomy.make_world({LANE!r}, 2, observations=("state",), route_length=50.0)
policy = autonomy.load_policy("expert", world)
steps = sum(1 for step in autonomy.rollout(world, policy, range(3)))
result = autonomy.evaluate(world, policy, 3)
print(steps > 10, result.success_rate, autonomy.between(1, 2).low)
try:
    autonomy.make_world({LANE!r}, 2, colour="red")
except autonomy.InputError as error:
    print(type(error).__name__)
"""
    script = tmp_path / "loop.py"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True 1.0 (1,)\nUnknownOptionError\n", done.stderr


@dataclass
class Nothing:
    """What a command without arguments takes."""


def test_warnings_are_lines_of_ours_and_come_once(capsys: pytest.CaptureFixture[str]) -> None:
    def main(_: Nothing) -> None:
        for _ in range(2):
            warnings.warn("the sky is low", stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        run(main, Nothing, [])
    assert capsys.readouterr().err == "warning: the sky is low\n"
