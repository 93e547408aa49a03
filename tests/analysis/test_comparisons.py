"""Simulated compliance against the exact one: the table of cells, and when the two must agree."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.comparisons import agreement, cell_table, departures, expected_conflict_episodes
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study

FORESIGHT, RATE = "agents.foresight", "regime.schedule.rate"
PENALTY, DISCRIMINATION = "regime.response.penalty", "agents.cue.discrimination"
MEASURES = ["compliance_watched", "compliance_unwatched"]


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", "measures": MEASURES, **keys})


def results_of(study: Study, watched: float, unwatched: float) -> pd.DataFrame:
    """Return results in which every run gives the same."""
    rows = [
        {"cell": cell.index, "replicate": replicate, MEASURES[0]: watched, MEASURES[1]: unwatched, "error": ""}
        for cell in study.cells()
        for replicate in range(study.scenario.run.replicates)
    ]
    return pd.DataFrame(rows)


def test_expected_conflict_episodes_by_hand():
    # 10 agents, watched half of the time, always acting, always flagged and converted: 10 (1 + 1/2 + 1/4)
    always = {"watching_rate": 0.5, "hit_rate": 1.0, "false_alarm_rate": 0.0}
    columns = {name: np.array([value]) for name, value in always.items()}
    sizes = {"agents": np.array([10.0]), "episodes": np.array([3.0])}
    one, none = np.array([1.0]), np.array([0.0])
    assert expected_conflict_episodes(**sizes, **columns, rotation=one, comply_watched=none) == pytest.approx(17.5)
    # nobody converted: 10 agents in 3 episodes each
    assert expected_conflict_episodes(**sizes, **columns, rotation=none, comply_watched=none) == pytest.approx(30.0)
    assert expected_conflict_episodes(**sizes, **columns, rotation=one, comply_watched=one) == pytest.approx(30.0)
    # always watched: all are converted in the first episode
    columns["watching_rate"] = one
    assert expected_conflict_episodes(**sizes, **columns, rotation=one, comply_watched=none) == pytest.approx(10.0)


def test_z_by_hand():
    # nothing happens after a flag, so n = 100 agents x 400 episodes x 0.2 watched x 3 replicates = 24,000
    study = study_of(
        set={
            "regime.response.rotation": 0, PENALTY: 1.5, RATE: 0.2, FORESIGHT: 0.0, DISCRIMINATION: 1.0,
            "agents.count": 100, "run.episodes": 400,
        },
        replicates=3,
    )  # fmt: skip
    exact = strategy_map(study)
    r = 1.0 - float(exact["act_probability_watched"])
    table = cell_table(study, exact, results_of(study, r + 0.001, 0.0))
    assert table["z_watched"][0] == pytest.approx(0.001 / math.sqrt(r * (1 - r) / 24_000))
    assert table["replicates"].tolist() == [3]
    assert table["holes"].tolist() == [0]


def test_rows_are_the_cells_of_the_study_in_order():
    study = study_of(vary={FORESIGHT: [0.1, 0.9], RATE: [0.2, 0.8]})
    exact = strategy_map(study)
    table = cell_table(study, exact.transpose(RATE, FORESIGHT))
    assert list(table.columns[:3]) == ["cell", FORESIGHT, RATE]
    assert "compliance_watched" not in table
    for cell in study.cells():
        row, found = table.iloc[cell.index], exact.sel(cell.values)
        assert (row[FORESIGHT], row[RATE]) == (cell.values[FORESIGHT], cell.values[RATE])
        assert row["best"] == str(found["best"].item())
        assert row["faking"] == found["faking"].item()
        assert row["exact_compliance_watched"] == 1.0 - found["act_probability_watched"].item()


def test_compliance_begins_at_the_onset():
    # gamma = 1/(1 + tau (1 - m)) = 0.6097560976 at K = 0, tau = 0.8, m = 0.2, whatever the discrimination
    study = study_of(vary={DISCRIMINATION: [2.0, 4.0], FORESIGHT: [0.60, 0.605, 0.62, 0.65]})
    table = cell_table(study, strategy_map(study))
    above = table[FORESIGHT] > 0.6097560976
    assert (table["exact_compliance_watched"][~above] == 0.0).all()
    assert (table["exact_compliance_watched"][above] > 0.0).all()


def test_where_theory_admits_no_deviation_any_is_infinite():
    study = study_of(set={DISCRIMINATION: "inf", FORESIGHT: 0.9}, replicates=2)
    table = cell_table(study, strategy_map(study), results_of(study, 1.0, 0.01))
    assert math.isnan(table["z_watched"][0])
    assert table["z_unwatched"][0] == math.inf


def test_failed_and_missing_runs_are_holes():
    study = study_of(vary={FORESIGHT: [0.1, 0.5, 0.9]}, replicates=4)
    results = results_of(study, 0.5, 0.1)
    results.loc[(results["cell"] == 0) & (results["replicate"] == 2), [*MEASURES, "error"]] = [np.nan, np.nan, "lost"]
    table = cell_table(study, strategy_map(study), results[results["cell"] != 2])
    assert table["holes"].tolist() == [1, 0, 4]
    assert table["replicates"].tolist() == [3, 4, 0]
    assert math.isnan(table["compliance_watched"][2])
    found = agreement(table)
    assert (found["cells"], found["compared"], found["holes"]) == (3, 2, 2)


def test_agreement_by_hand():
    table = pd.DataFrame(
        {
            "compliance_watched": [0.6, 0.4, np.nan],
            "exact_compliance_watched": [0.7, 0.6, 0.5],
            "z_watched": [-3.0, -1.0, np.nan],
            "compliance_unwatched": [0.1, 0.2, 0.3],
            "exact_compliance_unwatched": [0.1, 0.2, 0.3],
            "z_unwatched": [0.5, np.nan, np.nan],
            "holes": [0, 0, 1],
        }
    )
    # cell 0 is on the same side of 1/2, cell 1 is not, cell 2 has nothing watched
    found = agreement(table)
    assert found["same_side_share"] == 0.5
    assert (found["judged"], found["within"], found["largest_z"]) == (3, 2, 3.0)
    assert found["largest_difference"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("keys", "reasons"),
    [
        ({}, []),
        ({"set": {"regime.response.rotation": 0}}, []),
        ({"set": {"agents.rationality": 5}}, ["choices are noisy"]),
        ({"vary": {"agents.rationality": ["inf", 5]}}, ["choices are noisy"]),
        ({"set": {"agents.beliefs": {"feedback": "full"}}}, ["beliefs move"]),
        ({"set": {"agents.beliefs": {"feedback": "full", "strength": "inf"}}}, []),
        ({"vary": {"regime.response.rotation": [0.0, 0.5, 1.0]}}, ["goals turn by degrees"]),
        ({"set": {FORESIGHT: {"distribution": "uniform", "scale": 0.9}}}, ["agents differ"]),
        (
            {"set": {"agents.goals.angle": {"distribution": "uniform"}}, "vary": {FORESIGHT: [0.1, 0.5]}},
            ["agents differ"],
        ),
    ],
)
def test_what_makes_theory_a_benchmark(keys: dict, reasons: list[str]):
    assert departures(study_of(**keys)) == reasons


def test_a_varied_number_replaces_a_distribution():
    study = Study.from_mapping({"base": "learning", "vary": {"agents.goals.angle": [1.0, 2.0]}})
    assert "agents differ" not in departures(study)


def test_noisy_agents_are_judged_by_their_replicates():
    study = study_of(set={"agents.rationality": 5.0, FORESIGHT: 0.5}, replicates=2)
    results = results_of(study, 0.0, 0.0)
    results["compliance_watched"] = [0.4, 0.6]
    table = cell_table(study, strategy_map(study), results)
    # mean 0.5, standard error 0.1
    assert table["z_watched"][0] == pytest.approx((0.5 - table["exact_compliance_watched"][0]) / 0.1)
    assert math.isnan(table["z_unwatched"][0])


def test_simulation_agrees_with_theory(tmp_path):
    # 12 deviations with z: all below 4 but for a false-alarm rate of 12 x 6e-5
    study = study_of(
        set={"agents.count": 400, "run.episodes": 50, DISCRIMINATION: 1.0, PENALTY: 1.5},
        vary={FORESIGHT: [0.3, 0.8], RATE: [0.3, 0.5, 0.8]},
        replicates=5,
        seed=3,
    )
    table = cell_table(study, strategy_map(study), run_sweep(study, tmp_path / "sweep", workers=1))
    found = agreement(table)
    assert (found["cells"], found["compared"], found["judged"], found["holes"]) == (6, 6, 12, 0)
    assert found["largest_z"] < 4.0
