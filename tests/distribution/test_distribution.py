"""The source archive and the wheel: built without a network, complete, and of use in an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.tree_copy import ROOT, copy_of_the_tree, names_in_the_tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAD = f"strategic_compliance-{PROJECT['version']}"
FLOORS = ("analysis", "compliance", "models", "parameter_sweeps", "simulation", "teaching")
#: Suffixes of what a floor needs at run time beside its code.
DATA = {".yaml", ".csv", ".md", ".html", ".css", ".js", ".vue", ".typed"}
STUDY = """\
name: tiny
base: base
set: {agents.count: 20, run.episodes: 5}
vary: {agents.foresight: [0.0, 0.9]}
measures: [compliance_watched]
replicates: 2
"""


def call(*command: object, cwd: Path, **environment: str) -> str:
    """Run a command with nothing of this process's environment but where programs are; return what it prints."""
    found = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"
    return found.stdout


def build(kind: str, source: Path, out: Path) -> Path:
    """Build what `kind` says with the build backend that is installed, as a build tool does."""
    out.mkdir(exist_ok=True)
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(out)!r})"
    call(sys.executable, "-c", code, cwd=source)
    (made,) = (path for path in out.iterdir() if path.name.endswith({"sdist": ".tar.gz", "wheel": ".whl"}[kind]))
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    return build("sdist", copy_of_the_tree(folder / "tree"), folder / "dist")


@pytest.fixture(scope="module")
def wheel(archive, tmp_path_factory):
    # from the archive alone, so that nothing may be missing in it
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return build("wheel", folder / HEAD, folder / "dist")


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """Return the programs of an environment that has the wheel, and the dependencies of this one, but not the tree."""
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    install = ("install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check")
    call(sys.executable, "-m", "pip", "--python", programs / "python", *install, wheel, cwd=folder)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # A folder named here is searched after the wheel's. Its own .pth files, one of which names the tree, are not read.
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(here)) + "\n")
    return programs


@pytest.fixture
def elsewhere(tmp_path):
    """Return an empty folder that is the home of somebody new, too."""
    folder = tmp_path / "new" / "home"
    folder.mkdir(parents=True)
    return folder


def needed_files() -> set[str]:
    """Return the files of the floors, code and data, as the tree has them."""
    return {
        path.relative_to(ROOT).as_posix()
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*")
        if path.suffix in DATA | {".py"} and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file_of_the_floors_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    said = {name for name in names if name.startswith(f"{HEAD}.dist-info/")}
    assert names - said == needed_files()
    assert f"{HEAD}.dist-info/licenses/LICENSE" in said


def test_the_archive_has_them_too_and_what_one_reads_first(archive):
    with tarfile.open(archive) as packed:
        names = {name.removeprefix(f"{HEAD}/") for name in packed.getnames()}
    read_first = {"README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "pyproject.toml"}
    assert needed_files() | read_first <= names
    assert not {name for name in names if name.split("/")[0] in ("tests", "results", "docs", "requirements", ".ci")}


def test_data_are_of_every_kind():
    # a floor's data of another kind would be in no list above: it is to be added there and in pyproject.toml
    tracked = {path for path in names_in_the_tree() if path.split("/")[0] in FLOORS}
    assert {Path(path).suffix for path in tracked} == DATA | {".py"}


def test_the_wheel_says_what_the_project_says(wheel):
    with zipfile.ZipFile(wheel) as packed:
        said = packed.read(f"{HEAD}.dist-info/METADATA").decode()
        programs = packed.read(f"{HEAD}.dist-info/entry_points.txt").decode()
        is_typed = all(f"{floor}/py.typed" in packed.namelist() for floor in FLOORS)
    assert f"Version: {PROJECT['version']}\n" in said
    assert "License-Expression: MIT\n" in said
    assert all(f"Provides-Extra: {extra}\n" in said for extra in PROJECT["optional-dependencies"])
    assert "compliance = compliance.__main__:main" in programs
    assert is_typed


def test_the_code_that_runs_is_the_wheel_s(environment, elsewhere):
    code = "import compliance, models, teaching; print(compliance.__file__, models.__file__, teaching.__file__)"
    files = call(environment / "python", "-c", code, cwd=elsewhere).split()
    assert len(files) == 3
    assert all(Path(file).is_relative_to(environment.parent) for file in files)
    places = call(environment / "python", "-c", "import sys; print(*sys.path, sep='\\n')", cwd=elsewhere)
    assert str(ROOT) not in places.split("\n")


def test_it_helps_and_lists(environment, elsewhere):
    assert "Usage: " in call(environment / "python", "-m", "compliance", "--help", cwd=elsewhere)
    assert call(environment / "compliance", "--version", cwd=elsewhere) == f"compliance {PROJECT['version']}\n"
    listed = call(environment / "compliance", "list", "regimes", cwd=elsewhere)
    shipped = sorted(path.stem for path in (ROOT / "parameter_sweeps" / "regimes").glob("*.yaml"))
    assert [name for name in shipped if f" {name} " not in listed] == []


def test_it_explains_and_sweeps_from_an_unrelated_folder(environment, elsewhere):
    explained = call(environment / "compliance", "explain", "base", cwd=elsewhere)
    assert "The best class is faking" in " ".join(explained.split())
    (elsewhere / "tiny.yaml").write_text(STUDY)
    call(environment / "compliance", "sweep", "tiny.yaml", "--out", "results/tiny", "--workers", "1", cwd=elsewhere)
    assert "4" in call(environment / "compliance", "status", "results/tiny", cwd=elsewhere)
    call(environment / "compliance", "export", "results/tiny", "--out", "tiny.csv", cwd=elsewhere)
    rows = (elsewhere / "tiny.csv").read_text().splitlines()
    assert len(rows) == 1 + 2 * 2
    # what was compiled is kept in the home folder, not beside the code
    assert list((elsewhere / ".cache").rglob("*.nbi"))
    assert not list(environment.parent.rglob("*.nbi"))


def test_it_writes_its_schemas(environment, elsewhere):
    call(environment / "compliance", "schema", "--out", "schemas", cwd=elsewhere)
    made = {path.name: path.read_bytes() for path in (elsewhere / "schemas").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (ROOT / "docs" / "schema").iterdir()}
