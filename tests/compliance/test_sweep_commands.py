"""Commands on the folder of a sweep: run it in one go or in parts, look at it, check it, run a row again, export it."""

import io
import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import compliance.printing
import parameter_sweeps.execution
from compliance.__main__ import app
from compliance.printing import as_duration, in_words, progress_bar, sweep_progress
from parameter_sweeps.advance import Advance

# one of four cells has values that are not right together
STUDY = """\
name: small
base: base
set: {agents.count: 10, run.episodes: 5}
vary: {regime.detector.hit_rate: [0.4, 0.9], regime.detector.false_alarm_rate: [0.1, 0.5]}
replicates: 2
measures: [compliance_gap, flag_rate]
"""


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def ended(status, *arguments):
    found = call(*arguments)
    assert found.exit_code == status, (found.stdout, found.stderr, found.exception)
    assert not found.exception or isinstance(found.exception, SystemExit)
    return found


def strict(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not strict JSON"))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 2e6))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    (folder / "small.yaml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 2e6))
        ended(1, "sweep", folder / "small.yaml", "--out", folder / "out", "--workers", 1)
    return folder


@pytest.fixture
def folder(kept, tmp_path):
    return Path(shutil.copytree(kept, tmp_path / "kept"))


def test_status_says_what_is_finished_missing_and_failed(folder):
    text = ended(0, "status", folder / "out").stdout
    assert text.splitlines() == [
        "small: no sweep is at work",
        "cells: 4 of 4 finished, 0 missing, 1 failed",
        "runs: 8 of 8 finished, 0 missing, 2 failed",
    ]
    min((folder / "out" / "cells").iterdir()).unlink()
    text = ended(0, "status", folder / "out").stdout
    assert re.search(r"[\d.]+ runs/s, about \d+ s left at that speed", text)
    found = strict(ended(0, "status", folder / "out", "--json").stdout)
    assert found["runs_missing"] + found["runs_finished"] == found["runs"] == 8
    assert found["is_at_work"] is False


def test_check_has_a_line_a_finding_and_its_status(folder):
    out = folder / "out"
    assert "files are as they were written; " in ended(0, "check", out).stdout
    assert strict(ended(0, "check", out, "--json").stdout)["findings"] == []
    path = min((out / "cells").iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    (out / "cells" / "stray").touch()
    lines = ended(1, "check", out).stdout.splitlines()
    assert lines == [
        f"{out / 'cells' / 'stray'} must not be there, got a file that is no part of the study",
        f"{path} must be as it was written, got other bytes: delete it and run the sweep again",
    ]
    assert strict(ended(1, "check", out, "--json").stdout)["findings"] == lines
    lines = ended(2, "figures", out, "--out", folder / "figures").stderr.splitlines()
    assert len(lines) == 1
    assert "must be as it was written" in lines[0]


def test_replay_says_whether_a_row_matches(folder, monkeypatch):
    out = folder / "out"
    for row in ("0", "3,1"):
        text = ended(0, "replay", out, row).stdout
        assert "all 2 measures are the same to the bit" in text
    assert "it fails as it did: scenario: InputError" in ended(0, "replay", out, "1,0").stdout
    assert strict(ended(0, "replay", out, "7", "--json").stdout)["matches"] is True

    def other(*given, **keys):
        raise ZeroDivisionError("no number")

    monkeypatch.setattr("parameter_sweeps.runs.run_replicate", other)
    text = " ".join(ended(1, "replay", out, "0").stdout.split())
    assert "2 of 2 measures differ" in text
    assert "failure kept: none; again: run: ZeroDivisionError: no number" in text
    for row in ("8", "x", "0,2"):
        lines = ended(2, "replay", out, row).stderr.splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("compliance: ROW must be the index of a row in the table, or cell,replicate")


def test_export_writes_the_table(folder):
    ended(0, "export", folder / "out", "--out", folder / "table.csv")
    table = pd.read_csv(folder / "table.csv")
    assert table[["cell", "replicate"]].values.tolist() == [
        [cell, replicate] for cell in range(4) for replicate in (0, 1)
    ]
    assert table["stage"].notna().sum() == 2
    for name in ("table.parquet", "grid.nc"):
        assert ended(0, "export", folder / "out", "--out", folder / name).stdout == f"{folder / name}: 8 rows\n"
    assert "must be a file that ends in .csv" in ended(2, "export", folder / "out", "--out", folder / "a.txt").stderr
    min((folder / "out" / "cells").iterdir()).unlink()
    assert "cells missing" in ended(2, "export", folder / "out", "--out", folder / "b.csv").stderr
    ended(0, "export", folder / "out", "--out", folder / "b.csv", "--partial")


def test_shards_and_merge_are_the_sweep(folder):
    for number in (1, 2):
        part = ("shard", folder / "small.yaml", f"{number}/2", "--out", folder / str(number), "--workers", 1)
        assert call(*part).exit_code in {0, 1}
    merged = ended(0, "merge", folder / "2", folder / "1", "--out", folder / "merged")
    assert re.fullmatch(rf"{folder / 'merged'}: (\d+) of \1 files, \1 copied\n", merged.stdout)
    for path in (folder / "out" / "cells").iterdir():
        assert path.read_bytes() == (folder / "merged" / "cells" / path.name).read_bytes()
    assert "is not finished" in ended(0, "merge", folder / "1", "--out", folder / "half").stderr
    assert "part 1 of 2" in ended(0, "status", folder / "1").stdout
    lines = ended(2, "shard", folder / "small.yaml", "3/2", "--out", folder / "3").stderr.splitlines()
    assert lines == ["compliance: the part must be K/N, with whole numbers 1 <= K <= N <= 1000000, got '3/2'"]
    other = ("sweep", folder / "small.yaml", "--out", folder / "other", "--workers", 1, "--seed", 3)
    ended(1, *other)
    lines = ended(2, "merge", folder / "1", folder / "other", "--out", folder / "mixed").stderr.splitlines()
    assert lines == [f"compliance: {folder / '1'} holds another study: seed is 1 there, got 3"]


def test_fail_fast_stops_at_the_first_failure(folder):
    sweep = ("sweep", folder / "small.yaml", "--out", folder / "fast", "--workers", 1)
    found = ended(1, *sweep, "--fail-fast")
    assert found.stderr.startswith("compliance: cell 1, replicate 0: scenario: InputError: ")
    assert found.stderr.count("\n") == 1
    assert strict(ended(0, "status", folder / "fast", "--json").stdout)["cells_missing"] == 2
    ended(1, *sweep, "--no-fail-fast")
    assert strict(ended(0, "status", folder / "fast", "--json").stdout)["cells_missing"] == 0


@pytest.mark.parametrize("command", ["status", "check", "export", "replay", "merge"])
def test_a_folder_that_is_no_sweep_is_told(command, tmp_path):
    more = {"replay": ["0"], "export": ["--out", tmp_path / "a.csv"], "merge": ["--out", tmp_path / "b"]}
    (tmp_path / "empty").mkdir()
    for name, found in (("none", "no such folder"), ("empty", "no manifest.json in it")):
        lines = ended(2, command, tmp_path / name, *more.get(command, [])).stderr.splitlines()
        assert lines == [f"compliance: {tmp_path / name} must be a study directory, got {found}"]


def test_a_full_disk_is_one_line(folder, monkeypatch):
    def full(*given, **keys):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parameter_sweeps.execution, "run_sweep", full)
    lines = ended(1, "sweep", folder / "small.yaml", "--out", folder / "full").stderr.splitlines()
    told = "must have room and be writable, got No space left on device; finished work is kept"
    assert lines == [f"compliance: {folder / 'full'} {told}"]


