"""Episodes at the start of a run can be left out of its measures: what is left is measured as a stretch of its own."""

from __future__ import annotations

import numpy as np
import pytest

from models.refusals import InputError
from models.scenario import Scenario
from simulation.census import census_episodes
from simulation.measures import CLASS_MEASURES, MEASURE_NAMES
from simulation.preparation import prepare
from simulation.replicates import run_replicate

SCENARIO = Scenario().with_values({"agents.count": 30, "run.episodes": 12})


@pytest.mark.parametrize("engine", ["array", "mesa"])
def test_what_is_left_is_a_stretch_of_its_own(engine):
    prepared = prepare(SCENARIO)
    measured = run_replicate(prepared, 3, 0, engine, burn_in=4)
    # stretches from 0 to 4, 4 to 8 and 8 to 12: all behaviour is of agent-episodes, as many in each
    recorded = run_replicate(prepared, 3, 0, engine, "episodes", 4).recorder.variables()
    for name in ("flag_rate", "modification_rate", "agent_utility", "alignment"):
        np.testing.assert_allclose(measured.measures[name], recorded[name][1][1:].mean(), rtol=1e-9)
    assert measured.sums[:, 0].tolist() == [8.0] * 30


def test_the_run_itself_is_the_same():
    prepared = prepare(SCENARIO)
    whole, late = run_replicate(prepared, 3, 0), run_replicate(prepared, 3, 0, burn_in=5)
    for name, states in whole.states.items():
        np.testing.assert_array_equal(states, late.states[name])
    # what the overseer saw before, it has not forgotten
    assert late.measures["trust"] == whole.measures["trust"]
    assert late.measures["flag_rate"] != whole.measures["flag_rate"]


def test_nothing_left_out_is_the_whole_to_the_bit():
    prepared = prepare(SCENARIO)
    whole, same = run_replicate(prepared, 3, 0).measures, run_replicate(prepared, 3, 0, burn_in=0).measures
    np.testing.assert_array_equal([whole[name] for name in MEASURE_NAMES], [same[name] for name in MEASURE_NAMES])


def test_classes_are_counted_in_measured_episodes_only():
    assert census_episodes(10) == [0, 2, 4, 6, 8]
    assert census_episodes(10, 5) == [5, 6, 7, 8, 9]
    assert census_episodes(10, 8) == [8, 9]
    measures = run_replicate(prepare(SCENARIO), 3, 0, burn_in=11).measures
    assert all(np.isfinite(measures[name]) for name in CLASS_MEASURES if name.endswith("_all"))


@pytest.mark.parametrize("burn_in", [-1, 12, 13])
def test_something_must_be_left(burn_in):
    with pytest.raises(InputError, match=r"burn_in must be a whole number in \[0, 12\)"):
        run_replicate(prepare(SCENARIO), 3, 0, burn_in=burn_in)
