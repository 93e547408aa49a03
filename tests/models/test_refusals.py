import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.agent_parameters import BinaryCue
from models.refusals import InputError, explain_errors
from models.scenario import Scenario, fields_table, parameter_at


def nested(key, value):
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


def at(scenario, key):
    for name in key.split("."):
        scenario = getattr(scenario, name)
    return scenario


def refused(mapping, where=""):
    """Return the only message of the refusal."""
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping(mapping, where)
    (message,) = caught.value.messages
    return message


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("agents.foresight", 1 - 1e-6, 1),
        ("agents.foresight", 0, -1e-6),
        ("agents.goals.angle", math.pi, math.pi + 1e-6),
        ("agents.goals.dimension", 2, 1),
        ("agents.goals.dimension", 1000, 1001),
        ("agents.count", 1, 0),
        ("agents.count", 10_000_000, 10_000_001),
        ("agents.rationality", math.inf, 0),
        ("agents.cue.discrimination", math.inf, -1e-6),
        ("agents.terminal_guarding", 1e300, math.inf),
        ("agents.beliefs.mean", 1 - 1e-6, 1),
        ("agents.beliefs.mean", 1e-6, 0),
        ("agents.beliefs.strength", 1e-6, 0),
        ("agents.beliefs.forgetting", 0, -1e-6),
        ("agents.beliefs.honeypot_share", 1 - 1e-6, 1),
        ("regime.schedule.rate", 1, 1 + 1e-6),
        ("regime.visibility.honeypot_share", 0, 1),
        ("regime.detector.false_alarm_rate", 0.9, 0.9 + 1e-6),
        ("regime.response.penalty", 1e6, math.inf),
        ("regime.response.rotation", 1, 1 + 1e-6),
        ("agents.depth", math.inf, -1),
        ("agents.akrasia", 1, 1 + 1e-6),
        ("agents.current_goal_weight", 0, 1 + 1e-6),
        ("agents.conformity", 1e300, math.inf),
        ("agents.beliefs.weighting", 1e-6, 0),
        ("agents.beliefs.detector.hit_rate", 0, 1 + 1e-6),
        ("agents.beliefs.detector.false_alarm_rate", 0.9, 0.9 + 1e-6),
        ("regime.detector.unwatched_hit_rate", 0.9, 0.9 + 1e-6),
        ("regime.detector.peer_report_rate", 1, 1 + 1e-6),
        ("regime.detector.probe.hit_rate", 1, 1 + 1e-6),
        ("regime.response.clawback", 1, 1 + 1e-6),
        ("regime.response.internalisation", 0, -1e-6),
        ("regime.response.rotation_when_complying", 1, 1 + 1e-6),
        ("regime.response.habit", 1e6, math.inf),
        ("regime.response.reinforcement", 1e6, -1e-6),
        ("regime.response.voice.answer_probability", 0, 1 + 1e-6),
        ("regime.response.voice.gain_share", 1, 1 + 1e-6),
        ("regime.response.voice.bonus", 1e6, math.inf),
        ("regime.response.voice.penalty", 1e6, -1e-6),
        ("society.initial_compliance", 1, 1 + 1e-6),
        ("society.social_learning", 1, 1 + 1e-6),
        ("society.news", 1e6, math.inf),
        ("stakes.scale", 1e-6, 0),
        ("stakes.scale", 1e6, math.inf),
        ("overseer.recovery", 1, 1 + 1e-6),
        ("overseer.harm", 0, -1e-6),
        ("run.episodes", 1_000_000_000, 1_000_000_001),
        ("run.replicates", 1_000_000, 0),
        ("name", "x" * 100, "x" * 101),
        ("name", "x", ""),
    ],
)
def test_ends_of_ranges(key, inside, outside):
    assert at(Scenario.from_mapping(nested(key, inside)), key) == inside
    assert refused(nested(key, outside)).startswith(f"{key} must be ")


