"""How often a decision rule acts and complies, watched and unwatched: the choice averaged over cues.

What an option is worth is linear in the weight that the agent gives to being watched. Three options make at most three
places where two are worth the same; between them a sharp choice does not change, and its probability is one of normal
tails. A noisy one bends most sharply there: panels of an eight-point Gauss-Legendre rule begin at both ends of each
stretch, each twice as wide as the one before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.choice import option_probabilities
from models.compilation import compiled, compiled_loop
from models.cue_rules import cue_threshold, is_informative
from models.decision import expected_utilities, impulse_probabilities
from models.elementary import exponential, normal_cumulative
from models.outlook import Cue, Detector, Response
from models.perception import (
    GAUSSIAN,
    LEAST_WIDTH,
    MOST_DISCRIMINATION,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_likelihood_ratio,
    posterior,
    signalled_belief,
    unweighted_probability,
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
#: Cues farther than this many standard deviations from both means have no weight.
_TAIL = 9.0
_INVERSE_ROOT_TWO_PI = 0.3989422804014327
_INFINITE = float("inf")


class Rule(NamedTuple):
    """A decision rule: all that a choice rests on but the cue; units and ranges as in `expected_utilities`."""

    tempted: float
    guarding: float
    foresight: float
    loss: float
    turn_loss: float
    habit: float
    pull: float
    weighting: float
    rationality: float
    akrasia: float
    detector: Detector
    response: Response


@compiled
def option_rates_at(detection_belief: float, rule: Rule) -> tuple[float, float]:
    """Return P(act) and P(comply) at a posterior q; the rest is speaking up."""
    act, comply, voice = expected_utilities(
        detection_belief, rule.tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull,
        rule.weighting, rule.detector, rule.response,
    )  # fmt: skip
    acts, speaks = option_probabilities(act, comply, voice, rule.rationality)
    if rule.akrasia > 0.0:
        gives_in, blurts = impulse_probabilities(rule.tempted, rule.response.offers_voice, rule.rationality)
        acts += rule.akrasia * (gives_in - acts)
        speaks += rule.akrasia * (blurts - speaks)
    return acts, 1.0 - acts - speaks


@compiled_loop
def rule_rates(
    rule: Rule, belief: float, cue: Cue, true_honeypots: float, true_false_signal: float
) -> tuple[float, float, float, float]:
    """Return P(act | watched), P(comply | watched), P(act | unwatched), P(comply | unwatched).

    Parameters
    ----------
    rule : Rule
    belief : float
        ``p`` in [0, 1].
    cue : Cue
        As the agent reckons; the true shares of honeypots and of false signals decide how often each cue comes.

    Returns
    -------
    tuple of float
        Exact for infinite rationality or a two-valued cue; otherwise within 1e-8.
    """
    said = signalled_belief(belief, 1, cue.false_signal)
    act_looking, comply_looking, act_not, comply_not = _rates_by_look(rule, said, cue)
    act_watched = act_looking + true_honeypots * (act_not - act_looking)
    comply_watched = comply_looking + true_honeypots * (comply_not - comply_looking)
    if true_false_signal < 1.0:
        act_silent, comply_silent = option_rates_at(0.0, rule)
        act_not = act_silent + true_false_signal * (act_not - act_silent)
        comply_not = comply_silent + true_false_signal * (comply_not - comply_silent)
    return act_watched, comply_watched, act_not, comply_not


@compiled_loop
def _rates_by_look(rule: Rule, belief: float, cue: Cue) -> tuple[float, float, float, float]:
    """Return P(act) and P(comply) where the episode looks watched, and where it does not."""
    if not is_informative(cue.kind, cue.quality):
        acts, complies = option_rates_at(belief, rule)
        return acts, complies, acts, complies
    if cue.kind != GAUSSIAN:
        act_1, comply_1 = option_rates_at(_binary_posterior(1.0, belief, cue), rule)
        act_0, comply_0 = option_rates_at(_binary_posterior(0.0, belief, cue), rule)
        a = cue.quality
        return (
            a * act_1 + (1.0 - a) * act_0, a * comply_1 + (1.0 - a) * comply_0,
            a * act_0 + (1.0 - a) * act_1, a * comply_0 + (1.0 - a) * comply_1,
        )  # fmt: skip
    return _over_gaussian_cues(rule, belief, cue)


@compiled
def _binary_posterior(value: float, belief: float, cue: Cue) -> float:
    watched = binary_likelihood_watched(value, cue.quality, cue.honeypots)
    return posterior(belief, watched, binary_likelihood_unwatched(value, cue.quality))


@compiled
def _crossing(first_at_0: float, first_at_1: float, second_at_0: float, second_at_1: float) -> float:
    """Return the weight at which two options are worth the same; 0 if there is none inside (0, 1)."""
    at_0, at_1 = first_at_0 - second_at_0, first_at_1 - second_at_1
    return at_0 / (at_0 - at_1) if at_0 * at_1 < 0.0 else 0.0


@compiled_loop
def _stretches(rule: Rule, belief: float, cue: Cue) -> np.ndarray:
    """Return the ends of the cues to look at, and the cues between at which two options are worth the same."""
    low, high = -0.5 * cue.quality - _TAIL, 0.5 * cue.quality + _TAIL
    edges = np.empty(5)
    edges[0], edges[4] = low, high
    act_0, comply_0, voice_0 = _utilities(0.0, rule)
    act_1, comply_1, voice_1 = _utilities(1.0, rule)
    for pair in range(3):
        if pair == 0:
            weight = _crossing(act_0, act_1, comply_0, comply_1)
        elif not rule.response.offers_voice:
            weight = 0.0
        elif pair == 1:
            weight = _crossing(act_0, act_1, voice_0, voice_1)
        else:
            weight = _crossing(comply_0, comply_1, voice_0, voice_1)
        edge = low
        if weight > 0.0:
            wanted = unweighted_probability(weight, rule.weighting)
            edge = cue_threshold(wanted, belief, GAUSSIAN, cue.quality, cue.honeypots)
        edges[1 + pair] = min(max(edge, low), high)
    edges.sort()
    return edges


@compiled_loop
def _over_gaussian_cues(rule: Rule, belief: float, cue: Cue) -> tuple[float, float, float, float]:
    cue = Cue(cue.kind, min(cue.quality, MOST_DISCRIMINATION), cue.honeypots, cue.false_signal)
    edges = _stretches(rule, belief, cue)
    # P(act), P(comply) where the episode looks watched, then where it does not.
    rates = np.zeros(4)
    for stretch in range(edges.size - 1):
        begin, end = edges[stretch], edges[stretch + 1]
        if end - begin <= 1e-12:
            continue
        if rule.rationality == _INFINITE:
            left = -_INFINITE if begin == edges[0] else begin
            right = _INFINITE if end == edges[4] else end
            _add_sharp(rates, rule, belief, cue, 0.5 * (begin + end), left, right)
        else:
            middle = 0.5 * (begin + end)
            _add_noisy(rates, rule, belief, cue, begin, middle)
            _add_noisy(rates, rule, belief, cue, end, middle)
    return rates[0], rates[1], rates[2], rates[3]


@compiled
def _add_sharp(
    rates: np.ndarray, rule: Rule, belief: float, cue: Cue, inside: float, left: float, right: float
) -> None:
    """Add the cues between `left` and `right`, on all of which the choice is that at `inside`."""
    acts, complies = option_rates_at(_gaussian_posterior(inside, belief, cue), rule)
    for looks in range(2):
        mean = (0.5 if looks == 0 else -0.5) * cue.quality
        mass = normal_cumulative(right - mean) - normal_cumulative(left - mean)
        rates[2 * looks] += acts * mass
        rates[2 * looks + 1] += complies * mass


@compiled_loop
def _add_noisy(rates: np.ndarray, rule: Rule, belief: float, cue: Cue, start: float, stop: float) -> None:
    """Add the cues from `start`, where the choice bends most sharply, to `stop` on either side of it."""
    # The slope of a utility in the cue is at most its difference from q = 0 to q = 1 times d/4.
    steepness = abs(_utilities(1.0, rule)[0] - _utilities(0.0, rule)[0]) + abs(_utilities(1.0, rule)[1])
    width = max(1.0 / (1.0 + rule.rationality * steepness * cue.quality * 0.25), LEAST_WIDTH)
    length, sign = abs(stop - start), 1.0 if stop > start else -1.0
    done = 0.0
    while done < length - 1e-13:
        reach = min(width, length - done)
        for node in range(_NODES.size):
            y = start + sign * (done + 0.5 * reach * (1.0 + _NODES[node]))
            acts, complies = option_rates_at(_gaussian_posterior(y, belief, cue), rule)
            for looks in range(2):
                away = y - (0.5 if looks == 0 else -0.5) * cue.quality
                mass = 0.5 * reach * _WEIGHTS[node] * _INVERSE_ROOT_TWO_PI * exponential(-0.5 * away * away)
                rates[2 * looks] += acts * mass
                rates[2 * looks + 1] += complies * mass
        done += reach
        width = min(2.0 * width, min(1.5, 4.0 / cue.quality))


@compiled
def _gaussian_posterior(value: float, belief: float, cue: Cue) -> float:
    return posterior(belief, gaussian_likelihood_ratio(value, cue.quality, cue.honeypots), 1.0)


@compiled
def _utilities(detection_belief: float, rule: Rule) -> tuple[float, float, float]:
    return expected_utilities(
        detection_belief, rule.tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull,
        rule.weighting, rule.detector, rule.response,
    )  # fmt: skip
