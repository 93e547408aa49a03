"""Intervals and p-values of a few means, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.intervals import holm, mean_interval, p_value_of_zero, standard_error


def test_interval_by_hand():
    # 1, 2, 3: mean 2, standard error 1/sqrt(3), t with 2 degrees of freedom 4.302652730.
    mean, low, high, number = mean_interval(np.array([1.0, 2.0, np.nan, 3.0]))
    assert (mean, number) == (2.0, 3)
    assert high - mean == pytest.approx(4.302652730 / math.sqrt(3), rel=1e-9)
    assert mean - low == pytest.approx(high - mean)


def test_one_value_has_no_interval_and_none_no_mean():
    assert np.isnan(mean_interval(np.array([1.0]))[1:3]).all()
    assert np.isnan(mean_interval(np.array([np.nan]))[0])


def test_p_value_by_hand():
    # 1, 2, 3: t = 2 sqrt(3) with 2 degrees of freedom, and P(|T| > t) = 1 - t/sqrt(2 + t^2) there
    values = np.array([1.0, 2.0, 3.0])
    t = 2.0 / standard_error(values)
    assert t == pytest.approx(2.0 * math.sqrt(3.0))
    assert p_value_of_zero(values) == pytest.approx(1.0 - t / math.sqrt(2.0 + t * t), rel=1e-12)
    assert p_value_of_zero(-values) == p_value_of_zero(values)


def test_p_value_of_what_does_not_vary_or_is_one_value():
    assert p_value_of_zero(np.array([0.0, 0.0])) == 1.0
    assert p_value_of_zero(np.array([0.5, 0.5])) == 0.0
    assert math.isnan(p_value_of_zero(np.array([0.5])))


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        # sorted .01, .02, .03 times 3, 2, 1: .03, .04, .03, and the last not below the one before
        ([0.03, 0.01, 0.02], [0.04, 0.03, 0.04]),
        # sorted .01, .03, .04 times 3, 2, 1: .03, .06, .04; NaN is no comparison
        ([0.04, 0.01, math.nan, 0.03], [0.06, 0.03, math.nan, 0.06]),
        ([0.9, math.nan, 0.4], [0.9, math.nan, 0.8]),
        ([0.7, 0.8], [1.0, 1.0]),
        ([math.nan], [math.nan]),
        ([], []),
    ],
)
def test_holm_by_hand(given, corrected):
    assert holm(given) == pytest.approx(corrected, nan_ok=True)
    assert (holm(given)[~np.isnan(given)] <= 1.0).all()
