"""Axes of a study: lists, linspace and logspace, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError
from parameter_sweeps.axes import axis_values
from parameter_sweeps.study import Study

FORESIGHT, PENALTY = "agents.foresight", "regime.response.penalty"


def axis(written: object, key: str = FORESIGHT) -> tuple[object, ...]:
    return Study.from_mapping({"base": "base", "vary": {key: written}}).axes[key]


def test_linspace_is_worked_by_hand():
    # numpy.linspace(0, 0.5, 6)[3] is 0.30000000000000004
    assert axis({"linspace": [0, 0.5, 6]}) == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    assert axis({"linspace": [0.5, 0, 2]}) == (0.5, 0.0)
    assert axis({"linspace": [0.2, 0.9, 1]}) == (0.2,)


def test_logspace_has_its_end_values():
    values = axis({"logspace": [0.01, 100, 5]}, PENALTY)
    assert values == (0.01, 0.1, 1.0, 10.0, 100.0)


def test_a_middle_value_of_zero_is_zero():
    # numpy.linspace(-0.9, 0.9, 7)[3] is -1.1102230246251565e-16, which rounds to -0.0
    middle = axis_values({"linspace": [-0.9, 0.9, 7]})[3]
    assert middle == 0
    assert math.copysign(1, middle) == 1


def test_whole_numbered_parameters_take_linspace_between_whole_ends():
    values = axis({"linspace": [10, 30, 3]}, "run.episodes")
    assert values == (10, 20, 30)
    assert {type(value) for value in values} == {int}
    assert axis({"logspace": [1, 1000, 4]}, "run.episodes") == (1, 10, 100, 1000)


def test_a_finer_grid_has_the_values_of_the_coarser():
    coarse, fine = axis({"linspace": [0, 0.95, 20]}), axis({"linspace": [0, 0.95, 39]})
    assert set(coarse) < set(fine)


@settings(deadline=None)
@given(st.floats(0, 0.4), st.floats(0.5, 0.99), st.integers(2, 40))
def test_linspace_is_that_of_numpy(first, last, count):
    values = axis_values({"linspace": [first, last, count]})
    assert values[0] == first
    assert values[-1] == last
    np.testing.assert_allclose(values, np.linspace(first, last, count), rtol=0, atol=1e-12)
    assert all(float(f"{value:.12g}") == value for value in values[1:-1])


@settings(deadline=None)
@given(st.floats(1e-6, 1e-2), st.floats(1, 1e6), st.integers(2, 40))
def test_logspace_is_that_of_numpy(first, last, count):
    values = axis_values({"logspace": [first, last, count]})
    assert values[0] == first
    assert values[-1] == last
    np.testing.assert_allclose(values, np.geomspace(first, last, count), rtol=1e-11)


def test_an_axis_may_be_of_words_parts_and_distributions():
    cues = [{"kind": "gaussian"}, {"kind": "binary", "accuracy": 0.8}]
    angles = [1, {"distribution": "beta", "a": 2, "b": 3}]
    vary = {"agents.cue": cues, "agents.goals.angle": angles, "stakes.kind": ["proportional", "fixed"]}
    study = Study.from_mapping({"base": "base", "vary": vary})
    scenarios = [study.cell_scenario(cell) for cell in study.cells()]
    assert [scenario.agents.cue.kind for scenario in scenarios] == ["gaussian"] * 4 + ["binary"] * 4
    assert [scenario.stakes.kind for scenario in scenarios[:2]] == ["proportional", "fixed"]
    assert scenarios[2].agents.goals.angle.distribution == "beta"
    assert scenarios[4].agents.cue.accuracy == 0.8


def test_an_axis_may_be_of_schedules_and_stakes_of_every_kind():
    rows = [{"rate": 0.1, "to": 1, "move_if_caught": 1}, {"rate": 0.5}]
    schedules = [{"kind": "escalating", "rows": rows}, {"kind": "periodic"}, {"kind": "none"}]
    stakes = [{"kind": "random"}, {"kind": "tasks"}]
    study = Study.from_mapping({"base": "base", "vary": {"regime.schedule": schedules, "stakes": stakes}})
    scenarios = [study.cell_scenario(cell) for cell in study.cells()]
    assert [scenario.regime.schedule.kind for scenario in scenarios[::2]] == ["escalating", "periodic", "none"]
    assert [scenario.stakes.kind for scenario in scenarios[:2]] == ["random", "tasks"]
    assert scenarios[0].regime.schedule.rows[0].to == 1
    kinds = axis(["constant", "adaptive", "budget"], "regime.schedule.kind")
    assert kinds == ("constant", "adaptive", "budget")


@pytest.mark.parametrize("infinite", [math.inf, "inf"])
def test_infinity_is_a_number_and_also_a_text(infinite):
    assert axis([1, infinite], "agents.rationality") == (1.0, math.inf)


FORMS = "a list of values, {linspace: [a, b, n]} or {logspace: [a, b, n]}"
WHOLE = "{linspace: [a, b, n]} with a whole number n of at least 1"


@pytest.mark.parametrize(
    ("written", "requirement"),
    [
        (0.5, FORMS),
        (None, FORMS),
        ("0.5", FORMS),
        ({}, FORMS),
        ({"range": [0, 1, 2]}, FORMS),
        ({"linspace": [0, 1, 2], "logspace": [1, 2, 3]}, FORMS),
        ([], "a list of at least one value"),
        ({"linspace": [0, 1]}, "{linspace: [a, b, n]}"),
        ({"linspace": 3}, "{linspace: [a, b, n]}"),
        ({"linspace": [0, 1, 0]}, WHOLE),
        ({"linspace": [0, 1, 2.0]}, WHOLE),
        ({"linspace": [0, 1, True]}, WHOLE),
        ({"linspace": [0, math.inf, 3]}, "{linspace: [a, b, n]} with finite numbers a and b"),
        ({"linspace": [math.nan, 1, 3]}, "{linspace: [a, b, n]} with finite numbers a and b"),
        ({"linspace": [-1.7e308, 1.7e308, 3]}, "{linspace: [a, b, n]} with finite numbers a and b"),
        ({"linspace": ["0", 1, 3]}, "{linspace: [a, b, n]} with finite numbers a and b"),
        ({"logspace": [0, 1, 3]}, "{logspace: [a, b, n]} with positive numbers a and b"),
        ({"logspace": [1, -1, 3]}, "{logspace: [a, b, n]} with positive numbers a and b"),
    ],
)
def test_an_axis_that_is_written_wrong_is_refused(written, requirement):
    with pytest.raises(InputError) as caught:
        axis(written)
    (message,) = caught.value.messages
    assert message.startswith(f"vary.{FORESIGHT} must be {requirement}, got ")
