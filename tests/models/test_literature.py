"""Results 11 to 16, 18 and 19 of the model's specification: closed forms of others, checked by other routes.

The routes: every deviation tried (games, commitment, persuasion), value iteration (escalating audits), what happens
counted one by one (cascades, averaged beliefs), and quadrature of another integral (signals, audits, periods).
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta, binom, norm

from models.cascades import (
    averaged_beliefs,
    cascade_size,
    compliance_threshold,
    conforming_share,
    conformity_fixed_points,
    conformity_limit,
    influence,
    replicator_flow,
    replicator_invariant,
    replicator_linear_period,
    replicator_period,
)
from models.escalation import escalated_compliance_share, escalation_limit, second_group_rate
from models.literature import (
    InspectionGame,
    audit_catch_probability,
    beta_mean,
    commitment_payoff,
    committed_rate,
    detection_auc,
    deterrent_penalty,
    deterring_rate,
    hiding_gain,
    inspection_equilibrium,
    logit_equilibrium,
    persuasion_compliance,
    persuasive_posterior,
    weighted_deterrence_threshold,
)
from models.perception import false_signal_probability, posterior

GAME = InspectionGame(
    temptation=1.0, penalty=3.0, hit_rate=1.0, clawback=1.0, harm=1.0, recovery=0.7, monitoring_cost=0.1
)
#: Nothing compared is closer to a tie than this.
TIE = 1e-6
DIGITS = 5e-11
#: The published numbers of two-group enforcement: p1, p2, F1, F2, u, gamma.
ESCALATION = (0.1, 0.5, 0.0, 1.0, 0.5, 0.9)

shares = st.floats(0.0, 1.0)
inner_shares = st.floats(0.02, 0.98)
games = st.builds(
    InspectionGame,
    temptation=st.floats(0.0, 3.0),
    penalty=st.floats(0.0, 4.0),
    hit_rate=shares,
    clawback=shares,
    harm=st.floats(0.0, 3.0),
    recovery=shares,
    monitoring_cost=st.floats(0.0, 1.0),
)
mixing_games = st.builds(
    InspectionGame,
    temptation=st.floats(0.5, 2.0),
    penalty=st.floats(2.0, 4.0),
    hit_rate=st.floats(0.8, 1.0),
    clawback=shares,
    harm=st.floats(0.5, 2.0),
    recovery=st.floats(0.5, 1.0),
    monitoring_cost=st.floats(0.01, 0.1),
).filter(lambda game: game.temptation < 0.8 * game.sanction)


def payoffs(game, inspection, violation):
    """Return the expected payoff of overseer and agent, summed over what may happen in an episode."""
    overseer = agent = 0.0
    for watched, acted, hit in itertools.product((0, 1), repeat=3):
        chance = (inspection if watched else 1.0 - inspection) * (violation if acted else 1.0 - violation)
        chance *= game.hit_rate if hit else 1.0 - game.hit_rate
        flagged = watched and acted and hit
        gain = game.temptation if acted else 0.0
        agent += chance * (gain - (game.penalty + game.clawback * gain if flagged else 0.0))
        harm = game.harm * gain * (1.0 - game.recovery if flagged else 1.0)
        overseer -= chance * (harm + (game.monitoring_cost if watched else 0.0))
    return overseer, agent


# 11. The inspection game


def test_11_equilibrium():
    # The agent: 1 = m (3 + 1). The overseer: .7 x = .1. It gets what not watching gives: -1/7.
    inspection, violation, payoff = inspection_equilibrium(GAME)
    assert inspection == 0.25
    assert violation == pytest.approx(1.0 / 7.0, rel=1e-15)
    assert payoff == pytest.approx(-0.1428571429, abs=DIGITS)


def test_11_commitment():
    # Legal: -.1 * .25. Just below: -1 (1 - .25 * .7) - .1 * .25.
    assert committed_rate(GAME) == 0.25
    assert commitment_payoff(GAME, 0.25) == pytest.approx(-0.025, rel=1e-14)
    assert commitment_payoff(GAME, 0.25 - 1e-12) == pytest.approx(-0.85, abs=DIGITS)


def test_11_ends():
    # A flag costs .5 < b: certain watching does not deter, but pays the overseer: -1 + .7 - .1.
    harmless = GAME._replace(penalty=0.5, clawback=0.0)
    assert deterring_rate(harmless) == 2.0
    assert inspection_equilibrium(harmless) == pytest.approx((1.0, 1.0, -0.4))
    assert committed_rate(harmless) == 1.0
    # Watching costs more than it saves, but to announce it deters: -.8/4 > -1.
    dear = GAME._replace(monitoring_cost=0.8)
    assert inspection_equilibrium(dear) == (0.0, 1.0, -1.0)
    assert committed_rate(dear) == 0.25
    assert committed_rate(GAME._replace(monitoring_cost=4.0 + TIE)) == 0.0
    assert committed_rate(GAME._replace(monitoring_cost=4.0 - TIE)) == 0.25
    nothing = GAME._replace(penalty=0.0, clawback=0.0)
    assert deterring_rate(nothing) == math.inf
    assert inspection_equilibrium(nothing)[:2] == (1.0, 1.0)
    assert inspection_equilibrium(GAME._replace(temptation=0.0)) == (0.0, 0.0, 0.0)


@given(games)
def test_11_nobody_gains_by_deviating(game):
    inspection, violation, payoff = inspection_equilibrium(game)
    overseer, agent = payoffs(game, inspection, violation)
    assert payoff == pytest.approx(overseer, abs=1e-12)
    for other in (0.0, 1.0):
        assert payoffs(game, other, violation)[0] <= overseer + 1e-12
        assert payoffs(game, inspection, other)[1] <= agent + 1e-12


@given(games)
def test_11_no_announced_rate_is_better(game):
    best = commitment_payoff(game, committed_rate(game))
    assert best >= inspection_equilibrium(game)[2] - 1e-12
    for rate in np.linspace(0.0, 1.0, 101):
        acting = payoffs(game, rate, 1.0)[1]
        if abs(acting) > TIE:
            expected = payoffs(game, rate, 1.0 if acting > 0.0 else 0.0)[0]
            assert commitment_payoff(game, rate) == pytest.approx(expected, abs=1e-12)
            assert expected <= best + 1e-12


# 12. Deterrence


def test_12_penalty():
    # .2 * .8 F = 1.
    assert deterrent_penalty(1.0, 0.2, 0.8) == pytest.approx(6.25, rel=1e-15)


def test_12_weighted_probabilities():
    found = weighted_deterrence_threshold(0.1, 1.0, 1.0, 0.65)
    assert found == pytest.approx(0.0271086222, abs=DIGITS)
    assert math.exp(-((-math.log(found)) ** 0.65)) == pytest.approx(0.1, rel=1e-13)
    # The other way round: if .1 is weighted .1791287373, that is the ratio of stakes whose threshold is .1.
    assert weighted_deterrence_threshold(0.1791287373, 1.0, 1.0, 0.65) == pytest.approx(0.1, abs=DIGITS)


@given(inner_shares, st.floats(0.4, 2.0), st.floats(0.1, 1.0))
def test_12_threshold_balances_temptation(ratio, exponent, hit_rate):
    found = weighted_deterrence_threshold(ratio * hit_rate * 2.0, hit_rate, 2.0, exponent)
    assert (-math.log(found)) ** exponent == pytest.approx(-math.log(ratio), rel=1e-11)


def test_12_ends():
    assert weighted_deterrence_threshold(0.1, 0.5, 1.0, 1.0) == pytest.approx(0.2)
    assert weighted_deterrence_threshold(1.5, 1.0, 1.0, 0.65) == 1.5
    assert weighted_deterrence_threshold(0.0, 1.0, 1.0, 0.65) == 0.0


# 13. Escalating audits


def advantages(rows, tempted, clawback, foresight):
    """Return what acting is worth more than complying in each group, by value iteration.

    A row is (rate, penalty, P(move | caught), group then, P(move | inspected and complied), group then).
    """
    rate, penalty, move, caught_to, forgive, honest_to = (np.array(column) for column in zip(*rows, strict=True))
    caught_to, honest_to = caught_to.astype(int), honest_to.astype(int)
    flow = tempted - rate * (penalty + clawback * tempted)
    value = np.zeros(len(rows))
    while True:
        leave, back = rate * move, rate * forgive
        act = flow + foresight * (value + leave * (value[caught_to] - value))
        comply = foresight * (value + back * (value[honest_to] - value))
        new = np.maximum(act, comply)
        if np.abs(new - value).max() < 1e-14:
            return act - comply
        value = new


def two_groups(rate, second_rate, penalty, second_penalty, leniency):
    return [(rate, penalty, 1.0, 1, 0.0, 0), (second_rate, second_penalty, 0.0, 1, leniency, 0)]


def three_groups(rate, second_rate, penalty):
    return [(rate, penalty, 1.0, 1, 0.0, 0), (second_rate, penalty, 1.0, 2, 1.0, 0), (1.0, penalty, 0.0, 2, 0.0, 2)]


def test_13_two_groups():
    # p2 F2 = .5; .9 * .5 * .5 (.5 - 0)/(1 - .9 * .9) = .1125/.19.
    assert escalation_limit(*ESCALATION) == pytest.approx(0.5 + 0.1125 / 0.19, rel=1e-15)
    assert escalation_limit(*ESCALATION) == pytest.approx(1.0921052632, abs=DIGITS)
    # .1/(.1 + .25).
    assert escalated_compliance_share(0.1, 0.5, 0.5) == pytest.approx(0.2857142857, abs=DIGITS)
    # More than twice the temptation that .5 * 1 deters by itself; without foresight just that.
    assert escalation_limit(*ESCALATION[:5], 0.0) == 0.5


def test_13_two_groups_share_of_time():
    # (act in group 1, comply in group 2): group 1 is left with .1, group 2 with .5 * .5.
    moves = np.array([[0.9, 0.1], [0.25, 0.75]])
    assert np.linalg.matrix_power(moves, 200)[0, 1] == pytest.approx(escalated_compliance_share(0.1, 0.5, 0.5))
    assert escalated_compliance_share(0.1, 0.5, 0.0) == 1.0


@given(inner_shares, inner_shares, shares, st.floats(0.1, 2.0), shares, st.floats(0.0, 0.9))
@example(*ESCALATION)
def test_13_two_groups_by_value_iteration(rate, second_rate, penalty, second_penalty, leniency, foresight):
    assume(rate * penalty < second_rate * second_penalty - 1e-2)
    limit = escalation_limit(rate, second_rate, penalty, second_penalty, leniency, foresight)
    rows = two_groups(rate, second_rate, penalty, second_penalty, leniency)
    below = advantages(rows, limit - TIE, 0.0, foresight)
    above = advantages(rows, limit + TIE, 0.0, foresight)
    assert below[1] < 0.0 < above[1]
    # In group 1 one acts on both sides of the limit, and complies below p1 F1 only.
    assert min(below[0], above[0]) > 0.0
    assert advantages(rows, rate * penalty + TIE, 0.0, foresight)[0] > 0.0
    assert max(advantages(rows, rate * penalty - TIE, 0.0, foresight)) < 0.0


def test_13_three_groups():
    # K = F + xi b = 2, so acting is worth 1 - .05 * 2 = .9 in group 1.
    found = second_group_rate(1.0, 1.0, 1.0, 0.05, 0.95)
    assert found == pytest.approx(0.0705995446, abs=DIGITS)
    # V1 by its two equations, then p2 (K + gamma V1) = b.
    equations = np.array([[1.0 - 0.95 * 0.95, -0.95 * 0.05], [-0.95 * found, 1.0 - 0.95 * (1.0 - found)]])
    worth = np.linalg.solve(equations, [0.9, 0.0])[0]
    assert found * (2.0 + 0.95 * worth) == pytest.approx(1.0, rel=1e-13)


@pytest.mark.parametrize(("clawback", "expected"), [(1.0, 0.0705995446), (0.0, 0.0720310773)])
def test_13_three_groups_with_and_without_clawback(clawback, expected):
    def advantage(second_rate):
        return advantages(three_groups(0.05, second_rate, 1.0), 1.0, clawback, 0.95)[1]

    assert second_group_rate(1.0, 1.0, clawback, 0.05, 0.95) == pytest.approx(expected, abs=DIGITS)
    assert brentq(advantage, 0.01, 0.5, xtol=1e-13) == pytest.approx(expected, abs=DIGITS)


@given(st.floats(0.2, 1.0), st.floats(1.0, 3.0), shares, inner_shares, st.floats(0.0, 0.9))
def test_13_three_groups_by_value_iteration(tempted, penalty, clawback, rate, foresight):
    found = second_group_rate(tempted, penalty, clawback, rate, foresight)
    assert 0.0 < found <= tempted / (penalty + clawback * tempted) + 1e-12

    def second_group(second_rate):
        return advantages(three_groups(rate, second_rate, penalty), tempted, clawback, foresight)[1]

    assert second_group(found - TIE) > 0.0 > second_group(found + TIE)


def test_13_three_groups_ends():
    # Without foresight, and where p1 deters by itself: p2 K = b.
    assert second_group_rate(1.0, 3.0, 1.0, 0.05, 0.0) == 0.25
    assert second_group_rate(1.0, 3.0, 1.0, 0.3, 0.9) == 0.25
    assert second_group_rate(1.0, 3.0, 1.0, 0.25 - 1e-9, 0.9) == pytest.approx(0.25, abs=1e-6)
    # Perfect patience: any chance of coming back to group 1 is worth waiting for.
    assert second_group_rate(1.0, 3.0, 1.0, 0.05, 1.0) == 0.0
    assert 0.0 < second_group_rate(1.0, 1.0, 1.0, 0.05, 1.0 - 1e-9) < 1e-4


# 14. Cascades


def joined(thresholds):
    """Return how many join, asking everybody again until nobody else does."""
    count = 0
    while (new := sum(threshold <= count for threshold in thresholds)) != count:
        count = new
    return count


def test_14_one_threshold_decides():
    assert cascade_size(range(100)) == 100
    assert cascade_size([0, 2, *range(2, 100)]) == 1


def test_14_cascade_ends():
    assert cascade_size([]) == 0
    assert cascade_size([1.0, 1.0]) == 0
    assert cascade_size([0.0, -3.0]) == 2
    assert cascade_size([0.0, math.inf]) == 1


@given(st.lists(st.integers(-2, 12) | st.floats(-2.0, 12.0), max_size=12))
def test_14_cascade_counted_one_by_one(thresholds):
    assert cascade_size(thresholds) == joined(thresholds)


@given(st.floats(-3.0, 3.0), st.floats(0.1, 3.0))
def test_14_compliance_threshold(net_temptation, conformity):
    share = compliance_threshold(net_temptation, conformity)
    assert conformity * (2.0 * (share + TIE) - 1.0) > net_temptation
    assert conformity * (2.0 * (share - TIE) - 1.0) < net_temptation


def test_14_conformity():
    # 1/2 + .5 (.8 - .5), and clipped: 1/2 + 2 (.8 - .5) = 1.1.
    assert conforming_share(0.8, 0.5) == pytest.approx(0.65)
    assert conforming_share(0.8, 2.0) == 1.0
    assert conforming_share(0.2, 2.0) == 0.0


@given(shares, st.floats(0.0, 3.0), st.floats(-2.0, 0.5), st.floats(0.6, 2.0))
def test_14_conforming_share_counted_one_by_one(share, conformity, lowest, highest):
    agents = 1000
    tempted = lowest + (np.arange(agents) + 0.5) / agents * (highest - lowest)
    complied = np.mean(conformity * (2.0 * share - 1.0) >= tempted)
    assert conforming_share(share, conformity, lowest, highest) == pytest.approx(complied, abs=1.0 / agents)


@pytest.mark.parametrize("conformity", [0.0, 0.5, 1.0 - TIE])
def test_14_one_fixed_point(conformity):
    assert conformity_fixed_points(conformity) == pytest.approx((0.5,))
    for start in (0.0, 0.3, 1.0):
        assert conformity_limit(start, conformity) == pytest.approx(0.5)


@pytest.mark.parametrize("conformity", [1.0 + TIE, 1.5, 4.0])
def test_14_tipping(conformity):
    assert conformity_fixed_points(conformity) == pytest.approx((0.0, 0.5, 1.0))
    assert conformity_limit(0.5 - 1e-3, conformity) == 0.0
    assert conformity_limit(0.5, conformity) == 0.5
    assert conformity_limit(0.5 + 1e-3, conformity) == 1.0


def test_14_every_share_repeats_itself():
    assert conformity_fixed_points(1.0) == (0.0, 1.0)
    for start in (0.0, 0.3, 0.7, 1.0):
        assert conformity_limit(start, 1.0) == start


@given(shares, st.floats(0.0, 3.0), st.floats(-2.0, 0.5), st.floats(0.6, 2.0))
def test_14_limit_by_repetition(start, conformity, lowest, highest):
    assume(abs(highest - lowest - 2.0 * conformity) > 0.05)
    points = conformity_fixed_points(conformity, lowest, highest)
    assert all(conforming_share(point, conformity, lowest, highest) == pytest.approx(point) for point in points)
    assume(all(abs(start - point) > TIE for point in points))
    share = start
    for _ in range(2000):
        share = conforming_share(share, conformity, lowest, highest)
    assert conformity_limit(start, conformity, lowest, highest) == pytest.approx(share, abs=1e-9)


@given(st.floats(0.1, 3.0), st.floats(-2.0, 0.5), st.floats(0.6, 2.0))
def test_14_fixed_points_are_all_there(conformity, lowest, highest):
    assume(abs(highest - lowest - 2.0 * conformity) > 0.05)
    grid = np.linspace(0.0, 1.0, 2001)
    steps = np.array([conforming_share(share, conformity, lowest, highest) for share in grid]) - grid
    found = grid[np.abs(steps) < 1e-12].tolist()
    found += [grid[i] for i in np.flatnonzero(steps[:-1] * steps[1:] < -1e-26)]
    points = conformity_fixed_points(conformity, lowest, highest)
    assert all(min(abs(point - share) for point in points) < 1e-3 for share in found)


def test_14_cascades_and_conformity_agree():
    # Many agents with evenly spread net temptations, none of whom has complied: the cascade ends at the first point.
    agents = 4000
    for conformity, lowest, highest in ((0.6, -1.0, 1.0), (0.5, -0.7, 1.5), (1.0, -1.2, 1.6)):
        tempted = lowest + (np.arange(agents) + 0.5) / agents * (highest - lowest)
        thresholds = [agents * compliance_threshold(one, conformity) for one in tempted]
        expected = conformity_limit(0.0, conformity, lowest, highest)
        assert 0.05 < expected < 0.95
        assert cascade_size(thresholds) / agents == pytest.approx(expected, abs=5e-3)


# 15. Signals, noisy answers, imitation


def test_15_auc():
    assert detection_auc(1.0) == pytest.approx(0.7602499389, abs=DIGITS)
    assert detection_auc(0.0) == 0.5
    assert detection_auc(math.inf) == 1.0


@pytest.mark.parametrize("discrimination", [0.3, 1.0, 2.5])
def test_15_auc_is_the_area_under_hits_over_false_alarms(discrimination):
    def hits(false_alarms):
        return norm.sf(norm.isf(false_alarms) - discrimination)

    area, _ = quad(hits, 0.0, 1.0, epsabs=1e-11, limit=500)
    assert detection_auc(discrimination) == pytest.approx(area, abs=1e-9)


def answers(game, rationality, inspection, violation):
    """Return each side's logit answer to the other, from the payoffs of its two choices."""
    watching = payoffs(game, 1.0, violation)[0] - payoffs(game, 0.0, violation)[0]
    acting = payoffs(game, inspection, 1.0)[1] - payoffs(game, inspection, 0.0)[1]
    return 1.0 / (1.0 + math.exp(-rationality * watching)), 1.0 / (1.0 + math.exp(-rationality * acting))


