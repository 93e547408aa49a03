import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import compliance
from models.refusals import InputError

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "bokeh",
    "matplotlib",
    "mesa",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "SALib",
    "scipy",
    "sklearn",
    "xarray",
    "yaml",
}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def modules_imported(*arguments: str) -> set[str]:
    """Return the packages that a start imports, as the interpreter itself reports them."""
    report = python("-X", "importtime", *arguments).stderr
    return {match.partition(".")[0] for match in re.findall(r"\|\s*([\w.]+)\s*$", report, flags=re.MULTILINE)}


def test_help_works_and_names_every_command():
    found = python("-m", "compliance", "--help")
    assert found.returncode == 0
    for command in (
        "explain", "run", "map", "sweep", "shard", "merge", "status", "check", "replay", "export", "figures",
        "report", "theory", "game", "calibrate", "sensitivity", "discover", "compare", "explorer", "dashboard",
        "schema", "list",
    ):  # fmt: skip
        assert re.search(rf"^\s+{command}\s", found.stdout, flags=re.MULTILINE)


def test_help_imports_nothing_heavy():
    imported = modules_imported("-m", "compliance", "--help")
    assert "typer" in imported
    assert not imported & HEAVY


def test_help_takes_less_than_three_tenths_of_a_second():
    # processor time, the best of five: a busy machine takes longer by the clock
    used = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        python("-m", "compliance", "--help", PYTHONDONTWRITEBYTECODE="")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(used) < 0.3


def test_importing_the_front_door_imports_nothing_heavy():
    assert not modules_imported("-c", "import compliance") & (HEAVY | {"typer"})


@pytest.mark.parametrize("name", compliance.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(compliance, name) is not None
    assert name in dir(compliance)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = compliance.nothing


def test_version_is_that_of_the_distribution():
    found = python("-m", "compliance", "--version")
    assert found.stdout == f"compliance {compliance.__version__}\n"


def test_second_start_compiles_nothing(tmp_path):
    run = (
        "-m",
        "compliance",
        "run",
        "base",
        "--set",
        "agents.count=20",
        "--set",
        "run.episodes=5",
        "--replicates",
        "1",
    )
    first = python(*run, XDG_CACHE_HOME=str(tmp_path))
    assert first.returncode == 0, first.stderr
    kept = compiled_functions(tmp_path)
    assert kept
    second = python(*run, XDG_CACHE_HOME=str(tmp_path))
    assert second.stdout == first.stdout
    assert compiled_functions(tmp_path) == kept


def compiled_functions(folder: Path) -> dict[str, int]:
    """Return when each file of compiled code was written; compiling writes one anew."""
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*.nb[ci]")}


@pytest.mark.parametrize("name", ["simulate", "strategy_values", "explain"])
def test_a_name_in_place_of_a_scenario_is_refused(name):
    with pytest.raises(InputError, match="scenario must be a Scenario, such as load_scenario returns, got 'base'"):
        getattr(compliance, name)("base")


def test_a_name_in_place_of_a_study_is_refused(tmp_path):
    for call in (lambda: compliance.strategy_map("trust"), lambda: compliance.run_sweep("trust", tmp_path / "out")):
        with pytest.raises(InputError, match="study must be a Study, such as load_study returns, got 'trust'"):
            call()
    assert not (tmp_path / "out").exists()


def test_a_number_in_place_of_a_name_is_refused():
    for load, kind in ((compliance.load_scenario, "scenario"), (compliance.load_study, "study")):
        with pytest.raises(InputError, match=f"{kind} must be a name or a file, got 5"):
            load(5)
