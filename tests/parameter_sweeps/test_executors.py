"""Executors: the same bytes wherever chunks are computed, however many workers there are, and however cells are cut."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

from parameter_sweeps.chunks import Prices
from parameter_sweeps.execution import measure_names, run_sweep
from parameter_sweeps.executors import InProcess, ProcessPool, chosen_executor
from parameter_sweeps.loading import load_results
from parameter_sweeps.store import begin
from parameter_sweeps.study import Study
from tests.parameter_sweeps.test_execution import cells_of, study_of
from tests.parameter_sweeps.test_pool import doubled, nothing


def in_chunks_of(cells: int) -> Prices:
    return Prices(cell=1e6, run=0.0, step=0.0, noisy_agent=0.0, chunk=1e6 * cells)


def begun(study: Study, out: object, cells: int) -> Study:
    begin(study, out, measure_names(study), in_chunks_of(cells))
    return study


def test_one_worker_is_this_process_and_more_are_a_pool():
    for count, expected in {1: InProcess(), 2: ProcessPool(2)}.items():
        with chosen_executor(count) as executor:
            assert executor == expected


def test_a_single_task_needs_no_pool():
    assert list(ProcessPool(2).finished(doubled, [3], nothing)) == [(3, 6)]


@pytest.mark.parametrize("cells", [1, 2, 6])
def test_the_table_is_the_same_however_cells_are_cut(tmp_path, cells):
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    cut = run_sweep(begun(study_of(), tmp_path / "cut", cells), tmp_path / "cut", 1)
    assert len(cells_of(tmp_path / "cut")) == 6 // cells
    pd.testing.assert_frame_equal(cut, whole)


@pytest.mark.parametrize(
    ("arguments", "seed"),
    [
        ((), "0"),
        (("--workers", "1"), "1"),
        (("--workers", "2"), "2"),
        (("--workers", "4"), "3"),
        (("--workers", "4", "--cluster", "local"), "4"),
    ],
)
def test_files_are_the_same_for_any_workers_and_seed_of_hashes(tmp_path, arguments, seed):
    run_sweep(begun(study_of(), tmp_path / "whole", 1), tmp_path / "whole", 1)
    out = tmp_path / "out"
    begun(study_of(), out, 1)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "compliance", "sweep", out / "study.yaml", "--out", out, *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert cells_of(out) == cells_of(tmp_path / "whole")
    pd.testing.assert_frame_equal(load_results(out), load_results(tmp_path / "whole"))
