import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.cue_rules import (
    ALWAYS_ACT,
    ALWAYS_COMPLY,
    act_probability_unwatched,
    act_probability_watched,
    cue_threshold,
)
from models.goals import ALIGNED_ANGLE, FIXED, PROPORTIONAL
from models.perception import BINARY, GAUSSIAN, gaussian_likelihood_ratio, posterior
from models.planning import LONGEST_CHAIN, best_rule, chain_length
from tests.models import brute_force
from tests.models.base_case import BASE, plan, values

INFINITE = float("inf")
PROBABILITIES = st.floats(0.001, 0.999)
HONEYPOTS = st.floats(0.0, 0.9)
TOLD = {"cue_kind": BINARY, "quality": 1.0}


def random_game(generator, rotation, cue_kind):
    """Return parameters with everything on in half of the games, drawn one by one."""

    def drawn(low, high, share=1.0):
        return float(generator.uniform(low, high)) if generator.random() < share else 0.0

    hit_rate = drawn(0.2, 1.0)
    return BASE | {
        "angle": drawn(0.05, math.pi),
        "stakes_kind": int(generator.integers(2)),
        "scale": drawn(0.3, 3.0),
        "rotation": rotation,
        "penalty": drawn(0.0, 2.0, 0.5),
        "terminal_guarding": drawn(0.0, 2.0, 0.5),
        "foresight": drawn(0.0, 0.97),
        "belief": drawn(0.02, 0.98),
        "hit_rate": hit_rate,
        "false_alarm_rate": hit_rate * drawn(0.0, 0.5, 0.5),
        "cue_kind": cue_kind,
        "quality": drawn(0.2, 4.0) if cue_kind == GAUSSIAN else drawn(0.5, 1.0),
        "reckoned_honeypots": drawn(0.0, 0.6, 0.5),
    }


def sensitivity(of, expected):
    """Return how far W and L move with the belief moved by 1e-9 of itself.

    With fixed stakes a self's rule may answer its successor's by more than one for one, turn after turn: the first self
    then hears the last digit of the last one's rule ten million times louder.
    """
    moved = brute_force.solve(of | {"belief": of["belief"] * (1.0 + 1e-9)})
    return abs(moved.value - expected.value) + abs(moved.next_value - expected.next_value)


def linear_solution(of):
    """Return W_0(k) of all k: the Markov reward process of the planned rules, judged by self 0."""
    angles = brute_force.chain_angles(of["angle"], of["rotation"])
    size = angles.size + 1
    moves, rewards = np.zeros((size, size)), np.zeros(size)
    for k, angle in enumerate(angles):
        watched, unwatched = plan(**(of | {"angle": float(angle)}))[3:]
        flagged = watched * of["hit_rate"] + (1.0 - watched) * of["false_alarm_rate"]
        hazard = of["belief"] * flagged
        moves[k, k + 1], moves[k, k] = hazard, 1.0 - hazard
        tempted, lost = brute_force.stakes(of["stakes_kind"], of["scale"], of["angle"], of["angle"] - angle)
        acting = of["belief"] * watched + (1.0 - of["belief"]) * unwatched
        rewards[k] = acting * (tempted - lost) - hazard * (of["penalty"] + of["terminal_guarding"])
    moves[-1, -1] = 1.0
    rewards[-1] = -of["belief"] * of["false_alarm_rate"] * of["penalty"]
    return np.linalg.solve(np.eye(size) - of["foresight"] * moves, rewards)


# Worked by hand


def test_told_faker_who_is_never_turned():
    # W = (1 - m) b/(1 - gamma) = .8/.1; an aligned successor complies for nothing: W(1) = 0.
    found = plan(**TOLD)
    assert found.value == pytest.approx(8.0, rel=1e-13)
    assert found.next_value == 0.0
    assert (found.cue, found.act_watched, found.act_unwatched) == (0.5, 0.0, 1.0)


def test_two_turns_by_hand():
    # Aligned below 1e-9: with eta = 1 - 1e-9 the angle 1.5 goes to 1.5e-9, then to 0. Fixed stakes b = 1, no cue,
    # m = .5, tau = 1, K = 0, gamma = .8. Nothing deters: both act. W(1) of self 1: 1/(1 - .8 (1 - .5)) = 1/.6; self 0
    # gets 1.5e-9/1.5 of ... nothing from it: b - l = (cos psi - cos theta)/(1 - cos theta) = O(1e-9). W(0) = 1/.6.
    found = plan(
        angle=1.5, rotation=1.0 - 1e-9, stakes_kind=FIXED, quality=0.0, belief=0.5, hit_rate=1.0, foresight=0.8
    )
    assert found.value == pytest.approx(1.0 / 0.6, rel=1e-8)
    assert 0.0 < found.next_value < 1e-8


