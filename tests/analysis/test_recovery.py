import numpy as np

from analysis.profiles import CUTOFF, profile_deviance
from tests.analysis.recovery import TRUTH, coverage, recovered


def test_intervals_cover_what_was_set():
    # 12 repetitions, two parameters. If intervals cover in 95 %, fewer than 7 of 12 do with probability 1.1e-5, each.
    # `python -m tests.analysis.recovery` has 200: 90 to 99 %.
    found = coverage(12, seed=1)
    assert set(found) == set(TRUTH)
    assert all(share >= 7 / 12 for share in found.values())


def test_a_value_far_from_the_truth_is_not_covered():
    fit, rises = recovered(np.random.default_rng(7))
    assert all(rise < 10.0 * CUTOFF for rise in rises.values())
    assert profile_deviance(fit, "agents.foresight", 0.2) > CUTOFF
