"""Schedules by hand: budgets, targets, adaptation, and groups that a record moves an agent between."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.choice import ACT, COMPLY, SPEAK
from models.schedule_parameters import Budget
from models.schedules import adapted_rate, group_after, periodic_rate, targeted_score


@pytest.mark.parametrize(
    ("share", "agents", "count"), [(0.3, 100, 30), (0.305, 100, 31), (0.304, 100, 30), (0.0, 7, 0), (1.0, 7, 7)]
)
def test_a_budget_is_rounded_half_up(share, agents, count):
    assert Budget(share=share).inspected_count(agents) == count


def test_a_period_begins_with_the_first_episode():
    assert [periodic_rate(episode, 3) for episode in range(7)] == [1, 0, 0, 1, 0, 0, 1]
    assert periodic_rate(5, 1) == 1.0


def test_a_score_is_suspicion_and_luck():
    # Gumbel noise of u = 1/e: -ln(-ln(1/e)) = -ln 1 = 0; of u = exp(-e): -ln e = -1.
    assert targeted_score(0.6, 0.2, math.exp(-1)) == pytest.approx(3.0, rel=1e-13)
    assert targeted_score(0.6, 0.2, math.exp(-math.e)) == pytest.approx(2.0, rel=1e-13)


def test_at_the_ends_of_temperature_suspicion_or_luck_decides():
    assert targeted_score(0.5001, 0.0, 0.01) > targeted_score(0.5, 0.0, 0.99)
    assert targeted_score(0.5, 0.0, 0.6) > targeted_score(0.5, 0.0, 0.4)
    assert targeted_score(0.1, math.inf, 0.6) > targeted_score(0.9, math.inf, 0.4)


def test_the_largest_score_is_drawn_with_logit_probabilities():
    # Gumbel-max: of two, the one with suspicion s is watched with probability e^(s/T) / sum. 20,000 draws, z < 4.
    random = np.random.default_rng(3)
    first, second = (0.7 / 0.5, 0.2 / 0.5)
    wins = sum(
        targeted_score(0.7, 0.5, float(u)) > targeted_score(0.2, 0.5, float(v))
        for u, v in random.uniform(size=(20_000, 2))
    )
    expected = math.exp(first) / (math.exp(first) + math.exp(second))
    assert abs(wins / 20_000 - expected) < 4 * math.sqrt(expected * (1 - expected) / 20_000)


def test_a_rate_adapts_to_what_watching_found():
    # 3 flags among 10: .3, beyond the goal by .2; half of that is added.
    assert adapted_rate(0.4, 0.5, 0.1, 3, 10) == pytest.approx(0.5)
    assert adapted_rate(0.4, 0.5, 0.1, 0, 10) == pytest.approx(0.35)
    assert adapted_rate(0.4, 0.5, 0.1, 0, 0) == 0.4
    assert adapted_rate(0.95, 5.0, 0.0, 10, 10) == 1.0
    assert adapted_rate(0.05, 5.0, 1.0, 0, 10) == 0.0
    assert adapted_rate(0.4, 0.0, 0.1, 10, 10) == 0.4


@pytest.mark.parametrize(
    ("watched", "option", "flagged", "uniform", "group"),
    [
        (1, ACT, 1, 0.69, 1),
        (1, ACT, 1, 0.71, 0),
        (0, ACT, 1, 0.0, 0),  # a leak: nobody watched
        (1, ACT, 0, 0.0, 0),
        (1, COMPLY, 0, 0.19, 2),
        (1, COMPLY, 0, 0.21, 0),
        (1, COMPLY, 1, 0.0, 0),  # a false alarm is not compliance found
        (0, COMPLY, 0, 0.0, 0),
        (1, SPEAK, 0, 0.0, 0),
    ],
)
def test_only_what_watching_showed_moves_an_agent(watched, option, flagged, uniform, group):
    assert group_after(0, watched, option, flagged, uniform, 0.7, 0.2, 1, 2) == group
