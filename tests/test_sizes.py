"""Files of at most 300 lines and functions of at most 40; what is longer has its reason here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("models", "simulation", "parameter_sweeps", "analysis", "teaching", "compliance")
LONGEST_FILE, LONGEST_FUNCTION = 300, 40

LONG_FILES = {
    "simulation/full_stages.py": "the stages of one episode, in their order, each a loop of its own",
    "simulation/mesa_agent.py": "one class, which users override step by step",
}
LONG_FUNCTIONS = {
    ("simulation/full_world.py", "new_full_world"): "a line an array of the world",
    ("simulation/mesa_agent.py", "__init__"): "a line a parameter of an agent",
    ("simulation/accounting.py", "account"): "a line a column of the ledger",
    ("simulation/learner.py", "_live"): "one life, whose state would have to be handed on between its parts",
    ("parameter_sweeps/theory/overseers.py", "_deterrence"): "a list of checks",
    ("parameter_sweeps/theory/responses.py", "_escalation"): "a list of checks",
}


def _files() -> list[Path]:
    return sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def _lengths(path: Path) -> dict[tuple[str, str], int]:
    """Return the lines of each function, without signature and docstring."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                name = (path.relative_to(ROOT).as_posix(), node.name)
                found[name] = max(found.get(name, 0), (node.end_lineno or 0) - body[0].lineno + 1)
    return found


def test_files_are_small():
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in _files()}
    assert len(lines) > 200
    assert {name for name, number in lines.items() if number > LONGEST_FILE} == {*LONG_FILES}


def test_functions_are_small():
    lengths = {name: number for path in _files() for name, number in _lengths(path).items()}
    assert len(lengths) > 1500
    assert {name for name, number in lengths.items() if number > LONGEST_FUNCTION} == {*LONG_FUNCTIONS}


@pytest.mark.parametrize("reason", [*LONG_FILES.values(), *LONG_FUNCTIONS.values()])
def test_each_has_a_reason(reason):
    assert len(reason.split()) > 3
