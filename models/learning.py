"""Learning what to do from what it pays: tabular Q-learning [Watkins1992]_.

A learner knows nothing of utilities, odds or plans. It sorts what it sees into states, and keeps for each state and
option the value ``Q`` of what followed, 0 at the start:

    Q <- Q + visits^-power (payoff + gamma max Q(next state) - Q)

Options are numbered as in `models.choice`, which this file does not import: nothing here can lean on what a planner
knows.
"""

from __future__ import annotations

from models.compilation import compiled
from models.elementary import exponential, logarithm, normal_cumulative
from models.perception import GAUSSIAN

COMPLY, ACT, SPEAK = 0, 1, 2

#: Bins of a graded cue reach so far beyond the means of both kinds of cues; the outermost are open.
_BEYOND = 1.0
_INFINITY = float("inf")


@compiled
def bins_of_cue(cue_kind: int, quality: float, bins: int) -> int:
    """Return how many bins cues are sorted into: one a value, `bins` of a graded cue, one if that says nothing."""
    if cue_kind != GAUSSIAN:
        return 2
    return bins if quality > 0.0 else 1


@compiled
def cue_bin(cue: float, cue_kind: int, quality: float, bins: int) -> int:
    """Return the bin of a cue, from 0: equal widths between the cues one beyond the means ``-d/2`` and ``d/2``.

    Parameters
    ----------
    cue : float
    cue_kind : int
        A kind of `models.perception`.
    quality : float
        Discrimination d >= 0 (finite), or accuracy.
    bins : int
        How many there are of a graded cue.
    """
    if cue_kind != GAUSSIAN:
        return 1 if cue > 0.5 else 0
    count = bins_of_cue(cue_kind, quality, bins)
    reach = 0.5 * quality + _BEYOND
    place = 0.5 * (cue / reach + 1.0) * count
    return int(min(max(place, 0.0), count - 0.5))


@compiled
def bin_probability(place: int, looks_watched: int, cue_kind: int, quality: float, bins: int) -> float:
    """Return the probability that the cue of an episode that looks watched, or does not, falls in a bin."""
    if cue_kind != GAUSSIAN:
        return quality if place == looks_watched else 1.0 - quality
    count = bins_of_cue(cue_kind, quality, bins)
    reach = 0.5 * quality + _BEYOND
    mean = quality * (looks_watched - 0.5)
    low = -_INFINITY if place == 0 else reach * (2.0 * place / count - 1.0)
    high = _INFINITY if place == count - 1 else reach * (2.0 * (place + 1) / count - 1.0)
    return normal_cumulative(high - mean) - normal_cumulative(low - mean)


@compiled
def greedy_option(comply: float, act: float, speak: float) -> int:
    """Return the option of the largest value; ties go to complying, then to speaking up.

    Parameters
    ----------
    comply, act, speak : float
        Values of the options; ``-inf`` for one that there is not.
    """
    if comply >= act and comply >= speak:
        return COMPLY
    return SPEAK if speak >= act else ACT


@compiled
def tried_option(uniform: float, exploration: float, options: int, greedy: int) -> int:
    """Return the greedy option, or with the probability `exploration` any of the first `options`, by one draw."""
    if uniform >= exploration:
        return greedy
    return min(int(uniform / exploration * options), options - 1)


@compiled
def learning_rate(visits: int, power: float) -> float:
    """Return ``visits^-power``, for the first visit 1."""
    return exponential(-power * logarithm(float(visits)))


@compiled
def learned_value(value: float, payoff: float, discounted: float, rate: float) -> float:
    """Return ``Q + rate (payoff + discounted - Q)``; `discounted` is what is to be had from the next state on."""
    return value + rate * (payoff + discounted - value)
