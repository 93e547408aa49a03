"""Negative controls, and neutral values: where a mechanism is switched off, the model is the one without it."""

import math

import numpy as np
import pytest

from models.scenario import Scenario
from simulation.run import simulate
from simulation.valuation import strategy_values

#: Enough going on for any difference to show.
BUSY = {
    "agents.count": 120,
    "agents.goals.angle": {"distribution": "uniform", "loc": 0.2, "scale": 2.5},
    "agents.rationality": 8.0,
    "agents.beliefs.mean": 0.4,
    "agents.beliefs.strength": 4.0,
    "regime.schedule.rate": 0.4,
    "regime.detector.false_alarm_rate": 0.1,
    "regime.response.penalty": 0.4,
    "run.episodes": 25,
    "run.replicates": 3,
}
#: The base model: every mechanism neutral.
BASE = {
    "stakes.kind": "fixed",
    "agents.beliefs.mean": "true_rate",
    "agents.beliefs.strength": math.inf,
    "agents.beliefs.feedback": "none",
    "regime.response.rotation": 1.0,
    "agents.count": 300,
    "run.episodes": 20,
    "run.replicates": 8,
}


def scenario(*changes):
    built = Scenario()
    for change in changes:
        built = built.with_values(change)
    return built


def measured(*changes):
    return simulate(scenario(*changes), seed=3, record="none")


def assert_equal_runs(one, other):
    pd_equal = one.by_replicate.equals(other.by_replicate)
    assert pd_equal, (one.by_replicate - other.by_replicate).abs().max().nlargest(3)


# Negative controls


def test_no_misalignment_gives_only_aligned_agents_who_comply():
    measures = measured(BUSY, {"agents.goals.angle": 0.0}).measures["mean"]
    assert measures["aligned_share_all"] == 1.0
    assert measures["compliance_watched_all"] == measures["compliance_unwatched_all"] == 1.0
    assert np.isnan(measures["faking_share"])
    assert measures["modification_rate"] == 0.0


def test_without_rationality_there_is_no_gap():
    # Both compliances are 1/2; the gap of 8 x 300 x 20 episodes has a standard error near 0.005. z < 4: 6e-5.
    measures = measured(BASE, {"agents.rationality": 1e-9, "regime.response.rotation": 0.0}).measures
    standard_error = (measures.loc["compliance_gap", "high"] - measures.loc["compliance_gap", "mean"]) / 2.36
    assert abs(measures.loc["compliance_gap", "mean"]) < 4 * max(standard_error, 0.005)
    assert measures.loc["compliance_watched", "mean"] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("rate", [0.1, 0.9])
def test_a_cue_that_says_nothing_gives_no_gap(rate):
    # The posterior is the belief, so all agents of a cell do the same, watched or not.
    values = BASE | {"agents.cue.discrimination": 0.0, "regime.schedule.rate": rate, "regime.response.penalty": 1.5}
    assert measured(values).measures.loc["compliance_gap", "mean"] == 0.0


def test_nothing_at_stake_gives_honesty():
    nothing = BASE | {"regime.response.rotation": 0.0, "regime.response.penalty": 0.0}
    assert strategy_values(scenario(nothing)).best == "honest"
    measures = measured(nothing).measures["mean"]
    assert measures["honest_share"] == 1.0
    assert measures["compliance_watched"] == measures["compliance_unwatched"] == 0.0


def test_nobody_is_perverse():
    random = np.random.default_rng(20)
    for _ in range(300):
        values = {
            "stakes.kind": str(random.choice(["fixed", "proportional"])),
            "agents.goals.angle": random.uniform(0.01, 3.1),
            "agents.foresight": random.uniform(0, 0.98),
            "agents.cue.discrimination": random.uniform(0, 4),
            "agents.beliefs.mean": random.uniform(0.02, 0.98),
            "regime.detector.hit_rate": (hit := random.uniform(0.1, 1)),
            "regime.detector.false_alarm_rate": hit * random.uniform(0, 0.9),
            "regime.response.penalty": random.exponential(),
            "regime.response.rotation": random.uniform(0, 1),
            "regime.visibility.honeypot_share": random.uniform(0, 0.5),
        }
        assert strategy_values(scenario(values)).best != "perverse"
    assert measured(BUSY).measures.loc["perverse_share_all", "mean"] == 0.0


