import json
import math

import pytest
from pydantic import BaseModel

from models.refusals import InputError, walk
from models.scenario import Scenario, fields_table, neutral_value, parameter_at

# the defaults, written down from the specification and not read from the code
DEFAULTS = {
    "name": "scenario",
    "stakes.kind": "proportional",
    "stakes.scale": 1,
    "agents.count": 1000,
    "agents.goals.dimension": 4,
    "agents.goals.angle": 1.2,
    "agents.decision": "planner",
    "agents.planning": "chain",
    "agents.foresight": 0.9,
    "agents.depth": math.inf,
    "agents.rationality": math.inf,
    "agents.akrasia": 0,
    "agents.cue.kind": "gaussian",
    "agents.cue.discrimination": 2,
    "agents.cue.accuracy": 0.9,
    "agents.terminal_guarding": 0,
    "agents.current_goal_weight": 1,
    "agents.conformity": 0,
    "agents.beliefs.mean": 0.5,
    "agents.beliefs.strength": 2,
    "agents.beliefs.feedback": "outcome",
    "agents.beliefs.forgetting": 1,
    "agents.beliefs.weighting": 1,
    "agents.beliefs.honeypot_share": 0,
    "regime.schedule.kind": "constant",
    "regime.schedule.rate": 0.2,
    "regime.visibility.honeypot_share": 0,
    "regime.detector.hit_rate": 0.9,
    "regime.detector.false_alarm_rate": 0,
    "regime.detector.unwatched_hit_rate": 0,
    "regime.detector.peer_report_rate": 0,
    "regime.detector.probe.hit_rate": 0,
    "regime.detector.probe.false_alarm_rate": 0,
    "regime.response.penalty": 0,
    "regime.response.clawback": 0,
    "regime.response.rotation": 0.3,
    "regime.response.internalisation": 1,
    "regime.response.rotation_when_complying": 0,
    "regime.response.habit": 0,
    "regime.response.reinforcement": 0,
    "regime.response.voice": None,
    "overseer.harm": 1,
    "overseer.recovery": 0,
    "overseer.monitoring_cost": 0,
    "overseer.modification_cost": 0,
    "overseer.false_alarm_cost": 0,
    "society.graph": "none",
    "society.social_learning": 0,
    "society.news": 0,
    "run.episodes": 100,
    "run.replicates": 20,
}


NEUTRAL = {
    "agents.foresight": 0,
    "agents.depth": math.inf,
    "agents.rationality": math.inf,
    "agents.akrasia": 0,
    "agents.cue.discrimination": 0,
    "agents.terminal_guarding": 0,
    "agents.current_goal_weight": 1,
    "agents.conformity": 0,
    "agents.beliefs.mean": "true_rate",
    "agents.beliefs.strength": math.inf,
    "agents.beliefs.feedback": "none",
    "agents.beliefs.forgetting": 1,
    "agents.beliefs.weighting": 1,
    "agents.beliefs.honeypot_share": 0,
    "regime.visibility.honeypot_share": 0,
    "regime.detector.hit_rate": 1,
    "regime.detector.false_alarm_rate": 0,
    "regime.detector.unwatched_hit_rate": 0,
    "regime.detector.probe.hit_rate": 0,
    "regime.detector.probe.false_alarm_rate": 0,
    "regime.detector.peer_report_rate": 0,
    "regime.response.penalty": 0,
    "regime.response.clawback": 0,
    "regime.response.rotation": 0,
    "regime.response.internalisation": 1,
    "regime.response.rotation_when_complying": 0,
    "regime.response.habit": 0,
    "regime.response.reinforcement": 0,
    "society.social_learning": 0,
    "society.news": 0,
}


UNBUILT = {
    "stakes.kind": ["random", "tasks"],
    "agents.decision": ["learner", "imitator", "honest", "compliant", "faker"],
    "agents.planning": ["naive", "myopic", "unaware"],
    "agents.depth": [0, 3],
    "agents.akrasia": [0.3],
    "agents.current_goal_weight": [0.5],
    "agents.conformity": [1.0],
    "agents.beliefs.weighting": [0.65],
    "regime.schedule.kind": [
        "periodic",
        "budget",
        "targeted",
        "escalating",
        "adaptive",
        "optimal",
        "equilibrium",
    ],
    "regime.detector.unwatched_hit_rate": [0.1],
    "regime.detector.peer_report_rate": [0.1],
    "regime.detector.probe.hit_rate": [0.1],
    "regime.detector.probe.false_alarm_rate": [0.1],
    "regime.response.clawback": [1],
    "regime.response.internalisation": [0],
    "regime.response.rotation_when_complying": [0.1],
    "regime.response.habit": [0.1],
    "regime.response.reinforcement": [0.1],
    "regime.response.voice": [{"bonus": 1}],
    "society.graph": ["complete", "erdos_renyi", "watts_strogatz", "barabasi_albert", "stochastic_block"],
    "society.social_learning": [0.1],
    "society.news": [1],
}