@pytest.mark.parametrize("accuracy", [0.5, 1])
def test_ends_of_the_accuracy(accuracy):
    cue = Scenario.from_mapping({"agents": {"cue": {"kind": "binary", "accuracy": accuracy}}}).agents.cue
    assert cue == BinaryCue(accuracy=accuracy)


@pytest.mark.parametrize(
    ("schedule", "inside", "outside"),
    [
        ("periodic.period", 1, 0),
        ("budget.share", 1, 1 + 1e-6),
        ("targeted.share", 0, -1e-6),
        ("targeted.temperature", math.inf, -1e-6),
        ("adaptive.rate", 1, 1 + 1e-6),
        ("adaptive.gain", 1e6, math.inf),
        ("adaptive.goal", 1, 1 + 1e-6),
    ],
)
def test_ends_of_ranges_of_schedules(schedule, inside, outside):
    kind, key = schedule.split(".")
    kept = Scenario.from_mapping({"regime": {"schedule": {"kind": kind, key: inside}}}).regime.schedule
    assert (kept.kind, getattr(kept, key)) == (kind, inside)
    message = refused({"regime": {"schedule": {"kind": kind, key: outside}}})
    assert message.startswith(f"regime.schedule.{key} must be ")


def first(key):
    """Return what must be set before ``key`` so that there is such a key."""
    found = [
        {"agents.cue.kind": "binary"} if key == "agents.cue.accuracy" else {},
        {"regime.schedule.kind": schedule_kinds[key]} if key in schedule_kinds else {},
        {"society.graph": graphs[key]} if key in graphs else {},
        {"agents.goals.kind": "von_mises_fisher"} if key == "agents.goals.concentration" else {},
        {"regime.detector.kind": "gaussian"} if key in gaussian or key.startswith("overseer.capability") else {},
        {"agents.beliefs.detector.kind": "gaussian"} if key in gaussian and "beliefs" in key else {},
    ]
    return {name: value for part in found for name, value in part.items()}


gaussian = {
    f"{part}.{name}" for part in ("regime.detector", "agents.beliefs.detector") for name in ("sensitivity", "criterion")
}
schedule_kinds = {
    f"regime.schedule.{name}": kind
    for name, kind in {
        "period": "periodic",
        "share": "budget",
        "temperature": "targeted",
        "gain": "adaptive",
        "goal": "adaptive",
    }.items()
}
graphs = {
    f"society.{name}": graph
    for name, graph in {
        "edge_probability": "erdos_renyi",
        "neighbours": "watts_strogatz",
        "rewiring_probability": "watts_strogatz",
        "attachments": "barabasi_albert",
        "blocks": "stochastic_block",
        "within_probability": "stochastic_block",
        "between_probability": "stochastic_block",
    }.items()
}
numbers = {
    row.key: parameter_at(row.key)
    for row in fields_table()
    if row.built and parameter_at(row.key).numeric and "[]" not in row.key
}