def test_half_turn_by_hand():
    # Never a cue, theta = pi, eta = 1/2, s = 1, F = 0, m = tau = 1, gamma = .5: all selves act, each flag turns.
    # W_0(k) = sum of gamma^i (cos(pi - pi/2^(k+i)) + 1) = sum of gamma^i (1 - cos(pi/2^(k+i))).
    flows = [1.0 - math.cos(math.pi / 2.0**k) for k in range(40)]
    found = plan(angle=math.pi, rotation=0.5, quality=0.0, belief=1.0, hit_rate=1.0, foresight=0.5)
    assert found.value == pytest.approx(sum(0.5**k * flow for k, flow in enumerate(flows)), rel=1e-12)
    assert found.next_value == pytest.approx(sum(0.5**k * flow for k, flow in enumerate(flows[1:])), rel=1e-12)


def test_false_alarms_are_paid_for_ever():
    # Told, complies when watched: Z = .2 * .1 = .02, F = 2, eta = 1. Aligned: W(1) = -.02 * 2/.1 = -.4.
    # W(0) = (.8 - .04 - .9 * .02 * .4)/(1 - .9 * .98) = .7528/.118.
    found = plan(**TOLD, penalty=2.0, false_alarm_rate=0.1)
    assert found.next_value == pytest.approx(-0.4, rel=1e-13)
    assert found.value == pytest.approx(0.7528 / 0.118, rel=1e-13)


def test_guarding_ends_with_the_goals():
    # The same with Omega = 2 in place of F: nothing is paid once aligned. W(0) = (.8 - .04)/.118.
    found = plan(**TOLD, terminal_guarding=2.0, false_alarm_rate=0.1)
    assert found.next_value == 0.0
    assert found.value == pytest.approx(0.76 / 0.118, rel=1e-13)


def test_chain_length():
    # 1.5, .15, ..., 1.5e-9, 1.5e-10: nine turns to 1.5e-9, one more to below 1e-9.
    assert chain_length(1.5, 0.9) == 10
    assert chain_length(1.5, 1.0) == 1
    assert chain_length(1.5, 0.0) == 0
    assert chain_length(1.5, 1e-4) == LONGEST_CHAIN


def test_thresholds_of_cues():
    # p = 1/2, q* = 1/2: y = 0. q* = .8, d = 2: ln(4)/2. A honeypot share 1/2: (e^2y + 1)/2 = 4.
    assert cue_threshold(0.5, 0.5, GAUSSIAN, 2.0, 0.0) == pytest.approx(0.0, abs=1e-15)
    assert cue_threshold(0.8, 0.5, GAUSSIAN, 2.0, 0.0) == pytest.approx(0.5 * math.log(4.0), rel=1e-13)
    assert cue_threshold(0.8, 0.5, GAUSSIAN, 2.0, 0.5) == pytest.approx(0.5 * math.log(7.0), rel=1e-13)


# Ends and ties


@pytest.mark.parametrize("quality", [0.0, 2.0])
@pytest.mark.parametrize("kind", [PROPORTIONAL, FIXED])
def test_no_turn_costs_nothing(kind, quality):
    # L is exactly 0, Omega does not count: W = X b/(1 - gamma) with F = 0.
    found = plan(rotation=0.0, stakes_kind=kind, quality=quality, terminal_guarding=5.0, false_alarm_rate=0.1)
    assert found.loss == 0.0
    assert found.value == pytest.approx(10.0, rel=1e-13)
    assert found.cue == ALWAYS_ACT


@pytest.mark.parametrize("rotation", [1e-9, 1e-16, 1e-17])
def test_the_smallest_turns_cost_nothing_to_speak_of(rotation):
    # 1 - eta may round to 1: a chain of 1,000 selves with the same goals, which a flag turns, so that Omega counts.
    assert chain_length(1.0, rotation) == LONGEST_CHAIN
    found = plan(rotation=rotation, terminal_guarding=1.0, foresight=0.0)
    assert found.cue == pytest.approx(plan(rotation=1e-3, terminal_guarding=1.0, foresight=0.0).cue, rel=1e-9)


