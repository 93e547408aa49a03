"""Rules of learning: bins of cues, greedy and tried options, and values that converge to means."""

from __future__ import annotations

import ast
import math
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import choice, learning
from models.learning import (
    ACT,
    COMPLY,
    SPEAK,
    bin_probability,
    bins_of_cue,
    cue_bin,
    greedy_option,
    learned_value,
    learning_rate,
    tried_option,
)
from models.perception import BINARY, GAUSSIAN

NO_VOICE = -math.inf
FORBIDDEN = {
    "models.choice", "models.decision", "models.planning", "models.successors", "models.strategies", "models.options",
    "models.rule_rates", "models.flows", "models.lattice", "models.judgement", "models.general_strategies",
}  # fmt: skip
ROOT = Path(learning.__file__).parents[1]


def imports_of(module):
    """Return what a module of the project imports, and what those modules import in turn."""
    found, left = set(), [module]
    while left:
        path = ROOT.joinpath(*left.pop().split(".")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and node.module.split(".")[0] in ("models", "simulation")
            ):
                if node.module not in found and ROOT.joinpath(*node.module.split(".")).with_suffix(".py").exists():
                    left.append(node.module)
                found.add(node.module)
    return found


def test_a_learner_knows_nothing_of_what_a_planner_knows():
    for module in ("models.learning", "simulation.learner"):
        assert not imports_of(module) & FORBIDDEN, module


def test_options_are_those_of_choice():
    assert (COMPLY, ACT, SPEAK) == (choice.COMPLY, choice.ACT, choice.SPEAK)


@pytest.mark.parametrize(
    ("cue", "place"),
    # d = 2, four bins: from -2 to 2, one wide, the outer ones open.
    [(-9.0, 0), (-1.001, 0), (-0.999, 1), (-0.001, 1), (0.001, 2), (0.999, 2), (1.001, 3), (9.0, 3)],
)
def test_bins_of_a_graded_cue(cue, place):
    assert cue_bin(cue, GAUSSIAN, 2.0, 4) == place


def test_bins_of_other_cues():
    assert [cue_bin(cue, BINARY, 0.9, 2) for cue in (0.0, 1.0)] == [0, 1]
    # A cue that says nothing is not looked at.
    assert {cue_bin(cue, GAUSSIAN, 0.0, 8) for cue in (-3.0, 0.0, 3.0)} == {0}
    assert [bins_of_cue(*cue, 8) for cue in ((BINARY, 0.9), (GAUSSIAN, 0.0), (GAUSSIAN, 0.1))] == [2, 1, 8]


def test_probabilities_of_bins():
    bell = NormalDist(1.0)
    expected = [bell.cdf(high) - bell.cdf(low) for low, high in pairwise([-99.0, -1.0, 0.0, 1.0, 99.0])]
    assert [bin_probability(place, 1, GAUSSIAN, 2.0, 4) for place in range(4)] == pytest.approx(expected, abs=1e-14)
    assert [bin_probability(place, 1, BINARY, 0.9, 2) for place in range(2)] == pytest.approx([0.1, 0.9])
    assert [bin_probability(place, 0, BINARY, 0.9, 2) for place in range(2)] == pytest.approx([0.9, 0.1])


@given(st.integers(0, 1), st.floats(0.0, 8.0), st.integers(2, 40))
def test_a_cue_falls_in_one_bin(looks, quality, bins):
    count = bins_of_cue(GAUSSIAN, quality, bins)
    total = sum(bin_probability(place, looks, GAUSSIAN, quality, bins) for place in range(count))
    assert total == pytest.approx(1.0, abs=1e-13)


@given(st.floats(-20.0, 20.0), st.floats(-20.0, 20.0), st.floats(0.0, 8.0), st.integers(2, 40))
def test_bins_rise_with_the_cue(one, other, quality, bins):
    low, high = (cue_bin(cue, GAUSSIAN, quality, bins) for cue in sorted((one, other)))
    assert 0 <= low <= high < bins_of_cue(GAUSSIAN, quality, bins)


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), st.one_of(st.just(NO_VOICE), st.floats(-5.0, 5.0)))
def test_the_greedy_option_is_the_choice_of_endless_rationality(comply, act, speak):
    acts, speaks = choice.option_probabilities(act, comply, speak, math.inf)
    assert greedy_option(comply, act, speak) == choice.chosen_option(0.5, acts, speaks)


def test_ties_go_to_complying_then_to_speaking_up():
    assert greedy_option(0.0, 0.0, 0.0) == COMPLY
    assert greedy_option(-1.0, 0.0, 0.0) == SPEAK
    assert greedy_option(0.0, 1e-9, NO_VOICE) == ACT


def test_what_is_tried():
    # exploration .3, two options: below .15 the first, up to .3 the second, then the greedy one
    assert [tried_option(u, 0.3, 2, 7) for u in (0.01, 0.149, 0.151, 0.299, 0.301)] == [COMPLY, COMPLY, ACT, ACT, 7]
    assert [tried_option(u, 0.3, 3, 7) for u in (0.09, 0.11, 0.21)] == [COMPLY, ACT, SPEAK]
    assert tried_option(1e-300, 0.0, 2, 7) == 7


def test_with_power_one_a_value_is_the_mean():
    value, payoffs = 0.0, [3.0, -1.0, 4.0, 0.5]
    for visit, payoff in enumerate(payoffs, 1):
        value = learned_value(value, payoff, 0.25, learning_rate(visit, 1.0))
    assert value == pytest.approx(sum(payoffs) / 4 + 0.25)


def test_rates_of_learning():
    assert learning_rate(1, 0.7) == 1.0
    assert learning_rate(16, 0.5) == pytest.approx(0.25)
    assert learning_rate(1000, 0.0) == 1.0
