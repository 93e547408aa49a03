"""What must not change when something else does: relations between runs, whatever the right numbers are.

Through what a user calls. Where luck remains, deviations are compared with z < 4 (a false alarm in 16,000 each).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import norm

from models.cascades import replicator_flow, replicator_invariant
from models.literature import InspectionGame
from parameter_sweeps.catalogue import load_scenario
from simulation.run import simulate
from simulation.valuation import strategy_values

TIE = 1e-6
RECORDED = ("watched", "acted", "spoke", "flagged", "angle", "belief", "turns")

inner = st.floats(0.05, 0.95)
penalties = st.floats(0.0, 3.0)


def scenario(*changes):
    built = load_scenario("base")
    for change in changes:
        built = built.with_values(change)
    return built


def recorded(*changes, seed=3, replicates=2):
    run = simulate(scenario({"agents.count": 60, "run.episodes": 12}, *changes), seed, replicates, record="agents")
    return {name: run.trajectory[name].transpose("replicate", "episode", "agent").to_numpy() for name in RECORDED}, run


def assert_same(one, other):
    for name in RECORDED:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


# Units of payoff: with all payoffs times c, and rationality over c, nothing that is done changes

#: Every parameter that is a payoff.
PAYOFFS = {
    "stakes.scale": 1.3, "agents.terminal_guarding": 0.2, "agents.conformity": 0.3, "regime.response.penalty": 0.4,
    "regime.response.habit": 0.2, "regime.response.reinforcement": 0.05, "regime.response.voice.bonus": 0.35,
    "regime.response.voice.penalty": 0.1, "overseer.monitoring_cost": 0.1, "overseer.modification_cost": 0.2,
    "overseer.false_alarm_cost": 0.3,
}  # fmt: skip
BUSY = {
    "stakes.kind": "proportional", "agents.goals.angle": {"distribution": "beta", "a": 2, "b": 3, "scale": 3.0},
    "agents.akrasia": 0.1, "agents.beliefs": {"mean": 0.4, "strength": 3.0, "feedback": "outcome", "forgetting": 0.9},
    "regime.response.rotation": 0.8, "regime.response.internalisation": 0.7, "regime.response.clawback": 0.4,
    "regime.response.rotation_when_complying": 0.5, "regime.response.voice": {"answer_probability": 0.6},
    "regime.detector.false_alarm_rate": 0.05, "society.graph": "complete",
}  # fmt: skip


def in_units(factor, rationality):
    values = {key: factor * value for key, value in PAYOFFS.items()}
    return scenario(BUSY, values, {"agents.rationality": rationality / factor, "agents.count": 60, "run.episodes": 12})


@pytest.mark.parametrize("factor", [0.125, 4.0, 1024.0])
@pytest.mark.parametrize("rationality", [5.0, math.inf])
def test_units_of_payoff_change_no_choice(factor, rationality):
    # Powers of two change no digit of a product: the same to the bit.
    one, other = (simulate(in_units(unit, rationality), 3, 2, record="agents") for unit in (1.0, factor))
    for name in (*RECORDED, "compliance_watched", "faking_share"):
        np.testing.assert_array_equal(one.trajectory[name], other.trajectory[name], err_msg=name)
    for name in ("agent_utility", "agent_utility_current", "overseer_utility"):
        found, scaled = (run.by_replicate[name].to_numpy() for run in (one, other))
        assert scaled == pytest.approx(factor * found, rel=1e-12)
        assert np.abs(found).min() > 0.0
    acted, spoke = (one.trajectory[name].to_numpy().mean() for name in ("acted", "spoke"))
    assert 0.02 < acted < 0.98
    assert spoke > 0.02


def test_units_that_are_left_out_are_noticed():
    # The same with one payoff left as it was.
    for key in ("regime.response.penalty", "agents.terminal_guarding", "regime.response.voice.bonus"):
        changed = in_units(4.0, 20.0).with_values({key: PAYOFFS[key]})
        found = [simulate(one, 3, 2, record="agents").trajectory["acted"] for one in (in_units(1.0, 20.0), changed)]
        assert not found[0].equals(found[1]), key


@given(st.floats(0.01, 100.0), inner, inner, st.floats(0.1, 0.98), penalties, st.floats(0.0, 3.0))
def test_units_of_payoff_scale_values_and_nothing_else(factor, rate, hit_rate, foresight, penalty, discrimination):
    values = {
        "regime.schedule.rate": rate, "regime.detector.hit_rate": hit_rate, "agents.foresight": foresight,
        "regime.response.rotation": 0.6, "agents.cue.discrimination": discrimination,
    }  # fmt: skip
    payoffs = {"stakes.scale": 1.0, "regime.response.penalty": penalty, "agents.terminal_guarding": 0.1}
    one = strategy_values(scenario(values, payoffs))
    other = strategy_values(scenario(values, {key: factor * value for key, value in payoffs.items()}))
    assert other.loss == pytest.approx(factor * one.loss, rel=1e-8, abs=1e-9 * factor)
    if math.isfinite(one.threshold) and abs(one.threshold - rate) > TIE:
        assert other.threshold == pytest.approx(one.threshold, rel=1e-8)
        # The rule is flat where its worth is highest: half the digits.
        assert other.act_probability_watched == pytest.approx(one.act_probability_watched, abs=1e-6)


# Names: of goal axes, and of agents


@given(st.permutations([1, 2, 3]), st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3), st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_names_and_directions_of_goal_axes_change_nothing(order, signs, seed):
    # The first axis is the target; the others can be permuted and turned round.
    vectors = np.random.default_rng(seed).standard_normal((6, 4))
    renamed = vectors[:, [0, *order]] * [1.0, *signs]

    def goals(written):
        given_goals = {"agents.goals": {"kind": "vectors", "vectors": written.tolist()}, "agents.count": 6}
        return given_goals | {"regime.response.rotation": 0.3, "stakes.kind": "proportional"}

    found, moved = (recorded(goals(written))[0] for written in (vectors, renamed))
    for name in ("watched", "acted", "flagged", "turns"):
        np.testing.assert_array_equal(found[name], moved[name])
    # Sums in another order differ in the last digit.
    assert moved["angle"] == pytest.approx(found["angle"], abs=1e-12)
    assert len(set(found["angle"][0, 0])) == 6


@given(st.permutations(range(12)))
@settings(max_examples=10)
def test_order_of_agents_changes_only_who_is_who(order):
    # Nothing is left to luck: no cue, nobody plans, goals hardly turn; agents differ in what deters them. Agent k
    # complies iff a share 1 - Omega/4 of the others did: -.005 + .075 k, and .145 + .075 k from the eighth on. So one
    # more complies in each episode, with 5 of 11 two more (.445), and with 8 of 11 nobody (.745).
    def guarding(place):
        return 4.02 - 0.3 * place - (0.6 if place >= 8 else 0.0)

    def acted(places):
        groups = [
            {"name": f"agent {place}", "share": 1 / 12, "set": {"agents.terminal_guarding": guarding(place)}}
            for place in places
        ]
        values = {
            "agents.groups": groups, "agents.assignment": "in_order", "agents.count": 12, "agents.planning": "myopic",
            "agents.foresight": 0.0, "agents.cue.discrimination": 0.0, "agents.conformity": 1.0,
            "regime.schedule.rate": 0.5, "regime.detector.hit_rate": 1.0, "regime.response.rotation": 1e-9,
            "society.graph": "complete", "society.initial_compliance": 0.0, "run.episodes": 15,
        }  # fmt: skip
        return recorded(values, replicates=1)[0]["acted"][0]

    found, moved = acted(range(12)), acted(order)
    np.testing.assert_array_equal(moved, found[:, list(order)])
    assert found.sum(axis=1).tolist() == [11, 10, 9, 8, 7, 5] + [4] * 9


# Foresight


@given(inner, inner, penalties, st.floats(0.0, 2.0), st.floats(0.0, 0.98), st.floats(0.0, 0.98))
@example(0.2, 0.8, 6.0, 0.2, 0.0, 0.98)
@settings(max_examples=25)
def test_foresight_has_no_effect_where_nothing_can_be_told(rate, hit_rate, penalty, guarding, near, far):
    # Result 2: fixed stakes, one flag converts, no false alarms.
    assume(abs(1.0 - rate * hit_rate * (penalty + guarding)) > TIE)
    values = {
        "agents.cue.discrimination": 0.0, "regime.schedule.rate": rate, "regime.detector.hit_rate": hit_rate,
        "regime.response.penalty": penalty, "agents.terminal_guarding": guarding,
    }  # fmt: skip
    one, other = (recorded(values, {"agents.foresight": foresight}, replicates=1)[0] for foresight in (near, far))
    assert_same(one, other)


def test_foresight_has_an_effect_where_something_can_be_told():
    one, other = (recorded({"agents.foresight": foresight})[0] for foresight in (0.2, 0.95))
    assert (one["acted"] != other["acted"]).any()


@given(inner, inner, penalties, st.floats(0.0, 0.98), st.floats(0.05, 4.0), st.floats(0.05, 4.0))
@example(0.2, 0.8, 0.0, 0.6097560976 + 1e-5, 0.1, 4.0)
def test_onset_of_compliance_is_the_same_for_every_cue(rate, hit_rate, cost, foresight, weak, strong):
    # Result 4, from the rule itself: some cue makes it comply iff q* < 1.
    onset = 1.0 - hit_rate * cost - foresight * (1.0 + hit_rate * (1.0 - rate) - hit_rate * cost)
    assume(abs(onset) > TIE)
    values = {
        "regime.schedule.rate": rate, "regime.detector.hit_rate": hit_rate, "regime.response.penalty": cost,
        "agents.foresight": foresight,
    }  # fmt: skip
    thresholds = [strategy_values(scenario(values, {"agents.cue.discrimination": d})).threshold for d in (weak, strong)]
    assert [threshold < 1.0 for threshold in thresholds] == [onset < 0.0] * 2


# The gap


@given(
    st.floats(0.0, 5.0), inner, inner, penalties, st.floats(0.0, 0.98), st.sampled_from([0.0, 0.6, 1.0]),
    st.floats(0.0, 0.5), st.sampled_from([0.0, 0.5]), st.floats(0.0, 1.0), st.floats(0.0, 0.4),
)  # fmt: skip
@settings(max_examples=40)
def test_gap_is_never_above_what_the_cue_allows(
    discrimination, rate, hit_rate, penalty, foresight, rotation, false_alarms, reinforced, clawback, honeypots
):
    values = {
        "agents.cue.discrimination": discrimination, "regime.schedule.rate": rate, "agents.foresight": foresight,
        "regime.detector.hit_rate": hit_rate, "regime.detector.false_alarm_rate": false_alarms * hit_rate,
        "regime.response.penalty": penalty, "regime.response.clawback": clawback, "regime.response.rotation": rotation,
        "regime.response.rotation_when_complying": reinforced, "regime.visibility.honeypot_share": honeypots,
        "agents.beliefs.honeypot_share": honeypots,
    }  # fmt: skip
    found = strategy_values(scenario(values))
    # Watched and unwatched cues have a total variation of that.
    bound = 2.0 * norm.cdf(0.5 * discrimination) - 1.0
    assert found.act_probability_unwatched - found.act_probability_watched <= bound + 1e-12
    assert found.comply_probability_watched - found.comply_probability_unwatched <= bound + 1e-12


@pytest.mark.parametrize("discrimination", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("rationality", [4.0, math.inf])
def test_gap_of_a_run_is_never_above_what_the_cue_allows(discrimination, rationality):
    # The first episode alone: later ones select who is left. Two binomials of 8,000 and 32,000.
    values = {
        "agents.cue.discrimination": discrimination, "agents.rationality": rationality, "run.episodes": 1,
        "agents.count": 2000,
    }  # fmt: skip
    found = simulate(scenario(values), replicates=20, record="none").measures["mean"]
    bound = 2.0 * norm.cdf(0.5 * discrimination) - 1.0
    assert found["compliance_gap"] <= bound + 4.0 * math.sqrt(0.25 / 8000 + 0.25 / 32000)


# Beliefs


@pytest.mark.parametrize("feedback", ["cue", "outcome", "full"])
@pytest.mark.parametrize("forgetting", [1.0, 0.7])
def test_beliefs_that_are_right_are_a_martingale(feedback, forgetting):
    # Evidence w is a posterior probability of having been watched, so E w = p where p is the rate, and detector and
    # honeypots are as believed: E p' = (kappa A + p)/(kappa (A + B) + 1) = p, A = p (A + B). Only from a right belief:
    # the rate stays as it is when beliefs move. What agents do plays no part in it.
    def moved(rate):
        values = {
            "agents.beliefs": {"mean": 0.3, "strength": 4.0, "feedback": feedback, "forgetting": forgetting,
                               "honeypot_share": 0.2},
            "regime.visibility.honeypot_share": 0.2, "regime.detector.false_alarm_rate": 0.1,
            "regime.schedule.rate": rate, "agents.foresight": 0.5, "agents.rationality": 3.0, "agents.count": 2000,
            "run.episodes": 2,
        }  # fmt: skip
        return recorded(values, replicates=20)[0]["belief"][:, 1].ravel() - 0.3

    right, wrong = moved(0.3), moved(0.5)
    error = right.std(ddof=1) / math.sqrt(right.size)
    assert abs(right.mean()) < 4.0 * error
    assert right.std() > 0.01
    # A drift of that size would have been seen.
    assert wrong.mean() > 8.0 * error


def test_without_feedback_beliefs_stay():
    values = {"agents.beliefs": {"mean": 0.3, "strength": 4.0, "feedback": "none", "forgetting": 0.7}}
    assert np.abs(recorded(values)[0]["belief"] - 0.3).max() < 1e-15


# Imitation


@given(
    st.floats(0.3, 2.0), st.floats(0.1, 3.0), st.floats(0.3, 1.0), st.floats(0.05, 0.9), inner, inner,
)  # fmt: skip
@settings(max_examples=25)
def test_replicator_dynamics_conserve_their_invariant(tempted, excess, recovery, dearness, inspection, violation):
    # b < K = F with tau = 1, and c_m a share of what watching saves: both sides mix.
    game = InspectionGame(tempted, tempted + excess, 1.0, 0.0, 1.0, recovery, dearness * tempted * recovery)
    path = solve_ivp(
        lambda _, at: replicator_flow(game, *at), (0.0, 30.0), (inspection, violation), rtol=1e-10, atol=1e-13,
    )  # fmt: skip
    kept = np.array([replicator_invariant(game, *at) for at in path.y.T])
    assert np.ptp(kept) < 1e-5 * max(1.0, abs(kept[0]))
    # And not because nothing moves.
    watching = game.rescue * violation - game.monitoring_cost
    assert np.ptp(path.y[0]) > 1e-3 or abs(watching) < 1e-2
