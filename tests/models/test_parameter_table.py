import json
import math
from typing import Literal

import pytest
from pydantic import BaseModel, ValidationError

from models.capability_parameters import DiscriminationRamp, ForesightRamp, RationalityRamp
from models.distributions import Distribution
from models.parameters import Section, choice
from models.refusals import InputError, explain_errors, walk
from models.scenario import Scenario, fields_table, neutral_value, parameter_at

# the defaults, written down from the specification and not read from the code
DEFAULTS = {
    "name": "scenario",
    "stakes.kind": "proportional",
    "stakes.scale": 1,
    "stakes.distribution": Distribution.model_validate({"distribution": "expon"}),
    "stakes.shared": True,
    "agents.count": 1000,
    "agents.goals.kind": "angle",
    "agents.goals.dimension": 4,
    "agents.goals.concentration": 2,
    "agents.goals.angle": 1.2,
    "agents.decision": "planner",
    "agents.learner.lives": 1000,
    "agents.learner.episodes": 50,
    "agents.learner.bins": 8,
    "agents.learner.modifications": 10,
    "agents.learner.power": 0.8,
    "agents.learner.exploration": 0.3,
    "agents.imitator.threshold": "spread",
    "agents.imitator.window": 20,
    "agents.imitator.temperature": 0.1,
    "agents.faker.threshold": 0.5,
    "regime.visibility.discrimination": None,
    "regime.visibility.signal": "none",
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
    "agents.beliefs.detector": None,
    "agents.beliefs.detector.kind": "rates",
    "agents.beliefs.detector.sensitivity": 2,
    "agents.beliefs.detector.criterion": 0,
    "agents.beliefs.detector.hit_rate": 0.9,
    "agents.beliefs.detector.false_alarm_rate": 0,
    "agents.beliefs.detector.unwatched_hit_rate": 0,
    "agents.beliefs.detector.peer_report_rate": 0,
    "agents.beliefs.detector.probe.hit_rate": 0,
    "agents.beliefs.detector.probe.false_alarm_rate": 0,
    "agents.capability": None,
    "agents.capability.level": 0.5,
    "agents.capability.growth": 0,
    "agents.capability.discrimination": DiscriminationRamp(at_zero=0, at_one=4, exponent=1),
    "agents.capability.discrimination.at_zero": 0,
    "agents.capability.discrimination.at_one": 4,
    "agents.capability.discrimination.exponent": 1,
    "agents.capability.foresight": ForesightRamp(at_zero=0, at_one=0.99, exponent=1),
    "agents.capability.foresight.at_zero": 0,
    "agents.capability.foresight.at_one": 0.99,
    "agents.capability.foresight.exponent": 1,
    "agents.capability.depth": None,
    "agents.capability.depth.at_zero": 0,
    "agents.capability.depth.at_one": 20,
    "agents.capability.depth.exponent": 1,
    "agents.capability.rationality": RationalityRamp(at_zero=1, at_one=50, exponent=1),
    "agents.capability.rationality.at_zero": 1,
    "agents.capability.rationality.at_one": 50,
    "agents.capability.rationality.exponent": 1,
    "agents.groups[].name": "group",
    "agents.groups[].share": 1,
    "agents.assignment": "shuffled",
    "regime.schedule.kind": "constant",
    "regime.schedule.rate": 0.2,
    "regime.schedule.period": 5,
    "regime.schedule.share": 0.2,
    "regime.schedule.temperature": 0.1,
    "regime.schedule.rows[].rate": 0.2,
    "regime.schedule.rows[].penalty": 0,
    "regime.schedule.rows[].move_if_caught": 0,
    "regime.schedule.rows[].move_if_complied": 0,
    "regime.schedule.rows[].to": 0,
    "regime.schedule.rows[].to_if_complied": None,
    "regime.schedule.gain": 0.1,
    "regime.schedule.goal": 0.1,
    "regime.visibility.honeypot_share": 0,
    "regime.detector.kind": "rates",
    "regime.detector.sensitivity": 2,
    "regime.detector.criterion": 0,
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
    "regime.response.voice.answer_probability": 1,
    "regime.response.voice.bonus": 0,
    "regime.response.voice.gain_share": 0,
    "regime.response.voice.penalty": 0,
    "overseer.harm": 1,
    "overseer.recovery": 0,
    "overseer.monitoring_cost": 0,
    "overseer.modification_cost": 0,
    "overseer.false_alarm_cost": 0,
    "overseer.capability": None,
    "overseer.capability.level": 0.5,
    "overseer.capability.growth": 0,
    "overseer.capability.sensitivity.at_zero": 0,
    "overseer.capability.sensitivity.at_one": 4,
    "overseer.capability.sensitivity.exponent": 1,
    "society.graph": "none",
    "society.edge_probability": 0.01,
    "society.neighbours": 10,
    "society.rewiring_probability": 0.1,
    "society.attachments": 5,
    "society.blocks": 4,
    "society.within_probability": 0.04,
    "society.between_probability": 0.001,
    "society.path": "",
    "society.initial_compliance": 0.5,
    "society.social_learning": 0,
    "society.news": 0,
    "run.episodes": 100,
    "run.replicates": 20,
}

