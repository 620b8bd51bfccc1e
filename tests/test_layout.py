"""The three packages: where they are, and who may import whom."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "autonomy": {"autonomy.envs", "autonomy.agents", "autonomy.scripts"},
    "agents": {"autonomy.envs", "autonomy.scripts"},
    "envs": {"autonomy.agents", "autonomy.scripts"},
}
DISPATCHED = {
    f"np.{name}"
    for name in (
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "exp", "expm1", "log"),
        *("log2", "log10", "log1p", "power", "cbrt", "sinh", "cosh", "tanh"),
        *("dot", "vdot", "inner", "matmul", "tensordot", "polyfit", "cov", "corrcoef"),
        *(f"linalg.{name}" for name in ("solve", "inv", "pinv", "lstsq", "svd", "eigh", "eig")),
        *(f"linalg.{name}" for name in ("qr", "cholesky", "det", "matrix_rank", "cond")),
        "polynomial.legendre.leggauss",
    )
}
HEAVY = ("numba", "torch", "cv2", "pybullet", "stable_baselines3", "scipy", "matplotlib")


PACKAGES = {"autonomy": "autonomy", "autonomy.envs": "envs", "autonomy.agents": "agents"}


@pytest.mark.parametrize(("package", "folder"), PACKAGES.items())
def test_the_packages_are_those_of_this_repository(package: str, folder: str) -> None:
    module = import_module(package)
    assert module.__file__ is not None, f"{ROOT / folder} has lost its __init__.py"
    found = Path(module.__file__).resolve().parent
    assert found == ROOT / folder, (
        f"`import {package}` finds {found}, not {ROOT / folder}: another distribution "
        f"took the name. Find it with `pip list -v`, uninstall it, and install this repository "
        f"again with `pip install -e .` in a virtual environment of its own (`make setup`)."
    )


@pytest.mark.parametrize("folder", ["envs", "agents", "scripts"])
def test_a_package_has_one_name(folder: str) -> None:
    """Else its classes would be there twice, and what is registered too."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {folder}"], cwd=ROOT, capture_output=True, text=True
    )
    assert f"are imported as autonomy.{folder}, not as {folder}" in done.stderr


def test_a_users_own_folders_of_these_names_are_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "envs.py").write_text("mine = True")
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents/__init__.py").write_text("mine = True")
    (tmp_path / "run.py").write_text(
        "import gymnasium, envs, agents\n"
        "world = gymnasium.make('autonomy.envs:autonomy/LaneFollow-v0', route_length=50.0)\n"
        "print(world.reset(seed=0)[0]['camera'].shape, envs.mine, agents.mine)\n"
    )
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "(84, 84, 3) True True\n", done.stderr


def imports(tree: ast.AST) -> Iterator[str]:
    """The name of every module that is imported, wherever it stands; always the whole name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def taken(path: Path, forbidden: set[str]) -> list[str]:
    """Which of the forbidden packages a file imports."""
    found = imports(ast.parse(path.read_text()))
    return sorted({f for name in found for f in forbidden if f"{name}.".startswith(f"{f}.")})


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN.items())
def test_imports_go_in_one_direction(package: str, forbidden: set[str]) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {
        str(path.relative_to(ROOT)): found for path in files if (found := taken(path, forbidden))
    }
    assert not wrong, f"{package} must not import {' or '.join(sorted(forbidden))}"


ROOMS = {"physics", "tasks", "scene", "labels"}
"""Of a world, whichever it is."""

OWN_ROOMS = {"lane": {"roads"}, "arm": {"descriptions"}}
BELOW = {
    "roads": {"physics", "tasks", "scene", "labels"},
    "descriptions": {"physics", "tasks", "scene", "labels"},
    "physics": {"tasks", "scene", "labels"},
    "scene": {"tasks", "labels"},
    "tasks": {"labels"},
}
"""What a room of a world must not know: tasks ask, and physics and scene answer."""


@pytest.mark.parametrize("world", OWN_ROOMS)
def test_worlds_show_the_same_rooms(world: str) -> None:
    folders = {path.name for path in (ROOT / "envs" / world).iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == ROOMS | OWN_ROOMS[world]
    files = {path.name for path in (ROOT / "envs" / world).glob("*.py")}
    assert files >= {
        *("env.py", "options.py", "stage.py", "observations.py", "perceived.py", "samples.py")
    }


@pytest.mark.parametrize("world", OWN_ROOMS)
def test_rooms_of_a_world_know_none_above_them(world: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for room, above in BELOW.items()
        for path in sorted((ROOT / "envs" / world / room).rglob("*.py"))
        if (found := taken(path, {f"autonomy.envs.{world}.{name}" for name in above}))
    }
    assert not wrong


def test_what_all_robots_share_names_no_world() -> None:
    words = re.compile(r"[\"'`](lane|arm)[\"'`]")
    wrong = {
        str(path.relative_to(ROOT)): words.findall(text)
        for path in sorted((ROOT / "autonomy").rglob("*.py"))
        if words.search(text := path.read_text())
    }
    assert not wrong


def test_only_the_renderer_calls_the_kernels_that_draw() -> None:
    kernels = ROOT / "autonomy/camera/rasterizer"
    callers = {
        str(path.relative_to(ROOT))
        for package in ("autonomy", "envs", "agents", "scripts")
        for path in (ROOT / package).rglob("*.py")
        if kernels not in path.parents and taken(path, {"autonomy.camera.rasterizer"})
    }
    assert callers == {"autonomy/camera/renderer.py"}


def test_every_kind_of_import_is_seen() -> None:
    source = "import a.b as c\nfrom d.e import f\ndef g():\n    from h import i"
    assert list(imports(ast.parse(source))) == ["a.b", "d.e.f", "h.i"]


def kernels_of_the_processor(tree: ast.AST) -> Iterator[str]:
    """What NumPy computes by BLAS, LAPACK or vector units, outside of compiled functions."""
    compiled = {id(node) for function in compiled_functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if id(node) in compiled:
            continue
        is_product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
        if is_product or (isinstance(node, ast.Attribute) and ast.unparse(node) in DISPATCHED):
            yield ast.unparse(node)


def compiled_functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Those that Numba compiles."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = {ast.unparse(mark) for mark in node.decorator_list}
            if marks & {"compiled", "compiled_parallel"}:
                yield node


def test_no_bit_of_the_worlds_comes_from_kernels_that_depend_on_the_processor() -> None:
    """`autonomy.linear_algebra` and `autonomy.elementary` have the same; networks are torch's."""
    wrong = {
        str(path.relative_to(ROOT)): found
        for package in ("autonomy", "envs")
        for path in sorted((ROOT / package).rglob("*.py"))
        if not taken(path, {"torch"})
        and (found := sorted(set(kernels_of_the_processor(ast.parse(path.read_text())))))
    }
    assert not wrong


def test_every_such_kernel_is_seen() -> None:
    source = """
a = b @ c
np.linalg.solve(a, b)
np.sin(a)
np.sqrt(a)

@compiled
def d(e):
    return np.sin(e)
"""
    assert list(kernels_of_the_processor(ast.parse(source))) == [
        "b @ c",
        "np.linalg.solve",
        "np.sin",
    ]


def test_importing_the_worlds_imports_nothing_heavy() -> None:
    program = f"import autonomy.envs, sys; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
