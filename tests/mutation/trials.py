"""Tries a mutant: its tests are run on a copy of the rules in which it stands, without the compiler."""

from __future__ import annotations

import ast
import difflib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_TESTS = Path("tests") / "models"
#: Of the time that the tests take without a mutant: a loop that no longer ends is killed after it.
_PATIENCE = 4.0
_LEAST_SECONDS = 60.0
#: How many imports may lie between a module and a test of it.
_REACH = 4
_WAIT_SECONDS = 0.02
_MOST_BYTES = 4 * 2**30
#: What tests import, except the rules: a fork of a process that has it is spared most of a start.
_IMPORTED = ("numba", "pytest", "hypothesis", "mpmath", "numpy", "pydantic", "scipy.optimize", "scipy.stats")


class Trial(NamedTuple):
    """A mutant, what became of it (killed, survived, timed out), after how long, and how it differs."""

    module: str
    line: int
    operator: str
    outcome: str
    seconds: float
    difference: str


def enter_copy(folder: Path) -> None:
    """Work from now on in a copy of the rules and their tests, where mutants can do no harm."""
    for part in ("models", "simulation", "tests/models"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, folder / file)
    os.chdir(folder)
    # every mutant has a cache folder of its own, and nobody wants it afterwards
    os.environ.update(NUMBA_DISABLE_JIT="1", XDG_CACHE_HOME=str(folder / "cache"))
    # compiled files go by whole seconds, and would be stale
    sys.dont_write_bytecode = True
    for name in _IMPORTED:
        import_module(name)


def enter_own_copy() -> None:
    """Work from now on in one more copy, inside the folder of the process that asks for it."""
    enter_copy(Path(tempfile.mkdtemp(dir=Path.cwd())))


def test_files(module: str, slow: tuple[str, ...]) -> list[str]:
    """Return the tests nearest to a module: that import it, else a module that does; its namesakes first."""
    tests = sorted(_TESTS.glob("test_*.py"), key=lambda file: (module not in file.stem, file.stat().st_size, file.name))
    tests = [file for file in tests if file.stem not in slow]
    wanted = {f"models.{module}"}
    for _ in range(_REACH):
        users = [file.as_posix() for file in tests if wanted & _imports(file)]
        if users:
            return users
        wanted |= {f"models.{file.stem}" for file in Path("models").glob("*.py") if wanted & _imports(file)}
    return []


@cache
def _imports(file: Path) -> frozenset[str]:
    """Return what a file imports, and what the files of tests do that it imports."""
    statements = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    named = {statement.module or "" for statement in statements}
    named |= {f"{statement.module}.{name.name}" for statement in statements for name in statement.names}
    helpers = (_TESTS / f"{name.removeprefix('tests.models.')}.py" for name in named if name.startswith("tests.models"))
    return frozenset(named).union(*(_imports(helper) for helper in helpers if helper.exists() and helper != file))


def options() -> list[str]:
    """Return what pytest is told: to end at the first failure, to try few examples, and to keep nothing."""
    few = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "--hypothesis-profile=few"]
    # what a division by zero gives is the same with the compiler and without, but only the interpreter warns
    ignored = ["divide by zero:RuntimeWarning", "invalid value:RuntimeWarning", ":pytest.PytestAssertRewriteWarning"]
    return [*few, *(f"-Wignore:{warning}" for warning in ignored)]


def exit_status(files: list[str], limit: float) -> int | None:
    """Return how these tests end in a fork of this process, which has not imported any rule; None: they do not."""
    child = os.fork()
    if child == 0:
        _run_and_leave(files)
    began = time.monotonic()
    while time.monotonic() - began < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(_WAIT_SECONDS)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_and_leave(files: list[str]) -> None:
    import pytest

    # a mutant may ask for any number of nodes or rows
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    # rules and tests are those of the copy, also where the package is installed from another folder
    sys.path[:] = [str(Path.cwd()), *(place for place in sys.path if place not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "models")]:
        del sys.modules[name]
    status = 3
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        status = int(pytest.main([*options(), *files]))
    finally:
        os._exit(status)


def seconds_unharmed(files: list[str]) -> float:
    """Return how long these tests take without a mutant, which must pass."""
    began = time.monotonic()
    if files and exit_status(files, float("inf")):
        raise SystemExit(f"without any mutant these tests fail: {' '.join(files)}")
    return time.monotonic() - began


def tried(mutant: Any, files: list[str], unharmed: float) -> Trial:
    """Return what the tests say of a mutant; one that has no tests survives."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator

    path, began = Path(mutant.module_path), time.monotonic()
    operator = get_operator(mutant.operator_name)(**mutant.operator_args)
    with use_mutation(path, operator, mutant.occurrence) as (before, after):
        status = exit_status(files, max(_LEAST_SECONDS, _PATIENCE * unharmed)) if files else 0
        outcome = "survived" if status == 0 else ("killed" if status else "timed out")
        changed = "\n".join(_changed_lines(before, after or before))
    name = mutant.operator_name.removeprefix("core/")
    return Trial(path.stem, mutant.start_pos[0], name, outcome, round(time.monotonic() - began, 1), changed)


def _changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