@given(key=st.sampled_from(sorted(numbers)), value=st.floats() | st.integers())
def test_a_number_is_kept_or_refused_under_its_key(key, value):
    parameter = numbers[key]
    messages = []
    try:
        kept = at(Scenario().with_values({**first(key), key: value}), key)
    except InputError as error:
        messages = error.messages
    else:
        assert kept in (value, float(value))
        assert parameter.lower <= kept <= parameter.upper
    assert all(message.startswith(f"{key} must be ") for message in messages)
    assert len(messages) <= 1


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"agents": {"foresigth": 1}}, "agents.foresigth is not a known key; did you mean agents.foresight?"),
        ({"agent": {}}, "agent is not a known key; did you mean agents?"),
        ({"foresight": 0.5}, "foresight is not a known key; did you mean agents.foresight?"),
        (
            {"regime": {"penalty": 1}},
            "regime.penalty is not a known key; did you mean regime.response.penalty?",
        ),
        (
            {"agents": {"cue": {"discriminaton": 1}}},
            "agents.cue.discriminaton is not a known key; did you mean agents.cue.discrimination?",
        ),
        ({"overseer": {"xyz": 1}}, "overseer.xyz is not a known key"),
        ({"seed": 1}, "seed is not a known key"),
        ({1: 2}, "1 is not a known key"),
        ({"agents": {1: 2}}, "agents.1 is not a known key"),
        (3, "the scenario must be a mapping of keys to values, got 3"),
        ({"agents": None}, "agents must be a mapping of keys to values, got null"),
        ({"agents": {"cue": 4}}, "agents.cue must be a mapping of keys to values, got 4"),
        (
            {"agents": {"count": 10**12}},
            "agents.count must be a whole number in [1, 10000000], got 1000000000000",
        ),
        ({"agents": {"count": 10.0}}, "agents.count must be a whole number in [1, 10000000], got 10.0"),
        ({"agents": {"count": True}}, "agents.count must be a whole number in [1, 10000000], got True"),
        (
            {"agents": {"foresight": "0.5"}},
            "agents.foresight must be a number in [0, 1] or a distribution, got '0.5'",
        ),
        (
            {"agents": {"foresight": math.nan}},
            "agents.foresight must be a number in [0, 1] or a distribution, got nan",
        ),
        (
            {"agents": {"foresight": False}},
            "agents.foresight must be a number in [0, 1] or a distribution, got False",
        ),
        (
            {"agents": {"foresight": None}},
            "agents.foresight must be a number in [0, 1] or a distribution, got null",
        ),
        ({"agents": {"foresight": 1}}, "agents.foresight must be below 1 where agents.depth is inf, got 1.0"),
        (
            {"agents": {"foresight": {"distribution": "beta", "a": 2}}},
            (
                "agents.foresight must be a distribution beta with the shape parameters a, b, and no other "
                "keys than loc and scale, got {'distribution': 'beta', 'a': 2}"
            ),
        ),
        (
            {"agents": {"goals": {"angle": 3.2}}},
            "agents.goals.angle must be a number in [0, pi] or a distribution, got 3.2",
        ),
        (
            {"agents": {"rationality": "-inf"}},
            "agents.rationality must be a number > 0 or inf or a distribution, got '-inf'",
        ),
        (
            {"agents": {"rationality": "Infinity"}},
            "agents.rationality must be a number > 0 or inf or a distribution, got 'Infinity'",
        ),
        (
            {"agents": {"beliefs": {"mean": "real_rate"}}},
            "agents.beliefs.mean must be a number in (0, 1) or true_rate or a distribution, got 'real_rate'",
        ),
        (
            {"agents": {"beliefs": {"feedback": "all"}}},
            "agents.beliefs.feedback must be none, cue, outcome or full, got 'all'",
        ),
        ({"agents": {"depth": 1.5}}, "agents.depth must be a whole number >= 0 or inf, got 1.5"),
        (
            {"agents": {"decision": "lerner"}},
            "agents.decision must be planner, learner, imitator, honest, compliant or faker, got 'lerner'",
        ),
        ({"agents": {"akrasia": 2}}, "agents.akrasia must be a number in [0, 1] or a distribution, got 2"),
        (
            {"agents": {"foresight": 1, "depth": math.inf}},
            "agents.foresight must be below 1 where agents.depth is inf, got 1.0",
        ),
        (
            {"agents": {"beliefs": {"detector": 3}}},
            "agents.beliefs.detector must be a mapping of keys to values, or null, got 3",
        ),
        (
            {"agents": {"beliefs": {"detector": {"hit_rat": 1}}}},
            "agents.beliefs.detector.hit_rat is not a known key; did you mean agents.beliefs.detector.hit_rate?",
        ),
        (
            {"agents": {"beliefs": {"detector": {"hit_rate": 0.1, "false_alarm_rate": 0.2}}}},
            "agents.beliefs.detector.false_alarm_rate must be at most hit_rate, 0.1, got 0.2",
        ),
        ({"agents": {"cue": {"kind": "x"}}}, "agents.cue.kind must be one of gaussian, binary, got 'x'"),
        ({"agents": {"cue": {"kind": ["x"]}}}, "agents.cue.kind must be one of gaussian, binary, got ['x']"),
        (
            {"agents": {"cue": {"accuracy": 0.9}}},
            (
                "agents.cue.kind must be binary for agents.cue.accuracy to be set: "
                "set agents.cue.kind too, or leave accuracy out"
            ),
        ),
        (
            {"agents": {"cue": {"kind": "binary", "accuracy": 0.3}}},
            "agents.cue.accuracy must be a number in [0.5, 1] or a distribution, got 0.3",
        ),
        (
            {"regime": {"schedule": {"kind": "none", "rate": 0.3}}},
            "regime.schedule.rate must be 0 or left out where the schedule's kind is none, got 0.3",
        ),
        (
            {"regime": {"schedule": {"kind": "perodic"}}},
            (
                "regime.schedule.kind must be one of constant, none, periodic, budget, targeted, escalating, "
                "adaptive, optimal, equilibrium, got 'perodic'"
            ),
        ),
        (
            {"regime": {"schedule": {"kind": "escalating", "rate": 0.2}}},
            (
                "regime.schedule.kind must be constant or adaptive for regime.schedule.rate to be set: "
                "set regime.schedule.kind too, or leave rate out"
            ),
        ),
        (
            {"regime": {"schedule": {"rows": []}}},
            (
                "regime.schedule.kind must be escalating for regime.schedule.rows to be set: "
                "set regime.schedule.kind too, or leave rows out"
            ),
        ),
        (
            {"regime": {"detector": {"hit_rate": 0.1, "false_alarm_rate": 0.2}}},
            "regime.detector.false_alarm_rate must be at most hit_rate, 0.1, got 0.2",
        ),
        (
            {"regime": {"response": {"penalty": math.inf}}},
            "regime.response.penalty must be a number >= 0, got inf",
        ),
        (
            {"regime": {"response": {"penalty": "inf"}}},
            "regime.response.penalty must be a number >= 0, got 'inf'",
        ),
        (
            {"regime": {"response": {"penalty": 10**400}}},
            "regime.response.penalty must be a number >= 0, got 1" + "0" * 56 + "...",
        ),
        (
            {"regime": {"response": {"voice": 1}}},
            "regime.response.voice must be a mapping of keys to values, or null, got 1",
        ),
        (
            {"regime": {"response": {"voice": {"bonsu": 1}}}},
            "regime.response.voice.bonsu is not a known key; did you mean regime.response.voice.bonus?",
        ),
        (
            {"stakes": {"kind": "task"}},
            "stakes.kind must be one of proportional, fixed, random, tasks, got 'task'",
        ),
        ({"stakes": {"kind": "tasks", "shared": 1}}, "stakes.shared must be true or false, got 1"),
        (
            {"stakes": {"distribution": {"distribution": "expon"}}},
            (
                "stakes.kind must be random for stakes.distribution to be set: "
                "set stakes.kind too, or leave distribution out"
            ),
        ),
        (
            {"society": {"graph": "complete", "edge_probability": 0.5}},
            "society.graph must be erdos_renyi for society.edge_probability to be set, got 'complete'",
        ),
        (
            {"society": {"graph": "file"}},
            "society.path must be the name of a file where society.graph is file, got ''",
        ),
        ({"hit_rate": 1}, "hit_rate is not a known key; did you mean regime.detector.hit_rate?"),
        ({"name": 3}, "name must be text, got 3"),
        ({"name": b"x"}, "name must be text, got b'x'"),
        ({"name": ""}, "name must be text of at least 1 character(s), got ''"),
    ],
)
def test_refused(mapping, message):
    assert refused(mapping) == message
    assert refused(mapping, "mine.yaml") == f"mine.yaml: {message}"


