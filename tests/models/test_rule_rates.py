"""Rates of a rule over cues: against the exact tails of sharp rules, against quadrature, and at the ends."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from models.choice import flag_cost, option_probabilities
from models.decision import expected_utilities, impulse_probabilities
from models.noise import compliance_probabilities
from models.outlook import Cue, Detector, Response
from models.perception import BINARY, GAUSSIAN
from models.rule_rates import Rule, rule_rates

INFINITE = math.inf


def drawn_rule(random, rationality, voice=True, **changes):
    values = {
        "tempted": random.uniform(0.2, 2.0),
        "guarding": random.uniform(0, 0.5),
        "foresight": random.uniform(0, 0.95),
        "loss": random.uniform(0, 6),
        "turn_loss": random.uniform(-0.2, 1.0),
        "habit": random.uniform(0, 0.5),
        "pull": random.uniform(-0.3, 0.3),
        "weighting": random.choice([1.0, 0.65, 1.4]),
        "rationality": rationality,
        "akrasia": random.choice([0.0, 0.2]),
        "detector": Detector(random.uniform(0.4, 1.0), random.uniform(0, 0.2), random.uniform(0, 0.3), 0.05),
        "response": Response(
            random.uniform(0, 2), random.uniform(0, 1), 0.3, 0.1, int(voice), random.uniform(0, 1),
            random.uniform(0, 0.8), random.uniform(0, 0.5), random.uniform(0, 1),
        ),
    }  # fmt: skip
    return Rule(**(values | changes))


def by_quadrature(rule, belief, cue, true_honeypots):
    """Return the rates by adaptive quadrature of the definition."""

    def probabilities(y):
        ratio = (1 - cue.honeypots) * math.exp(cue.quality * y) + cue.honeypots
        q = belief * ratio / (belief * ratio + 1 - belief)
        utilities = expected_utilities(
            q, rule.tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull,
            rule.weighting, rule.detector, rule.response,
        )  # fmt: skip
        acts, speaks = option_probabilities(*utilities, rule.rationality)
        blurts = impulse_probabilities(rule.tempted, rule.response.offers_voice, rule.rationality)
        acts = (1 - rule.akrasia) * acts + rule.akrasia * blurts[0]
        speaks = (1 - rule.akrasia) * speaks + rule.akrasia * blurts[1]
        return acts, 1 - acts - speaks

    found = []
    for option in range(2):
        watched, unwatched = (
            _mean(lambda y, option=option: probabilities(y)[option], shift)
            for shift in (0.5 * cue.quality, -0.5 * cue.quality)
        )
        found.append(((1 - true_honeypots) * watched + true_honeypots * unwatched, unwatched))
    (act_watched, act_unwatched), (comply_watched, comply_unwatched) = found
    return act_watched, comply_watched, act_unwatched, comply_unwatched


def _mean(value, shift):
    """Return the mean of a function of a normal variate around `shift`, by Gauss-Legendre on 400 stretches."""
    weighed = np.vectorize(lambda y: value(y) * stats.norm.pdf(y, shift))
    stretches = pairwise(np.linspace(shift - 9, shift + 9, 400))
    return sum(integrate.fixed_quad(weighed, low, high, n=8)[0] for low, high in stretches)


@pytest.mark.parametrize("seed", range(6))
def test_noisy_rates_are_means_over_cues(seed):
    random = np.random.default_rng(seed)
    rule = drawn_rule(random, float(random.uniform(1, 20)), voice=bool(seed % 2))
    cue = Cue(GAUSSIAN, float(random.uniform(0.3, 3)), float(random.choice([0.0, 0.3])), 1.0)
    found = rule_rates(rule, 0.35, cue, 0.2, 1.0)
    assert found == pytest.approx(by_quadrature(rule, 0.35, cue, 0.2), abs=2e-8)


@pytest.mark.parametrize("seed", range(40))
def test_sharp_rates_are_the_limit_of_noisy_ones(seed):
    random = np.random.default_rng(100 + seed)
    rule = drawn_rule(random, INFINITE, voice=bool(seed % 2))
    cue = Cue(GAUSSIAN, float(random.uniform(0.3, 3)), 0.1, 1.0)
    sharp = rule_rates(rule, 0.3, cue, 0.0, 1.0)
    noisy = rule_rates(rule._replace(rationality=1e5), 0.3, cue, 0.0, 1.0)
    assert sharp == pytest.approx(noisy, abs=2e-3)


@pytest.mark.parametrize("kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize("rationality", [INFINITE, 4.0])
def test_without_further_mechanisms_they_are_those_of_the_basic_model(kind, rationality):
    random = np.random.default_rng(7)
    for _ in range(40):
        hit = float(random.uniform(0.3, 1))
        false_alarm = hit * float(random.uniform(0, 0.5))
        rule = drawn_rule(
            random, rationality, voice=False, turn_loss=0.0, habit=0.0, pull=0.0, weighting=1.0, akrasia=0.0,
            detector=Detector(hit, 0.0, false_alarm, false_alarm),
        )  # fmt: skip
        rule = rule._replace(response=rule.response._replace(clawback=0.0))
        quality = float(random.uniform(0.1, 3)) if kind == GAUSSIAN else float(random.uniform(0.5, 1))
        cost = flag_cost(rule.response.penalty, rule.guarding, rule.foresight, rule.loss)
        basic = compliance_probabilities(
            rule.tempted, cost, rationality, 0.3, hit, false_alarm, kind, quality, 0.1, 0.2
        )
        found = rule_rates(rule, 0.3, Cue(kind, quality, 0.1, 1.0), 0.2, 1.0)
        assert (found[1], found[3]) == pytest.approx(basic, abs=1e-8)
        assert (found[0], found[2]) == pytest.approx((1 - basic[0], 1 - basic[1]), abs=1e-8)


def test_a_signal_that_is_silent_tells_that_nobody_watches():
    # b = 1, D = 2, tau = 1, no cue: q* = .5. Told "watched" q is .5 at least: complies; told nothing it acts.
    response = Response(2.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)
    rule = Rule(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, INFINITE, 0.0, Detector(1.0, 0.0, 0.0, 0.0), response)
    false_signal = 0.3 / 0.7 - 1e-9
    found = rule_rates(rule, 0.3, Cue(GAUSSIAN, 0.0, 0.0, false_signal), 0.0, false_signal)
    assert found == pytest.approx((0.0, 1.0, 1.0 - false_signal, false_signal))


def test_who_gives_in_acts_whatever_it_fears():
    response = Response(50.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)
    rule = Rule(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, INFINITE, 0.25, Detector(1.0, 1.0, 0.0, 0.0), response)
    assert rule_rates(rule, 0.5, Cue(GAUSSIAN, 1.0, 0.0, 1.0), 0.0, 1.0) == pytest.approx((0.25, 0.75, 0.25, 0.75))
