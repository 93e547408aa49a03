"""Imitation: Fermi's rule on small graphs by hand, and the replicator dynamics in a large population."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.imitation import copy_probability, picked_place
from models.scenario import Scenario
from simulation.draws import Address
from simulation.imitation import PAYOFF, imitate_all, is_round
from simulation.ledger import WIDTH
from simulation.neighbourhood import Neighbours
from simulation.preparation import prepare
from simulation.replicates import array_world

ALWAYS, NEVER = 2.0, 0.0
#: Nobody is modified, and everybody is a neighbour.
MIXED = {
    "stakes": {"kind": "fixed", "scale": 1.0},
    "agents.decision": "imitator",
    "regime.detector.hit_rate": 1.0,
    "regime.response.rotation": 0.0,
    "society.graph": "complete",
}


def rounds(thresholds, payoffs, neighbours, temperature, window=4, seed=1, episode=3):
    thresholds, sums = np.array(thresholds, float), np.zeros((len(thresholds), WIDTH))
    sums[:, PAYOFF] = window * np.array(payoffs)
    earned = np.zeros(len(thresholds))
    imitate_all(
        thresholds, earned, sums, window, np.full(thresholds.size, temperature), np.ones(thresholds.size, np.int64),
        np.ones(thresholds.size, bool), neighbours, Address(seed, 0, 0), episode,
    )  # fmt: skip
    np.testing.assert_array_equal(earned, sums[:, PAYOFF])
    return thresholds


# By hand


def test_the_rule():
    assert copy_probability(1.0, 1.0, 0.3) == 0.5
    assert copy_probability(1.3, 1.0, 0.3) == pytest.approx(1.0 / (1.0 + math.exp(-1.0)))
    assert copy_probability(0.0, 1.0, 1e-3) == pytest.approx(0.0, abs=1e-300)


@given(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True), st.integers(1, 10**6))
def test_places_are_inside(uniform, count):
    assert 0 <= picked_place(uniform, count) < count


def test_who_imitates_when():
    assert [episode for episode in range(10) if is_round(3, episode)] == [2, 5, 8]
    assert not any(is_round(0, episode) for episode in range(10))


def test_the_better_is_copied_at_once():
    # A ring of three with one way: 0 looks at 1, 1 at 2, 2 at 0; at once, not one after the other.
    ring = Neighbours(np.array([0, 1, 2, 3]), np.array([1, 2, 0]))
    assert rounds([0.1, 0.2, 0.3], [0.0, 1.0, 2.0], ring, 1e-3).tolist() == [0.2, 0.3, 0.3]


def test_without_neighbours_thresholds_stay():
    nobody = Neighbours(np.zeros(4, np.int64), np.zeros(0, np.int64))
    assert rounds([0.1, 0.2, 0.3], [0.0, 1.0, 2.0], nobody, 1.0).tolist() == [0.1, 0.2, 0.3]


def test_neighbours_are_picked_alike():
    # An agent with 0 payoff and three better neighbours: each is copied with 1/3; z < 4 (false alarm 2e-4 in all).
    star = Neighbours(np.array([0, 3, 3, 3, 3]), np.array([1, 2, 3]))
    copied = [rounds([0.0, 0.1, 0.2, 0.3], [0, 9, 9, 9], star, 0.01, seed=seed)[0] for seed in range(3000)]
    for threshold in (0.1, 0.2, 0.3):
        assert abs(copied.count(threshold) - 1000.0) < 4.0 * math.sqrt(3000 * (1 / 3) * (2 / 3))


def test_payoffs_of_the_window_count_and_no_others():
    scenario = Scenario().with_values(MIXED | {"agents.count": 6, "agents.imitator.window": 5})
    world = array_world(prepare(scenario), 1, 0)
    world.advance(0, 5)
    first = world.world.sums[:, PAYOFF].copy()
    np.testing.assert_array_equal(world.world.earned, first)
    world.advance(5, 9)
    np.testing.assert_array_equal(world.world.earned, first)


# A large, well-mixed population: the share x of who always acts changes by x (1 - x) tanh(difference/(2 T))


def shares(values, begin, seed, count=2000, number=12):
    """Return the share that always acts before each of a number of rounds; it begins with some."""
    scenario = Scenario().with_values(MIXED | {"agents.count": count, "agents.imitator.window": 1} | values)
    world = array_world(prepare(scenario), seed, 0)
    world.world.threshold[:] = np.where(np.arange(count) < begin * count, ALWAYS, NEVER)
    found = [begin]
    for episode in range(number):
        world.advance(episode, episode + 1)
        found.append(float((world.world.threshold == ALWAYS).mean()))
    return np.array(found)


#: Watched always and caught: acting pays b - F in every episode, complying 0; told apart by F alone.
STEADY = [(0.5, 1.0), (1.5, 1.0), (1.0, 1.0), (0.2, 0.5), (1.1, 0.05)]


@pytest.mark.parametrize(("penalty", "temperature"), STEADY)
def test_speed_and_direction_of_change(penalty, temperature):
    # Given the share, each agent changes by its own luck: exact mean and variance; z < 4, false alarm 6e-5 a round.
    count = 2000
    values = {
        "regime.schedule.rate": 1.0, "regime.response.penalty": penalty, "agents.imitator.temperature": temperature,
    }  # fmt: skip
    found = shares(values, 0.5, 1, count)
    gains = copy_probability(1.0 - penalty, 0.0, temperature)
    scores = []
    for before, after in pairwise(found):
        others = count / (count - 1)
        joins, leaves = before * others * gains, (1.0 - before) * others * (1.0 - gains)
        drift = (1.0 - before) * joins - before * leaves
        assert drift == pytest.approx(
            before * (1.0 - before) * others * math.tanh((1.0 - penalty) / (2.0 * temperature)), abs=1e-12
        )
        variance = ((1.0 - before) * joins * (1.0 - joins) + before * leaves * (1.0 - leaves)) / count
        if variance > 0.0:
            scores.append((after - before - drift) / math.sqrt(variance))
    assert max(map(abs, scores)) < 4.0
    # Sums of independent standard scores: what a wrong speed would pile up.
    assert abs(sum(scores)) < 4.0 * math.sqrt(len(scores))


def test_weak_selection_is_the_replicator_equation():
    # dx/dt = x (1 - x) (b - F)/(2 T): the log odds rise by (.4/2)/2 = .1 a round, 1.2 in 12 rounds. The odds' standard
    # error is below .06 + .06 from the luck of 4,000 agents in 12 rounds; z < 4 with .07 in all (false alarm 6e-5),
    # and the discrete steps differ from the equation by less than .01.
    values = {"regime.schedule.rate": 1.0, "regime.response.penalty": 0.6, "agents.imitator.temperature": 2.0}
    found = shares(values, 0.3, 2, 4000)
    odds = np.log(found / (1.0 - found))
    assert odds[-1] - odds[0] == pytest.approx(12 * 0.1, abs=4 * luck_of_odds(found, 4000) + 0.01)


def luck_of_odds(found, count):
    # Each round adds a variance of at most x (1 - x)/(2 N) to x, and that over (x (1 - x))^2 to the log odds.
    return math.sqrt(sum(0.5 / (count * x * (1.0 - x)) for x in found[:-1]))


@pytest.mark.parametrize(("rate", "grows"), [(0.3, True), (0.7, False)])
def test_with_chance_payoffs_the_better_rule_spreads(rate, grows):
    # b = 1, F = 2: acting pays 1 - 2 m on average; over a window of 20 the mean decides.
    values = {
        "regime.schedule.rate": rate, "regime.response.penalty": 2.0, "agents.imitator.temperature": 0.1,
        "agents.imitator.window": 20,
    }  # fmt: skip
    found = shares(values, 0.5, 3, 500, 100)
    assert (found[-1] > 0.9) if grows else (found[-1] < 0.1)


def test_thresholds_at_the_start_hold_both_ends():
    scenario = Scenario().with_values(MIXED | {"agents.count": 2000, "society.graph": "none"})
    thresholds = array_world(prepare(scenario), 1, 0).world.threshold
    assert 0.0 <= thresholds.min() < 0.01
    # Above 1 with 1/21 of the agents: z < 4.
    assert abs((thresholds > 1.0).sum() - 2000 / 21) < 4.0 * math.sqrt(2000 / 21)
