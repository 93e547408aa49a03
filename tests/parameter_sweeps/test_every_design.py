"""What holds for every design: maps, numbers of cells, the study file, and resuming to the byte."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from parameter_sweeps.costs import dry_run
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.grids import cells_between, scenario_with
from parameter_sweeps.loading import load_results
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from parameter_sweeps.yaml_loader import parse_yaml
from simulation.valuation import strategy_values
from tests.parameter_sweeps.test_table_of_cells import table

FORESIGHT, PENALTY = "agents.foresight", "regime.response.penalty"
UNIFORM = {FORESIGHT: {"uniform": [0.1, 0.9]}, PENALTY: {"uniform": [0, 2]}}
SMALL = {"agents.count": 5, "run.episodes": 3}


def every_design(folder: Path) -> dict[str, dict[str, object]]:
    listed = {FORESIGHT: [0.1, 0.5, 0.8], PENALTY: [0, 1, 2, 3]}
    text = f"{FORESIGHT},{PENALTY}\n" + "".join(f"{0.05 * row:.2f},{row % 3}\n" for row in range(12))
    return {
        "grid": {"vary": listed},
        "latin_hypercube": {"design": {"kind": "latin_hypercube", "cells": 12}, "vary": UNIFORM},
        "sobol": {"design": {"kind": "sobol", "cells": 16}, "vary": UNIFORM},
        "saltelli": {"design": {"kind": "saltelli", "points": 4, "second_order": True}, "vary": UNIFORM},
        "morris": {"design": {"kind": "morris", "trajectories": 4}, "vary": UNIFORM},
        "one_at_a_time": {"design": "one_at_a_time", "vary": listed},
        "table": {"design": table(folder, text)},
        "boundary": {"design": {"kind": "boundary", "tolerance": 0.2, "start": 3}, "vary": UNIFORM},
    }


DESIGNS = ["grid", "latin_hypercube", "sobol", "saltelli", "morris", "one_at_a_time", "table", "boundary"]


@pytest.fixture(params=DESIGNS)
def study(request, tmp_path):
    folder = tmp_path / "of_study"
    folder.mkdir()
    fields = {"base": "base", "set": SMALL, "replicates": 2, "measures": ["compliance_gap", "faking"]}
    return Study.from_mapping({**fields, **every_design(folder)[request.param]}, folder=folder)


def test_a_map_agrees_with_each_cell(study):
    found = strategy_map(study)
    assert found["best"].dims == ((FORESIGHT, PENALTY) if study.is_grid else ("cell",))
    best, faking = found["best"].values.ravel(), found["faking"].values.ravel()
    for cell in study.cells():
        exact = strategy_values(study.cell_scenario(cell))
        assert (best[cell.index], faking[cell.index]) == (exact.best, exact.values["faking"])
    if not study.is_grid:
        assert found[FORESIGHT].values.tolist() == list(study.axes[FORESIGHT])
        assert found[FORESIGHT].dims == ("cell",)


def test_the_scenario_of_a_cell_is_that_with_its_values(study):
    for cell in study.cells():
        expected = study.scenario.with_values(cell.values)
        assert scenario_with(study, cell.values) == study.cell_scenario(cell) == expected
        assert scenario_with(study, cell.values).model_dump_json() == expected.model_dump_json()


def test_the_scenario_of_a_cell_under_a_regime_has_that_regime():
    study = Study.from_mapping({"base": "learning", "vary": {FORESIGHT: [0.1, 0.2]}, "regimes": ["covert", "amnesty"]})
    for cell in study.cells():
        values = {"regime": study.regimes[cell.values["regime"]], FORESIGHT: cell.values[FORESIGHT]}
        assert scenario_with(study, cell.values) == study.cell_scenario(cell) == study.scenario.with_values(values)


def test_cells_are_numbered_and_cross_processes(study):
    cells = list(study.cells())
    assert [cell.index for cell in cells] == list(range(study.cell_count))
    assert list(cells_between(study, 3, 5)) == cells[3:5]
    again = pickle.loads(pickle.dumps(study))
    assert again.digest() == study.digest()
    assert list(again.cells()) == cells
    assert dry_run(study)["cells"] == len(cells)


def test_the_study_file_makes_the_same_study(study, tmp_path):
    from parameter_sweeps.study_file import CELLS_FILE, kept_cells

    if kept := kept_cells(study):
        (tmp_path / CELLS_FILE).write_text(kept, encoding="utf-8")
    again = Study.from_mapping(parse_yaml(study_text(study)), folder=tmp_path)
    assert again.digest() == study.digest()
    assert list(again.cells()) == list(study.cells())


def test_resuming_gives_the_same_bytes(study, tmp_path, monkeypatch):
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 8e6))
    out = tmp_path / "out"
    whole = run_sweep(study, out, 1)
    files = {path.name: path.read_bytes() for path in (out / "cells").iterdir()}
    assert len(files) >= 3
    for name in sorted(files)[::2]:
        (out / "cells" / name).unlink()
    assert run_sweep(study, out, 1).equals(whole)
    assert {path.name: path.read_bytes() for path in (out / "cells").iterdir()} == files
    assert load_results(out).equals(whole)
    assert (whole["error"] == "").all()
    np.testing.assert_array_equal(whole[FORESIGHT][::2], [cell.values[FORESIGHT] for cell in study.cells()])
