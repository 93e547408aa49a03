import json
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.agent_parameters import BinaryCue, GaussianCue
from models.detector_parameters import RatesDetector
from models.distributions import Distribution
from models.goal_parameters import AngleGoals
from models.refusals import InputError
from models.regime_parameters import Voice
from models.scenario import Scenario
from models.schedule_parameters import Budget, Row, Targeted
from models.stakes_parameters import RandomStakes, SteadyStakes, TaskStakes

BASE = {
    "name": "base",
    "stakes": {"kind": "fixed", "scale": 1.0},
    "agents": {
        "count": 1000,
        "goals": {"kind": "angle", "dimension": 4, "angle": 1.2},
        "decision": "planner",
        "learner": {
            "lives": 1000,
            "episodes": 50,
            "bins": 8,
            "modifications": 10,
            "power": 0.8,
            "exploration": 0.3,
        },
        "imitator": {"threshold": "spread", "window": 20, "temperature": 0.1},
        "faker": {"threshold": 0.5},
        "planning": "chain",
        "foresight": 0.9,
        "depth": math.inf,
        "rationality": math.inf,
        "akrasia": 0,
        "cue": {"kind": "gaussian", "discrimination": 2.0},
        "terminal_guarding": 0,
        "current_goal_weight": 1,
        "conformity": 0,
        "beliefs": {
            "mean": "true_rate",
            "strength": math.inf,
            "feedback": "none",
            "forgetting": 1,
            "weighting": 1,
            "honeypot_share": 0,
            "detector": None,
        },
        "capability": None,
        "groups": (),
        "assignment": "shuffled",
    },
    "regime": {
        "schedule": {"kind": "constant", "rate": 0.2},
        "visibility": {"discrimination": None, "signal": "none", "honeypot_share": 0},
        "detector": {
            "kind": "rates",
            "hit_rate": 0.8,
            "false_alarm_rate": 0,
            "unwatched_hit_rate": 0,
            "peer_report_rate": 0,
            "probe": {"hit_rate": 0, "false_alarm_rate": 0},
        },
        "response": {
            "penalty": 0,
            "clawback": 0,
            "rotation": 1,
            "internalisation": 1,
            "rotation_when_complying": 0,
            "habit": 0,
            "reinforcement": 0,
            "voice": None,
        },
    },
    "overseer": {
        "harm": 1,
        "recovery": 0,
        "monitoring_cost": 0,
        "modification_cost": 0,
        "false_alarm_cost": 0,
        "capability": None,
    },
    "society": {
        "graph": "none",
        "edge_probability": 0.01,
        "neighbours": 10,
        "rewiring_probability": 0.1,
        "attachments": 5,
        "blocks": 4,
        "within_probability": 0.04,
        "between_probability": 0.001,
        "path": "",
        "initial_compliance": 0.5,
        "social_learning": 0,
        "news": 0,
    },
    "run": {"episodes": 100, "replicates": 20},
}


LEARNING = {
    "name": "learning",
    "stakes": {"kind": "proportional", "scale": 1.0},
    "agents": {
        "count": 1000,
        "goals": {"dimension": 4, "angle": {"distribution": "beta", "a": 2, "b": 3, "scale": 3.14159}},
        "foresight": 0.9,
        "rationality": 10,
        "cue": {"kind": "gaussian", "discrimination": 2.0},
        "beliefs": {"mean": 0.5, "strength": 2, "feedback": "outcome", "forgetting": 0.99},
    },
    "regime": {
        "schedule": {"kind": "constant", "rate": 0.3},
        "detector": {"hit_rate": 0.9, "false_alarm_rate": 0.02},
        "response": {"penalty": 0.2, "rotation": 0.3},
    },
    "run": {"episodes": 100, "replicates": 20},
}


def test_the_base_scenario():
    base = Scenario.from_mapping(BASE)
    assert base.stakes.kind == "fixed"
    assert base.agents.beliefs.mean == "true_rate"
    assert base.agents.beliefs.strength == math.inf
    assert base.regime.detector.hit_rate == 0.8
    assert base.model_dump() == BASE