def test_15_logit_equilibrium():
    assert logit_equilibrium(GAME, 1.0) == pytest.approx((0.5194293943, 0.2539381869), abs=DIGITS)
    state = (0.5, 0.5)
    for _ in range(200):
        state = answers(GAME, 1.0, *state)
    assert logit_equilibrium(GAME, 1.0) == pytest.approx(state, abs=1e-13)


@given(games, st.floats(0.0, 50.0))
def test_15_logit_equilibrium_answers_itself(game, rationality):
    found = logit_equilibrium(game, rationality)
    assert found == pytest.approx(answers(game, rationality, *found), abs=1e-11)


def test_15_logit_equilibrium_ends():
    assert logit_equilibrium(GAME, 0.0) == (0.5, 0.5)
    assert logit_equilibrium(GAME, math.inf) == pytest.approx((0.25, 1.0 / 7.0))
    assert logit_equilibrium(GAME, 1e6) == pytest.approx((0.25, 1.0 / 7.0), abs=1e-5)


def test_15_more_rationality_first_less_then_more_violation():
    violations = [logit_equilibrium(GAME, rationality)[1] for rationality in (0.0, 1.0, 3.0, 6.0)]
    assert violations == sorted(violations, reverse=True)
    assert violations[-1] < 1.0 / 7.0
    violations = [logit_equilibrium(GAME, rationality)[1] for rationality in (7.0, 10.0, 30.0, 100.0)]
    assert violations == sorted(violations)


