"""The game of one episode: payoffs by hand, against the closed forms of the inspection game, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from models.literature import InspectionGame, commitment_payoff
from models.refusals import InputError
from parameter_sweeps.catalogue import load_regime, load_scenario
from parameter_sweeps.one_shot_game import ACT, COMPLY, FAKE, LEAVE, SPEAK, WATCH, one_shot_game
from simulation.run import simulate

UNTOLD = {"agents.cue.discrimination": 0.0}
#: Result 11: harm = b = 1, recovery .7, c_m .1, F 3, tau 1, xi 1; nothing turns.
INSPECTED = UNTOLD | {
    "agents.foresight": 0.0, "overseer.recovery": 0.7, "overseer.monitoring_cost": 0.1,
    "regime.detector.hit_rate": 1.0, "regime.response.penalty": 3.0, "regime.response.clawback": 1.0,
    "regime.response.rotation": 0.0,
}  # fmt: skip


def game(values, rates=None):
    return one_shot_game(load_scenario("base").with_values(values), rates)


# By hand


def test_11_payoffs():
    found = game(INSPECTED)
    assert found.overseer_strategies == (WATCH, LEAVE)
    assert found.agent_strategies == (ACT, COMPLY)
    # Watched, an act loses the gain and 3, and the overseer 1 - .7 and .1; unwatched it gains 1.
    assert found.overseer_payoffs == pytest.approx(np.array([[-0.4, -0.1], [-1.0, 0.0]]), abs=1e-15)
    assert found.agent_payoffs == pytest.approx(np.array([[-3.0, 0.0], [1.0, 0.0]]), abs=1e-15)


def test_everything_else_by_hand():
    # b = 2; watched: f_1 = 1 - .2 * .5 = .9 (tau .8, probe .5), phi' = 1 - .9 * .5 = .55 (phi .1), f_0 = .1.
    # K = F + Omega = .5 + .3; xi = .25. Act, watched: 2 (1 - .225) - .9 * .8 = .83; unwatched: 2 (.975) - .08 = 1.87.
    # Comply, watched: -.55 * .8 = -.44. Speak: .5 * 2 + .1 - .6 (.2 + .3) = .8. Goals turn by a flag, at c_r = .05,
    # and where it complies unflagged, watched: eta_c > 0.
    found = game(UNTOLD | {
        "stakes.scale": 2.0, "agents.terminal_guarding": 0.3,
        "regime.detector": {"kind": "rates", "hit_rate": 0.8, "false_alarm_rate": 0.1, "unwatched_hit_rate": 0.1,
                            "probe": {"hit_rate": 0.5, "false_alarm_rate": 0.0}},
        "regime.response": {"penalty": 0.5, "clawback": 0.25, "rotation": 0.3, "rotation_when_complying": 0.2,
                            "voice": {"answer_probability": 0.6, "bonus": 0.1, "gain_share": 0.5, "penalty": 0.2}},
        "overseer": {"harm": 1.5, "recovery": 0.4, "monitoring_cost": 0.1, "modification_cost": 0.05,
                     "false_alarm_cost": 9.0},
    })  # fmt: skip
    assert found.agent_strategies == (ACT, COMPLY, SPEAK)
    assert found.agent_payoffs == pytest.approx(np.array([[0.83, -0.44, 0.8], [1.87, 0.0, 0.8]]))
    # Act, watched: -1.5 * 2 (1 - .4 * .9) - .1 - .05 * .9; unwatched: -3 (1 - .04) - .05 * .1. Comply, watched: always
    # turned, by the flag or for complying: -.1 - .05. No false-alarm cost: compliance is strategic. Speak: -.05 * .6.
    expected = [[-3.0 * 0.64 - 0.1 - 0.045, -0.15, -0.1 - 0.03], [-3.0 * 0.96 - 0.005, 0.0, -0.03]]
    assert found.overseer_payoffs == pytest.approx(np.array(expected))


def test_complying_on_a_told_cue():
    found = game({"agents.cue.discrimination": math.inf, "regime.response.penalty": 1.0})
    assert found.agent_strategies == (ACT, COMPLY, FAKE)
    assert found.agent_payoffs[:, 2] == pytest.approx([0.0, 1.0])


def test_complying_on_a_gaussian_cue_and_honeypots():
    # d = 2: acts with Phi(-1) watched, Phi(1) unwatched and in honeypots.
    values = {"regime.response.penalty": 1.0, "regime.visibility.honeypot_share": 0.25}
    found = game(values)
    acts = 0.75 * norm.cdf(-1.0) + 0.25 * norm.cdf(1.0)
    # Watched, an act is worth 1 - .8.
    assert found.agent_payoffs[:, 2] == pytest.approx([0.2 * acts, norm.cdf(1.0)], rel=1e-12)


def test_rates_are_mixtures():
    found = game(INSPECTED, [0.0, 0.25, 1.0])
    assert found.overseer_strategies == ("rate 0", "rate 0.25", "rate 1")
    whole = game(INSPECTED)
    assert found.agent_payoffs[[2, 0]] == pytest.approx(whole.agent_payoffs)
    assert found.agent_payoffs[1] == pytest.approx([0.0, 0.0], abs=1e-15)


# Closed forms, and runs


@given(
    st.floats(0.1, 3.0), st.floats(0.0, 4.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0),
    st.floats(0.0, 1.0), st.floats(0.0, 1.0),
)  # fmt: skip
def test_payoffs_are_those_of_the_inspection_game(tempted, penalty, hit_rate, clawback, recovery, cost, rate):
    values = INSPECTED | {
        "stakes.scale": tempted, "regime.response.penalty": penalty, "regime.detector.hit_rate": hit_rate,
        "regime.response.clawback": clawback, "overseer.recovery": recovery, "overseer.monitoring_cost": cost,
    }  # fmt: skip
    written = InspectionGame(tempted, penalty, hit_rate, clawback, 1.0, recovery, cost)
    found = game(values, [rate])
    assert found.agent_payoffs[0, 0] == pytest.approx(tempted - rate * written.sanction, abs=1e-12)
    worth = written.rescue * rate - tempted - cost * rate
    assert found.overseer_payoffs[0] == pytest.approx([worth, -cost * rate], abs=1e-12)
    best = int(found.agent_payoffs[0, 0] <= 0.0)
    if abs(found.agent_payoffs[0, 0]) > 1e-9:
        assert found.overseer_payoffs[0, best] == pytest.approx(commitment_payoff(written, rate), abs=1e-9)


@pytest.mark.parametrize("decision", ["honest", "compliant", "faker"])
def test_payoffs_are_those_of_a_run_of_one_episode(decision):
    # Rate .5; a faker with belief .5 complies iff y >= 0. Means over 40 replicates of 500 agents, z < 4 of 6 means: a
    # false alarm in 2,500 at most.
    values = {
        "agents.decision": decision, "regime.schedule.rate": 0.5, "regime.response.penalty": 0.7,
        "regime.response.clawback": 0.5, "regime.detector.false_alarm_rate": 0.1, "overseer.monitoring_cost": 0.2,
        "overseer.recovery": 0.3, "agents.count": 500, "run.episodes": 1,
    }  # fmt: skip
    found = game(values, [0.5])
    run = simulate(load_scenario("base").with_values(values), replicates=40, record="none").by_replicate
    place = {"honest": 0, "compliant": 1, "faker": 2}[decision]
    for name, payoffs in (("agent_utility", found.agent_payoffs), ("overseer_utility", found.overseer_payoffs)):
        error = run[name].std(ddof=1) / math.sqrt(40)
        assert abs(run[name].mean() - payoffs[0, place]) < 4.0 * error
        assert error < 0.01


# Refused


@pytest.mark.parametrize(
    ("values", "rates", "message"),
    [
        ({"stakes": {"kind": "tasks"}}, None, "stakes.kind must be fixed or proportional"),
        ({"stakes": {"kind": "random"}}, None, "got random"),
        ({"agents.goals.angle": 0.0}, None, "agents.goals must differ from the target"),
        ({}, [0.5, 1.5], r"rates must be numbers in \[0, 1\], got \[0.5, 1.5\]"),
        ({}, [], "rates must be numbers"),
        ({}, [math.nan], "rates must be numbers"),
    ],
)
def test_what_is_no_game(values, rates, message):
    with pytest.raises(InputError, match=message):
        game(values, rates)


def test_groups_are_refused():
    groups = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]
    with pytest.raises(InputError, match="choose one of the groups a, b"):
        game({"agents.groups": groups})


@pytest.mark.parametrize("regime", ["amnesty", "escalating_audit", "white_box", "honeypots", "committed_optimum"])
def test_shipped_regimes_are_games(regime):
    found = one_shot_game(load_scenario("base").with_values({"regime": load_regime(regime).regime}))
    assert np.isfinite(found.overseer_payoffs).all()
    assert np.isfinite(found.agent_payoffs).all()