def test_the_learning_scenario():
    learning = Scenario.from_mapping(LEARNING)
    assert learning.agents.goals.angle.mean() == pytest.approx(0.4 * 3.14159)
    assert learning.agents.depth == math.inf
    assert learning.agents.beliefs.honeypot_share == 0
    assert learning.regime.response.penalty == 0.2


def test_watching_rate():
    assert Scenario().watching_rate == 0.2
    assert Scenario.from_mapping({"regime": {"schedule": {"rate": 0.7}}}).watching_rate == 0.7
    assert Scenario.from_mapping({"regime": {"schedule": {"kind": "none"}}}).watching_rate == 0
    assert Scenario.from_mapping({"regime": {"schedule": {"kind": "none", "rate": 0}}}).watching_rate == 0


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        ({"kind": "periodic", "period": 7}, 1),
        # floor(0.25 * 10 + 1/2) = 3 of 10 agents
        ({"kind": "budget", "share": 0.25}, 0.3),
        ({"kind": "targeted", "share": 0.04}, 0),
        ({"kind": "escalating", "rows": [{"rate": 0.6}, {"rate": 0.1}]}, 0.6),
        ({"kind": "adaptive", "rate": 0.7}, 0.7),
    ],
)
def test_watching_rate_at_the_start(schedule, rate):
    scenario = Scenario.from_mapping({"agents": {"count": 10}, "regime": {"schedule": schedule}})
    assert scenario.watching_rate == rate
    believing = scenario.with_values({"agents.beliefs.mean": "true_rate"})
    assert believing.drawn_values("agents.beliefs.mean", np.zeros(2)).tolist() == [rate, rate]


def test_a_whole_number_is_kept_as_a_float_where_the_parameter_is_one():
    foresight = Scenario.from_mapping({"agents": {"foresight": 0}}).agents.foresight
    assert isinstance(foresight, float)
    assert isinstance(Scenario.from_mapping({"agents": {"count": np.int64(5)}}).agents.count, int)


def test_negative_zero_is_written_as_zero():
    scenario = Scenario.from_mapping({"regime": {"response": {"penalty": -0.0}}})
    assert scenario.model_dump_json() == Scenario().model_dump_json()


SCHEDULES = [
    {"rate": 0.3},
    {"kind": "none"},
    {"kind": "periodic", "period": 3},
    {"kind": "budget", "share": 0.1},
    {"kind": "targeted", "temperature": "inf"},
    {"kind": "targeted", "share": 0.5, "temperature": 0},
    {"kind": "escalating"},
    {"kind": "escalating", "rows": [{"rate": 0.1, "to": 1}, {"penalty": 2, "to_if_complied": 0}, {}]},
    {"kind": "adaptive", "gain": 2, "goal": 0},
]
GOALS = [
    {},
    {"kind": "von_mises_fisher", "concentration": 3, "dimension": 2},
    {"kind": "vectors", "vectors": [[1, 2, -0.5]]},
]
GROUPS = [
    (),
    [
        {"name": "a", "share": 0.625},
        {"share": 0.375, "set": {"agents": {"foresight": {"distribution": "uniform", "scale": 0.9}, "cue": {}}}},
    ],
]
STAKES = [
    {},
    {"kind": "fixed", "scale": 2},
    {"kind": "random"},
    {"kind": "random", "distribution": {"distribution": "beta", "a": 2, "b": 3}},
    {"kind": "tasks", "shared": False},
]


@st.composite
def scenarios(draw):
    """Return scenarios with numbers of all sizes, and with distributions."""
    values = {
        "agents.foresight": draw(st.floats(0, 0.99) | st.just({"distribution": "beta", "a": 2, "b": 3})),
        "agents.rationality": draw(st.floats(0, exclude_min=True) | st.just("inf")),
        "agents.beliefs.mean": draw(st.floats(0.01, 0.99) | st.just("true_rate")),
        "regime.response.penalty": draw(st.floats(0, allow_infinity=False)),
        "agents.count": draw(st.integers(2, 10_000_000)),
        "agents.cue": draw(st.sampled_from([{"kind": "binary", "accuracy": 0.7}, {"discrimination": math.inf}])),
        "agents.depth": draw(st.integers(0, 10**9) | st.just(math.inf)),
        "agents.beliefs.detector": draw(st.sampled_from([None, {}, {"hit_rate": 0.5, "probe": {"hit_rate": 0.1}}])),
        "agents.goals": draw(st.sampled_from(GOALS)),
        "agents.groups": draw(st.sampled_from(GROUPS)),
        "regime.detector": draw(st.sampled_from([{}, {"kind": "gaussian", "sensitivity": "inf", "criterion": -1}])),
        "regime.schedule": draw(st.sampled_from(SCHEDULES)),
        "regime.response.voice": draw(st.sampled_from([None, {}, {"bonus": 7.2, "gain_share": 0.5}])),
        "stakes": draw(st.sampled_from(STAKES)),
        "society": draw(st.sampled_from([{}, {"graph": "erdos_renyi", "edge_probability": 0.5}, {"news": 2}])),
    }
    if values["regime.schedule"].get("kind") == "escalating":
        values["regime.response.penalty"] = 0
    return Scenario().with_values(values)


