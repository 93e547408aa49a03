"""Regimes as an axis, and luck that cells share or have of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.refusals import InputError
from parameter_sweeps.catalogue import load_regime
from parameter_sweeps.chunks import Prices, chunk_names, planned_chunks
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from parameter_sweeps.yaml_loader import parse_yaml
from simulation.run import simulate
from simulation.valuation import strategy_values

FORESIGHT, PENALTY = "agents.foresight", "regime.response.penalty"
SMALL = {"agents.count": 8, "run.episodes": 5}
HARSH = {"name": "harsh", "schedule": {"kind": "constant", "rate": 0.9}, "response": {"penalty": 4}}
MEASURES = ["compliance_watched", "flag_rate", "alignment"]


def study_of(**keys: object) -> Study:
    fields = {"base": "base", "set": SMALL, "vary": {FORESIGHT: [0.2, 0.9]}, "replicates": 2, "measures": MEASURES}
    return Study.from_mapping({**fields, **keys})


def refusal_of(**keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        study_of(**keys)
    return caught.value.messages


def test_regimes_come_first_and_are_named_in_cells():
    study = study_of(regimes=["panopticon", HARSH])
    assert [tuple(cell.values.values()) for cell in study.cells()] == [
        ("panopticon", 0.2), ("panopticon", 0.9), ("harsh", 0.2), ("harsh", 0.9),
    ]  # fmt: skip
    scenarios = [study.cell_scenario(cell) for cell in study.cells()]
    assert scenarios[1].regime == load_regime("panopticon").regime
    assert (scenarios[2].regime.schedule.rate, scenarios[2].agents.foresight) == (0.9, 0.2)
    assert study.shape == (2, 2)


def test_a_file_is_named_by_its_stem(tmp_path):
    (tmp_path / "own.yaml").write_text("schedule: {kind: constant, rate: 0.5}\nexpects: []\n", encoding="utf-8")
    fields = {"base": "base", "regimes": ["own.yaml", "none"]}
    assert Study.from_mapping(fields, folder=tmp_path).axes["regime"] == ("own", "none")


def test_regimes_alone_are_the_cells():
    assert [cell.values for cell in study_of(vary={}, regimes=["none", HARSH]).cells()] == [
        {"regime": "none"}, {"regime": "harsh"},
    ]  # fmt: skip


@pytest.mark.parametrize("design", ["grid", {"kind": "sobol", "cells": 4}, {"kind": "latin_hypercube", "cells": 3}])
def test_rows_are_those_of_separate_studies(tmp_path, design):
    vary = {FORESIGHT: [0.2, 0.5, 0.9]}
    names = ["random_audit", "panopticon"]
    together = run_sweep(study_of(vary=vary, design=design, regimes=names), tmp_path / "all", 1)
    for name in names:
        alone = study_of(vary=vary, design=design, base={"regime": load_regime(name).regime})
        alone = alone.with_values(study_of().base.model_dump(include={"agents", "stakes"}) | SMALL)
        table = run_sweep(alone, tmp_path / name, 1)
        rows = together[together["regime"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows[list(table)].drop(columns="cell"), table.drop(columns="cell"))


def test_a_map_under_regimes_agrees_with_each_cell():
    study = study_of(regimes=["random_audit", "committed_optimum", "amnesty"])
    found = strategy_map(study)
    assert found["best"].dims == ("regime", FORESIGHT)
    assert found["regime"].values.tolist() == ["random_audit", "committed_optimum", "amnesty"]
    for cell in study.cells():
        exact = strategy_values(study.cell_scenario(cell), method="exact")
        here = found.sel(cell.values)
        assert here["best"].item() == exact.best
        np.testing.assert_array_equal([here[name].item() for name in exact.values], [*exact.values.values()])
        assert {*MAP_VARIABLES} < {*found.data_vars}


def test_the_study_file_and_the_digest_hold_what_regimes_are():
    study = study_of(regimes=["amnesty", HARSH], independent=True)
    again = Study.from_mapping(parse_yaml(study_text(study)))
    assert again.digest() == study.digest()
    assert again.regimes == study.regimes
    assert study_of(regimes=["amnesty", HARSH]).digest() != study.digest()
    gentle = HARSH | {"response": {"penalty": 0.1}}
    digests = {study_of(regimes=regimes).digest() for regimes in (["amnesty", HARSH], ["amnesty", gentle], [HARSH])}
    assert len(digests) == 3


def test_files_are_named_by_what_a_regime_is():
    def names(*regimes: object) -> list[str]:
        study = study_of(regimes=list(regimes), set=SMALL | {"agents.count": 200_000})
        return list(chunk_names(study, MEASURES, planned_chunks(study, Prices())))

    gentle = HARSH | {"response": {"penalty": 0.1}}
    assert names(HARSH) == names(HARSH)
    assert not {*names(gentle)} & {*names(HARSH)}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"regimes": ["amnsty"]}, "regimes[0]: regime must be a shipped name (adaptive_audit,"),
        (
            {"regimes": "amnesty"},
            "regimes must be a list of regimes: shipped names, YAML files or regimes written out,",
        ),
        ({"regimes": [3]}, "regimes[0] must be a shipped name, a YAML file or a mapping, got 3"),
        ({"regimes": [{"schedule": {}}]}, "regimes[0].name must be a text that names the regime, got null"),
        ({"regimes": ["none", "none"]}, "regimes must be given each name once, got 'none' again"),
        (
            {"regimes": [HARSH | {"respons": {}}]},
            "regimes[0] (harsh): respons is not a known key; did you mean response?",
        ),
        (
            {"regimes": ["none"], "vary": {PENALTY: [1, 2]}},
            f"vary.{PENALTY} must be left out where regimes are given, each a whole regime: write one for each value",
        ),
        (
            {"regimes": ["none"], "vary": {"regime": [{}]}},
            "vary.regime must be left out where regimes are given, each a whole regime: write one for each value",
        ),
        (
            {"regimes": ["none"], "set": {PENALTY: 1}},
            f"set.{PENALTY} must be left out where regimes are given, each a whole regime: write one for each value",
        ),
        (
            {"regimes": ["none", "committed_optimum"], "set": {"agents.decision": "learner"}},
            "regimes: committed_optimum: agents.decision must be planner where the overseer chooses by how agents",
        ),
    ],
)
def test_a_mistake_is_one_sentence(keys, message):
    (found,) = refusal_of(**keys)
    assert found.startswith(message)


def test_cells_share_their_luck_unless_they_are_independent(tmp_path):
    # what is varied plays no part in a run, so that under the same luck both cells are the same
    vary = {"overseer.harm": [1.0, 2.0]}
    measures = ["compliance_watched", "flag_rate", "alignment"]
    noisy = SMALL | {"agents.rationality": 1.0}
    tables = [
        run_sweep(study_of(vary=vary, set=noisy, measures=measures, independent=own), tmp_path / str(own), 1)
        for own in (False, True)
    ]
    shared, own = ([table[table["cell"] == cell][measures].to_numpy() for cell in (0, 1)] for table in tables)
    np.testing.assert_array_equal(*shared)
    assert not np.array_equal(*own)
    assert not np.array_equal(shared[0], own[0])


def test_common_luck_is_that_of_simulate(tmp_path):
    study = study_of(seed=5)
    table = run_sweep(study, tmp_path, 1)
    expected = simulate(study.cell_scenario(next(study.cells())), seed=5, record="none").by_replicate
    np.testing.assert_array_equal(table[table["cell"] == 0][MEASURES], expected[MEASURES])


def test_independent_luck_depends_on_the_values_of_a_cell_alone(tmp_path):
    def rows(values: list[float], name: str) -> np.ndarray:
        study = study_of(vary={FORESIGHT: values}, independent=True, set=SMALL | {"agents.rationality": 1.0})
        table = run_sweep(study, tmp_path / name, 1)
        return table[table[FORESIGHT] == 0.9][MEASURES].to_numpy()

    np.testing.assert_array_equal(rows([0.2, 0.9], "two"), rows([0.9], "one"))


def test_files_of_independent_cells_are_others():
    plain, own = ({*chunk_names(study, MEASURES, planned_chunks(study, Prices()))} for study in
                  (study_of(), study_of(independent=True)))  # fmt: skip
    assert not plain & own
