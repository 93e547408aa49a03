"""What neighbours do: conformity, news of flags, and the mixing of beliefs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.society import complying_share, conformity_pull, mixed_weight, news_evidence

SHARES = st.floats(0.0, 1.0)
WEIGHTS = st.floats(1e-6, 1e6)

# Worked by hand


def test_share_of_the_neighbours_that_complied():
    assert complying_share(3, 4, 0.5) == 0.75
    assert complying_share(0, 4, 0.5) == 0.0


@pytest.mark.parametrize(("share", "pull"), [(1.0, 0.4), (0.75, 0.2), (0.5, 0.0), (0.25, -0.2), (0.0, -0.4)])
def test_conformity_pulls_to_what_most_did(share, pull):
    # r = .4: .4 (2 S - 1).
    assert conformity_pull(0.4, share) == pytest.approx(pull, abs=1e-15)


def test_each_flagged_neighbour_is_worth_the_same():
    assert news_evidence(0.25, 3) == 0.75
    assert news_evidence(0.25, 0) == 0.0


def test_mixing():
    # zeta = .25: .75 * 2 + .25 * 6.
    assert mixed_weight(2.0, 6.0, 0.25) == 3.0


# Ends


@pytest.mark.parametrize("initial", [0.0, 0.3, 1.0])
def test_without_neighbours_the_share_is_the_initial_one(initial):
    assert complying_share(0, 0, initial) == initial


def test_neutral_values_change_nothing():
    assert conformity_pull(0.0, 0.9) == 0.0
    assert news_evidence(0.0, 5) == 0.0
    assert mixed_weight(0.1, 0.7, 0.0) == 0.1
    assert mixed_weight(0.1, 0.7, 1.0) == 0.7


# Properties


@given(st.floats(0.0, 10.0), SHARES)
def test_compliers_and_actors_pull_equally(conformity, share):
    assert conformity_pull(conformity, share) == pytest.approx(-conformity_pull(conformity, 1.0 - share), abs=1e-14)
    assert abs(conformity_pull(conformity, share)) <= conformity


@given(WEIGHTS, WEIGHTS, SHARES)
def test_a_mixed_weight_lies_between(own, mean, social_learning):
    mixed = mixed_weight(own, mean, social_learning)
    assert min(own, mean) * (1 - 1e-15) <= mixed <= max(own, mean) * (1 + 1e-15)


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_share_counts_neighbours(complying, others):
    share = complying_share(complying, complying + others, 0.5)
    assert 0.0 <= share < 1.0
    assert share * (complying + others) == pytest.approx(complying, rel=1e-14)
