"""Learners: what their lives teach them, against values worked out by hand and against the strategy map."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.choice import ACT, COMPLY
from models.goals import FIXED, PROPORTIONAL
from models.outlook import Detector, Response
from models.perception import BINARY, GAUSSIAN
from models.scenario import Scenario
from models.stakes import constant_stakes
from models.strategies import CLASS_NAMES, strategy_values_at
from simulation.deciders import learner_class
from simulation.draws import Address
from simulation.learner import Birth, Lessons, Nature, learned_rates, learned_rule
from simulation.preparation import prepare
from simulation.replicates import array_world
from simulation.run import simulate

TAU = 0.9
RESPONSE = Response(0.0, 0.0, 1.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)
LESSONS = Lessons(1000, 50, 8, 2, 0.8, 0.3)
TOLD = LESSONS._replace(bins=2)


def nature(rate, cue_kind, penalty=0.0, kind=FIXED, **response):
    return Nature(rate, 0.0, cue_kind, constant_stakes(kind, 1.0), RESPONSE._replace(penalty=penalty, **response))


def birth(foresight, quality, agent=0, angle=1.2, detector=None):
    return Birth(agent, angle, quality, foresight, 0.0, detector or Detector(TAU, 0.0, 0.0, 0.0))


def learned(world, born, lessons=LESSONS, seed=1):
    return learned_rule(world, born, lessons, Address(seed, 0, 0))


# Worked by hand


def test_without_watching_acting_is_worth_its_sum():
    # Nobody watches: b in every episode, Q(act) = 1/(1 - .5) = 2 whatever the bin, and complying .5 x 2.
    _, values = learned(nature(0.0, BINARY), birth(0.5, 1.0), TOLD)
    assert values[0, 0, ACT] == pytest.approx(2.0, abs=0.01)
    assert values[0, 0, COMPLY] == pytest.approx(1.0, abs=0.01)
    assert not values[0, 1, :2].any()


def test_values_of_a_told_learner():
    # m = .2, gamma = .8, K = 0, one flag converts: act unwatched, comply watched; V = (1 - m) b/(1 - gamma) = 4.
    # Q(watched, act) = b + gamma (1 - tau) V = 1.32 < Q(watched, comply) = gamma V = 3.2; Q(unwatched, act) = 4.2.
    # Standard errors of the last values, over about 5,000 visits of weight n^-.8, are below .04.
    rule, values = learned(nature(0.2, BINARY), birth(0.8, 1.0), TOLD._replace(lives=4000))
    assert values[0, 1, ACT] == pytest.approx(1.32, abs=0.15)
    assert values[0, 1, COMPLY] == pytest.approx(3.2, abs=0.15)
    assert values[0, 0, ACT] == pytest.approx(4.2, abs=0.15)
    assert rule[0].tolist() == [ACT, COMPLY]
    # After the flag its goals are the target: nothing is left to choose or to win.
    assert not values[1, :, :2].any()


def test_a_life_is_judged_by_the_goals_at_birth():
    # Half a turn: what acting is worth then by the goals at birth is b_0 - l_0(theta_0/2) = cos(.6) - cos(1.2).
    lessons = TOLD._replace(lives=300, episodes=40, exploration=0.2)
    _, values = learned(nature(1.0, BINARY, kind=PROPORTIONAL, rotation=0.5), birth(0.0, 1.0), lessons)
    assert values[0, 1, ACT] == pytest.approx(1.0 - math.cos(1.2))
    assert values[1, 1, ACT] < values[0, 1, ACT]
    lessons = lessons._replace(levels=3)
    _, values = learned(nature(1.0, BINARY, kind=PROPORTIONAL, rotation=0.5), birth(0.0, 1.0), lessons)
    assert values[1, 1, ACT] == pytest.approx(math.cos(0.6) - math.cos(1.2))


def test_penalties_are_part_of_the_payoff():
    # Always watched and caught: acting pays 1 - 1.5.
    always = Detector(1.0, 0.0, 0.0, 0.0)
    rule, values = learned(nature(1.0, BINARY, 1.5, rotation=0.0), birth(0.0, 1.0, detector=always), TOLD)
    assert values[0, 1, ACT] == pytest.approx(-0.5)
    assert rule[0, 1] == COMPLY


def test_a_learner_may_learn_to_speak_up():
    # A bonus of 2 for speaking up, never answered, beats 1 for acting and 0 for complying.
    rule, _ = learned(nature(0.5, BINARY, offers_voice=1, bonus=2.0), birth(0.5, 1.0), TOLD)
    assert rule[0].tolist() == [2, 2]
    assert CLASS_NAMES[learner_class(rule, rule.shape[1], 0, BINARY, 1.0, 0.0)] == "honest"


def test_false_flags_matter_to_aligned_goals():
    # phi = .5, F = 1, always watched: complying costs .5 an episode; once aligned that goes on for ever, -1 in all.
    detector = Detector(1.0, 0.0, 0.5, 0.5)
    _, values = learned(nature(1.0, BINARY, 1.0), birth(0.5, 1.0, detector=detector), TOLD._replace(power=0.9))
    assert values[1, 2, COMPLY] == pytest.approx(-1.0, abs=0.1)


def test_aligned_at_birth():
    rule, values = learned(nature(0.5, GAUSSIAN), birth(0.9, 2.0, angle=0.0))
    assert not rule.any()
    assert not values[:, :, :2].any()


# Rates of a rule


def test_rates_of_a_rule():
    rule = np.array([[1, 0], [0, 0]], np.int8)
    # Told with accuracy .9, a quarter of the watched episodes disguised: looks unwatched .25, acts on .1 or .9
    found = learned_rates(rule, rule.shape[1], 0, BINARY, 0.9, 0.25)
    act_watched = 0.75 * 0.1 + 0.25 * 0.9
    assert found == pytest.approx((act_watched, 1.0 - act_watched, 0.9, 0.1))
    # Later selves than it tells apart are taken for the last of these.
    assert learned_rates(rule, rule.shape[1], 7, BINARY, 0.9, 0.25) == pytest.approx((0.0, 1.0, 0.0, 1.0))


# Independence


def test_a_learner_depends_on_its_own_address_alone():
    world = nature(0.4, GAUSSIAN, 1.5)
    one, again = (learned(world, birth(0.7, 2.0, 3))[1] for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert (one != learned(world, birth(0.7, 2.0, 4))[1]).any()
    assert (one != learned(world, birth(0.7, 2.0, 3), seed=2)[1]).any()


# Against the strategy map


def map_of(foresights, rates, cue_kind, quality, penalty):
    def best(foresight, rate):
        return strategy_values_at(
            1.2, FIXED, 1.0, 1.0, penalty, 0.0, foresight, rate, TAU, 0.0, cue_kind, quality, 0.0, 0.0
        )[3]

    return np.array([[best(foresight, rate) for rate in rates] for foresight in foresights])


def finer(values):
    return np.linspace(values[0], values[-1], 2 * len(values) - 1)


def is_away(fine, row, column):
    """Tell whether the eight neighbours of a cell in the map of half the steps are of its class."""
    around = fine[max(2 * row - 1, 0) : 2 * row + 2, max(2 * column - 1, 0) : 2 * column + 2]
    return bool((around == fine[2 * row, 2 * column]).all())


def agreement(cue_kind, quality, penalty, lessons, seed=1, size=12):
    """Return the classes that the map has, and of the cells away from boundaries the share that was learned."""
    values = np.linspace(0.04, 0.96, size)
    fine = map_of(finer(values), finer(values), cue_kind, quality, penalty)
    agreed = []
    for row in range(size):
        for column in range(size):
            if is_away(fine, row, column):
                world, born = (
                    nature(values[column], cue_kind, penalty),
                    birth(values[row], quality, size * row + column),
                )
                rule = learned(world, born, lessons, seed)[0]
                code = learner_class(rule, rule.shape[1], 0, cue_kind, quality, 0.0)
                agreed.append(code == fine[2 * row, 2 * column])
    return {CLASS_NAMES[code] for code in fine.ravel()}, len(agreed), float(np.mean(agreed))


@pytest.mark.parametrize(
    ("cue_kind", "quality", "penalty", "lessons", "names"),
    [
        (GAUSSIAN, 1.0, 2.0, LESSONS, {"honest", "faking", "compliant"}),
        (GAUSSIAN, 2.0, 0.0, LESSONS, {"honest", "faking"}),
        (BINARY, 0.75, 1.5, TOLD, {"honest", "faking", "compliant"}),
        (BINARY, 1.0, 0.0, TOLD, {"honest", "faking"}),
    ],
    ids=["d = 1, K = 2", "d = 2, K = 0", "accuracy .75, K = 1.5", "told, K = 0"],
)
def test_learners_fake_where_the_map_says_that_faking_is_best(cue_kind, quality, penalty, lessons, names):
    found, cells, share = agreement(cue_kind, quality, penalty, lessons)
    assert found == names
    assert cells > 90
    assert share >= 0.9


def test_a_population_of_learners():
    # Told, K = 0, tau = .5, m = .2: fake iff gamma >= 1/(1 + tau (1 - m)) = .714.
    scenario = Scenario().with_values(
        {
            "stakes": {"kind": "fixed"},
            "agents.decision": "learner",
            "agents.count": 100,
            "agents.cue.discrimination": math.inf,
            "regime.detector.hit_rate": 0.5,
            "regime.response.rotation": 1.0,
            "run.episodes": 10,
        }
    )
    for foresight, name in ((0.5, "honest_share"), (0.9, "faking_share")):
        result = simulate(scenario.with_values({"agents.foresight": foresight}), replicates=1, record="none")
        assert result.by_replicate.iloc[0][name] > 0.95, foresight


def test_without_rotation_nothing_but_penalties_is_learned():
    # No modification, no penalty: watching has no consequence, and the learner acts.
    scenario = Scenario().with_values(
        {"agents.decision": "learner", "agents.count": 50, "regime.response.rotation": 0.0, "run.episodes": 5}
    )
    world = array_world(prepare(scenario), 1, 0)
    assert (world.world.rules[:, 0] == ACT).mean() > 0.95
