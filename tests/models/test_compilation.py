"""Compiled code is kept between starts, and never outlives the sources that it was made from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: A loop that inlines a rule of a second file, which uses a constant of a third.
SCRIPT = """
from models.compilation import compiled_loop
from models.response import guarding_cost

@compiled_loop
def total(episodes):
    cost = 0.0
    for _ in range(episodes):
        cost += guarding_cost(0.25, 0.05, 0.3)
    return cost

print(total(8), sum(total.stats.cache_hits.values()), sum(total.stats.cache_misses.values()))
"""
CONSTANT = ("models/goals.py", "ALIGNED_ANGLE = 1e-9", "ALIGNED_ANGLE = 1e-1")
RULE = ("models/response.py", "return terminal_guarding if", "return 2.0 * terminal_guarding if")


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the compiled floors, with a script beside them and room for a cache."""
    for floor in ("models", "simulation"):
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "script.py").write_text(SCRIPT)
    for folder in ("cache", "home", "temporary"):
        (tmp_path / folder).mkdir()
    return tmp_path


def start(copy, **environment):
    """Run the script anew; return what it computed, and how many of its functions were loaded and compiled."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("NUMBA", "PYTHON", "XDG"))}
    folders = {
        "XDG_CACHE_HOME": str(copy / "cache"),
        "HOME": str(copy / "home"),
        "TMPDIR": str(copy / "temporary"),
        # Python's own compiled files go by whole seconds, and would be stale too.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    found = subprocess.run(
        [sys.executable, "script.py"],
        cwd=copy,
        env=plain | folders | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    result, loaded, made = found.stdout.split()
    return float(result), int(loaded), int(made)


def edit(copy, source, old, new):
    text = (copy / source).read_text()
    assert text.count(old) == 1
    (copy / source).write_text(text.replace(old, new))


def compiled_files(folder):
    """Return the compiled files below a folder, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb[ci]")}


def test_a_second_start_compiles_nothing(copy):
    # 8 episodes at 1/4.
    assert start(copy) == (2.0, 0, 1)
    files = compiled_files(copy / "cache")
    assert files
    assert start(copy) == (2.0, 1, 0)
    assert compiled_files(copy / "cache") == files


@pytest.mark.parametrize(("change", "expected"), [(CONSTANT, 0.0), (RULE, 4.0)])
def test_an_edit_in_another_file_is_seen(copy, change, expected):
    source, old, new = change
    assert start(copy)[0] == 2.0
    edit(copy, source, old, new)
    assert start(copy)[0] == expected
    # Back again: the first folder still serves.
    edit(copy, source, new, old)
    assert start(copy) == (2.0, 1, 0)


def test_an_edit_of_the_upper_floor_renews_too(copy):
    assert start(copy)[2] == 1
    (copy / "simulation" / "another.py").write_text("STEPS = 3\n")
    assert start(copy) == (2.0, 0, 1)


@pytest.mark.parametrize("with_cache_home", [True, False])
def test_without_a_home_the_temporary_folder_serves(copy, with_cache_home):
    # A file stands where the folder should: nobody, not even root, can write below it.
    blocked = copy / "file"
    blocked.write_text("")
    places = {"HOME": str(blocked / "home"), "XDG_CACHE_HOME": str(blocked / "cache") if with_cache_home else ""}
    assert start(copy, **places) == (2.0, 0, 1)
    assert start(copy, **places) == (2.0, 1, 0)
    assert compiled_files(copy / "temporary")
    assert not compiled_files(copy / "cache")


def test_sources_are_left_clean(copy):
    start(copy)
    for floor in ("models", "simulation"):
        assert not compiled_files(copy / floor)