# Neutral values


@pytest.mark.parametrize(
    ("neutral", "other"),
    [
        ({"agents.beliefs.feedback": "none"}, {"agents.beliefs.strength": math.inf}),
        ({"agents.cue.discrimination": math.inf}, {"agents.cue": {"kind": "binary", "accuracy": 1.0}}),
        ({"regime.schedule.rate": 0.0}, {"regime.schedule": {"kind": "none"}}),
        ({"agents.rationality": math.inf}, {"agents.rationality": 1e12}),
        ({"agents.goals.angle": 1.2}, {"agents.goals.angle": {"distribution": "uniform", "loc": 1.2, "scale": 1e-15}}),
    ],
    ids=["belief never moves", "told", "nobody watched", "no noise", "agents alike"],
)
def test_a_mechanism_switched_off_is_off_however_it_is_switched_off(neutral, other):
    one, two = measured(BUSY, neutral), measured(BUSY, other)
    if "agents.rationality" in neutral or "agents.goals.angle" in neutral:
        np.testing.assert_allclose(one.by_replicate, two.by_replicate, rtol=0, atol=2e-3, equal_nan=True)
    else:
        assert_equal_runs(one, two)


@pytest.mark.parametrize(
    "value",
    [
        {"agents.terminal_guarding": 5.0},
        {"agents.foresight": 0.2},
    ],
    ids=["guarding", "foresight"],
)
def test_without_modification_nothing_that_guards_goals_matters(value):
    off = {"regime.response.rotation": 0.0}
    assert_equal_runs(measured(BUSY, off), measured(BUSY, off, value))


@pytest.mark.parametrize(
    "neutral",
    [
        {"regime.visibility.honeypot_share": 0.0},
        {"agents.beliefs.honeypot_share": 0.0},
        {"agents.beliefs.forgetting": 1.0},
        {"agents.terminal_guarding": 0.0},
        {"overseer.monitoring_cost": 0.0, "overseer.modification_cost": 0.0, "overseer.false_alarm_cost": 0.0},
    ],
    ids=lambda values: next(iter(values)),
)
def test_switching_a_mechanism_on_changes_something_and_its_neutral_value_changes_nothing(neutral):
    on = {key: {0.0: 0.3, 1.0: 0.9}[value] for key, value in neutral.items()}
    plain = measured(BUSY)
    assert not plain.by_replicate.equals(measured(BUSY, on).by_replicate)
    assert_equal_runs(plain, measured(BUSY, on, neutral))


def test_recording_changes_no_measure():
    busy = scenario(BUSY)
    none, episodes, agents = (simulate(busy, record=record) for record in ("none", "episodes", "agents"))
    assert_equal_runs(none, episodes)
    assert_equal_runs(none, agents)
    assert none.trajectory is None
    assert agents.trajectory["acted"].dims == ("replicate", "episode", "agent")


def test_a_trajectory_adds_up_to_its_run():
    result = simulate(scenario(BUSY), record="agents")
    acted, watched = result.trajectory["acted"], result.trajectory["watched"]
    complied_watched = 1 - (acted * watched).sum(("episode", "agent")) / watched.sum(("episode", "agent"))
    np.testing.assert_allclose(complied_watched, result.by_replicate["compliance_watched_all"], rtol=1e-12)


def test_replicate_r_is_the_same_whatever_the_number_of_replicates():
    few, many = (
        simulate(scenario(BUSY), replicates=2, record="none"),
        simulate(scenario(BUSY), replicates=4, record="none"),
    )
    assert few.by_replicate.equals(many.by_replicate.iloc[:2])
