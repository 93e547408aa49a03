"""What an agent can tell about being watched: its belief, the cue, the posterior, and what it learns.

The belief is Beta(A, B): the agent expects to be watched with probability ``p = A/(A+B)``. A cue ``y`` with likelihoods
``l_1`` (watched) and ``l_0`` (unwatched) turns it into the posterior ``q = p l_1 / (p l_1 + (1-p) l_0)``. An agent may
reckon with honeypots: watched episodes that look unwatched, a share ``hp`` of all watched ones.
"""

from __future__ import annotations

from models.compilation import compiled
from models.elementary import exponential, logarithm

GAUSSIAN = 0
BINARY = 1

#: Beyond it integrals over cues stay as they are: the wrong side has a probability below 1e-500 there, and a grid as
#: fine as a cue of a million standard deviations asks for would never end.
MOST_DISCRIMINATION = 100.0
#: Of the first panel of such an integral, in standard deviations of a cue: nothing is steeper than a jump, and panels
#: of no width, as utilities beyond all numbers ask for, would never end.
LEAST_WIDTH = 1e-12

FEEDBACK_NONE = 0
FEEDBACK_CUE = 1
FEEDBACK_OUTCOME = 2
FEEDBACK_FULL = 3


@compiled
def gaussian_cue(standard_normal: float, discrimination: float, looks_watched: int) -> float:
    """Return the cue ``y``: mean ``+d/2`` if the episode looks watched, ``-d/2`` if not, standard deviation 1."""
    return standard_normal + discrimination * (looks_watched - 0.5)


@compiled
def binary_cue(uniform: float, accuracy: float, looks_watched: int) -> float:
    """Return the cue, 1 ("watched") or 0: it tells truly how the episode looks with probability `accuracy`."""
    return float(looks_watched) if uniform < accuracy else 1.0 - looks_watched


@compiled
def gaussian_likelihood_ratio(cue: float, discrimination: float, honeypot_share: float) -> float:
    """Return ``l_1/l_0 = (1 - hp) exp(d y) + hp`` of a gaussian cue; the share is what the agent reckons with."""
    return (1.0 - honeypot_share) * exponential(discrimination * cue) + honeypot_share


@compiled
def binary_likelihood_watched(cue: float, accuracy: float, honeypot_share: float) -> float:
    """Return ``l_1``: the probability of this two-valued cue in a watched episode, honeypots included."""
    true_cue = accuracy if cue > 0.5 else 1.0 - accuracy
    return (1.0 - honeypot_share) * true_cue + honeypot_share * (1.0 - true_cue)


@compiled
def binary_likelihood_unwatched(cue: float, accuracy: float) -> float:
    """Return ``l_0``: the probability of this two-valued cue in an unwatched episode."""
    return 1.0 - accuracy if cue > 0.5 else accuracy


@compiled
def posterior(belief: float, likelihood_watched: float, likelihood_unwatched: float) -> float:
    """Return ``q``: the probability of being watched, by Bayes' rule.

    Parameters
    ----------
    belief : float
        ``p`` in [0, 1].
    likelihood_watched, likelihood_unwatched : float
        ``l_1, l_0 >= 0``; for a density, its ratio and 1. A cue that is impossible under the belief (0/0) is taken at
        its word: q = 1 if it can only come when watched, else 0.
    """
    watched = belief * likelihood_watched
    total = watched + (1.0 - belief) * likelihood_unwatched
    said = 1.0 if likelihood_unwatched == 0.0 else 0.0
    return watched / total if total > 0.0 else said


@compiled
def weighted_probability(probability: float, exponent: float) -> float:
    """Return ``exp(-(-ln q)^alpha)`` [Prelec1998]_: the weight that a probability has in the choice.

    Parameters
    ----------
    probability : float
        ``q`` in [0, 1]; 0 and 1 keep their places.
    exponent : float
        ``alpha > 0``; below 1 small probabilities weigh more and large ones less; 1: the probability itself, exactly.
    """
    if exponent == 1.0 or probability <= 0.0 or probability >= 1.0:
        return probability
    surprise = -logarithm(probability)
    return exponential(-exponential(exponent * logarithm(surprise)))


@compiled
def unweighted_probability(weight: float, exponent: float) -> float:
    """Return the probability whose weight (`weighted_probability`) is `weight`; values outside (0, 1) stay."""
    return weighted_probability(weight, 1.0 / exponent)


@compiled
def false_signal_probability(rate: float, posterior_on_signal: float) -> float:
    """Return ``m (1 - mu)/(mu (1 - m))``: how often the public signal says "watched" of an unwatched episode.

    Parameters
    ----------
    rate : float
        ``m`` in [0, 1).
    posterior_on_signal : float
        ``mu`` in (m, 1]: what those believe whom it says to be watched. The signal always says so of watched episodes.
    """
    return rate * (1.0 - posterior_on_signal) / (posterior_on_signal * (1.0 - rate))


@compiled
def signalled_belief(belief: float, said_watched: int, false_signal: float) -> float:
    """Return the belief after the public signal; the belief itself where there is none.

    Parameters
    ----------
    belief : float
        ``p`` in [0, 1].
    said_watched : int
        What the signal says.
    false_signal : float
        Probability that it says "watched" of an unwatched episode; 1 where there is no signal.
    """
    if false_signal >= 1.0:
        return belief
    return posterior(belief, 1.0, false_signal) if said_watched else 0.0


@compiled
def belief_mean(watched_weight: float, unwatched_weight: float) -> float:
    """Return ``p = A/(A+B)``."""
    return watched_weight / (watched_weight + unwatched_weight)


@compiled
def outcome_evidence(detection_belief: float, likelihood_watched: float, likelihood_unwatched: float) -> float:
    """Return ``w``: the posterior after a flag, or none, came; the posterior before where that had probability 0.

    Parameters
    ----------
    detection_belief : float
        ``q``, after the cue.
    likelihood_watched, likelihood_unwatched : float
        Probability of what came, given what the agent did, if watched and if not.
    """
    watched = detection_belief * likelihood_watched
    total = watched + (1.0 - detection_belief) * likelihood_unwatched
    return watched / total if total > 0.0 else detection_belief


@compiled
def updated_weight(weight: float, evidence: float, forgetting: float) -> float:
    """Return ``kappa weight + w``: one of the two weights of a Beta belief after an episode's evidence."""
    return forgetting * weight + evidence


@compiled
def learned_evidence(feedback: int, detection_belief: float, outcome: float, watched: int) -> float:
    """Return the evidence ``w`` of this kind of feedback: the posterior after the outcome or the cue, or M itself.

    Parameters
    ----------
    feedback : int
        `FEEDBACK_CUE`, `FEEDBACK_OUTCOME` or `FEEDBACK_FULL`; without feedback nothing is learned from the result.
    detection_belief, outcome : float
        ``q`` after the cue, and after the flag or its absence (`outcome_evidence`).
    watched : int
        ``M``.
    """
    told = float(watched) if feedback == FEEDBACK_FULL else detection_belief
    return outcome if feedback == FEEDBACK_OUTCOME else told
