import numpy as np
import pytest
from scipy import stats

from models.goals import FIXED
from models.stakes import (
    constant_stakes,
    nodes_per_panel,
    panel_ratio,
    place_of_ratio,
    random_stakes,
    random_temptation,
)
from tests.models.general_case import Steps

DISTRIBUTIONS = [stats.uniform, stats.expon, stats.gamma(0.5), stats.beta(2.0, 3.0), stats.lognorm(1.0)]


def integral(stakes, power):
    size = nodes_per_panel(stakes)
    weights = np.polynomial.legendre.leggauss(size)[1]
    draws = stakes.draws.reshape(-1, size)
    return float(np.sum(0.5 * np.diff(stakes.edges)[:, None] * weights * draws**power))


# Worked by hand


def test_uniform_stakes():
    # Mean .5 of [0, 1]: b = s * 2 u.
    stakes = random_stakes(3.0, stats.uniform)
    for uniform in (0.0, 0.1, 0.5, 0.999):
        assert random_temptation(stakes, uniform) == pytest.approx(6.0 * uniform, abs=1e-12)
    assert integral(stakes, 2) == pytest.approx(4.0 / 3.0, rel=1e-12)


def test_constant_stakes_hold_no_draws():
    stakes = constant_stakes(FIXED, 2.0)
    assert (stakes.kind, stakes.scale, stakes.draws.size, stakes.edges.size) == (FIXED, 2.0, 0, 0)


# Ends


def test_values_below_zero_count_as_zero():
    # Half of them 0: the mean of max(u - 1/2, 0) is 1/8.
    stakes = random_stakes(1.0, stats.uniform(-0.5, 1.0), exact=True)
    assert random_temptation(stakes, 0.25) == 0.0
    assert random_temptation(stakes, 0.75) == pytest.approx(2.0, rel=1e-9)


def test_jumps_of_the_quantile_function():
    stakes = random_stakes(1.0, Steps([1.0, 3.0, 8.0]), exact=True)
    for uniform, expected in ((1.0 / 3.0 - 1e-12, 0.25), (1.0 / 3.0 + 1e-12, 0.75), (0.9, 2.0)):
        assert random_temptation(stakes, uniform) == pytest.approx(expected, rel=1e-9)


# Properties


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_exact_stakes_follow_the_distribution(distribution):
    stakes = random_stakes(1.0, distribution, exact=True)
    assert integral(stakes, 1) == pytest.approx(1.0, rel=1e-14)
    uniform = np.random.default_rng(41).random(500)
    found = [random_temptation(stakes, at) for at in uniform]
    assert found == pytest.approx((distribution.ppf(uniform) / distribution.mean()).tolist(), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_few_nodes_are_near(distribution):
    stakes = random_stakes(1.0, distribution)
    assert stakes.draws.size == 64
    exact = random_stakes(1.0, distribution, exact=True)
    assert integral(stakes, 2) == pytest.approx(integral(exact, 2), rel=0.05)
    assert random_temptation(stakes, 0.4) == pytest.approx(random_temptation(exact, 0.4), rel=2e-2)


def test_place_of_a_ratio():
    stakes = random_stakes(1.0, stats.expon, exact=True)
    for panel in range(stakes.edges.size - 1):
        for place in (-0.7, 0.1, 0.9):
            ratio = panel_ratio(stakes, panel, place)
            assert panel_ratio(stakes, panel, place_of_ratio(stakes, panel, ratio)) == pytest.approx(ratio, rel=1e-12)
        assert place_of_ratio(stakes, panel, -1.0) == -1.0
        assert place_of_ratio(stakes, panel, 1e9) == 1.0