def test_15_replicator_invariant():
    # d = 1, B = 3, e = .1, 1 - a = .6 at m = .5, x = .5: (1 + 3 + .1 + .6) ln(1/2).
    assert replicator_invariant(GAME, 0.5, 0.5) == pytest.approx(-4.7 * math.log(2.0), rel=1e-15)
    # m (1 - m)(.7 x - .1) and x (1 - x)(1 - 4 m) at (.5, .5).
    assert replicator_flow(GAME, 0.5, 0.5) == pytest.approx((0.0625, -0.25), rel=1e-14)


@given(games, inner_shares, inner_shares)
def test_15_replicator_flow_is_payoff_above_average(game, inspection, violation):
    overseer, agent = payoffs(game, inspection, violation)
    watching = inspection * (payoffs(game, 1.0, violation)[0] - overseer)
    acting = violation * (payoffs(game, inspection, 1.0)[1] - agent)
    assert replicator_flow(game, inspection, violation) == pytest.approx((watching, acting), abs=1e-12)


def turn(game, start, duration):
    """Return the path of `replicator_flow` at 50 times."""
    times = np.linspace(0.0, duration, 50)
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
    return solve_ivp(lambda _, state: replicator_flow(game, *state), (0.0, duration), start, t_eval=times, **options).y


