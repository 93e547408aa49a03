"""Files of a user's own with the names of our parts, in real interpreters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.shadowing import PARTS

ROOT = Path(__file__).resolve().parents[2]
FRONT_DOOR = "from compliance import load_scenario\nprint(load_scenario('base').name)\n"


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def in_the_way(folder: Path, name: str) -> Path:
    """Write what a user may well have: a file that says nothing of ours."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine = True\n")
    return path


def test_every_part_is_looked_for():
    # a floor that is added is hidden as easily as these; the front door itself cannot look for itself
    floors = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert floors == {*PARTS, "compliance"}


@pytest.mark.parametrize("part", PARTS)
def test_a_file_beside_a_script_is_named(tmp_path, part):
    path = in_the_way(tmp_path, f"{part}.py")
    (tmp_path / "script.py").write_text(FRONT_DOOR)
    found = python(tmp_path, "script.py")
    said = f"ImportError: {path} would be imported in place of this software's own {part}: rename it"
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith(said)


@pytest.mark.parametrize("part", PARTS)
def test_the_module_that_is_run_says_it_in_one_line(tmp_path, part):
    path = in_the_way(tmp_path, f"{part}.py")
    found = python(tmp_path, "-m", "compliance", "--help")
    assert (found.returncode, found.stdout) == (2, "")
    (line,) = found.stderr.splitlines()
    assert line.startswith(f"compliance: {path} would be imported in place of")


def test_the_script_itself_may_be_in_the_way(tmp_path):
    path = tmp_path / "analysis.py"
    path.write_text(FRONT_DOOR)
    assert f"ImportError: {path} would be" in python(tmp_path, "analysis.py").stderr


def test_a_package_is_named_by_its_folder(tmp_path):
    in_the_way(tmp_path, "models/__init__.py")
    assert f"compliance: {tmp_path / 'models'} would be" in python(tmp_path, "-m", "compliance", "list").stderr


def test_all_that_are_in_the_way_are_named_at_once(tmp_path):
    paths = [in_the_way(tmp_path, name) for name in ("models.py", "teaching.py")]
    (line,) = python(tmp_path, "-m", "compliance").stderr.splitlines()
    assert line.startswith(f"compliance: {paths[0]}, {paths[1]} would be")
    assert line.endswith("rename them, and what imports them")


def test_one_that_was_imported_before_is_named_too(tmp_path):
    path = in_the_way(tmp_path, "models.py")
    code = "import sys, models; sys.path.remove(''); import compliance"
    assert f"ImportError: {path} would be" in python(tmp_path, "-c", code).stderr


def test_another_module_that_imports_the_front_door_gets_the_exception(tmp_path):
    in_the_way(tmp_path, "simulation.py")
    in_the_way(tmp_path, "mine/__init__.py").write_text(FRONT_DOOR)
    (tmp_path / "mine" / "__main__.py").write_text("")
    found = python(tmp_path, "-m", "mine")
    assert found.returncode == 1
    assert "ImportError: " in found.stderr


def test_the_console_command_is_immune(tmp_path):
    in_the_way(tmp_path, "models.py")
    script = tmp_path / "bin" / "compliance"
    script.parent.mkdir()
    script.write_text("import sys\nfrom compliance.__main__ import main\nsys.exit(main())\n")
    found = python(tmp_path, str(script), "explain", "base")
    assert found.returncode == 0, found.stderr
    assert "faking" in found.stdout


def test_workers_of_the_console_command_are_immune_too(tmp_path):
    # Python imports for them, in the working directory, before it is told where else to look
    for part in PARTS:
        in_the_way(tmp_path, f"{part}.py").write_text("raise SystemExit('not ours')\n")
    script = tmp_path / "bin" / "compliance"
    script.parent.mkdir()
    script.write_text(
        "import sys\nfrom compliance.__main__ import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
    )
    # work for more than one worker
    (tmp_path / "study.yaml").write_text(
        "base: base\nset: {agents.count: 1000, run.episodes: 2000}\nmeasures: [flag_rate]\nreplicates: 2\n"
        "vary: {agents.foresight: {linspace: [0.0, 0.9, 16]}}\n"
    )
    found = python(tmp_path, str(script), "sweep", "study.yaml", "--out", "swept", "--workers", "2")
    assert found.returncode == 0, found.stderr
    assert len([*(tmp_path / "swept" / "cells").iterdir()]) > 1


def test_the_console_command_says_it_in_one_line_where_the_path_has_the_file(tmp_path):
    path = in_the_way(tmp_path, "models.py")
    script = tmp_path / "compliance"
    script.write_text("import sys\nfrom compliance.__main__ import main\nsys.exit(main())\n")
    found = python(tmp_path, str(script), "list")
    assert (found.returncode, found.stderr.splitlines()) == (2, [found.stderr.rstrip("\n")])
    assert str(path) in found.stderr


@pytest.mark.parametrize("name", ["models/notes.txt", "my_models.py", "compliances.py"])
def test_what_hides_nothing_is_let_be(tmp_path, name):
    # a folder without __init__.py comes after every package of its name
    in_the_way(tmp_path, name)
    (tmp_path / "script.py").write_text(FRONT_DOOR)
    assert python(tmp_path, "script.py").stdout == "base\n"
    assert python(tmp_path, "-m", "compliance", "--version").returncode == 0
