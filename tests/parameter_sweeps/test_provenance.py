"""Where results come from is written down, and results of other code are not mixed in unless that is accepted."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from small_sweeps import files_of, study_of

from models.compilation import model_digest
from models.refusals import InputError
from parameter_sweeps import execution, provenance, store
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.loading import load_results
from parameter_sweeps.log import entries
from parameter_sweeps.provenance import LONGEST_PATCH, current_basis, git_state, read_entries
from parameter_sweeps.replay import replay_row
from parameter_sweeps.verification import check_directory

pytestmark = pytest.mark.usefixtures("small_chunks")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def out(tmp_path) -> Path:
    run_sweep(study_of(), tmp_path / "out", 1)
    return tmp_path / "out"


def other_code(monkeypatch) -> dict:
    basis = current_basis()
    basis = {**basis, "code": "f" * 64, "packages": {**basis["packages"], "scipy": "0.1"}}
    for module in (execution, provenance, store):
        monkeypatch.setattr(module, "current_basis", lambda: basis)
    return basis


def test_a_sweep_says_where_its_results_come_from(out):
    began, ended = read_entries(out)
    assert (began["event"], ended["event"]) == ("began", "ended")
    assert began["at"] <= ended["at"]
    assert began["sweep"] == ended["sweep"]
    assert (began["seed"], began["workers"], began["runs_missing"], ended["runs_missing"]) == (1, 1, 8, 0)
    assert ended["failed_runs"] == 2
    assert began["basis"]["code"] == model_digest()
    assert began["packages"]["numpy"] == np.__version__
    lock = ROOT / "requirements" / "full.lock"
    assert began["lock_sha256"] == hashlib.sha256(lock.read_bytes()).hexdigest()
    assert began["processor"]["name"]
    assert began["machine"]["kind"] == platform.machine()
    assert began["machine"]["cores"] >= 1
    assert began["machine"]["memory_bytes"] > 2**27
    # what was written by whom, a line a chunk
    lines = entries(out)
    assert sum(line.rows for line in lines) == 8
    assert sum(line.failures for line in lines) == 2
    assert {line.host for line in lines} == {platform.node()}
    assert {line.code for line in lines} == {model_digest()}
    assert all(line.seconds > 0 for line in lines)


def test_a_sweep_with_nothing_to_do_writes_nothing(out):
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    run_sweep(study_of(), out, 1)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_results_of_other_code_are_refused(out, monkeypatch):
    min((out / "cells").iterdir()).unlink()
    before = files_of(out, "cells")
    ours, other = current_basis(), other_code(monkeypatch)
    with pytest.raises(InputError) as caught:
        run_sweep(study_of(), out, 1)
    (message,) = caught.value.messages
    differences = (
        f"the digest of models/ and simulation/ is {ours['code'][:12]} there, got {other['code'][:12]}; "
        f"scipy is {ours['packages']['scipy']} there, got 0.1"
    )
    assert message.startswith(f"{out} must be gone on with by the code that began it, got other code: {differences}: ")
    assert "--accept-other-code" in message
    assert files_of(out, "cells") == before
    # what is there can still be read, checked and compared
    assert len(load_results(out, partial=True)) < 8


def test_other_code_can_be_accepted_and_is_noted(out, monkeypatch):
    min((out / "cells").iterdir()).unlink()
    ours, other = current_basis(), other_code(monkeypatch)
    table = run_sweep(study_of(), out, 1, accept_other_code=True)
    assert len(table) == 8
    assert [entry["basis"] for entry in read_entries(out) if entry["event"] == "began"] == [ours, other]
    assert {line.code for line in entries(out)} == {ours["code"], other["code"]}
    # once accepted, it is not asked for again
    min((out / "cells").iterdir()).unlink()
    run_sweep(study_of(), out, 1)
    monkeypatch.setattr("parameter_sweeps.verification.current_basis", lambda: other)
    assert check_directory(out).findings == []
    assert check_directory(out).notes == ["names of files cannot be made again: the study was run by other code"]
    monkeypatch.setattr("parameter_sweeps.replay.current_basis", lambda: other)
    assert len(replay_row(out, 0).other_code) == 2


def test_a_directory_is_read_although_names_are_made_otherwise(out, monkeypatch):
    # as after a parameter was built: each digest of a study and each name of a file is another
    table = load_results(out)
    monkeypatch.setattr("parameter_sweeps.study.sha256", lambda value: "0" * 64)
    monkeypatch.setattr("parameter_sweeps.chunks.sha256", lambda value: "0" * 64)
    assert load_results(out).equals(table)
    assert run_sweep(study_of(), out, 1).equals(table)


def test_the_state_of_a_checkout(tmp_path):
    root = tmp_path.resolve() / "checkout"
    root.mkdir()
    assert git_state(root) is None
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not there")
    name = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")

    def run(*arguments: str) -> None:
        subprocess.run([git, "-C", str(root), *name, *arguments], check=True, capture_output=True)

    run("init")
    (root / "file").write_text("one\n")
    run("add", "file")
    run("commit", "-m", "one")
    clean = git_state(root)
    assert (clean["is_dirty"], clean["patch"], clean["patch_sha256"], clean["new_files"]) == (False, "", None, [])
    assert len(clean["commit"]) == 40
    (root / "file").write_text("two\n" * LONGEST_PATCH)
    (root / "new").touch()
    dirty = git_state(root)
    assert (dirty["commit"], dirty["is_dirty"], dirty["new_files"]) == (clean["commit"], True, ["new"])
    assert len(dirty["patch"]) == LONGEST_PATCH < dirty["patch_characters"]
    assert "+two" in dirty["patch"]
    assert len(dirty["patch_sha256"]) == 64
    # a folder inside a checkout is not the checkout
    (root / "inner").mkdir()
    assert git_state(root / "inner") is None


def test_the_manifest_has_no_time_and_no_machine(out):
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["basis"] == current_basis()
    assert manifest["format"] == 2
    assert {*manifest} == {
        "format", "version", "packages", "basis", "digest", "study_sha256", "seed", "measures", "functions", "part",
        "plan", "chunks", "sha256",
    }  # fmt: skip
