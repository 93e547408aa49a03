import math

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.goals import (
    ALIGNED_ANGLE,
    FIXED,
    PROPORTIONAL,
    one_minus_cosine,
    payoff_scale,
    successor_loss,
    temptation,
    turned_angle,
)

ANGLES = st.floats(1e-6, math.pi)
KINDS = st.sampled_from([PROPORTIONAL, FIXED])
SCALES = st.floats(0.01, 100.0)
SHARES = st.floats(0.0, 1.0)


def exact_one_minus_cosine(angle: float) -> float:
    with mpmath.workdps(50):
        return float(1 - mpmath.cos(mpmath.mpf(angle)))


# Worked by hand


@pytest.mark.parametrize(
    ("kind", "scale", "angle", "pays"),
    [
        (PROPORTIONAL, 2.0, math.pi / 3, 1.0),  # 2 (1 - 1/2)
        (PROPORTIONAL, 1.0, math.pi / 2, 1.0),  # 1 (1 - 0)
        (PROPORTIONAL, 1.5, math.pi, 3.0),  # 1.5 (1 + 1)
        (FIXED, 2.0, math.pi / 3, 2.0),  # s, whatever the angle
        (FIXED, 2.0, math.pi, 2.0),
    ],
)
def test_temptation(kind, scale, angle, pays):
    assert temptation(kind, scale, angle) == pytest.approx(pays, rel=1e-14)


def test_successor_loss_of_proportional_stakes():
    # 3 (1 - cos 60°) = 1.5, whoever judges.
    assert successor_loss(PROPORTIONAL, 3.0, 2.0, math.pi / 3) == pytest.approx(1.5, rel=1e-14)
    assert successor_loss(PROPORTIONAL, 3.0, 3.0, math.pi / 3) == pytest.approx(1.5, rel=1e-14)


def test_successor_loss_of_fixed_stakes():
    # Goals at 120°, successor 60° away: b (1 - 1/2)/(1 + 1/2) = b/3; by half angles b sin²(30°)/sin²(60°) = b/3.
    assert successor_loss(FIXED, 6.0, 2 * math.pi / 3, math.pi / 3) == pytest.approx(2.0, rel=1e-14)


def test_turn_takes_a_fraction_of_the_angle_that_is_left():
    assert turned_angle(2.0, 0.25) == pytest.approx(1.5, rel=1e-15)
    assert turned_angle(turned_angle(2.0, 0.25), 0.25) == pytest.approx(1.125, rel=1e-15)


# Ends


@pytest.mark.parametrize("kind", [PROPORTIONAL, FIXED])
def test_nothing_tempts_an_aligned_agent(kind):
    assert temptation(kind, 3.0, 0.0) == 0.0
    assert temptation(kind, 3.0, ALIGNED_ANGLE * (1.0 - 1e-6)) == 0.0
    assert successor_loss(kind, 3.0, 0.0, 0.0) == 0.0


def test_the_smallest_misalignment_tempts():
    barely = ALIGNED_ANGLE * (1.0 + 1e-6)
    assert temptation(FIXED, 3.0, barely) == pytest.approx(3.0, rel=1e-14)
    assert temptation(PROPORTIONAL, 3.0, barely) == pytest.approx(1.5 * barely**2, rel=1e-12)


def test_full_turn_aligns_and_no_turn_changes_nothing():
    assert turned_angle(3.0, 1.0) == 0.0
    assert turned_angle(3.0, 0.0) == 3.0
    assert turned_angle(0.0, 0.3) == 0.0


def test_turned_goals_are_aligned_below_the_limit():
    assert turned_angle(2.0 * ALIGNED_ANGLE * (1.0 - 1e-6), 0.5) == 0.0
    assert turned_angle(2.0 * ALIGNED_ANGLE * (1.0 + 1e-6), 0.5) == pytest.approx(ALIGNED_ANGLE, rel=2e-6)


def test_payoff_scale_of_aligned_goals():
    assert payoff_scale(PROPORTIONAL, 3.0, 0.0) == 0.0
    assert payoff_scale(FIXED, 3.0, 0.0) == 0.0


# Properties


@settings(deadline=None)
@given(st.floats(1e-12, math.pi))
def test_small_angles_keep_their_digits(angle):
    assert one_minus_cosine(angle) == pytest.approx(exact_one_minus_cosine(angle), rel=1e-14)


@settings(deadline=None)
@given(KINDS, SCALES, ANGLES)
def test_an_aligned_successor_takes_the_whole_temptation(kind, scale, angle):
    assert successor_loss(kind, scale, angle, angle) == pytest.approx(temptation(kind, scale, angle), rel=1e-12)


@settings(deadline=None)
@given(KINDS, SCALES, ANGLES, SHARES, SHARES)
def test_loss_grows_with_the_distance(kind, scale, angle, first, second):
    near, far = sorted((first * angle, second * angle))
    lost_near, lost_far = (successor_loss(kind, scale, angle, psi) for psi in (near, far))
    assert 0.0 <= lost_near <= lost_far <= temptation(kind, scale, angle) * (1.0 + 1e-12)


@settings(deadline=None)
@given(KINDS, SCALES, ANGLES, SHARES)
def test_what_a_successor_brings_is_a_difference_of_cosines(kind, scale, angle, share):
    # b - l(psi) = sigma (cos psi - cos theta), on which the planner's O(n) chain rests.
    psi = share * angle
    brings = temptation(kind, scale, angle) - successor_loss(kind, scale, angle, psi)
    expected = payoff_scale(kind, scale, angle) * (exact_one_minus_cosine(angle) - exact_one_minus_cosine(psi))
    assert brings == pytest.approx(expected, rel=1e-9, abs=1e-12 * temptation(kind, scale, angle))


@settings(deadline=None)
@given(KINDS, SCALES, ANGLES, st.floats(0.1, 10.0), SHARES)
def test_stakes_scale_everything(kind, scale, angle, factor, share):
    assert temptation(kind, factor * scale, angle) == pytest.approx(factor * temptation(kind, scale, angle), rel=1e-12)
    scaled, plain = (successor_loss(kind, s, angle, share * angle) for s in (factor * scale, scale))
    assert scaled == pytest.approx(factor * plain, rel=1e-12, abs=1e-300)


@settings(deadline=None)
@given(st.floats(0.0, math.pi), SHARES)
def test_a_turn_never_overshoots(angle, rotation):
    assert 0.0 <= turned_angle(angle, rotation) <= angle
