"""Scenarios of many cells are made quickly, and every check is asked that a slow way would ask."""

from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError, known_keys
from models.scenario import Scenario
from parameter_sweeps.axes import admitted, covers
from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.grids import ConsecutiveScenarios, cells_between, scenario_with, scenarios_over
from parameter_sweeps.rebuilding import built, kept_alone
from parameter_sweeps.study import Study

VECTORS = {"agents.count": 1, "agents.goals": {"kind": "vectors", "vectors": [[1, 1]]}}
CAPABLE = {"agents.depth": 5, "agents.capability": {"foresight": {"at_zero": 0.0, "at_one": 0.9}}}
DETECTING = {
    "regime.detector": {"kind": "gaussian", "criterion": 0.0},
    "overseer.capability": {"sensitivity": {"at_zero": 1.0, "at_one": 3.0}},
}

# Each value is right alone; the second of each together is wrong.
ACROSS_PARTS = [
    ({}, {"regime.visibility.signal": ["none", "persuasive"], "agents.cue.discrimination": [2.0, "inf"]}),
    ({}, {"regime.visibility.signal": ["none", "persuasive"], "regime.visibility.discrimination": [1.0, "inf"]}),
    ({}, {"regime.visibility.signal": ["none", "persuasive"], "agents.decision": ["planner", "learner"]}),
    ({"agents.cue": {"kind": "binary"}},
     {"regime.visibility.signal": ["none", "persuasive"], "agents.cue.accuracy": [0.8, 1.0]}),
    (CAPABLE, {"agents.depth": [5, "inf"], "agents.capability.foresight.at_one": [0.9, 1.0]}),
    (CAPABLE, {"agents.decision": ["planner", "learner"], "agents.capability.foresight.at_one": [0.9, 1.0]}),
    (DETECTING,
     {"regime.detector.unwatched_hit_rate": [0.0, 0.6], "overseer.capability.sensitivity.at_zero": [1.0, 0.0]}),
    (DETECTING, {"regime.detector.unwatched_hit_rate": [0.0, 0.4], "regime.detector.criterion": [0.0, 0.9]}),
    (DETECTING | {"overseer.capability": None},
     {"regime.detector.unwatched_hit_rate": [0.0, 0.7], "overseer.capability": [None, {"sensitivity": {}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("fixed", "vary"), ACROSS_PARTS)
def test_values_are_refused_where_only_both_together_are_wrong(fixed, vary):
    base = load_scenario("base").with_values(fixed)
    first, second = ({key: values[place] for key, values in vary.items()} for place in (0, 1))
    for alone in ({key: value} for values in (first, second) for key, value in values.items()):
        base.with_values(alone)
    refused = _outcome(lambda: base.with_values(second))
    assert isinstance(refused, list)
    first, second = kept(base, first), kept(base, second)
    assert _outcome(lambda: built(base, second)) == refused
    assert built(base, first) == base.with_values(first)


def test_a_sweep_names_the_values_that_are_wrong_together():
    fixed, vary = ACROSS_PARTS[0]
    study = Study.from_mapping({"base": "base", "set": fixed, "vary": vary})
    with pytest.raises(InputError) as caught:
        list(scenarios_over(study, list(vary)))
    (message,) = caught.value.messages
    assert message.startswith("vary: regime.visibility.signal must be none where the cue tells agents for certain")
    assert message.endswith('(at regime.visibility.signal "persuasive", agents.cue.discrimination "inf")')


def test_another_graph_drops_the_keys_of_the_old_one():
    base = load_scenario("base").with_values({"society": {"graph": "erdos_renyi", "edge_probability": 0.3}})
    values = {"society.graph": "none", "overseer.harm": 2.0}
    assert built(base, values) == base.with_values(values)
    assert built(base, values).society.edge_probability == 0.01


def test_as_many_vectors_as_agents():
    base = load_scenario("base").with_values(VECTORS)
    both = {"agents.count": 2, "agents.goals.vectors": [[1, 1], [1, 2], [0, 1]]}
    refused = _outcome(lambda: base.with_values(both))
    assert isinstance(refused, list)
    assert _outcome(lambda: built(base, both)) == refused


def test_groups_are_asked_about_values_of_all():
    base = load_scenario("base").with_values(
        {"agents.depth": 5, "agents.capability": {"foresight": {"at_one": 0.9}},
         "agents.groups": [{"name": "a", "share": 1, "set": {"agents.decision": "learner"}}]}
    )  # fmt: skip
    wrong = {"agents.capability.foresight.at_one": 1.0}
    assert _outcome(lambda: built(base, wrong)) == _outcome(lambda: base.with_values(wrong))
    assert isinstance(_outcome(lambda: built(base, wrong)), list)


ANY = {
    "agents.foresight": [0.5, 1.0], "agents.depth": [3, "inf"], "agents.decision": ["planner", "learner"],
    "agents.count": [1, 3], "agents.beliefs.mean": [0.3, "true_rate"], "agents.cue.discrimination": [1.0, "inf"],
    "agents.capability.foresight.at_one": [0.9, 1.0], "agents.capability.level": [0.2, 1.0],
    "regime.visibility.signal": ["none", "persuasive"], "regime.visibility.discrimination": [None, "inf"],
    "regime.schedule.kind": ["constant", "escalating", "optimal"], "regime.response.penalty": [0.0, 1.0],
    "regime.response.voice.bonus": [0.0, 1.0], "regime.detector.unwatched_hit_rate": [0.0, 0.6],
    "regime.detector.hit_rate": [0.5, 0.9], "stakes.kind": ["fixed", "random"], "society.graph": ["none", "complete"],
    "overseer.capability.level": [0.5],
}  # fmt: skip


@settings(max_examples=150)
@given(
    st.sampled_from([{}, CAPABLE, DETECTING, {"agents.foresight": 0.99, "agents.depth": 2}]),
    st.dictionaries(st.sampled_from(sorted(ANY)), st.integers(0, 2), min_size=1, max_size=4),
)
def test_the_quick_way_says_what_the_slow_way_says(fixed, picked):
    base = load_scenario("base").with_values(fixed)
    values = kept(base, {key: ANY[key][place % len(ANY[key])] for key, place in picked.items()})
    assert not any(covers(one, other) for one, other in itertools.permutations(values, 2))
    assert _outcome(lambda: built(base, values)) == _outcome(lambda: base.with_values(values))


@settings(max_examples=60)
@given(
    st.sampled_from([{}, CAPABLE, DETECTING]),
    st.lists(st.sampled_from(sorted(ANY)), max_size=3, unique=True),
    st.booleans(),
)
def test_consecutive_cells_have_the_scenarios_that_each_has_alone(fixed, keys, with_regimes):
    base = load_scenario("base").with_values(fixed)
    vary = {key: [value for value in ANY[key] if kept(base, {key: value})] for key in keys}
    if not all(vary.values()) or not (vary or with_regimes):
        return
    regimes = {"regimes": ["behavioural_training", "random_audit"]} if with_regimes else {}
    try:
        study = Study.from_mapping({"base": "base", "set": fixed, "vary": vary, **regimes})
        cells = list(cells_between(study, 0, study.cell_count))
    except InputError:
        return
    consecutive = ConsecutiveScenarios(study)
    for cell in cells:
        alone = _outcome(lambda cell=cell: scenario_with(study, cell.values))
        assert _outcome(lambda cell=cell: consecutive.of(cell.values)) == alone


NUMBERS = st.one_of(
    st.integers(-2, 30), st.booleans(), st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 0.5, 0.9, 1.0, 2.0, 3.2]),
)  # fmt: skip


@settings(max_examples=400)
@given(
    st.sampled_from([{}, CAPABLE, DETECTING, VECTORS, {"agents.foresight": 0.99, "agents.depth": 2}]),
    st.sampled_from(sorted(known_keys(Scenario))),
    NUMBERS,
)
def test_a_number_alone_is_admitted_as_the_slow_way_admits_it(fixed, key, value):
    base = load_scenario("base").with_values(fixed)

    def slow() -> Any:
        return reduce(getattr, key.split("."), base.with_values({key: value}))

    quick, slow_one = _outcome(lambda: kept_alone(base, key, value)), _outcome(slow)
    assert (type(quick), quick) == (type(slow_one), slow_one)


def kept(base: Scenario, values: dict[str, object]) -> dict[str, object]:
    """Return values in the form in which the scenario keeps them, without those that are refused alone."""
    found = {}
    for key, value in values.items():
        try:
            found[key] = admitted(base, {key: [value]})[key][0]
        except InputError:
            continue
    return found


def _outcome(make) -> Any:
    try:
        return make()
    except InputError as error:
        return error.messages