def test_15_replicator_comes_back():
    period = replicator_period(GAME, 0.5, 0.5)
    assert period == pytest.approx(41.59042158, abs=5e-9)
    path = turn(GAME, (0.5, 0.5), period)
    assert path[:, -1] == pytest.approx(path[:, 0], abs=1e-8)
    # Once round, not twice: the half turn is on the other side.
    assert path[1, 25] < 1.0 / 7.0
    kept = [replicator_invariant(GAME, *state) for state in path.T]
    assert np.ptp(kept) < 1e-9


@given(mixing_games, st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_15_replicator_flows_along_its_invariant(game, inspection, violation):
    step = 1e-5
    watching, acting = replicator_flow(game, inspection, violation)
    ahead = replicator_invariant(game, inspection + step * watching, violation + step * acting)
    behind = replicator_invariant(game, inspection - step * watching, violation - step * acting)
    assert (ahead - behind) / (2.0 * step) == pytest.approx(0.0, abs=1e-8)
    # It is highest at the equilibrium, so its level lines close around it.
    assert replicator_invariant(game, *inspection_equilibrium(game)[:2]) >= ahead - 1e-12


def quadrature_period(game, inspection, violation):
    """Return the integral of du/u' along the level line of the invariant, u the log-odds of inspection."""
    level = replicator_invariant(game, inspection, violation)
    centre, rest = inspection_equilibrium(game)[:2]

    def edge(to):
        return brentq(lambda u: replicator_invariant(game, float(expit(u)), rest) - level, logit(centre), to)

    lower, upper = edge(-40.0), edge(30.0)

    def speed(u, to):
        x = brentq(lambda v: replicator_invariant(game, float(expit(u)), float(expit(v))) - level, logit(rest), to)
        return abs(game.rescue * expit(x) - game.monitoring_cost)

    def slowness(angle, to):
        # u = middle + half sin(angle) takes away that the speed vanishes at both edges.
        half = 0.5 * (upper - lower)
        return half * math.cos(angle) / speed(0.5 * (upper + lower) + half * math.sin(angle), to)

    right = 0.5 * math.pi - 1e-7
    return sum(quad(slowness, -right, right, args=(to,), epsrel=1e-9, limit=200)[0] for to in (-40.0, 30.0))


@pytest.mark.parametrize("start", [(0.5, 0.5), (0.25, 0.5), (0.3, 0.2)])
def test_15_period_by_quadrature(start):
    assert replicator_period(GAME, *start) == pytest.approx(quadrature_period(GAME, *start), rel=1e-6)


def test_15_linear_period():
    # m (1-m) * .7 = .13125, x (1-x) * 4 = 24/49: 2 pi/sqrt(.13125 * 24/49).
    expected = 2.0 * math.pi / math.sqrt(0.13125 * 24.0 / 49.0)
    assert replicator_linear_period(GAME) == pytest.approx(expected, rel=1e-14)
    step = 1e-6
    columns = []
    for shift in ((step, 0.0), (0.0, step)):
        above = np.array(replicator_flow(GAME, 0.25 + shift[0], 1.0 / 7.0 + shift[1]))
        below = np.array(replicator_flow(GAME, 0.25 - shift[0], 1.0 / 7.0 - shift[1]))
        columns.append((above - below) / (2.0 * step))
    turning = np.linalg.eigvals(np.column_stack(columns))
    assert 2.0 * math.pi / abs(turning[0].imag) == pytest.approx(expected, rel=1e-8)
    assert turning.real == pytest.approx(0.0, abs=1e-8)


def test_15_small_turns_take_the_linear_period():
    linear = replicator_linear_period(GAME)
    assert replicator_period(GAME, 0.25, 1.0 / 7.0) == linear
    assert replicator_period(GAME, 0.251, 1.0 / 7.0) == pytest.approx(linear, rel=1e-4)
    # Wider turns take longer.
    assert linear < replicator_period(GAME, 0.3, 0.2) < replicator_period(GAME, 0.5, 0.5)


@pytest.mark.parametrize("start", [(0.0, 0.5), (0.5, 1.0), (math.nan, 0.5)])
def test_15_period_of_a_start_at_the_edge_is_refused(start):
    with pytest.raises(ValueError, match="inspection and violation must be between 0 and 1, got"):
        replicator_period(GAME, *start)


@pytest.mark.parametrize("changes", [{"penalty": 0.0}, {"monitoring_cost": 0.8}, {"monitoring_cost": 0.0}])
def test_15_period_without_a_mixed_equilibrium_is_refused(changes):
    for period in (replicator_linear_period, lambda game: replicator_period(game, 0.5, 0.5)):
        with pytest.raises(ValueError, match="game must have an equilibrium in which both sides mix, got"):
            period(GAME._replace(**changes))


# 16. Beliefs


def test_16_beta():
    # (1 + 3)/(10 + 20).
    assert beta_mean(1.0, 9.0, 3.0, 20.0) == pytest.approx(0.1333333333, abs=DIGITS)
    weights = [quad(lambda p, k=k: p**k * beta.pdf(p, 1, 9) * binom.pmf(3, 20, p), 0.0, 1.0)[0] for k in (0, 1)]
    assert beta_mean(1.0, 9.0, 3.0, 20.0) == pytest.approx(weights[1] / weights[0], rel=1e-8)


TRUST = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
FIRST = np.array([1.0, 0.0, 0.0])


def test_16_averaged_beliefs():
    # By hand: (1, 0, 0), (0, 1, 0), (.5, 0, 1), (.5, .5, 0).
    for episodes, expected in enumerate([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.5, 0.0, 1.0), (0.5, 0.5, 0.0)]):
        assert averaged_beliefs(TRUST, FIRST, episodes).tolist() == list(expected)
    assert averaged_beliefs(TRUST, FIRST, 200) == pytest.approx(0.4, abs=1e-12)


