"""A study that becomes longer in its directory: old rows and files stay, and the whole is as if made at once."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_sweeps import FALSE_ALARM, FORESIGHT, HIT, files_of, half_of_flags, study_of

from models.refusals import InputError
from parameter_sweeps import extension, store
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.extension import places_in
from parameter_sweeps.loading import load_results
from parameter_sweeps.replay import replay_row
from parameter_sweeps.results import load_grid, load_records
from parameter_sweeps.sharding import merge_directories
from parameter_sweeps.status import directory_status
from parameter_sweeps.store import open_store
from parameter_sweeps.study import Study
from parameter_sweeps.verification import check_directory

pytestmark = pytest.mark.usefixtures("small_chunks")

SHORT = {HIT: [0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}
UNIFORM = {FORESIGHT: {"uniform": [0.1, 0.9]}, HIT: {"uniform": [0.3, 1]}}


def refusal_of(study: Study, out: Path, **keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        run_sweep(study, out, 1, **keys)
    return caught.value.messages


def table_of(path: Path, rows: str) -> dict[str, object]:
    path.write_text(f"{HIT},{FALSE_ALARM}\n{rows}")
    return {"vary": {}, "design": {"kind": "table", "path": str(path)}}


def written(folder: Path, number: int, rows: str) -> dict[str, object]:
    return table_of(folder / f"table-{number}.csv", rows)


EXTENSIONS = {
    "the last axis": [{"vary": SHORT}, {"vary": {HIT: [0.9, 0.4], FALSE_ALARM: [0.0, 0.1, 0.3, 0.5]}}],
    "the first axis": [{"vary": SHORT}, {"vary": {HIT: [0.9, 0.4, 1.0], FALSE_ALARM: [0.1, 0.5]}}],
    "an axis gets a word": [
        {"vary": {"agents.depth": [1, 3]}},
        {"vary": {"agents.depth": ["inf", 1, 2, 3]}},
    ],
    "replicates": [{"replicates": 1}, {"replicates": 3}],
    "both": [{"replicates": 1}, {"replicates": 2, "vary": {HIT: [1.0, 0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}}],
    "three times": [
        {"replicates": 1},
        {"replicates": 3},
        {"replicates": 3, "vary": {HIT: [1.0, 0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}},
        {"replicates": 4, "vary": {HIT: [1.0, 0.9, 0.8, 0.4], FALSE_ALARM: [0.1, 0.2, 0.5]}},
    ],
    "regimes": [
        {"vary": {FORESIGHT: [0.2, 0.9]}, "regimes": ["panopticon"]},
        {"vary": {FORESIGHT: [0.2, 0.9]}, "regimes": ["none", "panopticon", "covert"]},
    ],
    "a Sobol design": [
        {"vary": UNIFORM, "design": {"kind": "sobol", "cells": 4}},
        {"vary": UNIFORM, "design": {"kind": "sobol", "cells": 16}},
    ],
    "base points of Sobol's indices": [
        {"vary": UNIFORM, "design": {"kind": "saltelli", "points": 2}},
        {"vary": UNIFORM, "design": {"kind": "saltelli", "points": 4}},
        {"vary": UNIFORM, "design": {"kind": "saltelli", "points": 4, "second_order": True}},
    ],
    "trajectories": [
        {"vary": UNIFORM, "design": {"kind": "morris", "trajectories": 2}},
        {"vary": UNIFORM, "design": {"kind": "morris", "trajectories": 5}},
    ],
    "one at a time": [
        {"vary": {HIT: [0.8]}, "design": "one_at_a_time"},
        {"vary": {HIT: [0.7, 0.8, 1.0]}, "design": "one_at_a_time"},
    ],
    "cells with luck of their own": [
        {"vary": SHORT, "independent": True},
        {"vary": {HIT: [0.9, 0.4], FALSE_ALARM: [0.0, 0.1, 0.5]}, "independent": True},
    ],
    "no axes": [{"vary": {}, "replicates": 2}, {"vary": {}, "replicates": 5}],
}


@pytest.fixture(params=EXTENSIONS)
def studies(request) -> list[Study]:
    return [study_of(**keys) for keys in EXTENSIONS[request.param]]


def checked_extension(studies: list[Study], out: Path, whole: Path) -> None:
    """Extend a directory study by study, and compare it with one that was made at once."""
    kept: dict[str, bytes] = {}
    for study in studies:
        table = run_sweep(study, out, 1)
        found = files_of(out, "cells")
        assert {name: found[name] for name in kept} == kept
        assert len(found) > len(kept)
        kept = found
    at_once = run_sweep(studies[-1], whole, 1)
    pd.testing.assert_frame_equal(table, at_once, check_exact=True)
    assert load_results(out).to_csv() == load_results(whole).to_csv()
    assert load_grid(out).identical(load_grid(whole))
    assert check_directory(out).findings == []
    assert json.loads((out / "manifest.json").read_text())["earlier"] == len(studies) - 1


def test_an_extended_study_is_that_made_at_once(studies, tmp_path):
    checked_extension(studies, tmp_path / "out", tmp_path / "whole")


def test_a_longer_table_is_an_extension(tmp_path):
    # the second row twice, so that one of two equal cells is new
    rows = ["0.9,0.1\n0.4,0.2\n", "0.4,0.2\n0.8,0.1\n0.9,0.1\n1.0,0.1\n"]
    studies = [study_of(**written(tmp_path, number, text)) for number, text in enumerate(rows)]
    checked_extension(studies, tmp_path / "out", tmp_path / "whole")


def test_equal_cells_in_different_chunks_all_keep_their_rows(tmp_path):
    # with two keys, A with the second value of B is B with the first value of A: of 6 cells of a base point 2 are again
    study = study_of(vary=UNIFORM, design={"kind": "saltelli", "points": 2, "second_order": True})
    table = run_sweep(study, tmp_path / "out", 1)
    assert load_results(tmp_path / "out").equals(table)
    assert table["cell"].tolist() == [cell for cell in range(12) for _ in range(2)]
    assert len({tuple(cell.values.values()) for cell in study.cells()}) == 8
    assert check_directory(tmp_path / "out").findings == []


def test_the_places_of_cells_worked_by_hand():
    # 2 x 2 cells (0, 1; 2, 3) in 2 x 3 cells with a value put before the second: (0, 2; 3, 5)
    longer = study_of(vary={HIT: [0.9, 0.4], FALSE_ALARM: [0.1, 0.2, 0.5]})
    assert places_in(study_of(vary=SHORT), longer).tolist() == [0, 2, 3, 5]
    turned = study_of(vary={HIT: [0.4, 0.9], FALSE_ALARM: [0.1, 0.5]})
    assert places_in(study_of(vary=SHORT), turned).tolist() == [2, 3, 0, 1]
    assert places_in(longer, study_of(vary=SHORT)) is None


def test_what_is_new_is_all_that_is_run(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    told: list[tuple[int, int]] = []
    run_sweep(study_of(replicates=3), tmp_path, 1, lambda *numbers: told.append(numbers))
    # four cells: of 12 runs 4 were there
    assert told[0][0] > 4
    assert told[-1] == (12, 12)


def test_a_study_is_extended_before_it_is_finished(tmp_path):
    short, long = study_of(replicates=1), study_of(replicates=2)
    run_sweep(short, tmp_path / "out", 1)
    lost = sorted((tmp_path / "out" / "cells").iterdir())[::2]
    for path in lost:
        path.unlink()
    status = directory_status(tmp_path / "out")
    assert status.runs_missing > 0
    table = run_sweep(long, tmp_path / "out", 1)
    pd.testing.assert_frame_equal(table, run_sweep(long, tmp_path / "whole", 1), check_exact=True)
    assert all(path.exists() for path in lost)
    status = directory_status(tmp_path / "out")
    assert (status.cells, status.cells_missing, status.runs, status.runs_missing) == (4, 0, 8, 0)
    assert status.runs_failed == int((table["error"] != "").sum())


def test_an_extension_that_is_not_finished_is_read_in_part(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    before = {path.name for path in (tmp_path / "cells").iterdir()}
    run_sweep(study_of(replicates=2), tmp_path, 1)
    for path in (tmp_path / "cells").iterdir():
        if path.name not in before:
            path.unlink()
    with pytest.raises(InputError, match="4 of 4 cells missing"):
        load_results(tmp_path)
    assert len(load_results(tmp_path, partial=True)) == 4
    grid = load_grid(tmp_path, partial=True)["outcome"]
    assert {*np.unique(grid.isel(replicate=1))} == {2}
    run_sweep(study_of(replicates=2), tmp_path, 1)
    assert len(load_results(tmp_path)) == 8


def test_every_row_of_an_extended_study_replays(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    table = run_sweep(study_of(replicates=2, vary={HIT: [1.0, 0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}), tmp_path, 1)
    for row in range(len(table)):
        replay = replay_row(tmp_path, row)
        assert replay.matches
        assert (replay.cell, replay.replicate) == (table["cell"][row], table["replicate"][row])
    assert replay_row(tmp_path, (3, 1)).row == 7


def test_records_have_the_numbers_of_the_longer_study(tmp_path):
    short, long = {HIT: [0.9]}, {HIT: [0.4, 0.9]}
    run_sweep(study_of(record="episodes", vary=short), tmp_path / "out", 1)
    run_sweep(study_of(record="episodes", vary=long), tmp_path / "out", 1)
    run_sweep(study_of(record="episodes", vary=long), tmp_path / "whole", 1)
    pd.testing.assert_frame_equal(load_records(tmp_path / "out"), load_records(tmp_path / "whole"), check_exact=True)


def test_a_measure_of_ones_own_that_changes_is_computed_anew_in_every_stage(tmp_path, monkeypatch):
    run_sweep(study_of(replicates=1), tmp_path, 1, measures={"half": half_of_flags})
    run_sweep(study_of(replicates=2), tmp_path, 1, measures={"half": half_of_flags})
    files = len(files_of(tmp_path, "cells"))
    digests = {"half": "0" * 64}
    monkeypatch.setattr("parameter_sweeps.execution.source_digests", lambda functions: digests)
    run_sweep(study_of(replicates=2), tmp_path, 1, measures={"half": half_of_flags})
    assert len(files_of(tmp_path, "cells")) == 2 * files
    assert {stage.manifest.functions["half"] for stage in open_store(tmp_path).stages} == {"0" * 64}
    assert check_directory(tmp_path).findings == []


@pytest.mark.parametrize("at", range(4))
def test_an_extension_that_is_killed_leaves_one_study_or_the_other(tmp_path, monkeypatch, at):
    short, long = study_of(replicates=1), study_of(replicates=2)
    run_sweep(short, tmp_path / "out", 1)
    before = load_results(tmp_path / "out")
    writes = iter(range(100))

    def dying(path: Path, content: bytes) -> None:
        if next(writes) == at:
            raise KeyboardInterrupt
        whole_write(path, content)

    whole_write = store.write_whole
    for module in (store, extension):
        monkeypatch.setattr(module, "write_whole", dying)
    with pytest.raises(KeyboardInterrupt):
        run_sweep(long, tmp_path / "out", 1)
    monkeypatch.undo()
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 4e6))
    shutil.copytree(tmp_path / "out", tmp_path / "again")
    # of four writes the last makes the extension valid
    assert open_store(tmp_path / "out").manifest.earlier == 0
    # as if nothing had happened
    pd.testing.assert_frame_equal(load_results(tmp_path / "out"), before)
    pd.testing.assert_frame_equal(run_sweep(short, tmp_path / "again", 1), before)
    assert check_directory(tmp_path / "again").findings == []
    table = run_sweep(long, tmp_path / "out", 1)
    pd.testing.assert_frame_equal(table, run_sweep(long, tmp_path / "whole", 1), check_exact=True)
    assert check_directory(tmp_path / "out").findings == []


def test_a_changed_byte_in_what_is_kept_of_an_earlier_study_is_found(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    run_sweep(study_of(replicates=2), tmp_path, 1)
    manifest = tmp_path / "earlier" / "1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "', '"version": "9'))
    assert check_directory(tmp_path).findings == [f"{manifest} must be as it was written, got other bytes"]


# --- what is no extension


def test_a_study_that_loses_something_is_refused(tmp_path):
    out = tmp_path / "out"
    run_sweep(study_of(), out, 1)
    before = files_of(out, "cells")
    fewer = study_of(vary={HIT: [0.9, 0.8], FALSE_ALARM: [0.1, 0.5]})
    assert refusal_of(fewer, out)[:-1] == [f"{out} holds another study: vary.{HIT} is [0.9, 0.4] there, got [0.9, 0.8]"]
    assert refusal_of(study_of(replicates=1), out)[:-1] == [f"{out} holds another study: replicates is 2 there, got 1"]
    for other in ({"seed": 2}, {"set": {"agents.count": 11}}, {"measures": ["flag_rate"]}, {"record": "episodes"}):
        assert "holds another study" in refusal_of(study_of(replicates=3, **other), out)[0]
    points = {"vary": UNIFORM, "design": {"kind": "latin_hypercube", "cells": 4}}
    run_sweep(study_of(**points), tmp_path / "points", 1)
    more = study_of(**points | {"design": {"kind": "latin_hypercube", "cells": 8}})
    assert "design.cells is 4 there, got 8" in refusal_of(more, tmp_path / "points")[0]
    assert files_of(out, "cells") == before
    assert not (out / "earlier").exists()


def test_a_shorter_study_is_refused_once_it_was_extended(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    run_sweep(study_of(replicates=2), tmp_path, 1)
    assert refusal_of(study_of(replicates=1), tmp_path)[:-1] == [
        f"{tmp_path} holds another study: replicates is 2 there, got 1"
    ]


def test_a_part_is_not_extended_and_an_extended_study_is_not_merged(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path / "part", 1, part=(1, 2))
    message = f"{tmp_path / 'part'} must hold a whole study to be extended, got part 1 of 2: merge the parts first"
    assert refusal_of(study_of(replicates=2), tmp_path / "part", part=(1, 2)) == [message]
    run_sweep(study_of(replicates=1), tmp_path / "out", 1)
    run_sweep(study_of(replicates=2), tmp_path / "out", 1)
    with pytest.raises(InputError, match="got an extended study"):
        merge_directories([tmp_path / "out"], tmp_path / "merged")


@pytest.mark.skipif(os.name != "posix", reason="locks are those of POSIX")
def test_a_directory_that_is_at_work_is_not_extended(tmp_path):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    with store.locked(open_store(tmp_path)):
        assert refusal_of(study_of(replicates=2), tmp_path) == [
            f"{tmp_path} must be free, got another sweep at work in it"
        ]
    assert not (tmp_path / "earlier").exists()


def test_an_extension_by_other_code_is_refused_or_noted(tmp_path, monkeypatch):
    run_sweep(study_of(replicates=1), tmp_path, 1)
    other = {**open_store(tmp_path).manifest.basis, "code": "f" * 64}
    for module in ("store", "execution", "manifest"):
        monkeypatch.setattr(f"parameter_sweeps.{module}.current_basis", lambda: other)
    assert "got other code" in refusal_of(study_of(replicates=2), tmp_path)[0]
    assert not (tmp_path / "earlier").exists()
    run_sweep(study_of(replicates=2), tmp_path, 1, accept_other_code=True)
    first, second = (stage.manifest.basis for stage in open_store(tmp_path).stages)
    assert (first["code"] == "f" * 64, second["code"] == "f" * 64) == (False, True)
