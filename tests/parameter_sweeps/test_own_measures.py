"""Measures of a user's own: what they see, what is refused, and that a changed one is computed anew."""

from __future__ import annotations

import importlib
import sys
from functools import partial

import numpy as np
import pytest
import small_sweeps
from small_sweeps import (
    FORESIGHT,
    MEASURES,
    failing_at_replicate_one,
    files_of,
    half_of_flags,
    late_gap,
    not_a_number,
    number_of_agents,
    study_of,
)

from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.own_measures import admitted_measures, source_digests
from parameter_sweeps.replay import replay_row
from parameter_sweeps.results import load_grid
from parameter_sweeps.verification import check_directory
from simulation.run import simulate

pytestmark = pytest.mark.usefixtures("small_chunks")
VARY = {FORESIGHT: [0.5, 0.9]}


def refusal_of(measures: object, out=None) -> list[str]:
    with pytest.raises(InputError) as caught:
        admitted_measures(measures, ("flag_rate",)) if out is None else run_sweep(
            study_of(vary=VARY), out, 1, measures=measures
        )
    return caught.value.messages


@pytest.mark.parametrize("workers", [1, 2])
def test_own_measures_are_columns(tmp_path, workers):
    own = {"half": half_of_flags, "agents": number_of_agents, "late": late_gap}
    study = study_of(vary=VARY)
    table = run_sweep(study, tmp_path, workers, measures=own)
    assert list(table)[4:-3] == [*MEASURES, "half", "agents", "late"]
    # flags of 10 agents in 6 episodes
    np.testing.assert_allclose(table["half"], table["flag_rate"] * 10 * 6 / 2)
    assert (table["agents"] == 10).all()
    for cell in study.cells():
        shown = simulate(study.cell_scenario(cell), seed=1).trajectory["compliance_gap"].isel(episode=slice(3, None))
        expected = shown.mean("episode").values
        np.testing.assert_allclose(table.loc[table["cell"] == cell.index, "late"], expected, rtol=1e-12)
    assert load_grid(tmp_path)["half"].attrs["long_name"] == "a measure of the user's own"


def test_own_measures_do_not_depend_on_what_is_recorded(tmp_path):
    for name, keys in (("a", {}), ("b", {"record": "agents"}), ("c", {"record": "episodes", "record_every": 5})):
        run_sweep(study_of(vary=VARY, **keys), tmp_path / name, 1, measures={"late": late_gap})
    assert files_of(tmp_path / "a", "cells") == files_of(tmp_path / "b", "cells") == files_of(tmp_path / "c", "cells")


def test_a_measure_that_fails_becomes_rows(tmp_path):
    own = {"failing": failing_at_replicate_one}
    table = run_sweep(study_of(vary=VARY), tmp_path / "out", 1, measures=own)
    failed = table["replicate"] == 1
    assert (table.loc[~failed, "failing"] == 1.0).all()
    assert set(table.loc[failed, "stage"]) == {"measures.failing"}
    assert set(table.loc[failed, "error"]) == {"LookupError: nothing to see"}
    assert table.loc[failed, "traceback"].str.contains("in failing_at_replicate_one: raise LookupError").all()
    assert table.loc[failed, [*MEASURES, "failing"]].isna().all(axis=None)
    table = run_sweep(study_of(vary=VARY), tmp_path / "other", 1, measures={"list": not_a_number})
    assert set(table["error"]) == {"TypeError: a measure must return one number, got [1.0, 2.0]"}


class Counter:
    def method(self, run: object) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        ({"own": lambda run: 0.0}, "at the top level of a module, so that other processes find it, got a lambda"),
        ({"own": Counter().method}, "measures.own must be a function, got"),
        ({"own": Counter.method}, "at the top level of a module, so that other processes find it, got Counter.method"),
        ({"own": partial(half_of_flags)}, "measures.own must be a function, got"),
        ({"own": "half"}, "measures.own must be a function, got 'half'"),
        ({"flag_rate": half_of_flags}, "measures.flag_rate must have a name of its own"),
        ({"a b": half_of_flags}, "measures must have names of letters, digits and underscores, got 'a b'"),
        ([half_of_flags], "measures must be a mapping of names to functions, got [<function"),
    ],
)
def test_what_is_no_measure_is_refused(measures, message):
    (line,) = refusal_of(measures)
    assert message in line


def test_a_nested_function_is_refused_before_anything_is_written(tmp_path):
    def nested(run: object) -> float:
        return 0.0

    (line,) = refusal_of({"own": nested}, tmp_path / "out")
    assert line.startswith("measures.own must be a function at the top level of a module")
    assert "nested" in line
    assert not (tmp_path / "out").exists()


def test_a_changed_function_is_computed_anew_and_the_former_rows_stay(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file, study = tmp_path / "mine_for_this_test.py", study_of(vary=VARY)

    def table_of(factor: int, comment: str = ""):
        file.write_text(f"FACTOR = {factor}\n{comment}\ndef own(run):\n    return FACTOR * run.measures['flag_rate']\n")
        sys.modules.pop(file.stem, None)
        importlib.invalidate_caches()
        return run_sweep(study, tmp_path / "out", 1, measures={"own": importlib.import_module(file.stem).own})

    one = table_of(1)
    before = files_of(tmp_path / "out", "cells")
    two = table_of(20)
    after = files_of(tmp_path / "out", "cells")
    np.testing.assert_allclose(two["own"], 20 * one["own"])
    assert before.items() < after.items()
    assert check_directory(tmp_path / "out").findings == []
    # the former function finds its rows, and what is not of the function does not matter
    assert table_of(1, "# another comment").equals(one)
    assert files_of(tmp_path / "out", "cells") == after
    file.unlink()


def test_a_file_that_was_changed_since_it_was_loaded_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "loaded_for_this_test.py"
    file.write_text("def own(run):\n    return 1.0\n")
    own = importlib.import_module(file.stem).own
    assert admitted_measures({"own": own}, ()) == {"own": own}
    file.write_text("def own(run):\n    return 2.0 # other\n")
    assert refusal_of({"own": own}) == [
        "measures.own must be as it stands in its file, which was changed since it was loaded, got own"
    ]
    scope = {"__name__": "builtins"}
    exec("def typed(run):\n    return 1.0", scope)
    assert "measures.own must be a function" in refusal_of({"own": scope["typed"]})[0]


def test_the_digest_covers_what_the_function_uses(monkeypatch):
    before = source_digests({"half": half_of_flags})
    assert source_digests({"half": half_of_flags}) == before
    monkeypatch.setattr(small_sweeps, "HALF", 0.25)
    assert source_digests({"half": half_of_flags}) != before


def test_a_directory_keeps_the_names_of_its_own_measures(tmp_path):
    run_sweep(study_of(vary=VARY), tmp_path, 1, measures={"half": half_of_flags})
    message = f"measures of your own must be those that {tmp_path} holds, half, got "
    assert refusal_of(None, tmp_path) == [f"{message}none"]
    assert refusal_of({"late": late_gap}, tmp_path) == [f"{message}late"]


def test_a_row_is_replayed_with_own_measures_if_they_are_given(tmp_path):
    run_sweep(study_of(vary=VARY), tmp_path, 1, measures={"half": half_of_flags})
    assert (replay_row(tmp_path, 0).matches, replay_row(tmp_path, 0).not_run) == (True, ["half"])
    replay = replay_row(tmp_path, 0, measures={"half": half_of_flags})
    assert (replay.matches, replay.not_run, "half" in replay.measures) == (True, [], True)
    assert replay_row(tmp_path, 0, measures={"half": late_gap}).not_run == ["half"]
