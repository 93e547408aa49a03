"""Results 1 to 6 and 10 of the model's specification: the printed digits, and closed forms against the planner.

Base case: one flag converts (eta = 1), no false alarms, clawback or honeypots; K = F + Omega; l(x) = ln(x/(1 - x)).
"""

import numpy as np
import pytest
from scipy.special import logit, ndtr

from models.goals import FIXED, PROPORTIONAL, successor_loss, temptation
from models.perception import BINARY, GAUSSIAN
from models.planning import rule_value
from models.strategies import COMPLIANT, FAKING, HONEST
from tests.models.base_case import plan, values, values_of

SETS = 5000
#: Parameter sets as close to a tie as this are left out.
TIE = 1e-6
TOLD = {"cue_kind": BINARY, "quality": 1.0}
CUELESS = {"cue_kind": GAUSSIAN, "quality": 0.0}


def random_sets(seed):
    """Return parameters of `SETS` base cases; K is split at random between F and Omega, and 0 in a quarter of them."""
    generator = np.random.default_rng(seed)
    costs = generator.uniform(0.0, 3.0, SETS) * (generator.random(SETS) < 0.75)
    part = generator.random(SETS)
    return {
        "scale": generator.uniform(0.05, 3.0, SETS),
        "angle": generator.uniform(0.1, np.pi, SETS),
        "stakes_kind": generator.integers(0, 2, SETS),
        "penalty": part * costs,
        "terminal_guarding": costs - part * costs,
        "foresight": generator.uniform(0.0, 0.98, SETS),
        "belief": generator.uniform(0.02, 0.98, SETS),
        "hit_rate": generator.uniform(0.05, 1.0, SETS),
    }


def letters(sets):
    """Return b, K, m, tau, gamma."""
    whole = sets["stakes_kind"] == FIXED
    tempted = sets["scale"] * np.where(whole, 1.0, 1.0 - np.cos(sets["angle"]))
    return tempted, sets["penalty"] + sets["terminal_guarding"], sets["belief"], sets["hit_rate"], sets["foresight"]


def assert_classes(found, expected, margins):
    """Compare where no margin is as close to a tie as `TIE`, and see that every expected class is met."""
    clear = np.all([np.abs(margin) > TIE for margin in margins], axis=0)
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(found[clear], expected[clear])
    for code in np.unique(expected):
        assert np.count_nonzero(expected == code) > 100


# Worked by hand: the printed digits


def test_1_value_of_a_told_faker_and_of_always_acting():
    # Faking is never flagged: (1 - m) b/(1 - gamma) = 8. Acting: 1/(1 - .9 (1 - .2 * .8)) = 1/.244.
    found = values(**TOLD)
    assert found.faking == pytest.approx(8.0, rel=1e-13)
    assert found.honest == pytest.approx(1.0 / 0.244, rel=1e-13)
    assert found.compliant == 0.0


def test_3_told_cue():
    told = TOLD | {"hit_rate": 0.5}
    assert values(**told, foresight=0.7142857143 - TIE).name == "honest"
    assert values(**told, foresight=0.7142857143 + TIE).name == "faking"
    # A penalty: b = tau (K + gamma (1 - m) b/(1 - gamma)) at gamma = .5 for K = 2 - .8 = 1.2.
    assert values(**told, foresight=0.5, penalty=1.2 - TIE).name == "honest"
    assert values(**told, foresight=0.5, penalty=0.7 + TIE, terminal_guarding=0.5).name == "faking"


@pytest.mark.parametrize("foresight", [0.0, 0.5, 0.9, 0.99])
def test_3_watching_everything_removes_the_motive(foresight):
    assert values(**TOLD, belief=1.0 - 1e-9, foresight=foresight).name == "honest"


@pytest.mark.parametrize("quality", [0.05, 0.5, 2.0, 4.0])
@pytest.mark.parametrize(("cost", "onset"), [(0.0, 0.6097560976), (0.5, 0.4838709677)])
def test_4_onset_of_compliance_whatever_the_cue(cost, onset, quality):
    # Some gaussian cue makes q exceed any q* < 1.
    assert values(quality=quality, penalty=cost, foresight=onset + TIE).threshold < 1.0
    assert values(quality=quality, penalty=cost, foresight=onset - TIE).threshold > 1.0


