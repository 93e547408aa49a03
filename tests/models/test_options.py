import math

import numpy as np
import pytest
from scipy.special import ndtr

from models.choice import ACT, COMPLY, SPEAK
from models.cue_rules import act_probability_unwatched, act_probability_watched, cue_threshold
from models.options import (
    CueRule,
    Lines,
    Prices,
    best_cue_rule,
    best_unwatched,
    cue_probability,
    option_lines,
    other_cues,
    preferred_cues,
    rule_probabilities,
)
from models.outlook import Cue
from models.perception import BINARY, GAUSSIAN
from tests.models import general_brute_force as brute_force
from tests.models.general_case import arguments, brute_game, random_changes

FREE = Prices(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
INFINITE = math.inf
GAUSS = Cue(GAUSSIAN, 2.0, 0.0, 1.0)
TOLD = Cue(BINARY, 1.0, 0.0, 1.0)


def lines(act, comply, speak=None):
    """Return lines from their values at q = 0 and q = 1."""
    return Lines(*act, *comply, 0.0 if speak is None else speak, comply[0], 0 if speak is None else 1)


# Worked by hand


def test_lines_of_all_options():
    # b = 2, xi = .5, f_0 = .1, f_1 = .8, F = 3, Omega = 1, gamma L = 2, phi' = .2, gamma L_comply = .5: D = 6.
    detector, response = arguments(
        act_watched=0.8, act_unwatched=0.1, comply_strategic=0.2, penalty=3.0, clawback=0.5, offers_voice=1,
        answered=0.5, bonus=0.3, voice_kept=0.25, voice_penalty=1.0,
    )[5:]  # fmt: skip
    found = option_lines(2.0, Prices(1.0, 2.0, 0.5, 0.0, 0.0, 0.0), detector, response)
    # Acting: 2 (1 - .05) - .6, 2 (1 - .4) - 4.8; complying watched: -1.2 - .8 * .5; speaking: .5 + .3 - .5 * 4.
    assert found[:5] == pytest.approx((1.3, -3.6, 0.0, -1.6, -1.2))


def test_an_act_that_pays_only_when_watched():
    # Worse by 1 at q = 0, better by 1 at q = 1: acts on q > 1/2, the cue above 0.
    found = best_cue_rule(lines((-1.0, 1.0), (0.0, 0.0)), 0.5, GAUSS)
    assert (found.act_low, found.act_high) == (pytest.approx(0.0, abs=1e-15), INFINITE)
    assert rule_probabilities(found, GAUSS, 0.0)[::2] == pytest.approx((ndtr(1.0), ndtr(-1.0)), abs=1e-13)


def test_three_zones():
    # Act 1 - 4q, comply 0 - q/2 ... speak -.3: acts below q = 2/7, complies to 3/5, speaks above.
    found = best_cue_rule(lines((1.0, -3.0), (0.0, -0.5), -0.3), 0.5, GAUSS)
    assert found.act_high == pytest.approx(0.5 * math.log(2.0 / 5.0))
    assert found.speak_low == pytest.approx(0.5 * math.log(3.0 / 2.0))
    assert found[:1] + found[3:4] == (-INFINITE, INFINITE)


def test_signal_that_is_never_wrong():
    # No false signal: watched when it says so, unwatched when it does not.
    found = best_cue_rule(lines((1.0, -1.0), (0.0, 0.0)), 0.2, Cue(GAUSSIAN, 2.0, 0.0, 0.0))
    assert rule_probabilities(found, Cue(GAUSSIAN, 2.0, 0.0, 0.0), 0.0) == (0.0, 0.0, 1.0, 0.0)


def test_signal_divides_the_odds():
    # p = .2, false with probability .25: q = 1/2 on the signal. Acting is better below .5 + or - a little.
    cue = Cue(GAUSSIAN, 0.0, 0.0, 0.25)
    for tilt, acts in ((-1e-6, 0.0), (1e-6, 1.0)):
        rule = best_cue_rule(lines((1.0 + tilt, -1.0), (0.0, 0.0)), 0.2, cue)
        assert rule_probabilities(rule, cue, 0.0)[::2] == (acts, pytest.approx(0.75 + 0.25 * acts))


# Ends and ties


def test_ties_comply_then_speak():
    tied = best_cue_rule(lines((0.0, 0.0), (0.0, 0.0), 0.0), 0.3, TOLD)
    assert rule_probabilities(tied, TOLD, 0.0) == (0.0, 0.0, 0.0, 0.0)
    spoken = best_cue_rule(lines((1.0, 1.0), (0.0, 0.0), 1.0), 0.3, TOLD)
    assert rule_probabilities(spoken, TOLD, 0.0) == (0.0, 1.0, 0.0, 1.0)
    assert best_unwatched(lines((1.0, 0.0), (1.0, 0.0), 1.0)) == COMPLY
    assert best_unwatched(lines((1.0, 0.0), (0.0, 0.0), 1.0)) == SPEAK
    assert best_unwatched(lines((1.0, 0.0), (0.0, 0.0))) == ACT


@pytest.mark.parametrize("cue", [GAUSS, TOLD])
def test_certain_beliefs(cue):
    for belief, acts in ((0.0, 1.0), (1.0, 0.0)):
        rule = best_cue_rule(lines((1.0, -1.0), (0.0, 0.0)), belief, cue)
        on_cue = rule_probabilities(rule, cue, 0.0)
        assert on_cue[0 if belief else 2] == acts


def test_probabilities_of_intervals():
    assert cue_probability(-INFINITE, INFINITE, 1, GAUSSIAN, 2.0) == 1.0
    assert cue_probability(1.0, 0.5, 1, GAUSSIAN, 2.0) == 0.0
    assert cue_probability(0.0, 2.0, 1, GAUSSIAN, 2.0) == pytest.approx(ndtr(1.0) - ndtr(-1.0), abs=1e-13)
    # A far tail keeps its digits.
    assert cue_probability(6.0, INFINITE, 0, GAUSSIAN, 2.0) == pytest.approx(ndtr(-7.0), rel=1e-11)
    assert cue_probability(0.5, INFINITE, 1, BINARY, 0.8) == 0.8
    assert cue_probability(-INFINITE, 0.5, 0, BINARY, 0.8) == 0.8


@pytest.mark.parametrize("half", [(-INFINITE, INFINITE), (INFINITE, -INFINITE), (-INFINITE, 0.3), (0.3, INFINITE)])
def test_other_cues(half):
    back = other_cues(*other_cues(*half))
    assert back == half
    both = (cue_probability(*half, 1, GAUSSIAN, 1.0), cue_probability(*other_cues(*half), 1, GAUSSIAN, 1.0))
    assert sum(both) == pytest.approx(1.0, abs=1e-13)


# Properties


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_two_lines_give_the_threshold_rule(cue_kind):
    generator = np.random.default_rng([51, cue_kind])
    for _ in range(2000):
        belief, wanted = generator.uniform(0.01, 0.99), generator.uniform(0.01, 1.3)
        quality = generator.uniform(0.2, 3.0) if cue_kind == GAUSSIAN else generator.uniform(0.5, 1.0)
        hidden = generator.uniform(0.0, 0.8) * generator.integers(2)
        cue = Cue(cue_kind, quality, hidden, 1.0)
        found = rule_probabilities(best_cue_rule(lines((wanted, wanted - 1.0), (0.0, 0.0)), belief, cue), cue, hidden)
        threshold = cue_threshold(wanted, belief, cue_kind, quality, hidden)
        assert found[0] == pytest.approx(act_probability_watched(threshold, cue_kind, quality, hidden), abs=1e-13)
        assert found[2] == pytest.approx(act_probability_unwatched(threshold, cue_kind, quality), abs=1e-13)


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
def test_rules_take_the_best_option_at_every_cue(cue_kind):
    generator = np.random.default_rng([52, cue_kind])
    for _ in range(100):
        of = random_changes(generator, 1, cue_kind)
        _, belief, stakes, _, cue, detector, response = arguments(**of)
        charged = tuple(generator.uniform(-1.0, 3.0, 3) * generator.integers(0, 2, 3))
        found = best_cue_rule(
            option_lines(stakes.scale, Prices(*charged, 0.0, 0.0, 0.0), detector, response), belief, cue
        )
        expected = brute_force.best_rule(brute_game(of), stakes.scale, charged)
        assert rule_probabilities(found, cue, cue.honeypots) == pytest.approx(expected.tolist(), abs=1e-9), of


@pytest.mark.parametrize("quality", [0.0, 1.0])
def test_preferred_cues_of_nothing_and_of_everything(quality):
    cue = Cue(GAUSSIAN, quality, 0.2, 1.0)
    assert preferred_cues(1.0, 1.0, 0.3, cue) == (-INFINITE, INFINITE)
    assert preferred_cues(-1.0, -1.0, 0.3, cue) == (INFINITE, -INFINITE)
    assert preferred_cues(0.0, 0.0, 0.3, cue) == (INFINITE, -INFINITE)


def test_an_empty_rule_complies():
    assert rule_probabilities(CueRule(1.0, -1.0, 1.0, -1.0, COMPLY), GAUSS, 0.3) == (0.0, 0.0, 0.0, 0.0)
