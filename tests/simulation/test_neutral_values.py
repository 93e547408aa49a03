"""A test per mechanism: switched on it changes something, at its neutral value it changes nothing at all."""

from __future__ import annotations

import pytest

from models.scenario import Scenario, neutral_value
from simulation.run import simulate

#: Enough going on for any difference to show; plans that are quick to make.
BUSY = {
    "agents.count": 60,
    "agents.goals.angle": {"distribution": "uniform", "loc": 0.2, "scale": 2.5},
    "agents.rationality": 6.0,
    "agents.beliefs.mean": 0.4,
    "agents.beliefs.strength": 4.0,
    "regime.schedule.rate": 0.4,
    "regime.detector.false_alarm_rate": 0.1,
    "regime.detector.hit_rate": 0.8,
    "regime.response.penalty": 0.4,
    "agents.beliefs.feedback": "none",
    "run.episodes": 12,
    "run.replicates": 2,
}
RING = {"society.graph": "watts_strogatz", "society.neighbours": 4}
MECHANISMS = {
    "agents.depth": (2, {}),
    "agents.akrasia": (0.3, {}),
    "agents.current_goal_weight": (0.2, {}),
    "agents.conformity": (0.6, RING),
    "agents.beliefs.weighting": (0.6, {}),
    "agents.beliefs.detector": ({"hit_rate": 0.4, "false_alarm_rate": 0.1}, {}),
    "regime.detector.unwatched_hit_rate": (0.3, {}),
    "regime.detector.peer_report_rate": (0.1, RING),
    "regime.detector.probe.hit_rate": (0.5, {}),
    "regime.detector.probe.false_alarm_rate": (
        0.5,
        {"overseer.false_alarm_cost": 0.2, "agents.conformity": 0.6} | RING,
    ),
    "regime.response.clawback": (0.8, {}),
    "regime.response.internalisation": (0.3, {}),
    "regime.response.rotation_when_complying": (0.3, {}),
    "regime.response.habit": (0.5, {"regime.response.internalisation": 0.5}),
    "regime.response.reinforcement": (0.3, {}),
    "regime.response.voice": ({"bonus": 0.3}, {}),
    "regime.visibility.signal": ("persuasive", {}),
    "society.social_learning": (0.5, RING | {"agents.beliefs.mean": {"distribution": "beta", "a": 2, "b": 3}}),
    "society.news": (1.0, RING),
}


def measured(*changes):
    scenario = Scenario().with_values(BUSY)
    for change in changes:
        scenario = scenario.with_values(change)
    return simulate(scenario, seed=3, record="none").by_replicate


@pytest.mark.parametrize("key", MECHANISMS)
def test_a_mechanism_changes_something_and_nothing_at_its_neutral_value(key):
    on, others = MECHANISMS[key]
    plain = measured(others)
    assert not plain.equals(measured(others, {key: on}))
    assert plain.equals(measured(others, {key: on}, {key: neutral_value(key)}))


@pytest.mark.parametrize("planning", ["naive", "myopic", "unaware"])
def test_other_ways_of_planning_change_something(planning):
    values = {"agents.terminal_guarding": 0.3}
    assert not measured(values).equals(measured(values, {"agents.planning": planning}))


@pytest.mark.parametrize("kind", ["random", "tasks"])
def test_stakes_drawn_anew_keep_their_mean(kind):
    # Nobody is watched, so everybody acts: the payoff of an episode is the mean temptation, here with goals at pi/2.
    values = {
        "stakes": {"kind": kind, "scale": 2.0}, "agents.goals.angle": 1.5707963267948966, "agents.count": 500,
        "regime.schedule": {"kind": "none"}, "agents.beliefs.mean": 1e-9, "agents.rationality": float("inf"),
        "agents.beliefs.strength": float("inf"), "run.episodes": 40,
    }  # fmt: skip
    found = measured(values)["agent_utility"]
    # Tasks: s sqrt(2/pi) (1 - cos theta). A shared task varies between episodes alone: 80 of them, deviation about 1.6.
    mean, error = (2.0, 0.02) if kind == "random" else (2.0 * 0.7978845608, 1.6 / 80**0.5)
    assert abs(found.mean() - mean) < 4 * error