@given(scenarios())
def test_round_trips(scenario):
    written = json.dumps(scenario.model_dump(mode="json"), allow_nan=False)
    for again in (
        Scenario.model_validate(scenario.model_dump()),
        Scenario.model_validate(json.loads(written)),
        Scenario.model_validate_json(scenario.model_dump_json()),
        pickle.loads(pickle.dumps(scenario)),
        scenario.with_values({}),
    ):
        assert again == scenario
        assert hash(again) == hash(scenario)


def test_what_is_written_as_a_mapping_or_as_json_is_read_again():
    values = {"agents.depth": 3, "regime.schedule": SCHEDULES[4], "stakes": STAKES[3], "regime.response.voice": {}}
    scenario = Scenario().with_values(values)
    in_json = scenario.model_dump(mode="json")
    assert in_json["regime"]["schedule"]["temperature"] == "inf"
    assert in_json["agents"]["rationality"] == "inf"
    assert Scenario.from_mapping(scenario.model_dump()) == scenario
    assert Scenario.from_mapping(json.loads(json.dumps(in_json, allow_nan=False))) == scenario


def test_different_values_are_different_scenarios():
    assert Scenario() != Scenario().with_values({"agents.foresight": 0.8})


def test_the_default_distribution_is_as_if_it_was_written():
    written = Distribution.model_validate({"distribution": "expon"})
    default = RandomStakes().distribution
    assert default == written
    assert hash(default) == hash(written)
    assert default.model_dump_json() == written.model_dump_json()
    assert pickle.loads(pickle.dumps(default)) == written
    assert default.mean() == 1
    assert RandomStakes(distribution=written) == RandomStakes()


@pytest.mark.parametrize(
    "written",
    [
        {"distribution": "norm", "loc": 5},
        {"distribution": "pareto", "b": 1},
        {"distribution": "uniform", "loc": -0.1},
        1.0,
        "expon",
        None,
    ],
)
def test_random_stakes_need_a_distribution_of_a_finite_positive_mean(written):
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping({"stakes": {"kind": "random", "distribution": written}})
    (message,) = caught.value.messages
    assert message.startswith("stakes.distribution must be a distribution ")


def test_each_kind_of_stakes_and_schedule_is_a_record_of_its_own():
    kept = [Scenario().with_values({"stakes": stakes}).stakes for stakes in STAKES]
    assert [type(stakes) for stakes in kept] == [SteadyStakes, SteadyStakes, RandomStakes, RandomStakes, TaskStakes]
    assert [stakes.kind for stakes in kept] == ["proportional", "fixed", "random", "random", "tasks"]
    for schedule in SCHEDULES:
        kept = Scenario().with_values({"regime.schedule": schedule}).regime.schedule
        assert kept.kind == schedule.get("kind", "constant")


def test_a_scenario_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Scenario().name = "other"