def test_other_code_is_refused_and_can_be_accepted(folder, monkeypatch):
    basis = {**parameter_sweeps.execution.current_basis(), "code": "0" * 64}
    for module in (parameter_sweeps.execution, parameter_sweeps.store):
        monkeypatch.setattr(module, "current_basis", lambda: basis)
    sweep = ("sweep", folder / "small.yaml", "--out", folder / "out", "--workers", 1)
    lines = ended(2, *sweep).stderr.splitlines()
    assert len(lines) == 1
    assert "must be gone on with by the code that began it, got other code: the digest of models/" in lines[0]
    ended(1, *sweep, "--accept-other-code")


# --- progress


ADVANCE = Advance(1200, 5000, 12, 50, 3, 35.21, 107.6)


def test_progress_is_told_in_words():
    assert in_words(ADVANCE) == "12 of 50 cells, 1,200 of 5,000 runs, 3 failed, 35.2 runs/s, 1 min 48 s left"
    assert in_words(ADVANCE._replace(seconds_left=float("nan"))).endswith("35.2 runs/s")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min"), (float("nan"), "–")],
)
def test_a_time_has_two_units(seconds, text):
    assert as_duration(seconds) == text


def test_without_a_terminal_progress_is_lines(monkeypatch, capsys):
    monkeypatch.setattr(compliance.printing, "_SECONDS_BETWEEN_LINES", 0.0)
    with sweep_progress() as report:
        report(ADVANCE)
        report(ADVANCE._replace(runs_done=1300))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0] == in_words(ADVANCE)


def test_time_left_is_reckoned_without_what_came_before_the_first(monkeypatch, capsys):
    # 200 s of compiling, then a run in 2 s: four more take 8 s, not 2 x 202 / 2
    monkeypatch.setattr(compliance.printing, "_SECONDS_BETWEEN_LINES", 0.0)
    clock = iter([200.0, 200.0, 202.0, 202.0])
    monkeypatch.setattr(compliance.printing.time, "monotonic", lambda: next(clock, 202.0))
    with progress_bar("runs") as progress:
        progress(1, 6)
        progress(2, 6)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "runs: 1 of 6"
    assert second == "runs: 2 of 6, 0.5/s, 8 s left"


@pytest.mark.parametrize("command", ["sweep", "shard"])
@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("figure: {kind: line, x: regime.detector.hit_rate}", "figure.kind must be "),
        ("figure: {kind: lines, x: agents.count, y: [flag_rate]}", "figure.x must be a varied key "),
        ("figure: {kind: lines, x: regime.detector.hit_rate, y: [flag_rat]}", "figure.y must be a measure, "),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused_before_a_sweep(command, written, found, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"{STUDY}{written}\n")
    part = ["1/2"] if command == "shard" else []
    lines = ended(2, command, path, *part, "--out", tmp_path / "out").stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"compliance: {path}: {found}")
    assert not (tmp_path / "out").exists()


def test_an_unknown_measure_names_the_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(STUDY.replace("flag_rate", "flag_rates"))
    lines = ended(2, "sweep", path, "--out", tmp_path / "out", "--dry-run").stderr.splitlines()
    needed = "measures must be names of measures, got 'flag_rates'; did you mean flag_rate?"
    assert lines == [f"compliance: {path}: {needed}"]


def test_on_a_terminal_progress_is_a_bar(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with sweep_progress() as report:
        report(ADVANCE)
    assert "12 of 50 cells, 1,200 of 5,000 runs, 3 failed" in re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", terminal.getvalue())
