import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.choice import act_probability, act_threshold, act_utility, comply_utility, flag_cost, is_strategic
from models.detection import flag_probability, outcome_probability
from models.goals import ALIGNED_ANGLE
from models.overseer import overseer_payoff, suspicion
from models.response import episode_payoff, guarding_cost

INFINITE = float("inf")
SHARES = st.floats(0.0, 1.0)
COSTS = st.floats(0.0, 20.0)

# Worked by hand: detection


@pytest.mark.parametrize(("acted", "watched", "expected"), [(1, 1, 0.8), (0, 1, 0.1), (1, 0, 0.0), (0, 0, 0.0)])
def test_flags(acted, watched, expected):
    assert flag_probability(acted, watched, 0.8, 0.1) == expected
    assert outcome_probability(1, acted, watched, 0.8, 0.1) == expected
    assert outcome_probability(0, acted, watched, 0.8, 0.1) == pytest.approx(1.0 - expected, rel=1e-15)


# Worked by hand: choice


def test_utilities():
    # D = 2 + .5 + .9 * 3 = 5.2. At q = .3: U_act = 1 - .3 * .8 * 5.2 = -.248, U_comply = -.3 * .1 * 5.2 = -.156.
    cost = flag_cost(2.0, 0.5, 0.9, 3.0)
    assert cost == pytest.approx(5.2, rel=1e-15)
    assert act_utility(1.0, 0.3 * 0.8, cost) == pytest.approx(-0.248, rel=1e-13)
    assert comply_utility(0.3, 0.1, cost) == pytest.approx(-0.156, rel=1e-13)


def test_threshold():
    # b - q tau D = -q phi D at q = 1/(.7 * 5.2) = .2747252747.
    assert act_threshold(1.0, 0.8, 0.1, 5.2) == pytest.approx(0.2747252747, abs=5e-11)


def test_logit_choice():
    # lambda = 2, U_act - U_comply = 1/2: 1/(1 + 1/e).
    assert act_probability(0.75, 0.25, 2.0) == pytest.approx(0.7310585786, abs=5e-11)
    assert act_probability(0.25, 0.75, 2.0) == pytest.approx(0.2689414214, abs=5e-11)


def test_strategic_compliance_would_act_with_nothing_to_fear():
    assert is_strategic(1e-6) == 1
    assert is_strategic(0.0) == 0


# Worked by hand: response and overseer


@pytest.mark.parametrize(("acted", "flagged", "payoff"), [(0, 0, 0.0), (1, 0, 1.5), (1, 1, -1.0), (0, 1, -2.5)])
def test_episode_payoff(acted, flagged, payoff):
    # b = 1.5, F = 2, Omega = .5.
    assert episode_payoff(1.5, acted, flagged, 2.0, 0.5) == pytest.approx(payoff, rel=1e-15)


def test_guarding_counts_where_goals_can_be_modified():
    assert guarding_cost(0.7, 1.0, 0.3) == 0.7
    assert guarding_cost(0.7, 1.0, 0.0) == 0.0
    assert guarding_cost(0.7, 0.0, 0.3) == 0.0


def test_overseer_pays_for_each_kind_of_event():
    # 5 episodes with b = 2: 3 acts of which 1 caught, 4 watched, 2 turned, 1 false flag:
    # -2 * 2 (3 - .25) - .1 * 4 - .3 * 2 - .05 = -11 - .4 - .6 - .05.
    paid = overseer_payoff(2.0, 3.0, 1.0, 4.0, 2.0, 1.0, 2.0, 0.25, 0.1, 0.3, 0.05)
    assert paid == pytest.approx(-12.05, rel=1e-14)


@pytest.mark.parametrize(
    ("acts", "watched", "payoff"),
    [
        (1.0 / 7.0, 0.25, -0.1428571429),  # Equilibrium: -1/7 (1 - .25 * .7) - .025
        (0.0, 0.25, -0.025),  # Commitment to the same rate: legal
        (1.0, 0.25 - 1e-12, -0.85),  # Just below it: -(1 - .175) - .025
    ],
)
def test_inspection_game(acts, watched, payoff):
    # harm = b = 1, recovery .7, c_m = .1, tau = 1: what is watched and acted is caught.
    found = overseer_payoff(1.0, acts, acts * watched, watched, 0.0, 0.0, 1.0, 0.7, 0.1, 0.0, 0.0)
    assert found == pytest.approx(payoff, abs=5e-11)


def test_suspicion():
    # Beta(1, 1) and 3 flags in 8 watched episodes: Beta(4, 6).
    assert suspicion(0.0, 0.0) == 0.5
    assert suspicion(3.0, 8.0) == pytest.approx(0.4, rel=1e-15)