@pytest.mark.parametrize("rotation", [0.05, 0.3, 1.0])
def test_a_plan_without_foresight_is_an_episode(rotation):
    # gamma = 0: act iff q < b/(tau K) = .625, y < (l(.625) - l(.2))/2 = ln(20/3)/2.
    found = plan(rotation=rotation, foresight=0.0, penalty=2.0)
    assert found.cue == pytest.approx(0.5 * math.log(20.0 / 3.0), rel=1e-12)


@pytest.mark.parametrize("kind", [PROPORTIONAL, FIXED])
def test_smallest_misalignment(kind):
    aligned = plan(angle=ALIGNED_ANGLE * (1.0 - 1e-6), stakes_kind=kind, penalty=2.0, false_alarm_rate=0.1)
    assert aligned.value == aligned.next_value == pytest.approx(-0.4, rel=1e-13)
    assert (aligned.act_watched, aligned.act_unwatched) == (0.0, 0.0)
    barely = plan(angle=ALIGNED_ANGLE * (1.0 + 1e-6), stakes_kind=kind, rotation=0.3)
    whole = plan(angle=2.0, stakes_kind=kind, rotation=1.0)
    tempted = brute_force.stakes(kind, 1.0, ALIGNED_ANGLE, 0.0)[0] / brute_force.stakes(kind, 1.0, 2.0, 0.0)[0]
    assert barely.value == pytest.approx(tempted * whole.value, rel=1e-5)


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_chains_end_after_a_thousand_turns(cue_kind):
    generator = np.random.default_rng(1)
    for _ in range(3):
        # Often watched and caught, so that the far end of the chain is heard at its start.
        of = random_game(generator, 1e-4, cue_kind) | {"foresight": 0.999, "belief": 0.95, "terminal_guarding": 0.3}
        found, expected = plan(**of), brute_force.solve(of)
        assert found.value == pytest.approx(expected.value, rel=1e-7)
        assert found.next_value == pytest.approx(expected.next_value, rel=1e-7)


def test_a_tie_complies_and_its_sides_do_not_stay_on_it():
    # Two-valued cue, gamma = 0: b = q tau K on the unwatched cue, q = 1/17 at a = .8: K = 17/.8.
    for cost, cue in ((21.25 * (1.0 - 1e-6), 0.5), (21.25 * (1.0 + 1e-6), ALWAYS_COMPLY)):
        assert plan(cue_kind=BINARY, quality=0.8, foresight=0.0, penalty=cost).cue == cue


@pytest.mark.parametrize(("belief", "acts"), [(0.0, (1.0, 1.0)), (1.0, (0.0, 0.0))])
def test_certain_beliefs_disregard_a_gaussian_cue(belief, acts):
    # Certain to be watched with tau K = 1.6 > b: complies; certain not to be: acts.
    assert plan(belief=belief, penalty=2.0)[3:] == acts


# Properties


@settings(deadline=None)
@given(PROBABILITIES, PROBABILITIES, st.floats(0.1, 4.0), HONEYPOTS)
def test_posterior_at_the_cue_threshold_is_the_posterior_threshold(wanted, belief, quality, honeypots):
    cue = cue_threshold(wanted, belief, GAUSSIAN, quality, honeypots)
    if cue == ALWAYS_COMPLY:
        # No cue makes the agent sure enough: honeypots alone leave it at q >= q*.
        least = posterior(belief, honeypots, 1.0)
        assert least >= wanted * (1.0 - 1e-12)
        return
    assume(abs(cue) < 100.0)
    found = posterior(belief, gaussian_likelihood_ratio(cue, quality, honeypots), 1.0)
    assert found == pytest.approx(wanted, rel=1e-9)


@settings(deadline=None)
@given(st.floats(-8.0, 8.0), st.floats(0.0, 4.0), HONEYPOTS)
def test_probabilities_of_acting(cue, quality, honeypots):
    watched, unwatched = brute_force.act_probabilities(cue, GAUSSIAN, quality, honeypots)
    assert act_probability_watched(cue, GAUSSIAN, quality, honeypots) == pytest.approx(watched, abs=1e-14)
    assert act_probability_unwatched(cue, GAUSSIAN, quality) == pytest.approx(unwatched, abs=1e-14)