UNBUILT_PAIRS = [(key, value) for key, values in UNBUILT.items() for value in values]


def nested(key, value):
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


def at(scenario, key):
    for name in key.split("."):
        scenario = getattr(scenario, name)
    return scenario


def leaves(schema, node, key=""):
    """Yield (dotted key, schema) of each leaf, following references and choices of kinds."""
    for name, field in node["properties"].items():
        parts = [schema["$defs"][option["$ref"].rpartition("/")[2]] for option in references(field)]
        parts = [part for part in parts if part["title"] != "Distribution"]
        for part in parts:
            yield from leaves(schema, part, f"{key}{name}.")
        if not parts:
            yield key + name, field


def references(field):
    return [option for option in [field, *field.get("anyOf", [])] if "$ref" in option]


def test_defaults():
    assert {row.key: row.default for row in fields_table()} == DEFAULTS


@pytest.mark.parametrize("key", [key for key in DEFAULTS if key != "agents.cue.accuracy"])
def test_a_scenario_has_the_defaults(key):
    assert at(Scenario(), key) == DEFAULTS[key]


def test_every_default_is_inside_its_own_range():
    # defaults are not validated when a scenario is made of them
    for key, value in DEFAULTS.items():
        if key != "agents.cue.accuracy":
            assert Scenario.from_mapping(nested(key, value)) == Scenario()


@pytest.mark.parametrize("key", NEUTRAL)
def test_neutral_values(key):
    assert neutral_value(key) == NEUTRAL[key]


def test_a_row_of_the_table():
    (row,) = [row for row in Scenario.parameters() if row.key == "agents.foresight"]
    assert (row.symbol, row.range, row.default, row.neutral, row.built) == (
        "gamma",
        "a number in [0, 1] or a distribution",
        0.9,
        0,
        True,
    )
    ranges = {row.key: row.range for row in fields_table()}
    assert ranges["stakes.kind"] == "proportional, fixed (not built yet: random, tasks)"
    assert ranges["agents.cue.kind"] == "gaussian, binary"


def test_the_schema_tells_all_about_each_parameter():
    schema = Scenario.json_schema()
    json.dumps(schema, allow_nan=False)
    found = dict(leaves(schema, schema))
    assert set(found) == set(DEFAULTS)
    for key, field in found.items():
        assert {"unit", "symbol", "neutral", "default", "description"} <= set(field), key


def test_the_schema_has_ranges_and_infinities_as_text():
    schema = Scenario.json_schema()
    found = dict(leaves(schema, schema))
    assert found["agents.beliefs.mean"]["exclusiveMinimum"] == 0
    assert found["agents.goals.angle"]["maximum"] == math.pi
    assert found["agents.depth"]["default"] == "inf"
    assert {"const": "inf"} in found["agents.rationality"]["anyOf"]
    assert found["stakes.kind"]["built"] == ["proportional", "fixed"]
    assert schema["additionalProperties"] is False


def test_every_parameter_is_described():
    for row in fields_table():
        assert row.description.endswith("."), row.key
        assert row.range, row.key
        assert row.unit or not parameter_at(row.key).numeric, row.key


def test_every_part_is_a_record_without_unknown_keys():
    for _, record, _ in walk(Scenario):
        assert issubclass(record, BaseModel)
        assert record.model_config["extra"] == "forbid"
        assert record.model_config["frozen"]


def test_all_other_mechanisms_are_built():
    partly_built = {"stakes.kind", "regime.schedule.kind"}
    assert {row.key for row in fields_table() if not row.built} == set(UNBUILT) - partly_built


@pytest.mark.parametrize("key", UNBUILT)
def test_an_unbuilt_mechanism_accepts_its_neutral_value(key):
    neutral = neutral_value(key)
    assert at(Scenario.from_mapping(nested(key, neutral)), key) == neutral


@pytest.mark.parametrize(("key", "value"), UNBUILT_PAIRS)
def test_an_unbuilt_mechanism_is_refused(key, value):
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping(nested(key, value))
    (message,) = caught.value.messages
    assert message.startswith(f"{key} must be ")
    assert message.endswith(f"(this mechanism is declared, but not built yet), got {value!r}")


def test_a_neutral_value_of_an_unknown_key():
    with pytest.raises(InputError, match=r"did you mean agents\.foresight"):
        neutral_value("agents.foresigth")
