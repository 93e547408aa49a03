"""Several causes of a flag in one episode, and what follows one, by hand."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detection import (
    Rates,
    act_flag_unwatched,
    act_flag_watched,
    comply_flag,
    either_probability,
    flag_probabilities,
    gaussian_rates,
    report_probability,
)
from models.response import MOST_HABIT, flag_rotation, habit_after

SHARES = st.floats(0.0, 1.0)

# Worked by hand


def test_neighbours_report():
    # Three neighbours, each with .1: 1 - .9^3; with nobody near nobody does.
    assert report_probability(0.1, 3) == pytest.approx(0.271, rel=1e-14)
    assert report_probability(0.1, 0) == 0.0


def test_every_cause_counts_once():
    found = flag_probabilities(Rates(0.8, 0.1, 0.05, 0.1, 0.25, 0.2), 3)
    # Acting, watched: 1 - .2 * .75 * .729; unwatched: 1 - .95 * .729.
    assert found.act_watched == pytest.approx(0.89065, rel=1e-14)
    assert found.act_unwatched == pytest.approx(0.30745, rel=1e-14)
    # Complying, watched: 1 - .9 * .75 with the probe's hit rate, 1 - .9 * .8 with its rate of false alarms.
    assert found.comply_strategic == pytest.approx(0.325, rel=1e-14)
    assert found.comply_sincere == pytest.approx(0.28, rel=1e-14)


def test_a_detector_with_a_criterion():
    # d_o = 2, c_o = 1/2: Phi(1/2) and Phi(-3/2).
    assert gaussian_rates(2.0, 0.5) == pytest.approx((0.6914624613, 0.0668072013), abs=5e-11)


def test_a_flag_turns_what_is_internalised():
    assert flag_rotation(0.3, 0.5) == pytest.approx(0.15, rel=1e-15)


@pytest.mark.parametrize(("answered", "reinforced", "habit"), [(0, 0, 0.2), (1, 0, 0.5), (0, 1, 0.3), (1, 1, 0.6)])
def test_habits_grow(answered, reinforced, habit):
    # beta = .4, of which a quarter goes into goals instead: .4 * .75 = .3; beta_c = .1.
    assert habit_after(0.2, answered, reinforced, 0.4, 0.25, 0.1) == pytest.approx(habit, rel=1e-14)


def test_a_habit_stays_a_number():
    largest = sys.float_info.max
    assert habit_after(largest, 1, 1, largest, 0.0, largest) == MOST_HABIT
    assert 0.0 * habit_after(MOST_HABIT, 0, 1, 0.0, 0.0, largest) == 0.0


# Ends


def test_a_detector_that_tells_everything():
    hit_rate, false_alarm_rate = gaussian_rates(float("inf"), 3.0)
    assert hit_rate == 1.0
    assert false_alarm_rate == pytest.approx(0.0, abs=1e-300)


@given(SHARES)
def test_one_cause_alone_keeps_its_last_bit(rate):
    assert either_probability(rate, 0.0) == rate
    assert act_flag_watched(rate, 0.0, 0.0) == rate
    assert act_flag_unwatched(rate, 0.0) == rate
    assert comply_flag(rate, 0.0) == rate


# Properties


@given(SHARES, SHARES, SHARES)
def test_causes_are_independent(first, second, third):
    assert act_flag_watched(first, second, third) == pytest.approx(
        1.0 - (1.0 - first) * (1.0 - second) * (1.0 - third), abs=1e-15
    )
