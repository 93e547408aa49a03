import math

import numpy as np
import pytest
from scipy.optimize import brentq

from models.goals import ALIGNED_ANGLE
from models.perception import BINARY, GAUSSIAN
from models.strategies import (
    ALIGNED,
    CLASS_NAMES,
    COMPLIANT,
    CONTEXT_SENSITIVE,
    FAKING,
    HONEST,
    PERVERSE,
    honest_threshold,
    rule_class,
    strategy_class,
)
from tests.models import brute_force
from tests.models.base_case import BASE, plan, values, values_of

SETS = 4000
TOLD = {"cue_kind": BINARY, "quality": 1.0}
THRESHOLDS = np.concatenate(([-np.inf], np.linspace(-11.0, 11.0, 22001), [np.inf]))


def random_sets(seed, cue_kind):
    """Return parameters of `SETS` decisions with everything on, each part in half of them."""
    generator = np.random.default_rng(seed)

    def drawn(low, high):
        return generator.uniform(low, high, SETS)

    def often(low, high):
        return drawn(low, high) * generator.integers(0, 2, SETS)

    hit_rate = drawn(0.1, 1.0)
    return {
        "angle": drawn(0.05, np.pi),
        "stakes_kind": generator.integers(0, 2, SETS),
        "scale": drawn(0.1, 3.0),
        "rotation": np.where(generator.integers(0, 2, SETS), 1.0, drawn(0.1, 1.0)),
        "penalty": often(0.0, 4.0),
        "terminal_guarding": often(0.0, 2.0),
        "foresight": drawn(0.0, 0.98),
        "belief": drawn(0.02, 0.98),
        "hit_rate": hit_rate,
        "false_alarm_rate": hit_rate * often(0.0, 0.8),
        "cue_kind": np.full(SETS, cue_kind),
        "quality": drawn(0.1, 4.0) if cue_kind == GAUSSIAN else drawn(0.5, 1.0),
        "reckoned_honeypots": often(0.0, 0.7),
        "true_honeypots": often(0.0, 0.7),
    }


def one_of(sets, index):
    """Return one parameter set, as plain numbers."""
    return {key: column[index].item() for key, column in sets.items()}


def classes_by_definition(watched, unwatched):
    """Return masks of honest, compliant and faking rules, given probabilities of acting."""
    r_m, r_u = 1.0 - watched, 1.0 - unwatched
    return r_m < 0.5, (r_m >= 0.5) & (r_u >= 0.5), (r_m >= 0.5) & (r_u < 0.5)


def brute_force_values(of, rules):
    """Return the most that a rule of each class gives, over all these thresholds of the cue; NaN for an empty class."""
    game = {key: of[key] for key in BASE}
    tempted = brute_force.stakes(of["stakes_kind"], of["scale"], of["angle"], 0.0)[0]
    reckoned = brute_force.act_probabilities(rules, of["cue_kind"], of["quality"], of["reckoned_honeypots"])
    true = brute_force.act_probabilities(rules, of["cue_kind"], of["quality"], of["true_honeypots"])
    cost = of["penalty"] + of["terminal_guarding"]
    worths = brute_force.rule_worth(*reckoned, tempted, cost, plan(**game).next_value, of)
    return [worths[mask].max() if mask.any() else math.nan for mask in classes_by_definition(*true)]


# Worked by hand


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ((0.9, 0.9, 0.9, 0.9), ALIGNED),
        ((0.2, 0.2, 0.9, 0.9), ALIGNED),
        ((0.9, 0.9, 0.1, 0.1), COMPLIANT),
        ((0.9, 0.1, 0.1, 0.1), FAKING),
        ((0.9, 0.1, 0.1, 0.9), FAKING),
        ((0.9, 0.1, 0.9, 0.1), CONTEXT_SENSITIVE),
        ((0.1, 0.9, 0.1, 0.1), PERVERSE),
        ((0.1, 0.1, 0.1, 0.1), HONEST),
        ((0.5 - 1e-6, 0.5 - 1e-6, 0.0, 0.0), HONEST),
        ((0.5 + 1e-6, 0.5 - 1e-6, 0.0, 0.0), FAKING),
        ((0.5 + 1e-6, 0.5 + 1e-6, 0.0, 0.0), COMPLIANT),
        ((0.5 - 1e-6, 0.5 + 1e-6, 0.0, 0.0), PERVERSE),
    ],
)
def test_classes(rule, code):
    assert strategy_class(*rule) == code


