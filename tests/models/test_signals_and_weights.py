"""The public signal, the weight of a probability in the choice, and cues, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.perception import (
    binary_cue,
    false_signal_probability,
    gaussian_cue,
    signalled_belief,
    unweighted_probability,
    updated_weight,
    weighted_probability,
)

PROBABILITIES = st.floats(0.001, 0.999)

# Worked by hand


def test_how_often_a_signal_lies():
    # m = .3, mu = 1/2: .3 * .5/(.5 * .7) = 3/7, so that 3 of 6 who hear "watched" are.
    assert false_signal_probability(0.3, 0.5) == pytest.approx(3.0 / 7.0, rel=1e-14)
    assert false_signal_probability(0.3, 0.6) == pytest.approx(2.0 / 7.0, rel=1e-14)


def test_what_is_believed_after_it():
    assert signalled_belief(0.3, 1, 3.0 / 7.0) == pytest.approx(0.5, rel=1e-14)
    assert signalled_belief(0.3, 0, 3.0 / 7.0) == 0.0


def test_small_probabilities_weigh_more_and_large_ones_less():
    # exp(-(ln 10)^.65), and exp(-(ln 10/9)^.65) = exp(-.2316...).
    assert weighted_probability(0.1, 0.65) == pytest.approx(0.1791287373, abs=5e-11)
    assert weighted_probability(0.9, 0.65) == pytest.approx(math.exp(-(math.log(10.0 / 9.0) ** 0.65)), rel=1e-13)


@pytest.mark.parametrize(
    ("uniform", "looks_watched", "cue"), [(0.69, 1, 1.0), (0.71, 1, 0.0), (0.69, 0, 0.0), (0.71, 0, 1.0)]
)
def test_a_two_valued_cue_tells_the_truth_as_often_as_it_is_accurate(uniform, looks_watched, cue):
    assert binary_cue(uniform, 0.7, looks_watched) == cue


def test_means_of_graded_cues_lie_d_apart():
    assert (gaussian_cue(0.5, 3.0, 1), gaussian_cue(0.5, 3.0, 0)) == (2.0, -1.0)


def test_what_is_forgotten():
    # .9 * 2 + .3.
    assert updated_weight(2.0, 0.3, 0.9) == pytest.approx(2.1, rel=1e-15)


# Ends


@given(PROBABILITIES)
def test_where_weights_are_the_probabilities(probability):
    assert weighted_probability(probability, 1.0) == probability
    # Everybody crosses at 1/e.
    assert weighted_probability(math.exp(-1.0), 0.3) == pytest.approx(math.exp(-1.0), rel=1e-13)


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("exponent", [0.3, 1.0, 2.0])
def test_certainty_stays(probability, exponent):
    assert weighted_probability(probability, exponent) == probability


@pytest.mark.parametrize("said", [0, 1])
def test_a_signal_that_always_says_the_same_says_nothing(said):
    assert signalled_belief(0.3, said, 1.0) == 0.3
    # One that never lies is believed.
    assert signalled_belief(0.3, said, 0.0) == float(said)


# Properties


@given(PROBABILITIES, st.floats(0.3, 3.0))
def test_a_weight_leads_back(probability, exponent):
    weight = weighted_probability(probability, exponent)
    assert unweighted_probability(weight, exponent) == pytest.approx(probability, rel=1e-9)


@given(st.floats(0.01, 0.98), st.floats(0.01, 0.99))
def test_the_signal_is_believed_as_was_meant(rate, share):
    meant = rate + (1.0 - rate) * share
    assert signalled_belief(rate, 1, false_signal_probability(rate, meant)) == pytest.approx(meant, rel=1e-12)