@pytest.mark.parametrize("cue", [ALWAYS_COMPLY, 0.5, ALWAYS_ACT])
@settings(deadline=None)
@given(st.floats(0.5, 1.0), HONEYPOTS)
def test_probabilities_of_acting_on_a_two_valued_cue(cue, accuracy, honeypots):
    watched, unwatched = brute_force.act_probabilities(cue, BINARY, accuracy, honeypots)
    assert act_probability_watched(cue, BINARY, accuracy, honeypots) == pytest.approx(watched, abs=1e-14)
    assert act_probability_unwatched(cue, BINARY, accuracy) == pytest.approx(unwatched, abs=1e-14)


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize(("rotation", "games"), [(1.0, 300), (0.5, 60), (0.3, 40), (0.05, 8)])
def test_plans_follow_the_definition(rotation, games, cue_kind):
    generator = np.random.default_rng([2, int(100 * rotation), cue_kind])
    for _ in range(games):
        of = random_game(generator, rotation, cue_kind)
        found, expected = plan(**of), brute_force.solve(of)
        allowed = 1e-9 * (1.0 + abs(expected.value)) + 100.0 * sensitivity(of, expected)
        assert found.value == pytest.approx(expected.value, rel=0.0, abs=allowed), of
        assert found.loss == pytest.approx(expected.value - expected.next_value, rel=0.0, abs=allowed), of
        assert found[3:] == pytest.approx(expected[2:], rel=0.0, abs=1e-6 + allowed), of


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_plans_solve_the_markov_reward_process_of_their_rules(cue_kind):
    generator = np.random.default_rng(3)
    for _ in range(40):
        of = random_game(generator, float(generator.choice([1.0, 0.5, 0.3, 0.1])), cue_kind)
        if sensitivity(of, brute_force.solve(of)) > 1e-7:
            continue
        found, expected = plan(**of), linear_solution(of)
        assert found.value == pytest.approx(expected[0], rel=1e-7, abs=1e-9), of
        assert found.next_value == pytest.approx(expected[1], rel=1e-7, abs=1e-9), of


@settings(deadline=None, max_examples=300)
@given(st.randoms(use_true_random=False), st.sampled_from([1.0, 0.3]), st.sampled_from([GAUSSIAN, BINARY]))
def test_the_threshold_is_the_choice_of_one_episode(random, rotation, cue_kind):
    # One-shot deviation: the planned cue is where q = q*, q* from the plan's own L.
    of = random_game(np.random.default_rng(random.getrandbits(32)), rotation, cue_kind)
    found = values(**of)
    cue = cue_threshold(found.threshold, of["belief"], cue_kind, of["quality"], of["reckoned_honeypots"])
    chosen = brute_force.act_probabilities(cue, cue_kind, of["quality"], of["reckoned_honeypots"])
    assert (found.act_watched, found.act_unwatched) == pytest.approx(chosen, abs=1e-5)


@settings(deadline=None)
@given(st.floats(0.1, 3.0), st.floats(-5.0, 5.0), st.floats(0.0, 3.0), st.floats(0.0, 0.97), PROBABILITIES)
def test_no_rule_beats_the_best_rule(tempted, following, cost, foresight, belief):
    of = BASE | {"foresight": foresight, "belief": belief, "false_alarm_rate": 0.1}
    game = (tempted, following, cost, foresight, belief, 0.8, 0.1, GAUSSIAN, 2.0, 0.0)
    best = best_rule(*game, ALWAYS_COMPLY)[0]
    rules = brute_force.act_probabilities(np.linspace(-9.0, 9.0, 2001), GAUSSIAN, 2.0, 0.0)
    worths = brute_force.rule_worth(*rules, tempted, cost, following, of)
    assert worths.max() == pytest.approx(best, rel=1e-4, abs=1e-4)
    assert worths.max() <= best + 1e-10 * (1.0 + abs(best))


@settings(deadline=None)
@given(st.floats(-10.0, 10.0), st.floats(0.0, 3.0), st.floats(0.0, 0.97), PROBABILITIES)
def test_the_best_rule_does_not_depend_on_where_the_search_starts(start, cost, foresight, belief):
    game = (1.0, 0.0, cost, foresight, belief, 0.8, 0.1, GAUSSIAN, 2.0, 0.0)
    expected = best_rule(*game, ALWAYS_COMPLY)
    for begin in (start, ALWAYS_ACT):
        assert best_rule(*game, begin)[0] == pytest.approx(expected[0], rel=1e-12, abs=1e-14)
