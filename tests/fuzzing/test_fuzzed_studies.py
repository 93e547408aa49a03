"""Studies, whatever they say: the smallest of what was found, and more."""

import os

import pytest
from hypothesis import given, settings

from models.refusals import InputError
from parameter_sweeps.axes import FEW_VALUES, MOST_VALUES
from parameter_sweeps.study import Study
from tests.fuzzing.guard import assert_plain, guarded
from tests.fuzzing.targets import targets
from tests.fuzzing.test_fuzzed_scenarios import FEW

STUDIES = targets()["studies"]
FORESIGHT, HIT = "agents.foresight", "regime.detector.hit_rate"


def refused(told, folder=None, **keys):
    with pytest.raises(InputError) as found:
        Study.from_mapping({"base": "base", **keys}, "own.yaml", folder)
    assert any(told in message for message in found.value.messages), found.value.messages
    for message in found.value.messages:
        assert_plain(message)


@pytest.mark.parametrize("reference", [[], {}, [["exact"]]])
def test_a_reference_that_no_set_can_hold_is_refused(reference):
    # was a TypeError
    condition = {"statistic": "bound", "measure": "flag_rate", "above": 0, "reference": reference}
    refused("supports_if.reference must be gap_bound or exact, got", supports_if=condition)


def test_very_long_axes_are_made_in_no_time_and_longer_ones_refused():
    # each of 20,000 values was tried in a scenario of its own, for half a minute
    with guarded():
        study = Study.from_mapping({"base": "base", "vary": {FORESIGHT: {"linspace": [0, 0.9, 100_000]}}})
    assert study.cell_count == 100_000
    values = study.axes[FORESIGHT]
    assert (values[0], values[-1], len({*values})) == (0.0, 0.9, 100_000)
    assert {type(value) for value in values} == {float}
    refused("with n at most 1000000, got", vary={FORESIGHT: {"linspace": [0, 0.9, MOST_VALUES + 1]}})
    refused(
        "a list of at most 1000000 numbers, or 1000 other values", vary={"agents.decision": ["a"] * (FEW_VALUES + 1)}
    )


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (1.5, "agents.foresight must be a number in [0, 1] or"),
        (-1e-9, "agents.foresight must be a number in [0, 1] or"),
        (float("inf"), "agents.foresight must be a number in [0, 1] or"),
        (float("nan"), "agents.foresight must be a number in [0, 1] or"),
        (0.0, "agents.foresight must be given each value once, got 0.0 again"),
    ],
)
def test_one_wrong_value_among_very_many_is_found(last, told):
    refused(told, vary={FORESIGHT: [number / 2000 for number in range(1500)] + [last]})


def test_very_many_whole_numbers_stay_whole_and_a_broken_one_among_them_is_found():
    study = Study.from_mapping({"base": "base", "vary": {"agents.count": [*range(1, 1502)]}})
    assert study.axes["agents.count"] == tuple(range(1, 1502))
    refused("agents.count must be a whole number", vary={"agents.count": [*range(1, 1502), 7.5]})


def test_very_many_regimes_measures_and_conditions_are_refused_before_each_is_read():
    refused("regimes must be a list of at most 200 regimes", regimes=["none"] * 201)
    refused("measures must be a list of at most 1000 names", measures=[f"m{number}" for number in range(1001)])
    condition = {"statistic": "value", "measure": "flag_rate", "above": 0}
    refused("supports_if.all must be a list of at most 100 conditions, got 101", supports_if={"all": [condition] * 101})


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "n" * 101])
def test_the_name_of_a_regime_is_a_line(name):
    refused("regimes[0].name must be a name of one line, of at most 100 characters", regimes=[{"name": name}])


def test_a_table_of_cells_that_is_a_pipe_or_a_device_is_refused(tmp_path):
    # a pipe was waited for without end, and /dev/zero read until there was no memory left
    os.mkfifo(tmp_path / "pipe.csv")
    for path in ("pipe.csv", "/dev/zero"):
        with guarded(tmp_path):
            refused("a device or a pipe, not a file", tmp_path, design={"kind": "table", "path": path})
    refused("a folder, not a file", tmp_path, design={"kind": "table", "path": "."})
    refused("no UTF-8 text, or no path", tmp_path, design={"kind": "table", "path": "\0"})


def test_the_header_of_a_table_of_cells_is_keys():
    refused("the header must be dotted keys", design={"kind": "table", "content": f"{'9' * 5000}\n1\n"})
    refused("the header must be dotted keys", design={"kind": "table", "content": '"a\nb"\n1\n'})


@settings(max_examples=60, **FEW)
@given(STUDIES.examples)
def test_a_hostile_study_is_refused_or_makes_itself_again(example):
    STUDIES.check(example)