def test_the_import_loads_no_numerical_library():
    heavy = "[name for name in ('numpy', 'scipy', 'numba', 'pandas') if name in sys.modules]"
    printed = subprocess.run(
        [sys.executable, "-c", f"import sys, models.scenario; print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == "[]"


def test_with_values():
    changed = Scenario().with_values({"agents.foresight": 0.5, "regime.detector.hit_rate": 1, "name": "other"})
    assert changed.agents.foresight == 0.5
    assert changed.regime.detector.hit_rate == 1
    assert changed.name == "other"
    assert changed.agents.count == 1000


def test_a_part_is_replaced_whole():
    base = Scenario.from_mapping(BASE)
    changed = base.with_values({"agents.beliefs": {"mean": 0.1}})
    assert changed.agents.beliefs.mean == 0.1
    assert changed.agents.beliefs.strength == 2


def test_a_part_and_its_keys_in_any_order():
    values = {"agents.cue.discrimination": 3, "agents": {"foresight": 0.1}, "agents.count": 7}
    agents = Scenario().with_values(values).agents
    assert (agents.cue, agents.foresight, agents.count) == (GaussianCue(discrimination=3.0), 0.1, 7)


def test_values_are_records_or_mappings():
    uniform = Distribution.model_validate({"distribution": "uniform"})
    assert Scenario().with_values({"agents.goals": AngleGoals(dimension=3)}).agents.goals.dimension == 3
    assert Scenario().with_values({"agents.goals": {"angle": uniform}}).agents.goals.angle == uniform
    assert Scenario().with_values({"agents.foresight": uniform}).agents.foresight == uniform
    assert Scenario().with_values({"agents.rationality": "inf"}).agents.rationality == math.inf


@pytest.mark.parametrize(
    "values",
    [
        {"agents.cue": {"kind": "binary", "accuracy": 0.8}},
        {"agents.cue.kind": "binary", "agents.cue.accuracy": 0.8},
        {"agents.cue.accuracy": 0.8, "agents.cue.kind": "binary"},
    ],
)
def test_another_kind_of_cue(values):
    assert Scenario().with_values(values).agents.cue == BinaryCue(accuracy=0.8)


def test_another_kind_drops_the_keys_that_it_does_not_have():
    watched = Scenario().with_values({"regime.schedule.rate": 0.7})
    unwatched = watched.with_values({"regime.schedule.kind": "none"})
    assert unwatched.watching_rate == 0
    assert unwatched.with_values({"regime.schedule.kind": "constant"}).watching_rate == 0.2
    assert watched.with_values({"regime.schedule.kind": "constant"}).watching_rate == 0.7


def test_another_kind_of_stakes_keeps_their_scale():
    stakes = Scenario().with_values({"stakes.scale": 3}).with_values({"stakes.kind": "fixed"}).stakes
    assert (stakes.kind, stakes.scale) == ("fixed", 3)


def test_a_key_of_a_part_that_is_null_makes_the_part():
    changed = Scenario().with_values({"agents.beliefs.detector.hit_rate": 0.5, "regime.response.voice.bonus": 1})
    assert changed.agents.beliefs.detector == RatesDetector(hit_rate=0.5)
    assert changed.regime.response.voice == Voice(bonus=1.0)
    assert changed.with_values({"regime.response.voice.penalty": 2}).regime.response.voice.bonus == 1
    again = changed.with_values({"agents.beliefs.detector": None, "regime.response.voice": None})
    assert again == Scenario()
    deep = Scenario().with_values({"agents.beliefs.detector.probe.hit_rate": 0.3}).agents.beliefs.detector
    assert (deep.hit_rate, deep.probe.hit_rate) == (0.9, 0.3)


def test_kinds_of_stakes_back_and_forth():
    uniform = Distribution.model_validate({"distribution": "uniform"})
    drawn = Scenario().with_values({"stakes.scale": 3, "stakes.kind": "random", "stakes.distribution": uniform})
    assert drawn.stakes == RandomStakes(scale=3.0, distribution=uniform)
    tasks = drawn.with_values({"stakes.kind": "tasks", "stakes.shared": False})
    assert tasks.stakes == TaskStakes(scale=3.0, shared=False)
    assert tasks.with_values({"stakes.kind": "random"}).stakes == RandomStakes(scale=3.0)
    assert tasks.with_values({"stakes.kind": "proportional"}).stakes == SteadyStakes(scale=3.0)


def test_kinds_of_schedules_back_and_forth():
    targeted = Scenario().with_values(
        {"regime.schedule.kind": "targeted", "regime.schedule.share": 0.4, "regime.schedule.temperature": 3}
    )
    assert targeted.regime.schedule == Targeted(share=0.4, temperature=3.0)
    budget = targeted.with_values({"regime.schedule.kind": "budget"})
    assert budget.regime.schedule == Budget(share=0.4)
    assert budget.with_values({"regime.schedule.kind": "targeted"}).regime.schedule == Targeted(share=0.4)
    adaptive = Scenario().with_values({"regime.schedule.rate": 0.6, "regime.schedule.kind": "adaptive"})
    assert adaptive.regime.schedule.rate == 0.6
    for schedule in SCHEDULES:
        other = adaptive.with_values({"regime.schedule": schedule})
        assert other.with_values({"regime.schedule.kind": "constant", "regime.schedule.rate": 0.2}) == Scenario()


def test_rows_are_set_as_a_whole():
    rows = [{"rate": 0.3, "to": 1}, Row(rate=0.9)]
    schedule = Scenario().with_values({"regime.schedule.kind": "escalating", "regime.schedule.rows": rows})
    assert schedule.regime.schedule.rows == (Row(rate=0.3, to=1), Row(rate=0.9))


def test_another_graph_drops_the_keys_of_the_graph_before():
    random = Scenario().with_values(
        {"society.edge_probability": 0.3, "society.graph": "erdos_renyi", "society.news": 2}
    )
    assert (random.society.edge_probability, random.society.news) == (0.3, 2)
    complete = random.with_values({"society.graph": "complete"})
    assert complete == Scenario().with_values({"society": {"graph": "complete", "news": 2}})
    assert complete.with_values({"society.graph": "erdos_renyi"}).society.edge_probability == 0.01
    assert random.with_values({"society.graph": "erdos_renyi"}) == random
    small_world = random.with_values({"society.graph": "watts_strogatz", "society.neighbours": 4})
    assert (small_world.society.edge_probability, small_world.society.neighbours) == (0.01, 4)


def test_the_values_given_stay_as_they_are():
    part = {"kind": "gaussian"}
    Scenario().with_values({"agents.cue": part, "agents.cue.discrimination": 1})
    assert part == {"kind": "gaussian"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"agents.foresigth": 1}, "agents.foresigth is not a known key; did you mean agents.foresight?"),
        ({"foresight": 1}, "foresight is not a known key; did you mean agents.foresight?"),
        ({"agents.foresight.a": 1}, "agents.foresight.a is not a known key"),
        ({"": 1}, " is not a known key"),
        ({"agents.foresight": 2}, "agents.foresight must be a number in [0, 1] or a distribution, got 2"),
        ({"agents": 3, "agents.cue.kind": "binary"}, "agents must be a mapping of keys to values, got 3"),
        (
            {"agents.cue.accuracy": 0.9},
            (
                "agents.cue.kind must be binary for agents.cue.accuracy to be set: "
                "set agents.cue.kind too, or leave accuracy out"
            ),
        ),
        (
            {"regime.schedule": {"kind": "none"}, "regime.schedule.rate": 0.4},
            "regime.schedule.rate must be 0 or left out where the schedule's kind is none, got 0.4",
        ),
        (
            {"regime.response.voice": 3, "regime.response.voice.bonus": 1},
            "regime.response.voice must be a mapping of keys to values, or null, got 3",
        ),
        (
            {"society.graph": "complete", "society.edge_probability": 0.3},
            "society.graph must be erdos_renyi for society.edge_probability to be set, got 'complete'",
        ),
        (
            {"society.graph": ["complete"]},
            (
                "society.graph must be none, complete, erdos_renyi, watts_strogatz, barabasi_albert, "
                "stochastic_block or file, got ['complete']"
            ),
        ),
        (
            {"regime.schedule.rows[].rate": 0.1},
            "regime.schedule.rows[].rate cannot be set alone: set regime.schedule.rows as a whole",
        ),
        (
            {"regime.schedule.rows[1].rate": 0.1},
            "regime.schedule.rows[1].rate cannot be set alone: set regime.schedule.rows as a whole",
        ),
        (
            {"regime.schedule.rows": [{"rate": 0.1}]},
            (
                "regime.schedule.kind must be escalating for regime.schedule.rows to be set: "
                "set regime.schedule.kind too, or leave rows out"
            ),
        ),
    ],
)
def test_refused_values(values, message):
    with pytest.raises(InputError) as caught:
        Scenario().with_values(values)
    assert caught.value.messages == [message]
