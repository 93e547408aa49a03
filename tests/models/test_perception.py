import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from models.perception import (
    FEEDBACK_CUE,
    FEEDBACK_FULL,
    FEEDBACK_OUTCOME,
    belief_mean,
    binary_cue,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_cue,
    gaussian_likelihood_ratio,
    learned_evidence,
    outcome_evidence,
    posterior,
    updated_weight,
)

PROBABILITIES = st.floats(0.001, 0.999)
SHARES = st.floats(0.0, 0.95)
ACCURACIES = st.floats(0.5, 1.0)
DISCRIMINATIONS = st.floats(0.0, 4.0)
#: Gauss-Hermite nodes and weights of a standard normal variate.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def binary_posterior(belief, cue, accuracy, honeypots):
    watched = binary_likelihood_watched(cue, accuracy, honeypots)
    return posterior(belief, watched, binary_likelihood_unwatched(cue, accuracy))


def log_odds(probability):
    return math.log(probability) - math.log1p(-probability)


# Worked by hand


def test_posterior_of_a_gaussian_cue():
    # p = 1/5, odds 1:4; d = 2, y = ln 2: ratio exp(2 ln 2) = 4, odds 1:1.
    ratio = gaussian_likelihood_ratio(math.log(2.0), 2.0, 0.0)
    assert posterior(0.2, ratio, 1.0) == pytest.approx(0.5, rel=1e-14)


def test_honeypots_weaken_an_unwatched_cue():
    # d y = -ln 4: ratio 1/4; half of the watched episodes look unwatched: 1/2 1/4 + 1/2 = 5/8; odds 1:4 -> 5:32.
    ratio = gaussian_likelihood_ratio(-math.log(4.0), 1.0, 0.5)
    assert posterior(0.2, ratio, 1.0) == pytest.approx(5.0 / 37.0, rel=1e-14)


def test_posterior_of_a_two_valued_cue():
    # p = 1/5, a = 3/4: watched cue .15 : .2, unwatched cue .05 : .6.
    assert binary_posterior(0.2, 1.0, 0.75, 0.0) == pytest.approx(3.0 / 7.0, rel=1e-14)
    assert binary_posterior(0.2, 0.0, 0.75, 0.0) == pytest.approx(1.0 / 13.0, rel=1e-14)


def test_honeypots_of_a_two_valued_cue():
    # Watched, a third of it honeypots: 2/3 3/4 + 1/3 1/4 = 7/12 show the watched cue.
    assert binary_likelihood_watched(1.0, 0.75, 1.0 / 3.0) == pytest.approx(7.0 / 12.0, rel=1e-14)
    assert binary_likelihood_watched(0.0, 0.75, 1.0 / 3.0) == pytest.approx(5.0 / 12.0, rel=1e-14)


def test_an_agent_that_is_told():
    # Only watched episodes show the watched cue; p hp/(p hp + 1 - p) = .1/(.1 + .6) else.
    assert binary_posterior(0.4, 1.0, 1.0, 0.25) == 1.0
    assert binary_posterior(0.4, 0.0, 1.0, 0.25) == pytest.approx(1.0 / 7.0, rel=1e-14)


def test_what_an_outcome_tells():
    # Acted, tau = .8: only watched acts are flagged; no flag leaves q (1 - tau) : 1 - q = .1 : .5.
    assert outcome_evidence(0.5, 0.8, 0.0) == 1.0
    assert outcome_evidence(0.5, 0.2, 1.0) == pytest.approx(1.0 / 6.0, rel=1e-14)


def test_beliefs_count_evidence():
    # Beta(1, 9): mean .1; after 20 episodes of which 3 were watched, 4/30.
    assert belief_mean(1.0, 9.0) == pytest.approx(0.1, rel=1e-15)
    watched, unwatched = 1.0, 9.0
    for episode in range(20):
        evidence = 1.0 if episode < 3 else 0.0
        watched, unwatched = updated_weight(watched, evidence, 1.0), updated_weight(unwatched, 1.0 - evidence, 1.0)
    assert belief_mean(watched, unwatched) == pytest.approx(0.1333333333, abs=5e-11)


