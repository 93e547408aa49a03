"""Probabilities of complying of an agent whose choice is noisy: the logit rule averaged over cues.

With a gaussian cue ``r = E[sigma(lambda (U_comply - U_act))]`` over ``y ~ N(+-d/2, 1)`` has no closed form. The
integrand bends sharply only where the two utilities meet, so panels of an eight-point Gauss-Legendre rule are laid from
there, each twice as wide as the one before, until the tails of the cue are reached.
"""

from __future__ import annotations

import numpy as np

from models.choice import act_flag_belief, act_probability, act_threshold, act_utility, comply_utility
from models.compilation import compiled, compiled_loop
from models.cue_rules import act_probability_unwatched, act_probability_watched, cue_threshold
from models.elementary import exponential
from models.perception import (
    GAUSSIAN,
    LEAST_WIDTH,
    MOST_DISCRIMINATION,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_likelihood_ratio,
    posterior,
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
#: Cues farther than this many standard deviations from both means have no weight.
_TAIL = 9.0
_INVERSE_ROOT_TWO_PI = 0.3989422804014327


@compiled
def comply_probability(
    detection_belief: float, tempted: float, hit_rate: float, false_alarm_rate: float, cost: float, rationality: float
) -> float:
    """Return the logit probability of complying at a posterior q; `cost` is D of `models.choice`."""
    act = act_utility(tempted, act_flag_belief(detection_belief, hit_rate), cost)
    return 1.0 - act_probability(act, comply_utility(detection_belief, false_alarm_rate, cost), rationality)


@compiled_loop
def compliance_probabilities(
    tempted: float,
    cost: float,
    rationality: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    reckoned_honeypots: float,
    true_honeypots: float,
) -> tuple[float, float]:
    """Return (``r_M``, ``r_U``): probabilities of complying in conflict when watched and when not.

    Parameters
    ----------
    tempted, cost : float
        ``b > 0`` and ``D``, in units of payoff.
    rationality : float
        ``lambda > 0`` or inf.
    belief : float
        ``p`` in [0, 1].
    cue_kind, quality : int, float
        As in `models.planning.cue_threshold`.
    reckoned_honeypots, true_honeypots : float
        Shares of watched episodes that look unwatched: as the agent thinks, and in fact.

    Returns
    -------
    tuple of float
        Exact for infinite rationality or a two-valued cue; otherwise within 1e-9.
    """
    threshold = cue_threshold(
        act_threshold(tempted, hit_rate, false_alarm_rate, cost), belief, cue_kind, quality, reckoned_honeypots
    )
    if rationality == float("inf"):
        watched = act_probability_watched(threshold, cue_kind, quality, true_honeypots)
        return 1.0 - watched, 1.0 - act_probability_unwatched(threshold, cue_kind, quality)
    if cue_kind == GAUSSIAN:
        looks_watched, looks_unwatched = _over_gaussian_cues(
            threshold, tempted, cost, rationality, belief, hit_rate, false_alarm_rate, quality, reckoned_honeypots
        )
    else:
        on_watched = _at_binary_cue(
            1.0, tempted, cost, rationality, belief, hit_rate, false_alarm_rate, quality, reckoned_honeypots
        )
        on_unwatched = _at_binary_cue(
            0.0, tempted, cost, rationality, belief, hit_rate, false_alarm_rate, quality, reckoned_honeypots
        )
        looks_watched = quality * on_watched + (1.0 - quality) * on_unwatched
        looks_unwatched = quality * on_unwatched + (1.0 - quality) * on_watched
    return (1.0 - true_honeypots) * looks_watched + true_honeypots * looks_unwatched, looks_unwatched


@compiled
def _at_binary_cue(
    cue: float,
    tempted: float,
    cost: float,
    rationality: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    accuracy: float,
    honeypots: float,
) -> float:
    watched = binary_likelihood_watched(cue, accuracy, honeypots)
    reckoned = posterior(belief, watched, binary_likelihood_unwatched(cue, accuracy))
    return comply_probability(reckoned, tempted, hit_rate, false_alarm_rate, cost, rationality)


@compiled_loop
def _over_gaussian_cues(
    threshold: float,
    tempted: float,
    cost: float,
    rationality: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    discrimination: float,
    honeypots: float,
) -> tuple[float, float]:
    """Return the mean probability of complying where the episode looks watched, and where it does not."""
    discrimination = min(discrimination, MOST_DISCRIMINATION)
    half = 0.5 * discrimination
    low, high = -half - _TAIL, half + _TAIL
    centre = min(max(threshold, low), high)
    # Steepest where q = 1/2: dU/dy <= lambda (tau - phi) D d/4; the posterior itself bends over a width of 1/d.
    steepness = rationality * (hit_rate - false_alarm_rate) * cost * discrimination * 0.25
    narrowest = max(1.0 / (1.0 + steepness), LEAST_WIDTH)
    widest = min(1.5, 4.0 / (discrimination + 1e-9))
    watched = unwatched = 0.0
    for side in (-1.0, 1.0):
        begin, width = centre, min(narrowest, widest)
        end = low if side < 0.0 else high
        while (end - begin) * side > 1e-12:
            stop = begin + side * width
            stop = end if (end - stop) * side < 0.0 else stop
            middle, reach = 0.5 * (begin + stop), 0.5 * abs(stop - begin)
            for node in range(8):
                cue = middle + reach * _NODES[node]
                reckoned = posterior(belief, gaussian_likelihood_ratio(cue, discrimination, honeypots), 1.0)
                complies = comply_probability(reckoned, tempted, hit_rate, false_alarm_rate, cost, rationality)
                weight = reach * _WEIGHTS[node] * _INVERSE_ROOT_TWO_PI * complies
                watched += weight * exponential(-0.5 * (cue - half) * (cue - half))
                unwatched += weight * exponential(-0.5 * (cue + half) * (cue + half))
            begin, width = stop, min(2.0 * width, widest)
    return watched, unwatched