def test_told_values():
    # b = 1, m = .2, tau = .8, gamma = .9, F = 1. Acting: (1 - .16)/(1 - .9 .84); faking: .8/.1; complying: 0.
    found = values(**TOLD, penalty=1.0)
    assert found[:3] == pytest.approx((0.84 / 0.244, 0.0, 8.0), rel=1e-13)
    assert found.faking_advantage == pytest.approx(8.0 - 0.84 / 0.244, rel=1e-13)
    assert (found.name, found.loss) == ("faking", pytest.approx(8.0, rel=1e-13))
    # q* = b/(tau (F + gamma L)) = 1/(.8 * 8.2).
    assert found.threshold == pytest.approx(1.0 / 6.56, rel=1e-13)


def test_two_valued_values():
    # a = .75: acts with x_1 = .25, x_0 = .75: X = .65, Z = .2 .25 .8 = .04; W = .65/(1 - .9 .96) = .65/.136.
    found = values(cue_kind=BINARY, quality=0.75)
    assert found.faking == pytest.approx(0.65 / 0.136, rel=1e-13)
    assert (found.act_watched, found.act_unwatched) == (0.25, 0.75)


def test_honeypots_count_as_watched():
    # Told and suspecting nothing: it acts in the quarter of the watched episodes that look unwatched.
    found = values(**TOLD, true_honeypots=0.25)
    assert (found.act_watched, found.act_unwatched, found.name) == (0.25, 1.0, "faking")
    assert found.faking == pytest.approx(8.0, rel=1e-13)


def test_a_rule_that_most_honeypots_expose_is_honest():
    # Complying on the cue acts in 60 % of the watched episodes: no rule fakes, and the best of two is honest.
    found = values(**TOLD, true_honeypots=0.6)
    assert found.name == "honest"
    assert math.isnan(found.faking)
    assert found.honest == pytest.approx(8.0, rel=1e-13)


# Ends and ties


@pytest.mark.parametrize("cue", [{"quality": 0.0}, {"cue_kind": BINARY, "quality": 0.5}])
@pytest.mark.parametrize("penalty", [0.0, 1.0, 10.0])
def test_nothing_fakes_without_a_cue(cue, penalty):
    found = values(**cue, penalty=penalty)
    assert math.isnan(found.faking)
    assert found.name == ("honest" if 0.16 * penalty < 1.0 else "compliant")


def test_aligned_agents_have_one_rule():
    # It pays for false alarms alone: .2 * .1 * 2/.1 = .4.
    for angle in (0.0, ALIGNED_ANGLE * (1.0 - 1e-6)):
        found = values(angle=angle, penalty=2.0, false_alarm_rate=0.1)
        assert found.name == "aligned"
        assert found.compliant == pytest.approx(-0.4, rel=1e-13)
        assert math.isnan(found.honest)
        assert math.isnan(found.faking)
        assert found.loss == 0.0
    assert values(angle=ALIGNED_ANGLE * (1.0 + 1e-6)).name != "aligned"


def test_threshold_of_honest_rules():
    # Without honeypots x_1 = Phi(t - d/2) = 1/2 at d/2; if all are honeypots at -d/2.
    assert honest_threshold(3.0, 0.0) == 1.5
    assert honest_threshold(3.0, 1.0 - 1e-12) == pytest.approx(-1.5, abs=1e-6)


@pytest.mark.parametrize("honeypots", [0.1, 0.4, 0.8])
@pytest.mark.parametrize("discrimination", [0.3, 2.0, 4.0])
def test_honest_rules_begin_where_half_of_the_watched_acts(discrimination, honeypots):
    end = honest_threshold(discrimination, honeypots)
    watched = brute_force.act_probabilities(end, GAUSSIAN, discrimination, honeypots)[0]
    assert watched == pytest.approx(0.5, abs=1e-12)


