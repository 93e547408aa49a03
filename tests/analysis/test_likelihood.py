import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from analysis.likelihood import akaike, bayesian, deviance, deviance_residuals, log_likelihood


def test_worked_by_hand():
    # 3 of 10 complied where 1/2 was predicted: log L = 3 log .5 + 7 log .5 = -6.931472;
    # at r = .3 it is 3 log .3 + 7 log .7 = -6.108643; D = 2 (-6.108643 + 6.931472) = 1.645657.
    measured, episodes, predicted = np.array([0.3]), np.array([10.0]), np.array([0.5])
    assert log_likelihood(measured, episodes, predicted) == pytest.approx(-6.931472, abs=1e-6)
    assert deviance(measured, episodes, predicted) == pytest.approx(1.645657, abs=1e-6)
    assert deviance_residuals(measured, episodes, predicted) == pytest.approx([-math.sqrt(1.645657)], abs=1e-6)
    assert akaike(-6.0, 2) == 16.0
    assert bayesian(-6.0, 2, math.e) == 14.0


def test_rates_at_the_ends_have_finite_shares():
    # none of 5 complied where 1/2 was predicted: D = -2 * 5 log .5 = 6.931472; met exactly it is 0
    ends, episodes = np.array([0.0, 1.0]), np.array([5.0, 5.0])
    assert deviance(ends, episodes, np.array([0.5, 0.5])) == pytest.approx(2 * 6.931472, abs=1e-6)
    assert deviance(ends, episodes, ends) == pytest.approx(0.0, abs=1e-7)
    assert math.isfinite(log_likelihood(ends, episodes, 1.0 - ends))


@given(st.integers(1, 200), st.data())
def test_differences_are_those_of_the_binomial_law(episodes, data):
    complied = data.draw(st.integers(0, episodes))
    first, second = (data.draw(st.floats(0.01, 0.99)) for _ in range(2))
    mine = [
        log_likelihood(np.array([complied / episodes]), np.array([float(episodes)]), np.array([r]))
        for r in (first, second)
    ]
    theirs = [binom.logpmf(complied, episodes, r) for r in (first, second)]
    assert mine[0] - mine[1] == pytest.approx(theirs[0] - theirs[1], rel=1e-9, abs=1e-8)


@given(st.floats(0, 1), st.floats(0.001, 0.999), st.floats(0.1, 1e4))
def test_residuals_have_the_sign_of_the_difference(measured, predicted, episodes):
    (residual,) = deviance_residuals(np.array([measured]), np.array([episodes]), np.array([predicted]))
    assert residual * (measured - predicted) >= 0.0
