"""Threshold rules, and how imitators pass them on.

A threshold rule complies iff the posterior is at least its threshold: 0 always complies, anything above 1 always acts.
Honest and compliant agents are its two ends. Imitators take over thresholds of neighbours by Fermi's rule
[Traulsen2006]_; with many agents who all are neighbours, the share x of one of two rules then changes by

    x (1 - x) tanh((difference of their mean payoffs)/(2 temperature))

in each round: the replicator dynamics, on a scale of time set by the temperature.
"""

from __future__ import annotations

from models.choice import ACT, COMPLY, SPEAK
from models.compilation import compiled
from models.cue_rules import (
    ALWAYS_ACT,
    ALWAYS_COMPLY,
    act_probability_unwatched,
    act_probability_watched,
    cue_threshold,
    is_informative,
)
from models.elementary import logistic
from models.outlook import Cue
from models.perception import (
    GAUSSIAN,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    posterior,
    signalled_belief,
)

#: Thresholds of rules that never heed the posterior.
HONEST_THRESHOLD = float("inf")
COMPLIANT_THRESHOLD = 0.0


@compiled
def threshold_option(detection_belief: float, threshold: float, speaks: int) -> int:
    """Return what a threshold rule does in conflict at a posterior: a code of `models.choice`.

    Parameters
    ----------
    detection_belief : float
        ``q``, unweighted.
    threshold : float
        It complies iff ``q >= threshold``.
    speaks : int
        1 for who speaks up in place of acting.
    """
    if detection_belief >= threshold:
        return COMPLY
    return SPEAK if speaks else ACT


@compiled
def lowest_posterior(belief: float, cue: Cue) -> float:
    """Return the lowest posterior that an agent can come to, whatever it sees.

    Parameters
    ----------
    belief : float
        ``p`` in [0, 1], before cue and public signal.
    cue : Cue
        As the agent reckons. A graded cue can say "unwatched" as loudly as it likes: only honeypots are then left.
    """
    if cue.false_signal < 1.0:
        return 0.0
    if cue.kind != GAUSSIAN:
        return _binary_posterior(0.0, belief, cue)
    if not is_informative(cue.kind, cue.quality) or belief >= 1.0:
        return belief
    return posterior(belief, cue.honeypots, 1.0)


@compiled
def _binary_posterior(value: float, belief: float, cue: Cue) -> float:
    watched = binary_likelihood_watched(value, cue.quality, cue.honeypots)
    return posterior(belief, watched, binary_likelihood_unwatched(value, cue.quality))


@compiled
def threshold_rates(
    threshold: float, belief: float, cue: Cue, true_honeypots: float, true_false_signal: float
) -> tuple[float, float]:
    """Return the probabilities that the posterior stays below a threshold, watched and unwatched.

    Parameters
    ----------
    threshold : float
        ``>= 0``; may be infinite.
    belief, cue, true_honeypots, true_false_signal
        As in `models.rule_rates.rule_rates`.
    """
    said = signalled_belief(belief, 1, cue.false_signal)
    edge = _cue_edge(threshold, said, cue)
    watched = act_probability_watched(edge, cue.kind, cue.quality, true_honeypots)
    unwatched = act_probability_unwatched(edge, cue.kind, cue.quality)
    if true_false_signal < 1.0:
        silent = 1.0 if threshold > 0.0 else 0.0
        unwatched = silent + true_false_signal * (unwatched - silent)
    return watched, unwatched


@compiled
def _cue_edge(threshold: float, belief: float, cue: Cue) -> float:
    """Return the cue below which the posterior is below the threshold, as `models.cue_rules.cue_threshold` does."""
    if cue.kind == GAUSSIAN:
        return cue_threshold(threshold, belief, cue.kind, cue.quality, cue.honeypots)
    # The posteriors themselves: at a threshold that one of them equals, inequalities would round otherwise.
    if _binary_posterior(0.0, belief, cue) >= threshold:
        return ALWAYS_COMPLY
    return 0.5 if _binary_posterior(1.0, belief, cue) >= threshold else ALWAYS_ACT


@compiled
def copy_probability(other: float, own: float, temperature: float) -> float:
    """Return ``1/(1 + exp(-(other - own)/temperature))``: the probability of copying a neighbour.

    Parameters
    ----------
    other, own : float
        Mean payoffs of an episode, the neighbour's and the agent's own.
    temperature : float
        ``> 0``, in units of payoff.
    """
    return logistic((other - own) / temperature)


@compiled
def picked_place(uniform: float, count: int) -> int:
    """Return a place from 0 to ``count - 1``, each as likely, at a uniform in (0, 1)."""
    return min(int(uniform * count), count - 1)