def test_4_the_rule_itself_complies_past_the_onset():
    assert plan(quality=4.0, foresight=0.6097560976 - 1e-3).cue == float("inf")
    assert plan(quality=4.0, foresight=0.6097560976 + 1e-3).act_watched < 1.0


def test_5_gaussian_cue():
    found = values()
    assert max(found.honest, found.compliant, found.faking) == pytest.approx(5.7574850199, abs=5e-11)
    assert found.threshold == pytest.approx(0.2412318719, abs=5e-11)
    # The value is flat where it is highest, so the rule has half its digits.
    assert found.act_watched == pytest.approx(0.1894779701, abs=2e-8)
    assert found.act_unwatched == pytest.approx(0.8686811184, abs=2e-8)
    assert found.loss == pytest.approx(5.7574850199, abs=5e-11)
    assert found.name == "faking"


def test_6_accuracy_at_which_faking_pays():
    for accuracy, expected in ((0.6721763085 - TIE, "honest"), (0.6721763085 + TIE, "faking")):
        assert values(cue_kind=BINARY, quality=accuracy).name == expected
    # q_R of always acting: b (1 - gamma (1 - m tau))/(tau gamma b) = .244/.72.
    assert values(cue_kind=BINARY, quality=0.6).threshold == pytest.approx(0.3388888889, abs=5e-11)


def test_6_without_foresight():
    # q* = 1/(.8 * 2) = .625, l = .5108; m = .2, l = -1.3863: fake iff l(a) > 1.8971, a > .8695652174 = 1/(1 + .15).
    myopic = {"cue_kind": BINARY, "foresight": 0.0, "penalty": 2.0}
    assert values(**myopic, quality=0.8695652174 - TIE).name == "honest"
    assert values(**myopic, quality=0.8695652174 + TIE).name == "faking"
    # m = .9, l = 2.1972: fake iff l(a) > 1.6864, a > 1/(1 + 5/27) = .84375.
    assert values(**myopic, belief=0.9, quality=0.84375 - TIE).name == "compliant"
    assert values(**myopic, belief=0.9, quality=0.84375 + TIE).name == "faking"


def test_10_small_turns_are_second_order():
    whole = temptation(PROPORTIONAL, 1.0, np.pi / 2)
    lost = successor_loss(PROPORTIONAL, 1.0, np.pi / 2, 0.01 * np.pi / 2)
    assert lost / whole == pytest.approx(0.0001233675, abs=5e-11)


# Closed forms against the planner


def test_1_value_of_acting_with_given_probabilities():
    sets = random_sets(1)
    tempted, cost, m, tau, gamma = letters(sets)
    found = values_of(**sets, quality=2.0)
    share = m * found.act_watched + (1.0 - m) * found.act_unwatched
    hazard = m * tau * found.act_watched
    worth = (tempted * share - hazard * cost) / (1.0 - gamma * (1.0 - hazard))
    best = np.fmax(np.fmax(found.honest, found.compliant), found.faking)
    np.testing.assert_allclose(best, worth, rtol=1e-10, atol=1e-10)
    always = (tempted - m * tau * cost) / (1.0 - gamma * (1.0 - m * tau))
    np.testing.assert_allclose(values_of(**sets, **TOLD).honest, always, rtol=1e-12, atol=1e-12)


def test_1_rule_value():
    # b = 2, x_0 = 1, x_1 = .5, m = .2, tau = .8, K = 3, gamma = .9: (2 * .9 - .08 * 3)/(1 - .9 * .92) = 1.56/.172.
    assert rule_value(1.8, 0.08, 3.0, 0.9, 0.0) == pytest.approx(1.56 / 0.172, rel=1e-13)


def test_2_irrelevance_of_foresight_without_a_cue():
    sets = random_sets(2)
    tempted, cost, m, tau, _ = letters(sets)
    found = values_of(**sets, **CUELESS)
    expected = np.where(tempted > m * tau * cost, HONEST, COMPLIANT)
    assert_classes(found.best, expected, [tempted - m * tau * cost])


