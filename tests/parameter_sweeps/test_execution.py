"""Sweeps: the same results however they are run, interrupted or killed; a failure is a row."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.refusals import InputError
from parameter_sweeps import runs
from parameter_sweeps.advance import chunk_costs
from parameter_sweeps.chunks import STEP_OF_EVERYTHING, Chunk, Prices
from parameter_sweeps.costs import dry_run
from parameter_sweeps.execution import compute_chunk, measure_names, run_sweep
from parameter_sweeps.loading import load_results
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.store import begin, open_store
from parameter_sweeps.study import Study
from simulation.measures import CLASS_MEASURES, MEASURE_NAMES
from simulation.preparation import prepare
from simulation.replicates import run_replicate
from simulation.run import simulate
from simulation.valuation import strategy_values

FORESIGHT, RATE, MEAN = "agents.foresight", "regime.schedule.rate", "agents.beliefs.mean"
HIT, FALSE_ALARM = "regime.detector.hit_rate", "regime.detector.false_alarm_rate"
SMALL = {"agents.count": 20, "run.episodes": 6}


def study_of(**keys: object) -> Study:
    axes = {FORESIGHT: [0.3, 0.8, 0.9], MEAN: [0.3, "true_rate"]}
    return Study.from_mapping({"base": "base", "set": SMALL, "vary": axes, "replicates": 3, **keys})


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    # a few cells each, so that a small study has several
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 8e6))


def cells_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "cells").iterdir()}


def refusal_of(study: Study, out: Path, **keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        run_sweep(study, out, **keys)
    return caught.value.messages


# These cross processes, so they are functions of a module.


def killed_once(marker: Path, study: Study, measures: Sequence[str], chunk: Chunk) -> bytes:
    if chunk.first_cell == 0 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return compute_chunk(study, measures, chunk)


def killed_always(study: Study, measures: Sequence[str], chunk: Chunk) -> bytes:
    if chunk.first_cell == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return compute_chunk(study, measures, chunk)


# --- the same results


def test_a_sweep_is_the_same_on_one_and_two_workers(tmp_path):
    one, two = (run_sweep(study_of(), tmp_path / str(workers), workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert cells_of(tmp_path / "1") == cells_of(tmp_path / "2")
    assert len(cells_of(tmp_path / "1")) >= 3
    assert one["cell"].tolist() == [cell for cell in range(6) for _ in range(3)]
    assert one["replicate"].tolist() == [0, 1, 2] * 6
    assert list(one) == ["cell", FORESIGHT, MEAN, "replicate", "seed", *MEASURE_NAMES, "stage", "error", "traceback"]
    assert (one["error"] == "").all()


def test_rows_are_those_of_simulate(tmp_path):
    study = study_of(seed=7)
    table = run_sweep(study, tmp_path, 1)
    for cell in study.cells():
        rows = table[table["cell"] == cell.index]
        expected = simulate(study.cell_scenario(cell), seed=7, record="none").by_replicate
        np.testing.assert_array_equal(rows[list(MEASURE_NAMES)], expected)


def test_heavy_cells_are_split_by_replicates(tmp_path, monkeypatch):
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 1e6))
    split = run_sweep(study_of(), tmp_path / "split", 1)
    assert len(cells_of(tmp_path / "split")) == 18
    pd.testing.assert_frame_equal(whole, split)


def test_what_is_deleted_is_run_again_and_nothing_else(tmp_path):
    whole = run_sweep(study_of(), tmp_path, 1)
    before = cells_of(tmp_path)
    for name in sorted(before)[::2]:
        (tmp_path / "cells" / name).unlink()
    times = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cells").iterdir()}
    told: list[tuple[int, int]] = []
    resumed = run_sweep(study_of(), tmp_path, 1, lambda done, runs: told.append((done, runs)))
    pd.testing.assert_frame_equal(resumed, whole)
    assert cells_of(tmp_path) == before
    assert {name: (tmp_path / "cells" / name).stat().st_mtime_ns for name in times} == times
    assert told[-1] == (18, 18)
    assert len(told) == len(before) - len(times)


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, workers):
    def interrupt(done: int, runs: int) -> None:
        if 0 < done < runs:
            raise KeyboardInterrupt

    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run_sweep(study_of(), tmp_path / "out", workers, interrupt)
    assert 2 <= len(cells_of(tmp_path / "out")) < len(cells_of(tmp_path / "whole"))
    resumed = run_sweep(study_of(), tmp_path / "out", workers)
    pd.testing.assert_frame_equal(resumed, whole)
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


def test_a_sweep_that_is_killed_goes_on(tmp_path):
    study = study_of(vary={FORESIGHT: {"linspace": [0, 0.9, 300]}}, measures=["compliance_gap"])
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom parameter_sweeps.execution import run_sweep\n"
        "from parameter_sweeps.catalogue import load_study\n"
        "if __name__ == '__main__':\n    run_sweep(load_study(sys.argv[1]), sys.argv[2], workers=2)\n"
    )
    # begun here, where chunks are small, so that it is killed after the first of many
    out = tmp_path / "out"
    begin(study, out, measure_names(study), Prices())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script, out / "study.yaml", out], env=environment) as sweep:
        end = time.monotonic() + 60
        while not list((out / "cells").glob("*.parquet")) and sweep.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        sweep.kill()
    finished = len(list((out / "cells").glob("*.parquet")))
    resumed = run_sweep(study, out, 1)
    pd.testing.assert_frame_equal(resumed, run_sweep(study, tmp_path / "whole", 1))
    assert 0 < finished < len(cells_of(out))
    assert cells_of(out) == cells_of(tmp_path / "whole")


# --- failures


def test_a_run_that_fails_is_a_row(tmp_path, monkeypatch):
    def failing(prepared, seed, replicate, **keys):
        if replicate == 1 and prepared.scenario.agents.foresight == 0.8:
            raise ZeroDivisionError("no\nnumber")
        return run_replicate(prepared, seed, replicate, **keys)

    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    monkeypatch.setattr(runs, "run_replicate", failing)
    table = run_sweep(study_of(), tmp_path / "out", 1)
    failed = (table[FORESIGHT] == 0.8) & (table["replicate"] == 1)
    assert failed.sum() == 2
    assert table.loc[failed, "error"].tolist() == ["ZeroDivisionError: no number"] * 2
    assert set(table.loc[failed, "stage"]) == {"run"}
    assert table.loc[failed, "traceback"].str.endswith("ZeroDivisionError: no number").all()
    assert table.loc[failed, list(MEASURE_NAMES)].isna().all(axis=None)
    pd.testing.assert_frame_equal(table[~failed], whole[~failed])


def test_a_cell_whose_values_are_not_right_together_is_rows(tmp_path):
    study = study_of(vary={HIT: [0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}, measures=["flag_rate", "honest"])
    table = run_sweep(study, tmp_path, 1)
    message = f"InputError: {FALSE_ALARM} must be at most hit_rate, 0.4, got 0.5"
    assert table["error"].tolist() == [""] * 9 + [message] * 3
    assert table["stage"].tolist() == [""] * 9 + ["scenario"] * 3
    assert table["flag_rate"].isna().tolist() == [False] * 9 + [True] * 3


def test_a_worker_that_is_killed_once_costs_nothing(tmp_path):
    compute = partial(killed_once, tmp_path / "marker")
    table = run_sweep(study_of(), tmp_path / "out", 2, compute=compute)
    assert (tmp_path / "marker").exists()
    pd.testing.assert_frame_equal(table, run_sweep(study_of(), tmp_path / "whole", 1))
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


def test_a_chunk_that_kills_three_workers_is_rows(tmp_path):
    table = run_sweep(study_of(), tmp_path / "out", 2, compute=killed_always)
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    lost = table["error"] != ""
    assert 0 < lost.sum() < len(table)
    assert set(table.loc[lost, "cell"]) == set(range(lost.sum() // 3))
    assert set(table.loc[lost, "error"]) == {"the worker process died 3 times"}
    assert table.loc[lost, list(MEASURE_NAMES)].isna().all(axis=None)
    pd.testing.assert_frame_equal(table[~lost], whole[~lost])


# --- what is computed


def test_exact_values_are_those_of_the_map(tmp_path):
    study = study_of(measures=[*MAP_VARIABLES, "compliance_watched"])
    table, found = run_sweep(study, tmp_path, 1), strategy_map(study)
    for name in MAP_VARIABLES:
        np.testing.assert_array_equal(table[name], np.repeat(found[name].values.ravel(), 3))


def test_nothing_is_simulated_for_what_is_exact(tmp_path, monkeypatch):
    monkeypatch.delattr(runs, "run_replicate")
    table = run_sweep(study_of(measures=["faking_advantage"]), tmp_path, 1)
    assert table["faking_advantage"].notna().all()


def test_measures_do_not_depend_on_which_others_are_asked():
    scenario = study_of(base="learning").scenario
    every = run_replicate(prepare(scenario), 1, 0).measures
    without = run_replicate(prepare(scenario), 1, 0, with_classes=False).measures
    assert all(math.isnan(without[name]) for name in CLASS_MEASURES)
    kept = [name for name in MEASURE_NAMES if name not in CLASS_MEASURES]
    np.testing.assert_array_equal([every[name] for name in kept], [without[name] for name in kept])


def test_simulation_agrees_with_theory(tmp_path):
    # Everybody is always watched and never turned, so each of agents x episodes x replicates choices is an
    # independent draw with the same exact probability. 12 cells at |z| < 4: a false alarm in one of 1,300 seeds.
    agents, episodes, replicates = 50, 10, 20
    study = study_of(
        set={"agents.count": agents, "run.episodes": episodes, RATE: 1.0, "regime.response.rotation": 0.0},
        vary={"regime.response.penalty": [2.0, 3.0], MEAN: [0.3, 0.5, 0.7], "agents.cue.discrimination": [1, 2]},
        measures=["compliance_watched", "act_probability_watched"],
        replicates=replicates,
    )
    table = run_sweep(study, tmp_path, 1).groupby("cell").mean(numeric_only=True)
    comply = 1 - table["act_probability_watched"]
    error = np.sqrt(comply * (1 - comply) / (agents * episodes * replicates))
    assert comply.between(0.05, 0.98).sum() >= 10
    assert (np.abs(table["compliance_watched"] - comply) <= 4 * error + 1e-12).all()


def test_a_dry_run_says_what_it_costs():
    study = study_of(
        vary={"agents.count": [10, 30], "run.replicates": [1, 4]}, replicates=None, set={"run.episodes": 5}
    )
    cost = dry_run(study)
    assert (cost["cells"], cost["runs"], cost["agent_steps"]) == (4, 10, 5 * 40 * 5)
    assert 0 < cost["seconds"] < 1
    assert cost["bytes"] > 8 * 10 * len(MEASURE_NAMES)


def test_time_left_knows_that_some_regimes_need_every_mechanism():
    study = study_of(
        regimes=["random_audit", "adaptive_audit"], vary={"agents.foresight": [0.1, 0.2]}, replicates=3,
        set={"agents.count": 100, "run.episodes": 100},
    )  # fmt: skip
    cheap, dear = chunk_costs(study, Prices(), [Chunk(0, 2, 0, 3), Chunk(2, 4, 0, 3)]).values()
    # 6 runs of 10,000 steps, at 35 and at 170 ns
    assert dear - cheap == pytest.approx(6 * 10_000 * (STEP_OF_EVERYTHING - Prices().step))
    # whatever the chunks were cut by
    again = chunk_costs(study, Prices(step=STEP_OF_EVERYTHING), [Chunk(0, 2, 0, 3), Chunk(2, 4, 0, 3)])
    assert list(again.values()) == pytest.approx([cheap, dear])


def test_a_dry_run_says_what_a_directory_lacks(tmp_path):
    study = study_of(vary={"agents.foresight": [0.1, 0.2, 0.3, 0.4]}, replicates=3)
    assert "runs_left" not in dry_run(study, tmp_path)
    run_sweep(study, tmp_path / "half", 1, part=(1, 2))
    run_sweep(study, tmp_path / "whole", 1)
    whole = dry_run(study, tmp_path / "whole")
    assert (whole["runs"], whole["runs_left"], whole["seconds_left"]) == (12, 0, 0.0)
    for path in list((tmp_path / "whole" / "cells").iterdir()):
        path.unlink()
    none = dry_run(study, tmp_path / "whole")
    assert (none["runs_left"], none["seconds_left"]) == (12, none["seconds"])
    # of another study, which would be refused or extended, and of a share nothing is said
    assert "runs_left" not in dry_run(study, tmp_path / "half")
    assert "runs_left" not in dry_run(study.with_values({"agents.rationality": 3.0}), tmp_path / "whole")


# --- what is refused


def test_an_unknown_measure_is_refused_before_anything_is_written(tmp_path):
    study = study_of(measures=["faking_shares", "honest"])
    message = "measures must be names of measures, got 'faking_shares'; did you mean faking_share?"
    assert refusal_of(study, tmp_path / "out") == [message]
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError):
        dry_run(study)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_a_wrong_number_of_workers_is_refused(tmp_path, workers):
    message = f"workers must be a whole number of at least 1, got {workers!r}"
    assert refusal_of(study_of(), tmp_path / "out", workers=workers) == [message]
    assert not (tmp_path / "out").exists()


def test_another_study_is_refused(tmp_path):
    run_sweep(study_of(), tmp_path, 1)
    before = cells_of(tmp_path)
    assert refusal_of(study_of(seed=2), tmp_path)[0] == f"{tmp_path} holds another study: seed is 1 there, got 2"
    assert cells_of(tmp_path) == before
    assert len(load_results(tmp_path)) == 18


def test_strategy_values_of_a_cell_are_repeated_in_its_rows(tmp_path):
    study = study_of(measures=["threshold"])
    table = run_sweep(study, tmp_path, 1)
    for cell in study.cells():
        exact = strategy_values(study.cell_scenario(cell)).threshold
        assert set(table.loc[table["cell"] == cell.index, "threshold"]) == {exact}


def test_every_mechanism_is_reckoned_dearer_than_the_basic_model(tmp_path):
    basic = prices_of({}, tmp_path / "basic")
    assert prices_of({"agents.akrasia": [0.1]}, tmp_path / "more") == basic._replace(step=STEP_OF_EVERYTHING)
    # found on an axis too, though the first cell is basic
    assert prices_of({"agents.akrasia": [0, 0.1]}, tmp_path / "axis").step == STEP_OF_EVERYTHING


def prices_of(vary, out):
    run_sweep(study_of(vary=vary, measures=["flag_rate"]), out, 1)
    return open_store(out).manifest.prices


def test_a_dry_run_foresees_what_a_run_of_many_agents_takes():
    # half a million episodes of agents take ten times as long as fifty thousand, beginnings aside
    few, many = (
        dry_run(study_of(vary={}, set={"agents.count": 500, "run.episodes": number}, measures=["flag_rate"]))["seconds"]
        for number in (1_000, 100_000)
    )
    assert 10 * few < many < 1_000 * few


@pytest.mark.parametrize("graph", [{"graph": "watts_strogatz", "neighbours": 6}, {"graph": "barabasi_albert"}])
def test_a_graph_of_a_least_size_runs_on_a_pool(tmp_path, graph):
    society = {f"society.{key}": value for key, value in graph.items()}
    study = study_of(set=SMALL | society, measures=["flag_rate"])
    assert (run_sweep(study, tmp_path, 2)["error"] == "").all()