# what must be set before a key that the base of all defaults does not have
FIRST = {
    "stakes.distribution": {"stakes.kind": "random"},
    "stakes.shared": {"stakes.kind": "tasks"},
    "agents.cue.accuracy": {"agents.cue.kind": "binary"},
    "agents.goals.concentration": {"agents.goals.kind": "von_mises_fisher"},
    "regime.detector.sensitivity": {"regime.detector.kind": "gaussian"},
    "regime.detector.criterion": {"regime.detector.kind": "gaussian"},
    "agents.beliefs.detector.sensitivity": {"agents.beliefs.detector.kind": "gaussian"},
    "agents.beliefs.detector.criterion": {"agents.beliefs.detector.kind": "gaussian"},
    "regime.schedule.period": {"regime.schedule.kind": "periodic"},
    "regime.schedule.share": {"regime.schedule.kind": "budget"},
    "regime.schedule.temperature": {"regime.schedule.kind": "targeted"},
    "regime.schedule.gain": {"regime.schedule.kind": "adaptive"},
    "regime.schedule.goal": {"regime.schedule.kind": "adaptive"},
}
#: Parts that are null by default, inner ones first, and what they need to be there.
IN_A_PART_THAT_MAY_BE_NULL = {
    "regime.response.voice.": {},
    "agents.beliefs.detector.": {},
    "agents.capability.depth.": {},
    "agents.capability.": {},
    "overseer.capability.": {"regime.detector.kind": "gaussian"},
}
IN_A_LIST = ("regime.schedule.rows[].", "agents.groups[].")
SETTABLE = [key for key in DEFAULTS if not key.startswith(IN_A_LIST)]