def test_forgetting():
    # kappa = .9: .9 * 2 + .3 = 2.1; for ever after w = .3 the weight tends to .3/(1 - .9) = 3.
    assert updated_weight(2.0, 0.3, 0.9) == pytest.approx(2.1, rel=1e-15)
    assert updated_weight(3.0, 0.3, 0.9) == pytest.approx(3.0, rel=1e-15)


@pytest.mark.parametrize(("feedback", "told"), [(FEEDBACK_CUE, 0.3), (FEEDBACK_OUTCOME, 0.7), (FEEDBACK_FULL, 1.0)])
def test_what_each_feedback_tells(feedback, told):
    assert learned_evidence(feedback, 0.3, 0.7, 1) == told


def test_full_feedback_tells_of_unwatched_episodes_too():
    assert learned_evidence(FEEDBACK_FULL, 0.3, 0.7, 0) == 0.0


def test_signal_detection():
    # d = 1: a watched cue exceeds an unwatched one with probability Phi(1/sqrt 2) = .7602499389: the means are d
    # apart, the difference has variance 2.
    apart = gaussian_cue(0.0, 1.0, 1) - gaussian_cue(0.0, 1.0, 0)
    assert norm.cdf(apart / math.sqrt(2.0)) == pytest.approx(0.7602499389, abs=5e-11)
    assert gaussian_cue(0.0, 1.0, 1) == -gaussian_cue(0.0, 1.0, 0)


# Ends


def test_a_two_valued_cue_tells_truly_with_its_accuracy():
    assert binary_cue(0.75 - 1e-6, 0.75, 1) == 1.0
    assert binary_cue(0.75 + 1e-6, 0.75, 1) == 0.0
    assert binary_cue(0.75 - 1e-6, 0.75, 0) == 0.0
    assert binary_cue(0.75 + 1e-6, 0.75, 0) == 1.0


@pytest.mark.parametrize("looks_watched", [0, 1])
@pytest.mark.parametrize("uniform", [0.0, 0.5, 1.0 - 2.0**-53])
def test_a_told_agent_is_never_deceived(uniform, looks_watched):
    assert binary_cue(uniform, 1.0, looks_watched) == looks_watched


@pytest.mark.parametrize(("belief", "cue", "said"), [(0.0, 1.0, 1.0), (1.0, 0.0, 0.0)])
def test_an_impossible_cue_is_taken_at_its_word(belief, cue, said):
    # Told, certain that it is not (or is) watched, and shown the other cue: 0/0.
    assert binary_posterior(belief, cue, 1.0, 0.0) == said


def test_an_impossible_outcome_teaches_nothing():
    # Certain of being watched, acted, tau = 1, and no flag came: 0/0.
    assert outcome_evidence(1.0, 0.0, 1.0) == 1.0
    assert outcome_evidence(0.0, 0.8, 0.0) == 0.0


@pytest.mark.parametrize("cue", [-40.0, 40.0, -1e6, 1e6])
@pytest.mark.parametrize("belief", [0.0, 0.5, 1.0])
def test_extreme_cues_give_probabilities(cue, belief):
    found = posterior(belief, gaussian_likelihood_ratio(cue, 4.0, 0.0), 1.0)
    assert found == pytest.approx(belief if belief != 0.5 else float(cue > 0.0), abs=1e-30)


# Properties


@settings(deadline=None)
@given(PROBABILITIES, st.floats(-6.0, 6.0), DISCRIMINATIONS, SHARES)
def test_log_odds_add_the_log_likelihood_ratio(belief, cue, discrimination, honeypots):
    found = posterior(belief, gaussian_likelihood_ratio(cue, discrimination, honeypots), 1.0)
    assume(found < 1.0 - 1e-6)
    expected = log_odds(belief) + math.log((1.0 - honeypots) * math.exp(discrimination * cue) + honeypots)
    assert log_odds(found) == pytest.approx(expected, abs=1e-8)


