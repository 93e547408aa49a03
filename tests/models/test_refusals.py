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


numbers = {
    row.key: parameter_at(row.key)
    for row in fields_table()
    if row.built and parameter_at(row.key).numeric and row.key != "agents.cue.accuracy"
}


@given(key=st.sampled_from(sorted(numbers)), value=st.floats() | st.integers())
def test_a_number_is_kept_or_refused_under_its_key(key, value):
    parameter = numbers[key]
    messages = []
    try:
        kept = at(Scenario().with_values({key: value}), key)
    except InputError as error:
        messages = error.messages
    else:
        assert kept == value
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
            {"agents": {"akrasia": 0.3}},
            "agents.akrasia must be 0 (this mechanism is declared, but not built yet), got 0.3",
        ),
        ({"agents": {"akrasia": 2}}, "agents.akrasia must be a number in [0, 1], got 2"),
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
            {"regime": {"schedule": {"kind": "periodic"}}},
            (
                "regime.schedule.kind must be none or constant "
                "(this mechanism is declared, but not built yet), got 'periodic'"
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
            {"stakes": {"kind": "tasks"}},
            ("stakes.kind must be proportional or fixed (this mechanism is declared, but not built yet), got 'tasks'"),
        ),
        ({"name": 3}, "name must be text, got 3"),
        ({"name": b"x"}, "name must be text, got b'x'"),
        ({"name": ""}, "name must be text of at least 1 character(s), got ''"),
    ],
)
def test_refused(mapping, message):
    assert refused(mapping) == message
    assert refused(mapping, "mine.yaml") == f"mine.yaml: {message}"


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
        Scenario.model_validate({"agents": {"akrasia": 1}})
    assert explain_errors(caught.value, Scenario).messages[0].startswith("agents.akrasia must be 0")


def test_an_input_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(InputError(["a", "b"])))
    assert error.messages == ["a", "b"]
    assert isinstance(error, ValueError)