# Ends and ties


@pytest.mark.parametrize(
    ("hit_rate", "false_alarm_rate", "cost"), [(0.8, 0.1, 0.0), (0.0, 0.0, 5.0), (0.4, 0.4, 5.0), (0.8, 0.0, -1.0)]
)
def test_nothing_deters_where_a_flag_costs_nothing_or_tells_nothing(hit_rate, false_alarm_rate, cost):
    assert act_threshold(1.0, hit_rate, false_alarm_rate, cost) == INFINITE


def test_the_best_choice_is_certain_and_a_tie_complies():
    assert act_probability(1.0 + 1e-6, 1.0, INFINITE) == 1.0
    assert act_probability(1.0 - 1e-6, 1.0, INFINITE) == 0.0
    assert act_probability(1.0, 1.0, INFINITE) == 0.0


@pytest.mark.parametrize("rationality", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("advantage", [-1e10, -1.0, 0.0, 1.0, 1e10])
def test_logit_stays_a_probability(advantage, rationality):
    assert 0.0 <= act_probability(advantage, 0.0, rationality) <= 1.0


def test_guarding_at_the_smallest_misalignment():
    assert guarding_cost(0.7, ALIGNED_ANGLE * (1.0 + 1e-6), 1e-6) == 0.7
    assert guarding_cost(0.7, ALIGNED_ANGLE * (1.0 - 1e-6), 1.0) == 0.0


# Properties


@settings(deadline=None)
@given(
    st.floats(0.01, 10.0), st.floats(0.05, 1.0), st.floats(0.0, 0.9), st.floats(1e-3, 0.999),
    st.sampled_from([-1e-6, 1e-6]),
)  # fmt: skip
def test_acts_below_the_threshold_and_not_above(tempted, hit_rate, share, wanted, off):
    false_alarm_rate = share * hit_rate
    # The cost at which b = q* (tau - phi) D has the solution wanted.
    cost = tempted / (wanted * (hit_rate - false_alarm_rate))
    threshold = act_threshold(tempted, hit_rate, false_alarm_rate, cost)
    assert threshold == pytest.approx(wanted, rel=1e-12)
    belief = wanted * (1.0 + off)
    advantage = act_utility(tempted, belief * hit_rate, cost) - comply_utility(belief, false_alarm_rate, cost)
    assert advantage * off < 0.0


@settings(deadline=None)
@given(st.floats(0.01, 10.0), SHARES, SHARES, COSTS, SHARES)
def test_always_acts_where_the_threshold_exceeds_one(tempted, hit_rate, share, cost, belief):
    false_alarm_rate = share * hit_rate
    assume(act_threshold(tempted, hit_rate, false_alarm_rate, cost) > 1.0 + 1e-6)
    assert act_utility(tempted, belief * hit_rate, cost) > comply_utility(belief, false_alarm_rate, cost)


@settings(deadline=None)
@given(st.floats(-50.0, 50.0), st.floats(-50.0, 50.0), st.floats(1e-3, 10.0))
def test_logit_odds(act, comply, rationality):
    advantage = rationality * (act - comply)
    assume(abs(advantage) < 25.0)
    acts, complies = act_probability(act, comply, rationality), act_probability(comply, act, rationality)
    assert acts + complies == pytest.approx(1.0, rel=1e-14)
    assert math.log(acts) - math.log(complies) == pytest.approx(advantage, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(st.floats(-5.0, 5.0), st.floats(0.01, 5.0), st.floats(0.01, 5.0))
def test_more_rational_agents_err_less(utility, advantage, rationality):
    acts = [act_probability(utility + advantage, utility, r) for r in (rationality, 2.0 * rationality, INFINITE)]
    assert 0.5 < acts[0] <= acts[1] <= acts[2] == 1.0


@settings(deadline=None)
@given(COSTS, COSTS, SHARES, COSTS)
def test_each_part_of_the_cost_of_a_flag_deters(penalty, guarding, foresight, loss):
    cost = flag_cost(penalty, guarding, foresight, loss)
    assert cost == pytest.approx(penalty + guarding + foresight * loss, rel=1e-14)
    assert flag_cost(0.0, 0.0, 0.0, loss) == 0.0


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 50))
def test_suspicion_grows_with_flags(flags, others):
    watched = float(flags + others)
    assert 0.0 < suspicion(float(flags), watched) < suspicion(flags + 1.0, watched + 1.0) < 1.0
    assert suspicion(float(flags), watched + 1.0) < suspicion(float(flags), watched)
