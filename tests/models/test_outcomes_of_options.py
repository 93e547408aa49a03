"""What an option brings, given what was watched, and what an agent does that gives in: by hand."""

import math

import pytest
from scipy import stats

from models.choice import ACT, COMPLY, SPEAK
from models.decision import impulse_probabilities, option_flag_probability, outcome_likelihood
from models.general_strategies import general_best_class, general_reply
from models.outlook import Detector
from models.stakes import random_stakes, random_temptation
from models.strategies import (
    ALIGNED,
    COMPLIANT,
    CONTEXT_SENSITIVE,
    FAKING,
    HONEST,
    PERVERSE,
    named_class,
    strategy_class,
)
from tests.models.base_case import values
from tests.models.general_case import outlook

DETECTOR = Detector(act_watched=0.8, act_unwatched=0.1, comply_strategic=0.05, comply_sincere=0.02)


@pytest.mark.parametrize(
    ("option", "watched", "strategic", "chance"),
    [
        (ACT, 1, 1, 0.8),
        (ACT, 0, 1, 0.1),
        (COMPLY, 1, 1, 0.05),
        (COMPLY, 1, 0, 0.02),
        (COMPLY, 0, 1, 0.0),
        (SPEAK, 1, 1, 0.0),
        (SPEAK, 0, 0, 0.0),
    ],
)
def test_flags_of_options(option, watched, strategic, chance):
    assert option_flag_probability(option, watched, strategic, DETECTOR) == chance
    assert outcome_likelihood(1, option, watched, strategic, DETECTOR) == chance
    assert outcome_likelihood(0, option, watched, strategic, DETECTOR) == pytest.approx(1.0 - chance, rel=1e-15)


def test_who_gives_in_feels_the_temptation_alone():
    # Weights e^(lambda b) : 1, with a voice e^(lambda b) : 1 : 1; lambda b = ln 3.
    assert impulse_probabilities(math.log(3.0) / 2.0, 0, 2.0) == pytest.approx((0.75, 0.0), rel=1e-13)
    assert impulse_probabilities(math.log(3.0) / 2.0, 1, 2.0) == pytest.approx((0.6, 0.2), rel=1e-13)
    assert impulse_probabilities(0.1, 1, float("inf")) == (1.0, 0.0)


def test_random_temptations_are_quantiles():
    # Uniform on [0, 2 s], s = 3: b = 6 u.
    stakes = random_stakes(3.0, stats.uniform(0.0, 2.0))
    found = [random_temptation(stakes, uniform) for uniform in (0.0, 0.1, 0.5, 0.999)]
    assert found == pytest.approx([0.0, 0.6, 3.0, 5.994], abs=1e-9)


def test_the_best_reply_of_the_base_case():
    # Exact result 5: P(act | watched) = .1894779701, P(act | unwatched) = .8686811184; the rest complies.
    act_1, comply_1, act_0, comply_0 = general_reply(0.5 * math.pi, outlook(), 0.0)
    assert (act_1, act_0) == pytest.approx((0.1894779701, 0.8686811184), abs=5e-11)
    assert (comply_1, comply_0) == pytest.approx((1.0 - act_1, 1.0 - act_0), abs=1e-14)
    assert general_best_class(0.5 * math.pi, outlook(), 0.0) == FAKING


def test_the_best_reply_of_aligned_goals_is_to_comply():
    assert general_reply(0.0, outlook(), 0.0) == (0.0, 1.0, 0.0, 1.0)
    assert general_best_class(0.0, outlook(), 0.0) == ALIGNED
    # A false alarm in p phi = .2 * .1 of all episodes, at F = 2, for ever: -.02 * 2/(1 - .9).
    found = values(angle=0.0, penalty=2.0, false_alarm_rate=0.1)
    assert found.compliant == pytest.approx(-0.4, rel=1e-13)
    assert found.name == "aligned"
    assert math.isnan(found.honest)
    assert math.isnan(found.faking)


@pytest.mark.parametrize(
    ("rule", "at_rest", "code"),
    [
        ((0.9, 0.9), (0.6, 0.6), ALIGNED),
        ((0.9, 0.9), (0.6, 0.4), COMPLIANT),
        ((0.5, 0.5), (0.0, 0.0), COMPLIANT),
        ((0.9, 0.1), (0.0, 0.0), FAKING),
        ((0.9, 0.1), (0.6, 0.4), CONTEXT_SENSITIVE),
        ((0.1, 0.1), (0.0, 0.0), HONEST),
        ((0.1, 0.9), (0.0, 0.0), PERVERSE),
        ((0.1, 0.5), (0.0, 0.0), HONEST),
    ],
)
def test_names_of_rules(rule, at_rest, code):
    assert strategy_class(*rule, *at_rest) == code


@pytest.mark.parametrize(
    ("act_watched", "comply_watched", "act_unwatched", "comply_unwatched", "code"),
    [
        (0.6, 0.2, 0.4, 0.2, PERVERSE),
        (0.6, 0.2, 0.6, 0.2, HONEST),
        # It speaks up when watched, and complies when not: honest, since it does not act on the sly.
        (0.2, 0.2, 0.1, 0.9, HONEST),
        (0.1, 0.8, 0.9, 0.1, FAKING),
        (0.1, 0.8, 0.1, 0.8, COMPLIANT),
        (0.5, 0.5, 0.4, 0.6, COMPLIANT),
    ],
)
def test_names_of_rules_that_may_speak_up(act_watched, comply_watched, act_unwatched, comply_unwatched, code):
    assert named_class(act_watched, comply_watched, act_unwatched, comply_unwatched, 0.0, 0.0) == code