A_LIST = "a list of 1 to 100 mappings of keys to values"
GROUP = "regime.schedule.rows[0].to_if_complied must be a whole number >= 0 or null"


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        ([], [f"regime.schedule.rows must be {A_LIST}, got []"]),
        (None, [f"regime.schedule.rows must be {A_LIST}, got null"]),
        ("ab", [f"regime.schedule.rows must be {A_LIST}, got 'ab'"]),
        ({"rate": 1}, [f"regime.schedule.rows must be {A_LIST}, got {{'rate': 1}}"]),
        ([{}] * 101, [f"regime.schedule.rows must be {A_LIST}, got [{{}}, {'{}, ' * 13}..."]),
        ([3], ["regime.schedule.rows[0] must be a mapping of keys to values, got 3"]),
        ([{"rate": 2}], ["regime.schedule.rows[0].rate must be a number in [0, 1], got 2"]),
        (
            [{"rate": 2}, {}, {"penalty": -1}],
            [
                "regime.schedule.rows[0].rate must be a number in [0, 1], got 2",
                "regime.schedule.rows[2].penalty must be a number >= 0, got -1",
            ],
        ),
        (
            [{}, {"rat": 1}],
            ["regime.schedule.rows[1].rat is not a known key; did you mean regime.schedule.rows[1].rate?"],
        ),
        (
            [{"perod": 1}],
            ["regime.schedule.rows[0].perod is not a known key; did you mean regime.schedule.period?"],
        ),
        ([{"xyz": 1}], ["regime.schedule.rows[0].xyz is not a known key"]),
        ([{"to": 1}], ["regime.schedule.rows[0].to must be at most 0, the last group, got 1"]),
        (
            [{"to": 2}, {"to_if_complied": 3}],
            [
                "regime.schedule.rows[0].to must be at most 1, the last group, got 2",
                "regime.schedule.rows[1].to_if_complied must be at most 1, the last group, got 3",
            ],
        ),
        ([{"to": 0.0}], ["regime.schedule.rows[0].to must be a whole number >= 0, got 0.0"]),
        ([{"to_if_complied": True}], [f"{GROUP}, got True"]),
        ([{"to_if_complied": -1}], [f"{GROUP}, got -1"]),
    ],
)
def test_refused_rows(rows, messages):
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping({"regime": {"schedule": {"kind": "escalating", "rows": rows}}})
    assert caught.value.messages == messages