def test_16_influence():
    # w1 = w2, w3 = w1/2: (.4, .4, .2).
    assert influence(TRUST) == pytest.approx([0.4, 0.4, 0.2], abs=1e-14)
    assert influence(TRUST) @ FIRST == pytest.approx(0.4)
    # One who listens to nobody is all that counts.
    assert influence(np.array([[1.0, 0.0], [0.3, 0.7]])) == pytest.approx([1.0, 0.0], abs=1e-14)


@given(st.lists(st.lists(st.floats(0.05, 1.0), min_size=4, max_size=4), min_size=4, max_size=4))
def test_16_influence_is_the_limit(weights):
    trust = np.array(weights) / np.sum(weights, axis=1, keepdims=True)
    beliefs = np.array([0.9, 0.1, 0.4, 0.7])
    assert averaged_beliefs(trust, beliefs, 2000) == pytest.approx(np.full(4, influence(trust) @ beliefs), abs=1e-10)


@pytest.mark.parametrize("trust", [np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0]])])
def test_16_beliefs_that_never_agree_are_refused(trust):
    with pytest.raises(ValueError, match=r"trust must have one eigenvalue of size 1.*got 2"):
        influence(trust)


# 18. Persuasion


def signalled_compliance(rate, mu, threshold):
    """Return compliance under the signal that makes "watched" mean `mu`, by Bayes' rule."""
    false = false_signal_probability(rate, mu)
    said = rate + (1.0 - rate) * false
    deterred = posterior(rate, 1.0, false) >= threshold - 1e-12
    return said * deterred + (1.0 - said) * (threshold <= 0.0)


