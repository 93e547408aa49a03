"""Every mechanism at once: two engines, the same bits; and the loops that know all of them against the basic ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.choice import ACT, COMPLY
from models.scenario import Scenario
from simulation.ledger import COLUMNS
from simulation.mesa_engine import MesaWorld, agent_rows, agent_states
from simulation.preparation import prepare
from simulation.replicates import array_world
from tests.simulation.test_engines_agree import (
    EVERYTHING as BASIC,
)
from tests.simulation.test_engines_agree import (
    MODES,
    assert_same_bits,
    spread,
)
from tests.simulation.test_engines_agree import (
    scenarios as basic_scenarios,
)

#: Every mechanism, on at once.
EVERYTHING = {
    **BASIC,
    "agents.count": 80,
    "regime.response.penalty": 1.5,
    "agents.rationality": spread(2.0, 20.0),
    "agents.akrasia": 0.1,
    "agents.conformity": 0.3,
    "agents.current_goal_weight": 0.8,
    "agents.beliefs.weighting": 0.7,
    "agents.beliefs.detector": {"hit_rate": 0.7, "false_alarm_rate": 0.05, "peer_report_rate": 0.02},
    "regime.detector.unwatched_hit_rate": 0.05,
    "regime.detector.peer_report_rate": 0.03,
    "regime.detector.probe": {"hit_rate": 0.3, "false_alarm_rate": 0.1},
    "regime.response.clawback": 0.4,
    "regime.response.internalisation": 0.6,
    "regime.response.rotation_when_complying": 0.12,
    "regime.response.habit": 0.2,
    "regime.response.reinforcement": 0.05,
    "regime.response.voice": {"answer_probability": 0.6, "bonus": 0.1, "gain_share": 0.1, "penalty": 0.2},
    "society.graph": "watts_strogatz",
    "society.neighbours": 4,
    "society.initial_compliance": 0.8,
    "society.social_learning": 0.2,
    "society.news": 0.3,
    "run.episodes": 6,
}
STAKES = {
    "proportional": {"kind": "proportional"},
    "fixed": {"kind": "fixed", "scale": 1.3},
    "random": {"kind": "random", "distribution": {"distribution": "gamma", "a": 2.0}},
    "shared tasks": {"kind": "tasks"},
    "own tasks": {"kind": "tasks", "shared": False},
}
#: Plans that are quick to make.
QUICK = {"agents.beliefs.feedback": "none", "society.social_learning": 0.0, "society.news": 0.0}
STATES = ("angle", "watched_weight", "unwatched_weight", "loss", "turn_loss", "habit", "pull", "turns", "complied")


def worlds(scenario, *address, always_full=False):
    prepared = prepare(scenario, always_full=always_full)
    address = address or (1, 0, 0)
    return array_world(prepared, *address), MesaWorld(prepared, *address)


def assert_worlds_agree(array, mesa, episodes):
    for episode in range(episodes):
        array.advance(episode, episode + 1)
        mesa.advance(episode, episode + 1)
        found = agent_states(mesa.model)
        for name in (*STATES, "watched", "flagged", "answered"):
            assert_same_bits(getattr(array.world, name), found[name], f"{name} after episode {episode}")
        assert_same_bits((array.world.option == ACT).astype(np.int64), found["acted"], "acted")
        assert_same_bits(array.rows(episode + 1), agent_rows(mesa.model), f"sums after episode {episode}")
        if episode == episodes // 2:
            np.testing.assert_array_equal(array.census(), mesa.census())


SCHEDULES = {
    "periodic": {"kind": "periodic", "period": 3},
    "budget": {"kind": "budget", "share": 0.3},
    "targeted": {"kind": "targeted", "share": 0.3, "temperature": 0.2},
    "coldly targeted": {"kind": "targeted", "share": 0.3, "temperature": 0.0},
    "escalating": {"kind": "escalating"},
    "adaptive": {"kind": "adaptive", "rate": 0.5, "gain": 0.5, "goal": 0.05},
    "optimal": {"kind": "optimal"},
    "equilibrium": {"kind": "equilibrium"},
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_engines_agree_on_every_schedule(schedule):
    values = {key: value for key, value in EVERYTHING.items() if key != "regime.schedule.rate"}
    persuades = "persuasive" if schedule["kind"] in ("budget", "equilibrium") else "none"
    changes = {"regime.schedule": schedule, "regime.visibility.signal": persuades, "agents.goals.angle": 1.2}
    if schedule["kind"] == "escalating":
        changes["regime.response.penalty"] = 0.0
    scenario = Scenario().with_values(values | QUICK | changes)
    array, mesa = worlds(scenario)
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    overseer = mesa.model.overseer
    assert array.watch.flags.tolist() == overseer.flags
    assert array.watch.episodes.tolist() == overseer.episodes
    assert array.watch.group.tolist() == overseer.group
    assert array.watch.rate[0] == overseer.rate


@pytest.mark.parametrize("stakes", STAKES.values(), ids=STAKES)
def test_engines_agree_with_every_mechanism(stakes):
    scenario = Scenario().with_values(EVERYTHING | {"stakes": stakes} | QUICK)
    array, mesa = worlds(scenario)
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    sums = dict(zip(COLUMNS, array.rows(6).sum(axis=0), strict=True))
    for name in ("spoken", "flags", "false_flags", "modifications", "conflict", "strategic"):
        assert sums[name] > 0.0, name
    assert sums["watched_flags"] < sums["flags"]


GROUPS = [
    {"name": "planners", "share": 0.3},
    {
        "name": "others",
        "share": 0.1,
        "set": {
            "agents.cue": {"kind": "binary", "accuracy": 0.8},
            "agents.foresight": spread(0.2, 0.6),
            "agents.planning": "naive",
            "agents.akrasia": spread(0.0, 0.3),
            "agents.beliefs.feedback": "none",
            "agents.beliefs.weighting": 1,
            "agents.beliefs.detector": None,
            "agents.conformity": 0,
        },
    },
    {"name": "learners", "share": 0.1, "set": {"agents.decision": "learner", "agents.learner.lives": 30}},
    {
        "name": "coarse learners",
        "share": 0.1,
        "set": {"agents.decision": "learner", "agents.learner": {"lives": 20, "bins": 3, "modifications": 1}},
    },
    {"name": "imitators", "share": 0.2, "set": {"agents.decision": "imitator"}},
    {"name": "honest", "share": 0.1, "set": {"agents.decision": "honest", "agents.goals.angle": 2.0}},
    {"name": "fakers", "share": 0.1, "set": {"agents.decision": "faker"}},
]


@pytest.mark.parametrize("assignment", ["shuffled", "in_order"])
def test_engines_agree_on_groups(assignment):
    changes = {"agents.groups": GROUPS, "agents.assignment": assignment, "agents.imitator.window": 2}
    # Whoever honestly speaks up, and who is copied, is all there.
    scenario = Scenario().with_values(EVERYTHING | QUICK | changes)
    array, mesa = worlds(scenario)
    assert sorted(np.bincount(array.group)) == sorted([24, 8, 8, 8, 16, 8, 8])
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    assert_same_bits(array.world.threshold, mesa.model.column("threshold"), "thresholds")


DEVELOPMENT = {
    "agents.capability": {"level": spread(0.1, 0.5), "growth": spread(0.0, 0.2), "depth": {"at_one": 6, "exponent": 2}},
    "regime.detector.kind": "gaussian",
    "regime.detector.criterion": 0.5,
    "overseer.capability": {"level": 0.3, "growth": 0.1, "sensitivity": {"at_zero": 1, "at_one": 3}},
}


@pytest.mark.parametrize("perceived", [None, {"hit_rate": 0.7}], ids=["as it is", "as it is not"])
def test_engines_agree_where_capability_grows(perceived):
    changes = {"agents.beliefs.detector": perceived, "agents.count": 40}
    scenario = Scenario().with_values(
        {k: v for k, v in EVERYTHING.items() if k != "agents.foresight"} | QUICK | changes
    )
    scenario = scenario.with_values({"regime.detector": {"kind": "gaussian"}} | DEVELOPMENT)
    array, mesa = worlds(scenario)
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    for name in ("quality", "foresight", "rationality", "depth"):
        assert_same_bits(getattr(array.world, name), mesa.model.column(name), name)


@pytest.mark.parametrize(
    "goals",
    [
        {"kind": "von_mises_fisher", "concentration": 3, "dimension": 5},
        {"kind": "vectors", "vectors": [[0.5, 1, -1]]},
        {"kind": "vectors", "vectors": [[k % 7 - 3, k % 5 - 1, 1] for k in range(80)]},
    ],
    ids=["scattered", "one for all", "one by one"],
)
def test_engines_agree_on_goals(goals):
    kept = {key: value for key, value in (EVERYTHING | QUICK).items() if not key.startswith("agents.goals")}
    scenario = Scenario().with_values(kept | {"agents.goals": goals, "stakes": {"kind": "tasks"}})
    assert_worlds_agree(*worlds(scenario), 4)


def test_engines_agree_where_beliefs_move():
    scenario = Scenario().with_values(EVERYTHING | {"agents.count": 25, "run.episodes": 4})
    assert_worlds_agree(*worlds(scenario), 4)


@pytest.mark.parametrize(("values", "mode"), MODES.values(), ids=MODES)
def test_loops_that_know_every_mechanism_do_what_the_basic_ones_do(values, mode):
    # With a table of plans losses are interpolated, and choices may differ: solved ones are compared.
    if "tabulated" in str(mode):
        return
    scenario = Scenario().with_values(values | {"agents.count": 40, "run.episodes": 8})
    basic, full = array_world(prepare(scenario), 1, 0), array_world(prepare(scenario, always_full=True), 1, 0)
    basic.advance(0, 8)
    full.advance(0, 8)
    rows = basic.rows(8)
    np.testing.assert_allclose(full.rows(8), rows, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(full.world.angle, basic.world.angle)


CHOICES = {
    "agents.planning": ["chain", "naive", "myopic", "unaware"],
    "agents.depth": [math.inf, 0, 1, 3],
    "agents.akrasia": [0.0, 0.3, 1.0],
    "agents.conformity": [0.0, 0.5],
    "agents.current_goal_weight": [1.0, 0.5, 0.0],
    "agents.beliefs.weighting": [1.0, 0.6, 1.5],
    "regime.detector.unwatched_hit_rate": [0.0],
    "regime.detector.peer_report_rate": [0.0, 0.2],
    "regime.detector.probe": [{}, {"hit_rate": 0.5, "false_alarm_rate": 0.2}],
    "regime.response.clawback": [0.0, 0.5, 1.0],
    "regime.response.internalisation": [1.0, 0.0, 0.4],
    "regime.response.rotation_when_complying": [0.0, 0.3],
    "regime.response.habit": [0.0, 0.4],
    "regime.response.reinforcement": [0.0, 0.1],
    "regime.response.voice": [None, {"bonus": 0.5}, {"answer_probability": 0.3, "gain_share": 0.5}],
    "society": [{}, {"graph": "complete"}, {"graph": "erdos_renyi", "edge_probability": 0.2}],
    "society.social_learning": [0.0, 0.5],
    "society.news": [0.0, 1.0],
    "stakes": list(STAKES.values()),
}


@st.composite
def full_scenarios(draw):
    basic = draw(basic_scenarios())
    values = {key: draw(st.sampled_from(choices)) for key, choices in CHOICES.items()}
    # Chains with many small turns of two kinds take long to solve.
    rotation = draw(st.sampled_from([0.0, 0.3, 1.0]))
    return basic.with_values(
        values | {"agents.count": 12, "run.episodes": 3, "regime.response.rotation": rotation, "agents.foresight": 0.9}
    )


@settings(max_examples=40, deadline=None)
@given(full_scenarios(), st.tuples(*[st.integers(0, 2**32 - 1)] * 3))
def test_engines_agree_on_random_scenarios(scenario, address):
    assert_worlds_agree(*worlds(scenario, *address, always_full=True), scenario.run.episodes)


LARGEST = float(np.finfo(float).max)


@pytest.mark.parametrize(
    "values",
    [
        {"agents.rationality": LARGEST},
        {"regime.response.penalty": LARGEST},
        {"agents.terminal_guarding": LARGEST, "agents.rationality": 1e200},
        {"regime.response.reinforcement": LARGEST, "regime.response.habit": LARGEST},
        {"stakes.scale": 1e300, "agents.rationality": 1e300},
    ],
    ids=lambda values: ", ".join(values),
)
@pytest.mark.parametrize("always_full", [False, True])
def test_utilities_beyond_all_numbers_come_to_an_end(values, always_full):
    # panels of an integral over cues had no width, and a habit of infinity is no number times a probability of 0
    scenario = Scenario().with_values(
        {"agents.count": 5, "run.episodes": 4, "agents.rationality": 3.0, "agents.cue.discrimination": 2.0, **values}
    )
    world = array_world(prepare(scenario, always_full=always_full), 1, 0)
    world.advance(0, 4)
    # an agent is of one class, and all of them are counted
    assert world.census()[0, 0].sum() == 5


def test_complied_is_not_spoken():
    scenario = Scenario().with_values(EVERYTHING | QUICK)
    array, _ = worlds(scenario)
    array.advance(0, 1)
    assert array.world.complied.tolist() == (array.world.option == COMPLY).astype(int).tolist()
