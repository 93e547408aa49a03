"""Ends of rules that a changed sign or number left unnoticed, until these tests: see docs/mutation_testing.md."""

import pytest
from scipy import stats
from scipy.stats import norm

from models.literature import InspectionGame, deterring_rate
from models.options import cue_probability
from models.perception import BINARY, GAUSSIAN
from models.stakes import random_stakes

INFINITE = float("inf")


def test_who_has_nothing_to_gain_needs_no_watching():
    game = InspectionGame(0.0, 3.0, 1.0, 1.0, 1.0, 0.7, 0.1)
    assert deterring_rate(game) == 0.0
    # Not even where nothing deters.
    assert deterring_rate(game._replace(penalty=0.0)) == 0.0


@pytest.mark.parametrize(("low", "high"), [(7.0, INFINITE), (7.0, 8.0), (-INFINITE, -7.0), (-8.0, -7.0)])
@pytest.mark.parametrize("looks_watched", [0, 1])
def test_both_tails_of_a_cue_keep_their_digits(low, high, looks_watched):
    # d = 2: the mean is 1 or -1. From one minus a probability near 1, four digits would be left.
    mean = 2.0 * looks_watched - 1.0
    upper = norm.sf(low - mean) - norm.sf(high - mean)
    lower = norm.cdf(high - mean) - norm.cdf(low - mean)
    found = cue_probability(low, high, looks_watched, GAUSSIAN, 2.0)
    assert found == pytest.approx(upper if low > mean else lower, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    ("low", "high", "chance"),
    [(0.5, 1.5, 0.8), (-0.5, 0.5, 0.2), (-0.5, 1.5, 1.0), (1.5, 2.0, 0.0), (0.2, 0.8, 0.0), (-2.0, -0.5, 0.0)],
)
def test_a_two_valued_cue_is_inside_or_not(low, high, chance):
    assert cue_probability(low, high, 1, BINARY, 0.8) == pytest.approx(chance, abs=1e-15)


@pytest.mark.parametrize("shape", [0.7, 2.0])
def test_panels_of_random_stakes_do_not_depend_on_the_unit(shape):
    # What is promised is relative to the mean: however payoffs are counted, panels and ratios are the same. (Units that
    # are powers of two change no digit.)
    small, large = (random_stakes(1.0, stats.gamma(shape, scale=2.0**power), exact=True) for power in (-14, 0))
    assert small.edges.tolist() == large.edges.tolist()
    assert small.draws.tolist() == large.draws.tolist()
