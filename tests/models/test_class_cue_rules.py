"""Rules of the classes as intervals of cues, against the exact results of the base case, and by hand."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from models.choice import ACT, COMPLY, SPEAK
from models.class_cue_rules import CLASSES, class_cue_rules, kept_option, rule_of_flow
from models.flows import constant_flow, rule_rates
from models.judgement import own_eyes
from models.options import CueRule
from models.perception import BINARY
from models.strategies import COMPLIANT, FAKING, HONEST
from tests.models.general_case import outlook

INFINITE = float("inf")
RIGHT_ANGLE = 0.5 * math.pi


def flow_of(rule, seen, true_honeypots=0.0):
    return constant_flow(own_eyes(RIGHT_ANGLE, seen.stakes), rule_rates(rule, 0.0, seen, true_honeypots))


# Worked by hand


def test_what_a_rule_does_at_a_cue():
    rule = CueRule(-0.5, 0.5, 1.0, 2.0, COMPLY)
    done = [kept_option(rule, cue) for cue in (-0.6, 0.0, 0.6, 1.5, 2.1)]
    assert done == [COMPLY, ACT, COMPLY, SPEAK, COMPLY]


def test_rules_of_the_base_case():
    # d = 2: whoever acts below a cue of 1 complies with half of what is watched, the mean of which is 1; below -1, of
    # what is not. Between them the best rule of all, which acts unwatched with .8686811184: it fakes.
    found, rules = class_cue_rules(RIGHT_ANGLE, outlook(), 0.0)
    assert [bool(found[code]) for code in CLASSES] == [True, True, True]
    cues = {code: CueRule(*rules[code]).act_high for code in CLASSES}
    assert cues[HONEST] == pytest.approx(1.0, abs=1e-7)
    assert cues[COMPLIANT] == pytest.approx(-1.0, abs=1e-7)
    assert cues[FAKING] == pytest.approx(norm.ppf(0.8686811184) - 1.0, abs=1e-6)
    assert all(rules[code][0] == -INFINITE for code in CLASSES)


def test_rules_of_a_told_cue():
    # Always act, never act, act on the cue 0 alone.
    found, rules = class_cue_rules(RIGHT_ANGLE, outlook(cue_kind=BINARY, quality=1.0), 0.0)
    assert [bool(found[code]) for code in CLASSES] == [True, True, True]
    done = {code: [kept_option(CueRule(*rules[code]), cue) for cue in (0.0, 1.0)] for code in CLASSES}
    assert done == {HONEST: [ACT, ACT], COMPLIANT: [COMPLY, COMPLY], FAKING: [ACT, COMPLY]}


# Ends


def test_without_a_cue_nobody_fakes():
    found, _ = class_cue_rules(RIGHT_ANGLE, outlook(quality=0.0), 0.0)
    assert [bool(found[code]) for code in (HONEST, COMPLIANT, FAKING)] == [True, True, False]


@pytest.mark.parametrize(("low", "high"), [(-INFINITE, INFINITE), (INFINITE, INFINITE), (-INFINITE, -INFINITE)])
def test_a_rule_that_heeds_no_cue_is_found_again(low, high):
    # It always complies, always acts, or always speaks up.
    seen = outlook(offers_voice=1)
    rule = CueRule(-INFINITE, low, high, INFINITE, COMPLY)
    assert rule_of_flow(flow_of(rule, seen), seen, 0.0)[:4] == rule[:4]


def test_at_the_edge_of_an_interval_a_rule_complies():
    rule = CueRule(-0.5, 0.5, 1.0, 2.0, COMPLY)
    assert [kept_option(rule, cue) for cue in (-0.5, 0.5, 1.0, 2.0)] == [COMPLY] * 4


# Properties


@pytest.mark.parametrize("true_honeypots", [0.0, 0.3])
@pytest.mark.parametrize(("first", "second"), [(-0.4, 0.7), (-1.5, -0.2), (0.1, 2.0)])
def test_a_rule_is_found_again_by_what_it_does(first, second, true_honeypots):
    seen = outlook(offers_voice=1, honeypots=0.2)
    # Act, comply, speak as the cue rises; and comply, act, speak.
    for rule in (CueRule(-INFINITE, first, second, INFINITE, COMPLY), CueRule(first, second, second, INFINITE, COMPLY)):
        again = rule_of_flow(flow_of(rule, seen, true_honeypots), seen, true_honeypots)
        np.testing.assert_allclose(again[:4], rule[:4], atol=1e-9)
