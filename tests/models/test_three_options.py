"""Acting, complying and speaking up: what they are worth, and which one is chosen, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.choice import (
    ACT,
    COMPLY,
    NO_VOICE,
    SPEAK,
    act_flag_belief,
    act_probability,
    act_utility,
    chosen_option,
    comply_utility,
    is_indifferent,
    is_strategic,
    option_probabilities,
    voice_utility,
)

INFINITE = float("inf")
UTILITIES = st.floats(-20.0, 20.0)

# Worked by hand: q = .3, b = 2, D = 1.5


def test_the_flag_that_acting_brings():
    # .3 * .8, and with leaks .3 * .8 + .7 * .1.
    assert act_flag_belief(0.3, 0.8) == pytest.approx(0.24, rel=1e-15)
    assert act_flag_belief(0.3, 0.8, 0.1) == pytest.approx(0.31, rel=1e-15)


def test_half_of_the_gain_is_clawed_back():
    # 2 (1 - .5 * .31) - .31 * 1.5.
    assert act_utility(2.0, 0.31, 1.5, 0.5) == pytest.approx(1.225, rel=1e-14)


def test_complying_with_pull_habit_and_a_turn():
    # Flagged .3 * .1 = .03: .2 + .3 * .4 - .03 * 1.5 - .27 * .6.
    assert comply_utility(0.3, 0.1, 1.5, 0.2, 0.4, 0.6) == pytest.approx(0.113, rel=1e-13)
    assert comply_utility(0.3, 0.1, 1.5) == pytest.approx(-0.045, rel=1e-14)


def test_speaking_up():
    # 2 * .5 + .3 - .7 * 1.5.
    assert voice_utility(2.0, 0.5, 0.3, 0.7, 1.5) == pytest.approx(0.25, rel=1e-14)


def test_logit_of_three():
    # Weights 1 : 2 : 3 at lambda = 1; at lambda = 2 their squares, 1 : 4 : 9.
    utilities = (1.0, 1.0 + math.log(2.0), 1.0 + math.log(3.0))
    assert option_probabilities(*utilities, 1.0) == pytest.approx((1.0 / 6.0, 0.5), rel=1e-13)
    assert option_probabilities(*utilities, 2.0) == pytest.approx((1.0 / 14.0, 9.0 / 14.0), rel=1e-13)


@pytest.mark.parametrize(
    ("uniform", "option"), [(0.0, ACT), (0.19, ACT), (0.21, SPEAK), (0.49, SPEAK), (0.51, COMPLY), (0.99, COMPLY)]
)
def test_a_draw_chooses(uniform, option):
    assert chosen_option(uniform, 0.2, 0.3) == option


# Ends and ties


def test_a_draw_that_equals_a_probability_is_beyond_it():
    # What has probability 0 is never chosen, although a draw may be 0.
    assert chosen_option(0.0, 0.0, 0.5) == SPEAK
    assert chosen_option(0.0, 0.0, 0.0) == COMPLY
    assert chosen_option(0.5, 0.25, 0.25) == COMPLY


@pytest.mark.parametrize(
    ("act", "comply", "voice", "chances"),
    [
        (1.0, 0.0, 0.5, (1.0, 0.0)),
        (0.0, 1.0, 0.5, (0.0, 0.0)),
        (0.0, 0.5, 1.0, (0.0, 1.0)),
        (1.0, 1.0, 0.0, (0.0, 0.0)),  # a tie goes to complying
        (0.0, 1.0, 1.0, (0.0, 0.0)),
        (1.0, 1.0, 1.0, (0.0, 0.0)),
        (1.0, 0.0, 1.0, (0.0, 1.0)),  # then to speaking up
        (-1.0, -1.5, -2.0, (1.0, 0.0)),
        (1.0, 0.5, 0.5, (1.0, 0.0)),
        (1.0, 0.0, NO_VOICE, (1.0, 0.0)),
        (0.0, 1.0, NO_VOICE, (0.0, 0.0)),
    ],
)
def test_the_best_is_chosen(act, comply, voice, chances):
    assert option_probabilities(act, comply, voice, INFINITE) == chances


@given(UTILITIES, UTILITIES, st.floats(0.01, 10.0))
def test_without_a_voice_two_options_are_left(act, comply, rationality):
    acting, speaking = option_probabilities(act, comply, NO_VOICE, rationality)
    assert acting == act_probability(act, comply, rationality)
    assert speaking == 0.0


def test_indifferent_to_a_billionth_of_the_temptation():
    assert is_indifferent(1.0, 1.0, 0.0)
    assert is_indifferent(1.0, 1.0 + 1.9e-9, 2.0)
    assert not is_indifferent(1.0, 1.0 + 2.1e-9, 2.0)
    assert not is_indifferent(1.0 + 2.1e-9, 1.0, 2.0)


@pytest.mark.parametrize(
    ("pull", "strategic"), [(0.4, 1), (0.5 - 1e-6, 1), (0.5 + 1e-6, 0), (0.6, 0), (-1.0, 1), (0.0, 1)]
)
def test_who_would_comply_for_company_does_not_comply_strategically(pull, strategic):
    assert is_strategic(0.5, pull) == strategic
    # Without a temptation nobody does, although neighbours pull the other way.
    assert is_strategic(0.0, -1.0) == 0


# Properties


@given(UTILITIES, UTILITIES, UTILITIES, st.floats(0.01, 10.0))
def test_names_of_options_do_not_matter_to_the_logit(act, comply, voice, rationality):
    acting, speaking = option_probabilities(act, comply, voice, rationality)
    swapped_acting, swapped_speaking = option_probabilities(voice, comply, act, rationality)
    assert (acting, speaking) == pytest.approx((swapped_speaking, swapped_acting), rel=1e-12)
    complying, _ = option_probabilities(comply, act, voice, rationality)
    assert acting + speaking + complying == pytest.approx(1.0, rel=1e-12)
