"""Temptations at which the best rule does not change smoothly with the temptation.

Utilities are linear in the temptation b at any posterior. A two-valued cue has two posteriors and the rule jumps where
two options meet at one of them. The thresholds of a gaussian cue run off to infinity where they meet at q = 0, at q = 1
or at the least posterior that honeypots leave, and an option's cues vanish where all three meet at one posterior. If
the cue tells little, a rule runs through all thresholds within a narrow band of b, which is cut too.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.elementary import exponential
from models.options import Lines, Prices, option_lines
from models.outlook import Cue, Outlook
from models.perception import GAUSSIAN, binary_likelihood_unwatched, binary_likelihood_watched

_MOST_BREAKS = 64
#: Below this discrimination the band of b is narrower than the panels of an integral.
_DULL = 1.5
_CUES = np.linspace(-7.5, 7.5, 11)


@compiled_loop
def rule_breaks(worth: float, prices: Prices, outlook: Outlook, fine: bool) -> NDArray[np.float64]:
    """Return the ratios ``b/worth > 0``, rising, at which the rule jumps, bends or runs off.

    Parameters
    ----------
    worth, prices, outlook : float, Prices, Outlook
        A temptation that sets the scale; what options cost; what the agent plans with.
    fine : bool
        Whether to add temptations between which the thresholds of a gaussian cue change evenly. It is done anyway
        where the cue tells little.
    """
    breaks = np.empty(_MOST_BREAKS)
    at_rest = option_lines(0.0, prices, outlook.detector, outlook.response)
    at_worth = option_lines(worth, prices, outlook.detector, outlook.response)
    weights = _meeting_weights(outlook.belief, outlook.cue, fine)
    count = 0
    for pair in range(3 if at_rest.offers_voice != 0 else 1):
        unwatched_0, watched_0 = _margins(pair, at_rest)
        unwatched_1, watched_1 = _margins(pair, at_worth)
        for place in range(weights.shape[0]):
            on_unwatched, on_watched = weights[place, 0], weights[place, 1]
            margin = on_unwatched * unwatched_0 + on_watched * watched_0
            rise = on_unwatched * unwatched_1 + on_watched * watched_1 - margin
            count = _with_root(breaks, count, margin, rise)
        # Where the signal says "unwatched", complying may have a reward of its own.
        quiet = unwatched_0 + (0.0 if pair == 2 else at_rest.comply_unwatched - at_rest.comply_quiet)
        count = _with_root(breaks, count, quiet, unwatched_1 - unwatched_0)
    if at_rest.offers_voice != 0 and outlook.cue.kind == GAUSSIAN:
        count = _with_meetings_of_three(breaks, count, at_rest, at_worth)
    return np.sort(breaks[:count])


@compiled_loop
def _margins(pair: int, lines: Lines) -> tuple[float, float]:
    """Return by how much acting beats complying, speaking beats complying, or acting beats speaking."""
    if pair == 0:
        return lines.act_unwatched - lines.comply_unwatched, lines.act_watched - lines.comply_watched
    if pair == 1:
        return lines.speak - lines.comply_unwatched, lines.speak - lines.comply_watched
    return lines.act_unwatched - lines.speak, lines.act_watched - lines.speak


@compiled_loop
def _meeting_weights(belief: float, cue: Cue, fine: bool) -> NDArray[np.float64]:
    """Return the weights (on q = 0, on q = 1) of the posteriors at which a rule changes, (n, 2)."""
    unwatched, watched = (1.0 - belief) * cue.false_signal, belief
    found = np.empty((4 + _CUES.size, 2))
    found[0] = (1.0, 0.0)
    if cue.kind != GAUSSIAN:
        for value in range(2):
            found[1 + value, 0] = unwatched * binary_likelihood_unwatched(float(value), cue.quality)
            found[1 + value, 1] = watched * binary_likelihood_watched(float(value), cue.quality, cue.honeypots)
        return found[:3]
    if cue.quality <= 0.0:
        found[1] = (unwatched, watched)
        return found[:2]
    found[1] = (0.0, 1.0)
    found[2] = (unwatched, watched * cue.honeypots)
    if cue.quality >= _DULL and not fine:
        return found[:3]
    for place in range(_CUES.size):
        ratio = (1.0 - cue.honeypots) * exponential(cue.quality * _CUES[place]) + cue.honeypots
        found[3 + place] = (unwatched, watched * ratio)
    return found[: 3 + _CUES.size]


@compiled_loop
def _with_root(breaks: NDArray[np.float64], count: int, margin: float, rise: float) -> int:
    """Write the root of ``margin + rise x`` to the list if it is positive, and return the new length of it."""
    root = -margin / rise
    if not 0.0 < root < 1e300:
        return count
    breaks[count] = root
    return count + 1


@compiled_loop
def _with_meetings_of_three(breaks: NDArray[np.float64], count: int, at_rest: Lines, at_worth: Lines) -> int:
    """Write where three lines meet in a point: roots of a determinant that is quadratic in the temptation."""
    act_0, act_1 = _margins(0, at_rest)
    speak_0, speak_1 = _margins(1, at_rest)
    act_0_rise, act_1_rise = _margins(0, at_worth)
    speak_0_rise, speak_1_rise = _margins(1, at_worth)
    act_0_rise, act_1_rise = act_0_rise - act_0, act_1_rise - act_1
    speak_0_rise, speak_1_rise = speak_0_rise - speak_0, speak_1_rise - speak_1
    constant = act_0 * speak_1 - act_1 * speak_0
    linear = act_0_rise * speak_1 + act_0 * speak_1_rise - act_1_rise * speak_0 - act_1 * speak_0_rise
    square = act_0_rise * speak_1_rise - act_1_rise * speak_0_rise
    inside = linear * linear - 4.0 * square * constant
    if inside < 0.0:
        return count
    # The larger of the two sums, so that none of its digits cancel.
    larger = -0.5 * (linear + (sqrt(inside) if linear >= 0.0 else -sqrt(inside)))
    count = _with_root(breaks, count, -larger, square)
    return _with_root(breaks, count, -constant, larger)