NEUTRAL = {
    "stakes.kind": "proportional",
    "agents.decision": "planner",
    "agents.planning": "chain",
    "agents.beliefs.detector": None,
    "agents.beliefs.detector.sensitivity": math.inf,
    "agents.capability": None,
    "agents.capability.growth": 0,
    "overseer.capability": None,
    "regime.detector.sensitivity": math.inf,
    "regime.schedule.kind": "none",
    "regime.schedule.rate": 0,
    "regime.schedule.share": 0,
    "regime.schedule.temperature": math.inf,
    "regime.schedule.gain": 0,
    "regime.response.voice": None,
    "regime.response.voice.bonus": 0,
    "regime.response.voice.gain_share": 0,
    "regime.response.voice.penalty": 0,
    "society.graph": "none",
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


class Toy(Section):
    """A part of which only one kind is built."""

    kind: Literal["one", "other"] = choice("one", "What it is.", built=("one",))


def nested(key, value):
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


def with_value(key, value):
    needed = {"regime.detector.kind": "gaussian"} if key == "overseer.capability" and value is not None else {}
    return Scenario().with_values({**needed, **FIRST.get(key, {}), key: value})


def filled_part(key):
    """Return what makes the part that a key is in, where it is null by default."""
    for part, first in IN_A_PART_THAT_MAY_BE_NULL.items():
        if key.startswith(part):
            return {**first, part.removesuffix("."): {}}
    return {}


def at(scenario, key):
    for name in key.split("."):
        scenario = getattr(scenario, name)
    return scenario


def leaves(schema, node, key=""):
    """Yield (dotted key, schema) of each leaf, following references and choices of kinds."""
    for name, field in node["properties"].items():
        parts = [schema["$defs"][option["$ref"].rpartition("/")[2]] for option in references(field)]
        parts = [part for part in parts if part["title"] not in ("Distribution", "Changes")]
        for part in parts:
            yield from leaves(schema, part, f"{key}{name}{'[]' if 'items' in field else ''}.")
        if "unit" in field:
            yield key + name, field


def references(field):
    return [option for option in [field, *field.get("anyOf", []), field.get("items", {})] if "$ref" in option]


def test_defaults():
    assert {row.key: row.default for row in fields_table()} == DEFAULTS


@pytest.mark.parametrize("key", SETTABLE)
def test_a_scenario_has_the_defaults(key):
    first = FIRST.get(key) or filled_part(key)
    assert at(Scenario().with_values(first), key) == DEFAULTS[key]


@pytest.mark.parametrize("key", SETTABLE)
def test_every_default_is_inside_its_own_range(key):
    # defaults are not validated when a scenario is made of them
    if key in FIRST:
        assert with_value(key, DEFAULTS[key]) == Scenario().with_values(FIRST[key])
    elif not (part := filled_part(key)):
        assert Scenario.from_mapping(nested(key, DEFAULTS[key])) == Scenario()
    else:
        assert Scenario().with_values(part | {key: DEFAULTS[key]}) == Scenario().with_values(part)


def test_the_defaults_of_a_row_are_inside_their_ranges():
    rows = IN_A_LIST[0]
    row = {key.removeprefix(rows): value for key, value in DEFAULTS.items() if key.startswith(rows)}
    schedules = [
        Scenario().with_values({"regime.schedule": {"kind": "escalating", "rows": [written]}}).regime.schedule
        for written in (row, {})
    ]
    assert schedules[0] == schedules[1]
    assert schedules[0].rows[0].model_dump() == row


def test_the_default_rows_are_those_of_two_groups():
    # the first group is watched seldom and not punished, the second is both until it complies
    escalating = Scenario().with_values({"regime.schedule.kind": "escalating"})
    rows = [
        {"rate": 0.1, "move_if_caught": 1, "to": 1},
        {"rate": 0.5, "penalty": 1, "move_if_complied": 0.5, "to": 0},
    ]
    assert escalating == Scenario().with_values({"regime.schedule": {"kind": "escalating", "rows": rows}})
    assert escalating.regime.schedule.rate == escalating.watching_rate == 0.1


@pytest.mark.parametrize("key", NEUTRAL)
def test_neutral_values(key):
    assert neutral_value(key) == NEUTRAL[key]
    assert at(with_value(key, NEUTRAL[key]), key) == NEUTRAL[key]


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
    assert ranges["stakes.kind"] == "proportional, fixed, random, tasks"
    assert ranges["stakes.distribution"] == "a distribution >= 0"
    assert ranges["stakes.shared"] == "true, false"
    assert ranges["agents.cue.kind"] == "gaussian, binary"
    assert ranges["agents.decision"] == "planner, learner, imitator, honest, compliant, faker"
    assert ranges["regime.visibility.discrimination"] == "a number >= 0 or inf or null"
    assert ranges["regime.schedule.rows[].to_if_complied"] == "a whole number >= 0 or null"
    assert ranges["regime.response.voice"] == "a mapping of keys to values, or null"
    assert ranges["society.path"] == "text"


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
    assert "built" not in found["agents.decision"]
    assert found["stakes.distribution"]["neutral"] == {"distribution": "expon"}
    assert found["regime.schedule.temperature"]["neutral"] == "inf"
    assert found["regime.schedule.rows[].rate"]["maximum"] == 1
    rows = schema["$defs"]["Escalating"]["properties"]["rows"]
    assert (rows["minItems"], rows["maxItems"]) == (1, 100)
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


def test_every_mechanism_is_built():
    assert all(parameter_at(key).built is True for key in DEFAULTS)
    assert all(row.built for row in fields_table())


def test_a_mechanism_that_is_not_built_is_refused():
    assert Toy(kind="one").kind == "one"
    with pytest.raises(ValidationError) as caught:
        Toy(kind="other")
    message = "kind must be one (this mechanism is declared, but not built yet), got 'other'"
    assert explain_errors(caught.value, Toy).messages == [message]
    assert Toy.model_json_schema()["properties"]["kind"]["built"] == ["one"]


def test_a_neutral_value_of_an_unknown_key():
    with pytest.raises(InputError, match=r"did you mean agents\.foresight"):
        neutral_value("agents.foresigth")
