"""Options as lines: expected utilities are linear in the posterior, and a rule is the upper envelope of two or three.

    act     b (1 - xi pi_a) - pi_a D                           pi_a = f_0 + q (f_1 - f_0)
    comply  -q phi' D - q (1 - phi') gamma L_comply            D = F + Omega + gamma L_flag
    speak   b omega_v + bonus - rho (F_v + Omega + gamma L_flag)

A plan leaves out conformity, habit, akrasia, weighting and noise. Ties go to complying, then to speaking up. Each
option is best on an interval of posteriors, in the order of the slopes and not in a fixed one: leaks, or a turn after
watched compliance, may make acting the best answer to a high q. The cue rises with the posterior, so a rule is two
intervals of cues; two-valued cues are 0 and 1. One option beats another iff, with weights ``u = (1 - p) l_0`` and
``w = p l_1``,

    u (margin at q = 0) + w (margin at q = 1) > 0,

a sum of products that is true to its ends (p = 0, p = 1, a cue that tells all).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.choice import ACT, COMPLY, SPEAK, act_flag_belief, act_utility, comply_utility, flag_cost, voice_utility
from models.compilation import compiled_loop
from models.elementary import logarithm, normal_cumulative
from models.outlook import Cue, Detector, Response
from models.perception import GAUSSIAN, binary_likelihood_unwatched, binary_likelihood_watched

_INFINITY = float("inf")


class Prices(NamedTuple):
    """What the options cost beside the penalty.

    Attributes
    ----------
    guarding : float
        ``Omega`` where it counts, else 0.
    flag_turn, comply_turn : float
        ``gamma L_flag, gamma L_comply``.
    reward_unwatched, reward_watched, reward_quiet : float
        Paid for complying at q = 0 and q = 1, linear between, and where the public signal says "unwatched": Lagrange
        multipliers of a class of rules; 0 in a choice.
    """

    guarding: float
    flag_turn: float
    comply_turn: float
    reward_unwatched: float
    reward_watched: float
    reward_quiet: float


class Lines(NamedTuple):
    """Expected utility of the options where it is certain that nobody watches (q = 0), and that somebody does.

    `comply_quiet` is that of complying where the public signal says "unwatched": q = 0, and a reward of its own.
    """

    act_unwatched: float
    act_watched: float
    comply_unwatched: float
    comply_watched: float
    speak: float
    comply_quiet: float
    offers_voice: int


class CueRule(NamedTuple):
    """A rule: the agent acts on cues of one open interval, speaks up on those of another, and complies on the rest.

    Attributes
    ----------
    act_low, act_high, speak_low, speak_high : float
        An interval whose lower end is not below its upper end is empty.
    quiet : int
        `models.choice.ACT`, `COMPLY` or `SPEAK`: what it does where the public signal says "unwatched".
    """

    act_low: float
    act_high: float
    speak_low: float
    speak_high: float
    quiet: int


@compiled_loop
def write_rule(rules: NDArray[np.float64], row: int, rule: CueRule) -> None:
    """Write the fields of a rule into a row of an array, (rows, 5)."""
    rules[row, 0], rules[row, 1], rules[row, 2] = rule.act_low, rule.act_high, rule.speak_low
    rules[row, 3], rules[row, 4] = rule.speak_high, float(rule.quiet)


@compiled_loop
def option_lines(tempted: float, prices: Prices, detector: Detector, response: Response) -> Lines:
    """Return the options of an agent that is tempted by ``b > 0``."""
    cost = flag_cost(response.penalty, prices.guarding, 1.0, prices.flag_turn)
    unwatched = act_flag_belief(0.0, detector.act_watched, detector.act_unwatched)
    watched = act_flag_belief(1.0, detector.act_watched, detector.act_unwatched)
    speaking = flag_cost(response.voice_penalty, prices.guarding, 1.0, prices.flag_turn)
    return Lines(
        act_utility(tempted, unwatched, cost, response.clawback),
        act_utility(tempted, watched, cost, response.clawback),
        prices.reward_unwatched,
        prices.reward_watched + comply_utility(1.0, detector.comply_strategic, cost, 0.0, 0.0, prices.comply_turn),
        voice_utility(tempted, response.voice_kept, response.bonus, response.answered, speaking),
        prices.reward_quiet,
        response.offers_voice,
    )


@compiled_loop
def best_cue_rule(lines: Lines, belief: float, cue: Cue) -> CueRule:
    """Return the rule that takes the best option at every cue.

    Parameters
    ----------
    lines : Lines
        The options.
    belief : float
        ``p`` in [0, 1].
    cue : Cue
        What the agent reckons to see. Where there is a public signal, the intervals hold after "watched".
    """
    act_low, act_high = preferred_cues(
        lines.act_unwatched - lines.comply_unwatched, lines.act_watched - lines.comply_watched, belief, cue
    )
    speak_low, speak_high = _INFINITY, -_INFINITY
    if lines.offers_voice != 0:
        speak_low, speak_high = preferred_cues(
            lines.speak - lines.comply_unwatched, lines.speak - lines.comply_watched, belief, cue
        )
        over_low, over_high = preferred_cues(
            lines.act_unwatched - lines.speak, lines.act_watched - lines.speak, belief, cue
        )
        act_low, act_high = max(act_low, over_low), min(act_high, over_high)
        rest_low, rest_high = other_cues(over_low, over_high)
        speak_low, speak_high = max(speak_low, rest_low), min(speak_high, rest_high)
    return CueRule(act_low, act_high, speak_low, speak_high, best_unwatched(lines))


@compiled_loop
def best_unwatched(lines: Lines) -> int:
    """Return the best option where the public signal says "unwatched"; ties go to complying, then to speaking up."""
    best = ACT if lines.act_unwatched > lines.comply_quiet else COMPLY
    if lines.offers_voice == 0:
        return best
    speaks = lines.speak > lines.comply_quiet and lines.speak >= lines.act_unwatched
    return SPEAK if speaks else best


@compiled_loop
def preferred_cues(unwatched: float, watched: float, belief: float, cue: Cue) -> tuple[float, float]:
    """Return the cues at which one option beats another: all, none, or those on one side of a threshold.

    Parameters
    ----------
    unwatched, watched : float
        By how much it is better at q = 0 and at q = 1.
    belief, cue : float, Cue
        As in `best_cue_rule`. The signal "watched" divides the prior odds by its probability of being false.

    Returns
    -------
    low, high : float
        One of them is infinite; (inf, -inf): none.
    """
    at_unwatched, at_watched = (1.0 - belief) * cue.false_signal * unwatched, belief * watched
    if cue.kind == GAUSSIAN:
        return _preferred_gaussian_cues(at_unwatched, at_watched, cue.quality, cue.honeypots)
    on_watched = _is_preferred_on(1.0, at_unwatched, at_watched, cue.quality, cue.honeypots)
    on_unwatched = _is_preferred_on(0.0, at_unwatched, at_watched, cue.quality, cue.honeypots)
    if on_watched:
        return (-_INFINITY if on_unwatched else 0.5), _INFINITY
    return (-_INFINITY, 0.5) if on_unwatched else (_INFINITY, -_INFINITY)


@compiled_loop
def _is_preferred_on(value: float, at_unwatched: float, at_watched: float, accuracy: float, honeypots: float) -> bool:
    watched = at_watched * binary_likelihood_watched(value, accuracy, honeypots)
    return at_unwatched * binary_likelihood_unwatched(value, accuracy) + watched > 0.0


@compiled_loop
def _preferred_gaussian_cues(
    at_unwatched: float, at_watched: float, discrimination: float, honeypots: float
) -> tuple[float, float]:
    if discrimination <= 0.0:
        return (-_INFINITY, _INFINITY) if at_unwatched + at_watched > 0.0 else (_INFINITY, -_INFINITY)
    # base + slope exp(d y) > 0
    base, slope = at_unwatched + honeypots * at_watched, (1.0 - honeypots) * at_watched
    if base > 0.0:
        if slope >= 0.0:
            return -_INFINITY, _INFINITY
        return -_INFINITY, (logarithm(base) - logarithm(-slope)) / discrimination
    if slope <= 0.0:
        return _INFINITY, -_INFINITY
    if base == 0.0:
        return -_INFINITY, _INFINITY
    return (logarithm(-base) - logarithm(slope)) / discrimination, _INFINITY


@compiled_loop
def other_cues(low: float, high: float) -> tuple[float, float]:
    """Return the cues that `preferred_cues` does not."""
    if low >= high:
        return -_INFINITY, _INFINITY
    if low == -_INFINITY:
        return (_INFINITY, -_INFINITY) if high == _INFINITY else (high, _INFINITY)
    return -_INFINITY, low


@compiled_loop
def cue_probability(low: float, high: float, looks_watched: int, kind: int, quality: float) -> float:
    """Return the probability of a cue between two ends, of an episode that looks watched (1) or unwatched (0)."""
    if low >= high:
        return 0.0
    if kind != GAUSSIAN:
        told = quality if looks_watched else 1.0 - quality
        return (told if low < 1.0 < high else 0.0) + (1.0 - told if low < 0.0 < high else 0.0)
    if low == -_INFINITY and high == _INFINITY:
        return 1.0
    mean = quality * (looks_watched - 0.5)
    # The tail that is measured is the smaller one, so that it keeps its digits.
    if low > mean:
        beyond = 0.0 if high == _INFINITY else normal_cumulative(mean - high)
        return normal_cumulative(mean - low) - beyond
    below = 0.0 if low == -_INFINITY else normal_cumulative(low - mean)
    return (1.0 if high == _INFINITY else normal_cumulative(high - mean)) - below


@compiled_loop
def looks_probabilities(rule: CueRule, cue: Cue) -> tuple[float, float, float, float]:
    """Return the probabilities of acting and speaking of a watched-looking, then of an unwatched-looking episode.

    Where there is a public signal, it has said "watched".
    """
    return (
        cue_probability(rule.act_low, rule.act_high, 1, cue.kind, cue.quality),
        cue_probability(rule.speak_low, rule.speak_high, 1, cue.kind, cue.quality),
        cue_probability(rule.act_low, rule.act_high, 0, cue.kind, cue.quality),
        cue_probability(rule.speak_low, rule.speak_high, 0, cue.kind, cue.quality),
    )


@compiled_loop
def context_probabilities(
    rule: CueRule, cue: Cue, looks: tuple[float, float, float, float], honeypots: float
) -> tuple[float, float, float, float]:
    """Return ``(x_1, z_1, x_0, z_0)``: probabilities of acting and speaking up, watched and unwatched.

    Parameters
    ----------
    rule, cue : CueRule, Cue
        The rule, and what the agent sees.
    looks : tuple of float
        `looks_probabilities` of both.
    honeypots : float
        Share of watched episodes that look unwatched: reckoned, for plans; the true one, for the name of a strategy.
    """
    quiet = 1.0 - cue.false_signal
    return (
        (1.0 - honeypots) * looks[0] + honeypots * looks[2],
        (1.0 - honeypots) * looks[1] + honeypots * looks[3],
        cue.false_signal * looks[2] + (quiet if rule.quiet == ACT else 0.0),
        cue.false_signal * looks[3] + (quiet if rule.quiet == SPEAK else 0.0),
    )


@compiled_loop
def rule_probabilities(rule: CueRule, cue: Cue, honeypots: float) -> tuple[float, float, float, float]:
    """Return ``(x_1, z_1, x_0, z_0)`` of a rule (`context_probabilities`)."""
    return context_probabilities(rule, cue, looks_probabilities(rule, cue), honeypots)
