"""Any row can be run again from itself and matches; how far a sweep has come is read off its files."""

from __future__ import annotations

import math
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_sweeps import FALSE_ALARM, FORESIGHT, HIT, files_of, study_of

from models.refusals import InputError
from parameter_sweeps import runs
from parameter_sweeps.advance import Advance
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.failures import FailedRunError, failure_of
from parameter_sweeps.loading import load_results
from parameter_sweeps.log import append, digest_of, read_log
from parameter_sweeps.replay import replay_row
from parameter_sweeps.status import directory_status
from parameter_sweeps.store import locked, open_store
from simulation.replicates import run_replicate

pytestmark = pytest.mark.usefixtures("small_chunks")


def refusal_of(function, *given, **keys) -> list[str]:
    with pytest.raises(InputError) as caught:
        function(*given, **keys)
    return caught.value.messages


# --- replay


@pytest.mark.parametrize(
    "keys", [{}, {"base": "learning", "measures": [], "vary": {FORESIGHT: [0.4, 0.9]}, "burn_in": 1}]
)
def test_every_row_matches_when_it_is_run_again(tmp_path, keys):
    table = run_sweep(study_of(**keys), tmp_path, 1)
    for row in range(len(table)):
        replay = replay_row(tmp_path, row)
        kept = table.iloc[row]
        assert replay.matches, replay.differences
        assert (replay.cell, replay.replicate, replay.seed) == (kept["cell"], kept["replicate"], 1)
        assert replay.other_code == replay.not_run == []
        assert replay_row(tmp_path, f"{replay.cell},{replay.replicate}").row == row
        assert replay_row(tmp_path, (replay.cell, replay.replicate)).row == row


def test_one_changed_bit_of_a_measure_is_told(tmp_path):
    run_sweep(study_of(), tmp_path, 1)
    path = next(iter(open_store(tmp_path).files.values()))
    table = pq.read_table(path)
    values = table.column("flag_rate").to_pylist()
    place = table.schema.get_field_index("flag_rate")
    table = table.set_column(place, "flag_rate", pa.array([math.nextafter(values[0], 1.0), *values[1:]]))
    pq.write_table(table, path)
    append(tmp_path, read_log(tmp_path)[path.stem]._replace(sha256=digest_of(path.read_bytes())))
    replay = replay_row(tmp_path, 0)
    assert (replay.matches, replay.differences) == (False, ["flag_rate"])
    assert replay_row(tmp_path, 1).matches


def test_another_failure_is_told(tmp_path, monkeypatch):
    run_sweep(study_of(), tmp_path, 1)

    def failing(*given, **keys):
        raise ZeroDivisionError("no number")

    monkeypatch.setattr(runs, "run_replicate", failing)
    replay = replay_row(tmp_path, 0)
    assert {"stage", "error", "flag_rate"} <= {*replay.differences}
    assert replay.failure == ("", "run: ZeroDivisionError: no number")


@pytest.mark.parametrize("row", ["8", "4,0", "0,2", 8, (4, 0)])
def test_a_row_that_is_not_there_is_told(tmp_path, row):
    run_sweep(study_of(), tmp_path, 1)
    assert "there are 8 rows in" in refusal_of(replay_row, tmp_path, row)[0]


@pytest.mark.parametrize("row", ["", "a", "-1", "1,2,3", "1.5", 1.5, -1, True, (1,), None])
def test_what_is_no_row_is_refused(tmp_path, row):
    run_sweep(study_of(vary={}), tmp_path, 1)
    assert refusal_of(replay_row, tmp_path, row)[0].startswith("ROW must be the index of a row in the table, or cell,")


# --- failures


