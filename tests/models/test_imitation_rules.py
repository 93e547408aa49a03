"""Threshold rules by hand: what they do, how low a posterior can be, and how often it is below a threshold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.choice import ACT, COMPLY, SPEAK
from models.imitation import (
    COMPLIANT_THRESHOLD,
    HONEST_THRESHOLD,
    copy_probability,
    lowest_posterior,
    picked_place,
    threshold_option,
    threshold_rates,
)
from models.outlook import Cue
from models.perception import BINARY, GAUSSIAN, posterior

SHARES = st.floats(0.0, 1.0)
NO_SIGNAL = 1.0


def cue(kind=BINARY, quality=0.8, honeypots=0.0, false_signal=NO_SIGNAL):
    return Cue(kind=kind, quality=quality, honeypots=honeypots, false_signal=false_signal)


# Worked by hand


@pytest.mark.parametrize(
    ("belief", "speaks", "option"), [(0.6, 0, COMPLY), (0.4, 0, ACT), (0.6, 1, COMPLY), (0.4, 1, SPEAK)]
)
def test_a_threshold_rule(belief, speaks, option):
    assert threshold_option(belief, 0.5, speaks) == option


@pytest.mark.parametrize(
    ("seen", "lowest"),
    [
        # Cue 0 of accuracy .8: l_1 = .2, l_0 = .8: .3 * .2/(.3 * .2 + .7 * .8) = .06/.62.
        (cue(), 0.0967741935),
        # Half of all watched episodes look unwatched: l_1 = .5 * .2 + .5 * .8 = .5: .15/(.15 + .56).
        (cue(honeypots=0.5), 0.2112676056),
        (cue(GAUSSIAN, 0.0), 0.3),
        (cue(GAUSSIAN, 2.0), 0.0),
        # Only honeypots are left as the cue falls: l_1/l_0 = .5: .15/(.15 + .7).
        (cue(GAUSSIAN, 2.0, 0.5), 0.1764705882),
        # Who hears nothing from a signal that never fails to warn is not watched.
        (cue(false_signal=0.5), 0.0),
        (cue(GAUSSIAN, 0.0, false_signal=1.0 - 1e-9), 0.0),
    ],
)
def test_lowest_posterior(seen, lowest):
    assert lowest_posterior(0.3, seen) == pytest.approx(lowest, abs=5e-11)


# At p = .3 the posteriors are .0967741935 on cue 0 and .24/(.24 + .14) = .6315789474 on cue 1.
@pytest.mark.parametrize(
    ("threshold", "watched", "unwatched"),
    [
        (COMPLIANT_THRESHOLD, 0.0, 0.0),
        (0.09, 0.0, 0.0),
        # A quarter honeypots, truly: cue 0 comes with .75 * .2 + .25 * .8 when watched.
        (0.1, 0.35, 0.8),
        (0.63, 0.35, 0.8),
        (0.64, 1.0, 1.0),
        (HONEST_THRESHOLD, 1.0, 1.0),
    ],
)
def test_how_often_the_posterior_stays_below(threshold, watched, unwatched):
    found = threshold_rates(threshold, 0.3, cue(), 0.25, NO_SIGNAL)
    assert found == pytest.approx((watched, unwatched), rel=1e-14)


def test_how_often_it_does_after_a_signal():
    # "Watched" is said of half of the unwatched, as the agent reckons: p = .3/(.3 + .35) = 6/13. On cue 1
    # q = 6 * .8/(6 * .8 + 7 * .2) = 24/31 = .774, on cue 0 3/17 = .176. Truly it is said of a quarter; the rest, told
    # "unwatched", are sure of it and act: .75 + .25 * .8.
    assert threshold_rates(0.7, 0.3, cue(false_signal=0.5), 0.0, 0.25) == pytest.approx((0.2, 0.95), rel=1e-14)
    assert threshold_rates(0.1, 0.3, cue(false_signal=0.5), 0.0, 0.25) == pytest.approx((0.0, 0.75), rel=1e-14)
    assert threshold_rates(0.0, 0.3, cue(false_signal=0.5), 0.0, 0.25) == (0.0, 0.0)


def test_how_often_it_does_on_a_graded_cue():
    # p = 1/2: the posterior is below 1/2 for cues below 0: Phi(-1) watched, Phi(1) unwatched at d = 2.
    found = threshold_rates(0.5, 0.5, cue(GAUSSIAN, 2.0), 0.0, NO_SIGNAL)
    assert found == pytest.approx((0.1586552539, 0.8413447461), abs=5e-11)


def test_who_is_copied():
    # A difference of ln 3 temperatures: odds of 3 to 1.
    assert copy_probability(1.0 + 0.5 * math.log(3.0), 1.0, 0.5) == pytest.approx(0.75, rel=1e-14)
    assert [picked_place(uniform, 4) for uniform in (0.1, 0.26, 0.51, 0.99)] == [0, 1, 2, 3]


# Ends and ties


def test_at_its_threshold_a_rule_complies():
    assert threshold_option(0.5, 0.5, 0) == COMPLY
    assert threshold_option(0.5 - 1e-6, 0.5, 0) == ACT
    assert threshold_option(0.0, COMPLIANT_THRESHOLD, 0) == COMPLY
    assert threshold_option(1.0, HONEST_THRESHOLD, 0) == ACT


def test_a_threshold_that_a_posterior_equals_is_complied_at():
    on_0, on_1 = posterior(0.3, 1.0 - 0.8, 0.8), posterior(0.3, 0.8, 1.0 - 0.8)
    assert threshold_rates(on_0, 0.3, cue(), 0.0, NO_SIGNAL) == (0.0, 0.0)
    assert threshold_rates(on_1, 0.3, cue(), 0.0, NO_SIGNAL) == pytest.approx((0.2, 0.8), rel=1e-14)


def test_who_is_sure_to_be_watched_stays_so():
    assert lowest_posterior(1.0, cue(GAUSSIAN, 2.0)) == 1.0
    assert lowest_posterior(1.0 - 1e-6, cue(GAUSSIAN, 2.0)) == 0.0


# Properties


@given(st.floats(0.01, 0.99), st.floats(0.5, 0.99), st.floats(0.0, 0.9), st.floats(0.0, 1.1), SHARES)
def test_rates_are_those_of_the_cues_that_are_acted_on(belief, accuracy, honeypots, threshold, true_honeypots):
    seen = cue(BINARY, accuracy, honeypots)
    watched = unwatched = 0.0
    for value in (0, 1):
        right, wrong = (accuracy, 1.0 - accuracy) if value else (1.0 - accuracy, accuracy)
        said = posterior(belief, (1.0 - honeypots) * right + honeypots * wrong, wrong)
        if threshold_option(said, threshold, 0) == ACT:
            watched += (1.0 - true_honeypots) * right + true_honeypots * wrong
            unwatched += wrong
    found = threshold_rates(threshold, belief, seen, true_honeypots, NO_SIGNAL)
    assert found == pytest.approx((watched, unwatched), abs=1e-12)


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), st.floats(0.1, 10.0))
def test_of_two_one_copies_the_other_or_not(other, own, temperature):
    both = copy_probability(other, own, temperature) + copy_probability(own, other, temperature)
    assert both == pytest.approx(1.0, rel=1e-13)