def shape_at_the_boundary(changes, key, boundary, step, side):
    """Return the faking advantage one and two steps to a side of the boundary."""
    return [values(**changes, **{key: boundary + side * k * step}).faking_advantage for k in (1, 2)]


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(
    ("changes", "key", "end", "low", "high", "step"),
    [
        ({}, "foresight", 1.0, 0.62, 0.95, 1e-3),  # From honest to faking, by foresight
        ({"foresight": 0.0}, "penalty", 1.0, 1.3, 5.0, 1e-3),  # The same, by a penalty
        ({"foresight": 0.0}, "penalty", -1.0, 20.0, 60.0, 0.05),  # From faking to compliant
    ],
)
def test_advantage_vanishes_to_second_order(changes, key, end, low, high, step, side):
    boundary = brentq(lambda value: values(**changes, **{key: value}).cue - end, low, high, xtol=1e-12)
    near, far = shape_at_the_boundary(changes, key, boundary, step, side)
    assert far / near == pytest.approx(4.0, rel=0.05)
    inside = values(**changes, **{key: boundary + side * step}).name == "faking"
    assert inside == (near > 0.0) == (side * end > 0.0)


@pytest.mark.parametrize("side", [-1, 1])
def test_advantage_of_a_told_agent_crosses_zero(side):
    # gamma* = 1/(1 + tau (1 - m)) = 1/1.64.
    near, far = shape_at_the_boundary(TOLD, "foresight", 1.0 / 1.64, 1e-4, side)
    assert far / near == pytest.approx(2.0, rel=0.01)
    assert side * near > 0.0


# Properties


@pytest.mark.parametrize("seed", [1, 2])
def test_gaussian_values_are_the_best_of_each_class(seed):
    sets = random_sets(seed, GAUSSIAN)
    for index in range(150):
        of = one_of(sets, index)
        found = values(**of)[:3]
        tried = brute_force_values(of, THRESHOLDS)
        assert np.all(tried <= np.array(found) + 1e-9 * (1.0 + np.abs(found))), of
        # The grid misses the best threshold, or the end of a class, by a thousandth.
        assert found == pytest.approx(tried, rel=5e-3, abs=5e-3), of


def test_two_valued_values_are_those_of_the_three_rules():
    sets = random_sets(3, BINARY)
    for index in range(500):
        of = one_of(sets, index)
        tried = brute_force_values(of, np.array([-np.inf, 0.5, np.inf]))
        assert values(**of)[:3] == pytest.approx(tried, rel=1e-11, abs=1e-11, nan_ok=True), of


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_the_best_class_is_worth_most(cue_kind):
    found = values_of(**random_sets(4, cue_kind))
    worths = np.full((len(CLASS_NAMES), SETS), -np.inf)
    worths[[HONEST, COMPLIANT, FAKING]] = np.nan_to_num(np.array(found[:3]), nan=-np.inf)
    ranked = np.sort(worths, axis=0)
    clear = ranked[-1] - ranked[-2] > 1e-9 * (1.0 + np.abs(ranked[-1]))
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(found.best[clear], worths.argmax(axis=0)[clear])
    assert set(found.best.astype(int)) == {HONEST, COMPLIANT, FAKING}


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_nobody_is_perverse(cue_kind):
    found = values_of(**random_sets(5, cue_kind))
    assert not np.any(found.best == PERVERSE)
    # Complying is likelier when watched: honeypots look unwatched at most.
    assert np.all(found.act_watched <= found.act_unwatched + 1e-12)


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_the_class_is_that_of_the_best_rule(cue_kind):
    found = values_of(**random_sets(6, cue_kind))
    honest, compliant, faking = classes_by_definition(found.act_watched, found.act_unwatched)
    np.testing.assert_array_equal(found.best, np.select([honest, compliant, faking], [HONEST, COMPLIANT, FAKING]))
    assert rule_class(found.act_watched[0], found.act_unwatched[0]) == found.best[0]


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_with_nothing_at_stake_everybody_is_honest(cue_kind):
    sets = random_sets(7, cue_kind) | {"rotation": 0.0, "penalty": 0.0}
    assert set(values_of(**sets).best) == {HONEST}


@pytest.mark.parametrize("factor", [0.125, 1024.0])
def test_the_unit_of_payoff_does_not_matter(factor):
    # A power of two changes no rounding.
    sets = random_sets(8, GAUSSIAN)
    scaled = sets | {key: factor * sets[key] for key in ("scale", "penalty", "terminal_guarding")}
    plain, larger = values_of(**sets), values_of(**scaled)
    np.testing.assert_array_equal(larger.best, plain.best)
    np.testing.assert_allclose(np.array(larger[:3]), factor * np.array(plain[:3]), rtol=1e-9)
    np.testing.assert_allclose(larger.threshold, plain.threshold, rtol=1e-9)