@settings(deadline=None)
@given(PROBABILITIES, st.floats(-6.0, 6.0), SHARES)
def test_a_cue_that_tells_nothing_leaves_the_belief(belief, cue, honeypots):
    assert posterior(belief, gaussian_likelihood_ratio(cue, 0.0, honeypots), 1.0) == pytest.approx(belief, rel=1e-12)
    for value in (0.0, 1.0):
        assert binary_posterior(belief, value, 0.5, honeypots) == pytest.approx(belief, rel=1e-12)


@settings(deadline=None)
@given(st.floats(-6.0, 6.0), DISCRIMINATIONS)
def test_likelihood_ratio_is_the_ratio_of_the_densities(cue, discrimination):
    watched = norm.pdf(cue, gaussian_cue(0.0, discrimination, 1))
    unwatched = norm.pdf(cue, gaussian_cue(0.0, discrimination, 0))
    assert gaussian_likelihood_ratio(cue, discrimination, 0.0) == pytest.approx(watched / unwatched, rel=1e-9)


@settings(deadline=None)
@given(PROBABILITIES, ACCURACIES, SHARES)
def test_two_valued_posteriors_are_calibrated(belief, accuracy, honeypots):
    # Mean posterior = prior, and the likelihoods of the two cues add to one.
    mean = 0.0
    for cue in (0.0, 1.0):
        watched = binary_likelihood_watched(cue, accuracy, honeypots)
        chance = belief * watched + (1.0 - belief) * binary_likelihood_unwatched(cue, accuracy)
        mean += chance * binary_posterior(belief, cue, accuracy, honeypots)
    assert mean == pytest.approx(belief, rel=1e-12)


@settings(deadline=None)
@given(PROBABILITIES, st.floats(0.0, 1.5), SHARES)
def test_gaussian_posteriors_are_calibrated(belief, discrimination, honeypots):
    # Mean over the cues that the agent reckons with: honeypots look unwatched.
    def mean(looks_watched):
        cues = [gaussian_cue(node, discrimination, looks_watched) for node in NODES.tolist()]
        ratios = (gaussian_likelihood_ratio(cue, discrimination, honeypots) for cue in cues)
        return sum(w * posterior(belief, ratio, 1.0) for w, ratio in zip(WEIGHTS.tolist(), ratios, strict=True))

    looks = belief * (1.0 - honeypots)
    assert looks * mean(1) + (1.0 - looks) * mean(0) == pytest.approx(belief, rel=1e-6)


@settings(deadline=None)
@given(PROBABILITIES, ACCURACIES, PROBABILITIES, st.floats(0.1, 50.0))
def test_beliefs_do_not_drift_on_average(belief, accuracy, hit_rate, strength):
    # An agent that acts and sees cue and outcome expects, by its own lights, the belief that it has.
    after = 0.0
    for cue in (0.0, 1.0):
        l1, l0 = binary_likelihood_watched(cue, accuracy, 0.0), binary_likelihood_unwatched(cue, accuracy)
        found = posterior(belief, l1, l0)
        for f1, f0 in ((hit_rate, 0.0), (1.0 - hit_rate, 1.0)):
            evidence = outcome_evidence(found, f1, f0)
            watched = updated_weight(belief * strength, evidence, 1.0)
            unwatched = updated_weight((1.0 - belief) * strength, 1.0 - evidence, 1.0)
            after += (belief * l1 * f1 + (1.0 - belief) * l0 * f0) * belief_mean(watched, unwatched)
    assert after == pytest.approx(belief, rel=1e-10)


@settings(deadline=None)
@given(PROBABILITIES, st.floats(-5.0, 5.0), st.floats(0.001, 3.0), st.floats(0.1, 4.0), SHARES)
def test_a_higher_cue_is_more_suspicious(belief, cue, more, discrimination, honeypots):
    low, high = (gaussian_likelihood_ratio(y, discrimination, honeypots) for y in (cue, cue + more))
    assert posterior(belief, low, 1.0) < posterior(belief, high, 1.0) or high > 1e12