def test_18_persuasion():
    assert persuasion_compliance(0.3, 0.5) == pytest.approx(0.6, rel=1e-15)
    # Said of all watched and of .3 * .5/(.5 * .7) of the others: .3 + .7 * 3/7 = .6, half of it true.
    assert persuasive_posterior(0.3, 0.5) == 0.5
    assert signalled_compliance(0.3, 0.5, 0.5) == pytest.approx(0.6)


@given(st.floats(0.02, 0.95), st.floats(0.01, 1.3))
def test_18_no_signal_is_better(rate, threshold):
    best = persuasion_compliance(rate, threshold)
    assert signalled_compliance(rate, persuasive_posterior(rate, threshold), threshold) == pytest.approx(best, abs=1e-9)
    for mu in np.linspace(rate, 1.0, 60):
        assert signalled_compliance(rate, mu, threshold) <= best + 1e-9


@given(st.floats(0.02, 0.95), st.floats(-0.1, 1.3))
def test_18_hiding(rate, threshold):
    # The signal of mu = m says nothing, that of mu = 1 the truth.
    assume(abs(rate - threshold) > TIE)
    expected = signalled_compliance(rate, rate, threshold) - signalled_compliance(rate, 1.0, threshold)
    assert hiding_gain(rate, threshold) == pytest.approx(expected, abs=1e-9)