def test_a_traceback_names_files_below_the_project_or_a_package():
    def of(function) -> str:
        try:
            function()
        except Exception as error:
            return failure_of("run", error).traceback
        raise AssertionError

    lines = of(lambda: pa.table({"a": [1], "b": [1, 2]})).splitlines()
    assert lines[0].startswith("tests/parameter_sweeps/test_replay_and_status.py:")
    assert lines[2].startswith(("pyarrow/", "table.pxi:"))
    assert all(not line.startswith("/") for line in lines)

    def deep(depth: int) -> None:
        if depth == 0:
            raise ValueError(f"at {object()!r}")
        deep(depth - 1)

    lines = of(lambda: deep(100)).splitlines()
    assert len(lines) == 4 + 1 + 16 + 1  # outermost, how many are left out, innermost, the error
    assert "more calls" in lines[4]
    # an address in memory would be another in each process
    assert lines[-1] == "ValueError: at <object object at 0x...>"

    def chained() -> None:
        try:
            deep(0)
        except ValueError as error:
            raise KeyError("b") from error

    assert "which led to" in of(chained).splitlines()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_failure_stops_a_sweep_if_that_is_wanted(tmp_path, workers):
    # the first of four cells fails
    study = study_of(vary={HIT: [0.4, 0.9], FALSE_ALARM: [0.5, 0.1]})
    with pytest.raises(FailedRunError) as caught:
        run_sweep(study, tmp_path, workers, fail_fast=True)
    assert str(caught.value).startswith("cell 0, replicate 0: scenario: InputError: ")
    kept = load_results(tmp_path, partial=True)
    assert (kept["error"] != "").sum() == 2
    assert len(kept) < 8
    before = files_of(tmp_path, "cells")
    table = run_sweep(study, tmp_path, workers, fail_fast=True)
    assert len(table) == 8
    assert before.items() < files_of(tmp_path, "cells").items()


# --- status


def test_status_counts_what_is_finished_missing_and_failed(tmp_path):
    run_sweep(study_of(), tmp_path, 1)
    status = directory_status(tmp_path)
    assert (status.cells, status.cells_finished, status.cells_missing, status.cells_failed) == (4, 4, 0, 1)
    assert (status.runs, status.runs_finished, status.runs_missing, status.runs_failed) == (8, 8, 0, 2)
    assert (status.seconds_left, status.is_at_work, status.part) == (0.0, False, None)
    assert status.runs_per_second > 0
    first = next(iter(open_store(tmp_path).files.values()))
    first.unlink()
    with locked(open_store(tmp_path)):
        status = directory_status(tmp_path)
    assert status.is_at_work
    assert status.runs_missing > 0
    assert 0 < status.seconds_left < 1000


def test_status_of_a_beginning_knows_no_speed(tmp_path):
    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(study_of(), tmp_path, 1, stop)
    for path in (tmp_path / "cells").iterdir():
        path.unlink()
    (tmp_path / "log.jsonl").unlink()
    status = directory_status(tmp_path)
    assert (status.cells_finished, status.runs_missing) == (0, 8)
    assert math.isnan(status.seconds_left)


def test_a_sweep_reports_cells_runs_failures_rate_and_time_left(tmp_path):
    told: list[Advance] = []
    run_sweep(study_of(replicates=20), tmp_path, 1, report=told.append)
    assert [advance.runs_done for advance in told] == sorted(advance.runs_done for advance in told)
    assert {(advance.runs, advance.cells) for advance in told} == {(80, 4)}
    last = told[-1]
    assert (last.runs_done, last.cells_done, last.failed_runs, last.seconds_left) == (80, 4, 20, 0.0)
    assert all(advance.seconds_left >= 0 and advance.runs_per_second > 0 for advance in told)
    # a cell is done when its last chunk is: heavy cells are cut by replicates
    assert len(told) > 8
    assert told[0].cells_done == 0


def test_a_crash_of_the_disk_ends_a_sweep_and_loses_nothing(tmp_path, monkeypatch):
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    count, fsync = [0], os.fsync

    def full(descriptor: int) -> None:
        count[0] += 1
        if count[0] > 12:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run_sweep(study_of(), tmp_path / "out", 1)
    monkeypatch.undo()
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 4e6))
    assert run_sweep(study_of(), tmp_path / "out", 1).equals(whole)
    assert files_of(tmp_path / "out", "cells") == files_of(tmp_path / "whole", "cells")
    assert run_replicate is runs.run_replicate