@pytest.mark.parametrize(
    ("mapping", "messages"),
    [
        (
            {"regime": {"detector": {"hit_rate": 0.1, "false_alarm_rate": 0.2, "unwatched_hit_rate": 0.3}}},
            [
                "regime.detector.false_alarm_rate must be at most hit_rate, 0.1, got 0.2",
                "regime.detector.unwatched_hit_rate must be at most hit_rate, 0.1, got 0.3",
            ],
        ),
        (
            {"society": {"graph": "watts_strogatz", "neighbours": 3, "blocks": 2}},
            [
                "society.graph must be stochastic_block for society.blocks to be set, got 'watts_strogatz'",
                "society.neighbours must be an even number, got 3",
            ],
        ),
    ],
)
def test_every_contradiction_is_named(mapping, messages):
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping(mapping)
    assert caught.value.messages == messages


def test_the_next_episode_may_weigh_as_much_where_planning_ends():
    agents = Scenario.from_mapping({"agents": {"foresight": 1, "depth": 3}}).agents
    assert (agents.foresight, agents.depth) == (1, 3)


def test_every_mistake_is_named_once():
    mapping = {"name": 3, "agents": {"foresight": 2, "cue": {"discrimination": -1}}, "run": {"episode": 4}}
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping(mapping, "mine.yaml")
    assert [message.split(" ")[1] for message in caught.value.messages] == [
        "name",
        "agents.foresight",
        "agents.cue.discrimination",
        "run.episode",
    ]
    assert str(caught.value).splitlines() == caught.value.messages


def test_validation_itself_raises_what_the_errors_are_explained_from():
    with pytest.raises(ValidationError) as caught:
        Scenario.model_validate({"agents": {"decision": "lerner"}})
    assert explain_errors(caught.value, Scenario).messages[0].startswith("agents.decision must be planner, learner")


def test_an_input_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(InputError(["a", "b"])))
    assert error.messages == ["a", "b"]
    assert isinstance(error, ValueError)