def test_18_hiding_changes_sign():
    assert hiding_gain(0.5 + TIE, 0.5) == pytest.approx(0.5 - TIE)
    assert hiding_gain(0.5 - TIE, 0.5) == pytest.approx(-0.5 + TIE)


def test_18_ends():
    assert persuasion_compliance(0.6, 0.5) == 1.0
    assert persuasion_compliance(0.3, 1.0) == 0.3
    assert persuasion_compliance(0.3, 1.0 + TIE) == 0.0
    assert persuasive_posterior(0.6, 0.5) == 0.6
    assert persuasive_posterior(0.3, math.inf) == 0.3
    assert hiding_gain(0.3, math.inf) == 0.0
    assert hiding_gain(0.3, 0.0) == 0.0


# 19. Audits of the most suspect


def test_19_audit_budget():
    assert audit_catch_probability(100, 3, 1.0) == pytest.approx(0.1811010284, abs=DIGITS)
    assert audit_catch_probability(100, 3, 0.0) == pytest.approx(0.03, abs=1e-13)


@pytest.mark.parametrize("shift", [-1.0, 0.3, 2.0])
def test_19_two_agents(shift):
    # The higher of two is the attacker's where one normal deviate exceeds another by d: Phi(d/sqrt 2).
    assert audit_catch_probability(2, 1, shift) == pytest.approx(norm.cdf(shift / math.sqrt(2.0)), abs=1e-13)


@pytest.mark.parametrize(("agents", "audits", "shift"), [(100, 3, 1.0), (10, 9, -0.5), (400, 40, 2.0)])
def test_19_by_the_score_to_beat(agents, audits, shift):
    # The n-th highest of the N - 1 others is at a quantile U ~ Beta(N - n, n); the attacker must exceed it.
    density = beta(agents - audits, audits).pdf
    expected, _ = quad(lambda u: density(u) * norm.cdf(shift - norm.ppf(u)), 0.0, 1.0, epsabs=1e-12, limit=500)
    assert audit_catch_probability(agents, audits, shift) == pytest.approx(expected, abs=1e-10)


def test_19_ends():
    assert audit_catch_probability(10, 0, 1.0) == 0.0
    assert audit_catch_probability(10, 10, -5.0) == 1.0
    assert audit_catch_probability(1, 1, 0.0) == 1.0
    assert audit_catch_probability(100, 3, math.inf) == pytest.approx(1.0, abs=1e-13)
    assert audit_catch_probability(1_000_000, 3, 0.0) == pytest.approx(3e-6, rel=1e-6)
