"""Studies: axes, cells, what is refused, and the digest of what determines the results."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys

import pytest
from pydantic import ValidationError

from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.study import Cell, Study

FORESIGHT, RATE, PENALTY = "agents.foresight", "regime.schedule.rate", "regime.response.penalty"


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", **keys})


def refusal_of(**keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        study_of(**keys)
    return caught.value.messages


def test_cells_run_over_the_last_axis_fastest():
    # rows a: 0.1, 0.2; columns b: 1, 2, 3; so cell 4 is row 1, column 1
    study = study_of(vary={FORESIGHT: [0.1, 0.2], PENALTY: [1, 2, 3]})
    assert study.shape == (2, 3)
    assert study.cell_count == 6
    cells = list(study.cells())
    assert [cell.index for cell in cells] == [0, 1, 2, 3, 4, 5]
    assert cells[4] == Cell(4, {FORESIGHT: 0.2, PENALTY: 2.0})
    scenario = study.cell_scenario(cells[4])
    assert (scenario.agents.foresight, scenario.regime.response.penalty) == (0.2, 2.0)


def test_axes_keep_the_written_order():
    study = study_of(vary={RATE: [0.1, 0.2], FORESIGHT: [0.5]})
    assert list(study.axes) == [RATE, FORESIGHT]
    assert study.shape == (2, 1)


def test_without_axes_there_is_one_cell():
    study = study_of(set={FORESIGHT: 0.5})
    assert list(study.cells()) == [Cell(0, {})]
    assert study.shape == ()
    assert study.cell_count == 1
    assert study.cell_scenario(Cell(0, {})) == study.scenario


def test_set_and_replicates_are_applied_to_the_base():
    study = study_of(set={PENALTY: 1.5, "agents.cue": {"kind": "binary", "accuracy": 0.7}}, replicates=3)
    expected = {PENALTY: 1.5, "agents.cue": {"kind": "binary", "accuracy": 0.7}, "run.replicates": 3}
    assert study.scenario == study.base.with_values(expected)
    assert study.scenario != study.base


def test_a_part_that_is_set_may_be_varied_inside():
    study = study_of(set={"agents.cue": {"kind": "binary", "accuracy": 0.7}}, vary={"agents.cue.accuracy": [0.8]})
    assert study.cell_scenario(next(study.cells())).agents.cue.accuracy == 0.8


def test_graphs_and_parts_that_may_be_null_may_be_varied():
    graphs = ["erdos_renyi", "complete", "none"]
    study = study_of(
        set={"society": {"graph": "erdos_renyi", "edge_probability": 0.3}},
        vary={"society.graph": graphs, "regime.response.voice": [None, {"bonus": 1}]},
    )
    scenarios = [study.cell_scenario(cell) for cell in study.cells()]
    assert [scenario.society.graph for scenario in scenarios[::2]] == graphs
    assert [scenario.society.edge_probability for scenario in scenarios[::2]] == [0.3, 0.01, 0.01]
    assert scenarios[0].regime.response.voice is None
    assert scenarios[1].regime.response.voice.bonus == 1
    assert Study.from_mapping(json.loads(json.dumps(study.canonical(), allow_nan=False))).digest() == study.digest()


def test_a_key_of_a_part_that_is_null_may_be_varied():
    study = study_of(vary={"regime.response.voice.bonus": [0, 1], "agents.beliefs.detector.hit_rate": [0.5]})
    bonuses = [study.cell_scenario(cell).regime.response.voice.bonus for cell in study.cells()]
    assert bonuses == [0, 1]


@pytest.mark.parametrize("base", [{"agents": {"foresight": 0.25}}, Scenario().with_values({FORESIGHT: 0.25})])
def test_the_base_may_be_written_out(base):
    assert Study.model_validate({"base": base}).scenario.agents.foresight == 0.25


def test_empty_entries_are_left_out():
    empty = dict.fromkeys(["set", "vary", "measures", "regimes", "replicates", "figure", "supports_if"])
    assert study_of(**empty).model_dump() == study_of().model_dump()


REFUSED = f"{PENALTY} must be a number >= 0, got -1"
TWICE = "replicates must be left out where run.replicates is given, got 3"
IN_SEED_RANGE = "must be a whole number in [0, 4294967295], got"
DESIGNS = "grid, latin_hypercube, sobol, table, one_at_a_time, boundary, saltelli or morris"
NAMES = "must be a list of names, each once, got"
SHIPPED = "must be a shipped name (base, learning) or a YAML file, got"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"base": "bas"}, f"base: scenario {SHIPPED} 'bas'; did you mean base?"),
        ({"base": 3}, "base must be a mapping of keys to values, got 3"),
        ({"base": {"rn": {}}}, "base.rn is not a known key; did you mean base.run?"),
        ({"name": ""}, "name must be text of at least 1 character(s), got ''"),
        ({"claim": 1}, "claim must be text, got 1"),
        ({"sed": 1}, "sed is not a known key; did you mean seed?"),
        ({"design": "gird"}, f"design must be {DESIGNS}, got 'gird'"),
        ({"design": 3}, f"design must be {DESIGNS}, or a mapping with one of them as kind, got 3"),
        ({"independent": 1}, "independent must be true or false, got 1"),
        ({"figure": 1}, "figure must be the name of a figure or a mapping, got 1"),
        ({"measures": ["a", "a"]}, f"measures {NAMES} ['a', 'a']"),
        ({"measures": [""]}, f"measures {NAMES} ['']"),
        ({"measures": "gap"}, f"measures {NAMES} 'gap'"),
        ({"measures": [["a"]]}, f"measures {NAMES} [['a']]"),
        ({"seed": -1}, f"seed {IN_SEED_RANGE} -1"),
        ({"seed": 2**32}, f"seed {IN_SEED_RANGE} 4294967296"),
        ({"seed": True}, f"seed {IN_SEED_RANGE} True"),
        ({"seed": None}, f"seed {IN_SEED_RANGE} null"),
        ({"replicates": 0}, "replicates must be a whole number in [1, 1000000], got 0"),
        ({"replicates": 2.0}, "replicates must be a whole number in [1, 1000000], got 2.0"),
        ({"set": {PENALTY: -1}}, f"set: {REFUSED}"),
        ({"vary": {"rn": [1, 2]}}, "vary: rn is not a known key; did you mean run?"),
        ({"vary": {PENALTY: [0.5, -1, 2]}}, f"vary: {REFUSED}"),
        ({"vary": {PENALTY: {"linspace": [-1, 1, 3]}}}, f"vary: {REFUSED}"),
    ],
)
def test_a_mistake_is_one_sentence(keys, message):
    assert refusal_of(**keys) == [message]


@pytest.mark.parametrize(
    ("key", "written", "again"),
    [
        (PENALTY, [0.5, 1, 0.5], 0.5),
        (PENALTY, [1, 1.0], 1.0),
        (PENALTY, {"linspace": [0.5, 0.5, 2]}, 0.5),
        ("run.episodes", [1, 1], 1),
        ("agents.planning", ["chain", "chain"], "chain"),
        ("agents.rationality", ["inf", math.inf], math.inf),
        (
            "agents.cue",
            [{"kind": "gaussian"}, {"kind": "gaussian", "discrimination": 2}],
            {"kind": "gaussian"},
        ),
    ],
)
def test_a_repeated_value_is_refused(key, written, again):
    (message,) = refusal_of(vary={key: written})
    assert message.startswith(f"vary: {key} must be given each value once, got {again!r}"[:-1])
    assert message.endswith(" again")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"vary": {RATE: [0.5]}, "set": {RATE: 0.5}},
            f"set.{RATE} must be left out, because {RATE} is varied",
        ),
        (
            {"vary": {"agents.cue": [{}]}, "set": {"agents.cue.kind": "binary"}},
            "set.agents.cue.kind must be left out, because agents.cue is varied",
        ),
        (
            {"vary": {"agents.cue.kind": ["binary"], "agents.cue": [{}]}},
            "vary.agents.cue.kind must be left out, because agents.cue is varied as a whole",
        ),
        ({"replicates": 3, "set": {"run.replicates": 2}}, TWICE),
        ({"replicates": 3, "vary": {"run.replicates": [2]}}, TWICE),
        ({"replicates": 3, "vary": {"run": [{}]}}, TWICE),
    ],
)
def test_a_key_that_is_given_twice_is_refused(keys, message):
    assert refusal_of(**keys) == [message]


def test_a_study_must_be_a_mapping_with_a_base():
    with pytest.raises(InputError, match=r"^f: base must be given, got nothing$"):
        Study.from_mapping({}, where="f")
    with pytest.raises(InputError, match=r"^the study must be a mapping of keys to values, got \[\]$"):
        Study.from_mapping([])


def test_all_mistakes_are_told_at_once():
    messages = refusal_of(base="none.yaml", seed=-1, sed=1, measures=[1], vary={FORESIGHT: []})
    assert len(messages) == 5


def test_an_axis_of_many_mistakes_is_told_by_its_first_few():
    messages = refusal_of(vary={PENALTY: {"linspace": [-3, -2, 100]}})
    assert len(messages) == 6
    assert messages[-1] == "vary: ... and 95 more on this axis"


def test_too_many_cells_are_refused_before_a_value_is_written_out():
    axes = {FORESIGHT: {"linspace": [0, 0.9, 10**6]}, RATE: {"linspace": [0, 1, 10**6]}}
    assert refusal_of(vary=axes) == ["vary must make at most 10000000 cells, got 1000000000000"]
    (longer,) = refusal_of(vary={FORESIGHT: {"linspace": [0, 1, 10**12]}})
    assert longer.startswith("vary.agents.foresight must be {linspace: [a, b, n]} with n at most 1000000, got ")


def test_values_that_are_right_alone_may_be_wrong_together():
    study = study_of(vary={FORESIGHT: [0.5]})
    with pytest.raises(InputError, match=r"^agents\.foresight must be"):
        study.cell_scenario(Cell(0, {FORESIGHT: 2}))


def test_the_constructor_refuses_as_pydantic_does():
    with pytest.raises(ValidationError):
        Study.model_validate({"base": "base", "vary": {FORESIGHT: [2]}})


def test_with_values_sets_more_for_every_cell():
    study = study_of(set={PENALTY: 1.5, "agents.cue.discrimination": 1}, vary={RATE: [0.1, 0.2]}, replicates=3)
    changed = study.with_values({PENALTY: 2, "agents.cue": {"kind": "binary", "accuracy": 0.7}})
    assert changed.scenario.regime.response.penalty == 2
    assert changed.scenario.agents.cue.accuracy == 0.7
    assert changed.axes == study.axes
    assert changed.scenario.run.replicates == 3
    assert study.scenario.regime.response.penalty == 1.5


def test_replicates_given_later_go_before_those_of_the_study():
    assert study_of(replicates=3).with_values({"run.replicates": 5}).scenario.run.replicates == 5


@pytest.mark.parametrize("key", [RATE, "regime.schedule.kind"])
def test_with_values_refuses_a_varied_key(key):
    study = study_of(vary={RATE: [0.1], "regime.schedule.kind": ["constant"]})
    with pytest.raises(InputError, match=rf"^set\.{key} must be left out, because {key} is varied$"):
        study.with_values({key: 0.5})


def test_with_values_refuses_what_the_scenario_refuses():
    with pytest.raises(InputError) as caught:
        study_of().with_values({PENALTY: -1, "rn": 1})
    assert caught.value.messages == ["set: rn is not a known key; did you mean run?"]


def test_the_canonical_form_is_strict_json_and_makes_the_same_study():
    study = study_of(set={"agents.rationality": math.inf, "run.replicates": 4}, vary={PENALTY: {"linspace": [0, 1, 3]}})
    written = json.loads(json.dumps(study.canonical(), allow_nan=False))
    again = Study.from_mapping(written)
    assert again.digest() == study.digest()
    assert again.scenario.model_dump(exclude={"name"}) == study.scenario.model_dump(exclude={"name"})
    assert written["set"] == {"agents.rationality": "inf"}
    assert written["vary"] == {PENALTY: [0.0, 0.5, 1.0]}


def test_varied_replicates_survive_the_canonical_form():
    study = study_of(vary={"run.replicates": [2, 3]})
    assert Study.from_mapping(study.canonical()).axes == study.axes


PLAIN = {"vary": {FORESIGHT: [0.25, 0.5], RATE: [0.1, 0.2]}}


@pytest.mark.parametrize(
    "keys",
    [
        {"name": "other", "claim": "other", "figure": "other"},
        {"supports_if": {"statistic": "value", "measure": "trust", "above": 0.5}, "quick": True},
        {"vary": {FORESIGHT: {"linspace": [0.25, 0.5, 2]}, RATE: [0.1, 0.2]}},
        {"replicates": 20},
        {"base": load_scenario("base").with_values({"name": "other"})},
    ],
)
def test_the_digest_does_not_depend_on_the_writing(keys):
    assert study_of(**{**PLAIN, **keys}).digest() == study_of(**PLAIN).digest()


def test_the_digest_depends_on_everything_that_determines_results():
    others = [
        {"base": "learning"},
        {"set": {PENALTY: 1}},
        {"vary": {FORESIGHT: [0.25, 0.75], RATE: [0.1, 0.2]}},
        {"vary": {FORESIGHT: [0.5, 0.25], RATE: [0.1, 0.2]}},
        {"vary": dict(reversed(PLAIN["vary"].items()))},
        {"seed": 2},
        {"replicates": 21},
        {"measures": ["faking_share"]},
        {"independent": True},
        {"regimes": ["amnesty"], "vary": {FORESIGHT: [0.25, 0.5]}},
        {"design": "one_at_a_time"},
    ]
    digests = {study_of(**{**PLAIN, **keys}).digest() for keys in [{}, *others]}
    assert len(digests) == len(others) + 1
    assert {len(digest) for digest in digests} == {64}


def test_a_study_is_frozen_and_crosses_processes():
    study = study_of(**PLAIN)
    with pytest.raises(ValidationError):
        study.seed = 2
    again = pickle.loads(pickle.dumps(study))
    assert again == study
    assert again.digest() == study.digest()
    assert list(again.cells()) == list(study.cells())
    assert pickle.loads(pickle.dumps(next(study.cells()))) == next(study.cells())


def test_neither_numpy_nor_pandas_is_imported_with_the_module():
    code = "import sys, parameter_sweeps.study; print({'numpy', 'pandas', 'scipy', 'mesa'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "set()", done.stderr
