"""Cue rules: which cues an agent acts on, and how often that is, watched and unwatched.

A rule is a threshold: act iff the cue is below. A gaussian cue has a threshold for every posterior ``q*``; a two-valued
one has three rules (never, on the unwatched cue alone, always), and a cue that says nothing two.
"""

from __future__ import annotations

from models.compilation import compiled
from models.elementary import logarithm, normal_cumulative
from models.perception import GAUSSIAN, binary_likelihood_unwatched, binary_likelihood_watched

ALWAYS_COMPLY = float("-inf")
ALWAYS_ACT = float("inf")


@compiled
def is_informative(cue_kind: int, quality: float) -> bool:
    """Tell whether the cue depends on being watched: d > 0, or an accuracy above 1/2."""
    return quality > 0.0 if cue_kind == GAUSSIAN else quality > 0.5


@compiled
def cue_threshold(
    posterior_threshold: float, belief: float, cue_kind: int, quality: float, honeypot_share: float
) -> float:
    """Return the cue below which an agent acts, given the posterior ``q*`` below which it acts.

    Parameters
    ----------
    posterior_threshold : float
        ``q* > 0``, or inf: acts whatever it sees.
    belief : float
        ``p`` in [0, 1].
    cue_kind : int
        `GAUSSIAN` or `BINARY` (two-valued; told is accuracy 1).
    quality : float
        Discrimination d >= 0 (finite), or accuracy in [1/2, 1].
    honeypot_share : float
        ``hp``: share of watched episodes that the agent reckons to look unwatched.

    Returns
    -------
    float
        A cue; -inf: never acts; inf: always. Of a two-valued cue, 1/2: complies on the watched cue alone.
    """
    if posterior_threshold > 1.0:
        return ALWAYS_ACT
    if not is_informative(cue_kind, quality):
        return ALWAYS_ACT if belief < posterior_threshold else ALWAYS_COMPLY
    # q < q* iff p l_1 (1 - q*) < (1 - p) l_0 q*, which is true to the ends p = 0, p = 1 and q* = 1.
    if cue_kind == GAUSSIAN:
        return _gaussian_threshold(posterior_threshold, belief, quality, honeypot_share)
    on_watched = _acts_on(1.0, posterior_threshold, belief, quality, honeypot_share)
    on_unwatched = _acts_on(0.0, posterior_threshold, belief, quality, honeypot_share)
    return ALWAYS_ACT if on_watched else (0.5 if on_unwatched else ALWAYS_COMPLY)


@compiled
def _gaussian_threshold(posterior_threshold: float, belief: float, quality: float, honeypot_share: float) -> float:
    watched_side = belief * (1.0 - posterior_threshold)
    unwatched_side = (1.0 - belief) * posterior_threshold
    margin = unwatched_side - honeypot_share * watched_side
    if margin <= 0.0:
        return ALWAYS_COMPLY
    if watched_side <= 0.0:
        return ALWAYS_ACT
    return (logarithm(margin) - logarithm((1.0 - honeypot_share) * watched_side)) / quality


@compiled
def _acts_on(cue: float, posterior_threshold: float, belief: float, quality: float, honeypot_share: float) -> bool:
    watched_side = belief * binary_likelihood_watched(cue, quality, honeypot_share) * (1.0 - posterior_threshold)
    unwatched_side = (1.0 - belief) * binary_likelihood_unwatched(cue, quality) * posterior_threshold
    return watched_side < unwatched_side


@compiled
def act_probability_unwatched(threshold: float, cue_kind: int, quality: float) -> float:
    """Return ``x_0``: the probability that a cue of an unwatched-looking episode is below `threshold`."""
    if threshold == ALWAYS_ACT:
        return 1.0
    if threshold == ALWAYS_COMPLY:
        return 0.0
    if cue_kind == GAUSSIAN:
        return normal_cumulative(threshold + 0.5 * quality)
    return quality


@compiled
def act_probability_watched(threshold: float, cue_kind: int, quality: float, honeypot_share: float) -> float:
    """Return ``x_1``: the probability of acting in a watched episode, a share of which looks unwatched."""
    if threshold == ALWAYS_ACT:
        return 1.0
    if threshold == ALWAYS_COMPLY:
        return 0.0
    if cue_kind == GAUSSIAN:
        looks_watched = normal_cumulative(threshold - 0.5 * quality)
        looks_unwatched = normal_cumulative(threshold + 0.5 * quality) if honeypot_share > 0.0 else 0.0
        return (1.0 - honeypot_share) * looks_watched + honeypot_share * looks_unwatched
    return binary_likelihood_watched(0.0, quality, honeypot_share)


@compiled
def hazard_rate(act_watched: float, belief: float, hit_rate: float, false_alarm_rate: float) -> float:
    """Return ``Z = p (x_1 tau + (1 - x_1) phi)``: the probability of a flag in an episode."""
    return belief * (act_watched * hit_rate + (1.0 - act_watched) * false_alarm_rate)


@compiled
def act_share(act_watched: float, act_unwatched: float, belief: float) -> float:
    """Return ``X = p x_1 + (1 - p) x_0``: the probability of acting in an episode."""
    return belief * act_watched + (1.0 - belief) * act_unwatched
