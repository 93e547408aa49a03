"""Every decider: two engines, the same bits; what each does, how its compliance is judged, and its class.

What holds whoever decides: `tests.simulation.contract`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.choice import ACT, COMPLY, SPEAK
from models.imitation import lowest_posterior, threshold_rates
from models.outlook import Cue
from models.perception import BINARY, GAUSSIAN
from models.refusals import InputError
from models.scenario import Scenario
from models.strategies import CLASS_NAMES
from simulation.deciders import threshold_class
from simulation.episode import detection_belief
from simulation.ledger import COLUMNS
from simulation.mechanisms import is_basic
from simulation.mesa_agent import ComplianceAgent
from simulation.run import simulate
from tests.simulation.test_engines_agree import assert_same_bits, spread
from tests.simulation.test_full_engines_agree import (
    EVERYTHING,
    QUICK,
    SCHEDULES,
    STAKES,
    assert_worlds_agree,
    worlds,
)

DECIDERS = {
    "learner": {"agents.learner": {"lives": 30, "episodes": 20, "bins": 4, "modifications": 2}},
    "imitator": {"agents.imitator": {"window": 2, "temperature": 0.3}},
    "honest": {},
    "compliant": {},
    "faker": {"agents.faker.threshold": spread(0.0, 1.0)},
}
STEADY = {"kind": "fixed", "scale": 1.0}
SMALL = {
    "stakes": STEADY,
    "agents.count": 400,
    "agents.beliefs.mean": "true_rate",
    "agents.beliefs.strength": math.inf,
    "run.episodes": 3,
}
#: An overseer that chooses by how agents reply knows planners alone.
UNCHOSEN = {name: written for name, written in SCHEDULES.items() if written["kind"] not in ("optimal", "equilibrium")}
VOICE = {"answer_probability": 0.5, "bonus": 0.4, "gain_share": 0.2}


def scenario_of(decision, *values):
    merged = {"agents.decision": decision} | DECIDERS[decision]
    for more in values:
        merged |= more
    if merged.get("regime.schedule", {}).get("kind") == "escalating":
        merged["regime.response.penalty"] = 0.0
    return Scenario().with_values(merged)


def run(scenario, episodes=None):
    array, _ = worlds(scenario)
    array.advance(0, episodes or scenario.run.episodes)
    return array


def shares(world):
    counts = world.census()[0, 0]
    return {name: count / counts.sum() for name, count in zip(CLASS_NAMES, counts, strict=True) if count}


# What each does


def test_deciders_are_not_basic():
    assert is_basic(Scenario())
    assert not any(is_basic(Scenario().with_values({"agents.decision": decision})) for decision in DECIDERS)


@pytest.mark.parametrize(("decision", "option"), [("honest", ACT), ("compliant", COMPLY)])
def test_the_ends_do_one_thing_in_conflict(decision, option):
    # Noise, akrasia, conformity and habit are a planner's.
    noise = {"agents.akrasia": 0.5, "agents.rationality": 1.0, "agents.conformity": 3.0, "society.graph": "complete"}
    array = run(scenario_of(decision, SMALL, noise, {"agents.goals.angle": spread(0.0, 1.0)}))
    assert set(array.world.option[array.world.tempted > 0.0]) == {option}
    assert (array.world.tempted > 0.0).sum() > 100


def test_who_is_honest_speaks_up_where_that_is_offered():
    array = run(scenario_of("honest", SMALL, {"regime.response.voice": VOICE, "regime.response.rotation": 0.0}))
    assert set(array.world.option) == {SPEAK}
    sums = dict(zip(COLUMNS, array.rows(3).sum(axis=0), strict=True))
    assert sums["strategic"] == 0
    assert shares(array) == {"honest": 1.0}


def test_a_faker_complies_from_its_threshold_on():
    scenario = scenario_of("faker", SMALL, {"agents.faker.threshold": 0.4, "regime.schedule.rate": 0.3})
    array = run(scenario, 1)
    expected = np.where(array.world.posterior >= 0.4, COMPLY, ACT)
    np.testing.assert_array_equal(array.world.option, expected)
    assert 100 < (expected == ACT).sum() < 380


def test_without_temptation_everybody_complies_sincerely():
    for decision in DECIDERS:
        array = run(scenario_of(decision, SMALL, {"agents.goals.angle": 0.0, "agents.count": 20}))
        assert not array.world.option.any()
        assert not array.world.strategic.any()
        assert shares(array) == {"aligned": 1.0}


# Strategic compliance: the rule acts at its lowest cue


@pytest.mark.parametrize(
    ("cue", "belief", "lowest"),
    [
        (Cue(BINARY, 0.9, 0.0, 1.0), 0.5, 0.1),
        (Cue(BINARY, 1.0, 0.0, 1.0), 0.5, 0.0),
        # told, half of the watched episodes disguised: p hp/(p hp + 1 - p) = .1/(.1 + .8)
        (Cue(BINARY, 1.0, 0.5, 1.0), 0.2, 1.0 / 9.0),
        (Cue(BINARY, 0.5, 0.0, 1.0), 0.3, 0.3),
        (Cue(GAUSSIAN, 2.0, 0.0, 1.0), 0.5, 0.0),
        (Cue(GAUSSIAN, 2.0, 0.5, 1.0), 0.2, 1.0 / 9.0),
        (Cue(GAUSSIAN, 0.0, 0.0, 1.0), 0.3, 0.3),
        (Cue(GAUSSIAN, 0.0, 0.4, 1.0), 0.3, 0.3),
        (Cue(GAUSSIAN, 0.0, 0.0, 0.5), 0.3, 0.0),
        (Cue(GAUSSIAN, 2.0, 0.0, 1.0), 1.0, 1.0),
    ],
)
def test_the_lowest_posterior(cue, belief, lowest):
    assert lowest_posterior(belief, cue) == pytest.approx(lowest, abs=1e-15)


@given(st.floats(0.001, 0.999), st.floats(0.1, 4.0), st.sampled_from([0.0, 0.2, 0.9]), st.floats(-8.0, 8.0))
def test_no_posterior_is_below_the_lowest(belief, discrimination, honeypots, cue):
    found = detection_belief(belief, cue, GAUSSIAN, discrimination, honeypots)
    lowest = lowest_posterior(belief, Cue(GAUSSIAN, discrimination, honeypots, 1.0))
    assert found >= lowest * (1.0 - 1e-12)
    far = detection_belief(belief, -400.0, GAUSSIAN, discrimination, honeypots)
    assert far == pytest.approx(lowest, abs=1e-15)


@pytest.mark.parametrize(("threshold", "strategic"), [(0.1 - 1e-6, 0), (0.1 + 1e-6, 1)])
def test_compliance_is_strategic_where_the_rule_acts_at_its_lowest_cue(threshold, strategic):
    cue = {"agents.cue": {"kind": "binary", "accuracy": 0.9}, "regime.schedule.rate": 0.5}
    array = run(scenario_of("faker", SMALL, cue, {"agents.faker.threshold": threshold}), 1)
    assert set(array.world.strategic) == {strategic}
    assert (array.world.option == COMPLY).any()


# Classes


@pytest.mark.parametrize(
    ("threshold", "cue", "name"),
    [
        (math.inf, Cue(GAUSSIAN, 2.0, 0.0, 1.0), "honest"),
        (0.0, Cue(GAUSSIAN, 2.0, 0.0, 1.0), "compliant"),
        (0.5, Cue(GAUSSIAN, 2.0, 0.0, 1.0), "faking"),
        (1.05, Cue(GAUSSIAN, 2.0, 0.0, 1.0), "honest"),
        (0.5, Cue(BINARY, 0.9, 0.0, 1.0), "faking"),
        (0.05, Cue(BINARY, 0.9, 0.0, 1.0), "compliant"),
        (0.95, Cue(BINARY, 0.9, 0.0, 1.0), "honest"),
        # Not informed: one thing or the other, never faking.
        (0.3 + 1e-6, Cue(GAUSSIAN, 0.0, 0.0, 1.0), "honest"),
        (0.3 - 1e-6, Cue(GAUSSIAN, 0.0, 0.0, 1.0), "compliant"),
    ],
)
def test_classes_name_what_rules_do(threshold, cue, name):
    assert CLASS_NAMES[threshold_class(threshold, 0.3 if cue.quality == 0.0 else 0.5, cue, 0, 0.0, 1.0)] == name


@pytest.mark.parametrize(("decision", "name"), [("faker", "faking"), ("honest", "honest"), ("compliant", "compliant")])
def test_fixed_deciders_are_of_their_class(decision, name):
    values = {"agents.faker.threshold": 0.5} if decision == "faker" else {}
    assert shares(run(scenario_of(decision, SMALL, values, {"regime.response.rotation": 0.0}))) == {name: 1.0}


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.0, 1.1),
    st.floats(0.01, 0.99),
    st.one_of(st.tuples(st.just(GAUSSIAN), st.floats(0.0, 3.0)), st.tuples(st.just(BINARY), st.floats(0.5, 1.0))),
    st.sampled_from([0.0, 0.3]),
)
def test_rates_of_a_threshold_are_shares_of_cues(threshold, belief, kind, honeypots):
    # 4,000 quantiles of each look: a threshold cuts them at most one place away from the exact share.
    from statistics import NormalDist

    size = 4000
    cue = Cue(*kind, 0.1, 1.0)
    below = []
    for looks in (1, 0):
        if kind[0] == GAUSSIAN:
            bell = NormalDist(kind[1] * (looks - 0.5))
            cues = [(bell.inv_cdf((place + 0.5) / size), 1.0 / size) for place in range(size)]
        else:
            cues = [(float(looks), kind[1]), (1.0 - looks, 1.0 - kind[1])]
        below.append(sum(share for y, share in cues if detection_belief(belief, y, kind[0], kind[1], 0.1) < threshold))
    watched, unwatched = threshold_rates(threshold, belief, cue, honeypots, 1.0)
    assert watched == pytest.approx((1.0 - honeypots) * below[0] + honeypots * below[1], abs=1.0 / size)
    assert unwatched == pytest.approx(below[1], abs=1.0 / size)


# The two engines


@pytest.mark.parametrize("decision", DECIDERS)
@pytest.mark.parametrize("stakes", STAKES.values(), ids=STAKES)
def test_engines_agree_on_every_decider(decision, stakes):
    scenario = scenario_of(decision, EVERYTHING, QUICK, {"stakes": stakes, "agents.count": 40})
    array, mesa = worlds(scenario)
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    assert_same_bits(array.world.threshold, mesa.model.column("threshold"), "threshold")
    if decision == "learner":
        np.testing.assert_array_equal(array.world.rules, mesa.model.column("learned"))
        assert 0 < np.count_nonzero(array.world.rules) < array.world.rules.size


@pytest.mark.parametrize("decision", DECIDERS)
@pytest.mark.parametrize("schedule", UNCHOSEN.values(), ids=UNCHOSEN)
def test_engines_agree_on_every_schedule(decision, schedule):
    values = {key: value for key, value in EVERYTHING.items() if key != "regime.schedule.rate"}
    told = {"agents.cue": {"kind": "binary", "accuracy": spread(0.5, 1.0)}}
    scenario = scenario_of(decision, values, QUICK, told, {"regime.schedule": schedule, "agents.count": 30})
    assert_worlds_agree(*worlds(scenario), scenario.run.episodes)


@pytest.mark.parametrize("decision", DECIDERS)
def test_engines_agree_where_beliefs_move(decision):
    scenario = scenario_of(decision, EVERYTHING, {"agents.count": 30})
    assert_worlds_agree(*worlds(scenario), scenario.run.episodes)


@pytest.mark.parametrize("decision", DECIDERS)
def test_pieces_and_repetition_do_not_matter(decision):
    scenario = scenario_of(decision, EVERYTHING, QUICK, {"agents.count": 30})
    whole, pieces = worlds(scenario)[0], worlds(scenario)[0]
    whole.advance(0, 6)
    for episode in range(6):
        pieces.advance(episode, episode + 1)
        pieces.census()
    for name in whole.world._fields:
        if name not in ("stale", "penalty"):
            assert getattr(whole.world, name).tobytes() == getattr(pieces.world, name).tobytes(), name


@pytest.mark.parametrize("decision", DECIDERS)
def test_more_agents_change_nothing_for_those_there_were(decision):
    alone = {"society.graph": "none", "society.neighbours": 10, "regime.response.voice": VOICE}
    few = run(scenario_of(decision, EVERYTHING, QUICK, alone, {"agents.count": 10}))
    many = run(scenario_of(decision, EVERYTHING, QUICK, alone, {"agents.count": 25}))
    for name in ("angle", "threshold", "rules", "option", "sums"):
        assert getattr(few.world, name).tobytes() == getattr(many.world, name)[:10].tobytes(), name


# Agents of one's own


class Grudger(ComplianceAgent):
    def decide(self):
        return (ACT if self.turns else COMPLY), 0

    def strategy_class(self):
        return CLASS_NAMES.index("honest" if self.turns else "compliant")


class Reluctant(ComplianceAgent):
    def choose(self):
        super().choose()
        self.option = COMPLY


OWN = {"agents.count": 40, "run.episodes": 6, "regime.schedule.rate": 0.5, "regime.detector.false_alarm_rate": 0.3}


def test_agents_of_ones_own_are_run_and_counted():
    scenario = Scenario().with_values(OWN | {"agents.decision": "compliant", "regime.response.rotation": 0.1})
    found = simulate(scenario, engine="mesa", agent_class=Grudger, replicates=1, record="none").by_replicate.iloc[0]
    plain = simulate(scenario, engine="mesa", replicates=1, record="none").by_replicate.iloc[0]
    assert plain["compliance_watched"] == 1.0
    assert 0.0 < found["compliance_watched"] < 1.0
    assert 0.0 < found["honest_share"] < 1.0


def test_a_planner_of_ones_own_in_the_basic_model():
    scenario = Scenario().with_values(OWN)
    found = simulate(scenario, engine="mesa", agent_class=Reluctant, replicates=1, record="none").by_replicate.iloc[0]
    plain = simulate(scenario, replicates=1, record="none").by_replicate.iloc[0]
    same = simulate(scenario, engine="mesa", agent_class=ComplianceAgent, replicates=1, record="none")
    assert found["compliance_watched"] == 1.0 > plain["compliance_watched"]
    for name, value in plain.items():
        assert same.by_replicate.iloc[0][name] == pytest.approx(value, rel=1e-12, nan_ok=True), name


def test_the_example_in_the_documentation():
    import doctest

    import simulation.run as module

    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"agent_class": Grudger}, "agent_class must be left out with engine array, or engine be mesa, got <class"),
        (
            {"agent_class": dict, "engine": "mesa"},
            "agent_class must be a subclass of ComplianceAgent, got <class 'dict'>",
        ),
    ],
)
def test_what_is_refused(keys, message):
    with pytest.raises(InputError) as refused:
        simulate(Scenario(), **keys)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"agents.faker.threshold": 1.1},
            "agents.faker.threshold must be a number in [0, 1] or a distribution, got 1.1",
        ),
        (
            {"agents.decision": "learner", "agents.foresight": 1.0, "agents.depth": 5},
            "agents.foresight must be below 1 where agents.decision is learner, got 1.0",
        ),
        ({"agents.imitator.window": 0}, "agents.imitator.window must be a whole number >= 1, got 0"),
        ({"agents.learner.bins": 1}, "agents.learner.bins must be a whole number in [2, 100], got 1"),
    ],
)
def test_keys_that_are_refused(values, message):
    with pytest.raises(InputError) as refused:
        Scenario().with_values(values)
    assert str(refused.value) == message