@pytest.mark.parametrize("changes", [{"stakes_kind": PROPORTIONAL}, {"penalty": 0.0, "terminal_guarding": 0.0}])
def test_2_irrelevance_of_the_size_of_a_turn(changes):
    sets = random_sets(3) | {key: np.full(SETS, value) for key, value in changes.items()}
    tempted, cost, m, tau, _ = letters(sets)
    rotation = np.random.default_rng(4).uniform(0.1, 1.0, SETS)
    found = values_of(**sets, **CUELESS, rotation=rotation)
    expected = np.where(tempted > m * tau * cost, HONEST, COMPLIANT)
    assert_classes(found.best, expected, [tempted - m * tau * cost])


def test_2_becker_threshold():
    # Without foresight: b = m tau F, .2 * .8 F = 1 at F = 6.25.
    assert values(**CUELESS, foresight=0.0, penalty=6.25 - TIE).name == "honest"
    assert values(**CUELESS, foresight=0.0, penalty=6.25 + TIE).name == "compliant"


def test_3_told_cue_in_general():
    sets = random_sets(5)
    tempted, cost, m, tau, gamma = letters(sets)
    worth = tau * (cost + gamma * (1.0 - m) * tempted / (1.0 - gamma))
    found = values_of(**sets, **TOLD)
    assert_classes(found.best, np.where(tempted <= worth, FAKING, HONEST), [tempted - worth])


@pytest.mark.parametrize("discrimination", [0.1, 1.0, 3.0])
def test_4_onset_in_general(discrimination):
    sets = random_sets(6)
    tempted, cost, m, tau, gamma = letters(sets)
    # Where tau K >= b, the watched are deterred without any foresight.
    likely = tempted > tau * cost
    onset = np.where(likely, (tempted - tau * cost) / (tempted * (1.0 + tau * (1.0 - m)) - tau * cost), -1.0)
    found = values_of(**sets, quality=discrimination)
    assert_classes(found.threshold < 1.0, gamma > onset, [gamma - onset])


def test_5_gap_is_never_larger_than_the_cue_allows():
    sets = random_sets(7)
    discrimination = np.random.default_rng(8).uniform(0.0, 4.0, SETS)
    found = values_of(**sets, quality=discrimination)
    gap = found.act_unwatched - found.act_watched
    assert np.all(gap <= 2.0 * ndtr(0.5 * discrimination) - 1.0 + 1e-12)
    assert np.all(gap >= 0.0)
    assert gap.max() > 0.8


def test_6_two_valued_cue_without_foresight():
    sets = random_sets(9) | {"foresight": 0.0}
    tempted, cost, m, tau, _ = letters(sets)
    accuracy = np.random.default_rng(10).uniform(0.5, 1.0, SETS)
    with np.errstate(divide="ignore"):
        wanted = tempted / (tau * cost)
    odds = logit(np.minimum(wanted, 1.0))
    apart = logit(accuracy) - np.abs(logit(m) - odds)
    expected = np.where(apart > 0.0, FAKING, np.where(m >= wanted, COMPLIANT, HONEST))
    expected = np.where(wanted >= 1.0, HONEST, expected)
    found = values_of(**sets, cue_kind=BINARY, quality=accuracy)
    assert_classes(found.best, expected, [np.minimum(wanted, 10.0) - 1.0, apart])


def test_6_two_valued_cue_with_foresight():
    sets = random_sets(11)
    tempted, cost, m, tau, gamma = letters(sets)
    accuracy = np.random.default_rng(12).uniform(0.5, 1.0, SETS)
    deterred = m * tau * cost >= tempted
    with np.errstate(divide="ignore"):
        lone = logit(m) - logit(np.minimum(tempted / (tau * cost), 1.0 - 1e-9)) - logit(accuracy)
        reached = tempted * (1.0 - gamma * (1.0 - m * tau)) / (tau * ((1.0 - gamma) * cost + gamma * tempted))
    apart = logit(accuracy) - logit(np.minimum(reached, 1.0 - 1e-12)) + logit(m)
    honest = (reached >= 1.0) | (apart <= 0.0)
    expected = np.where(deterred, np.where(lone >= 0.0, COMPLIANT, FAKING), np.where(honest, HONEST, FAKING))
    found = values_of(**sets, cue_kind=BINARY, quality=accuracy)
    margins = [m * tau * cost - tempted, np.where(deterred, lone, apart), np.where(deterred, 1.0, reached - 1.0)]
    assert_classes(found.best, expected, margins)
