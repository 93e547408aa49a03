"""The best rule of a class among those with two thresholds of a gaussian cue: act, comply, speak up as the cue rises.

For every cue below which it acts there is a best one from which it speaks: where speaking and complying are worth the
same, moved as far as the class asks for, since compliance rises with it. The first of the two is found by trying, from
one end of the cues to the other, and then between the best one's neighbours by golden section.
"""

from __future__ import annotations

from models.compilation import compiled_loop
from models.flows import Eyes, Flow, constant_flow, rule_rates
from models.options import CueRule, Prices, option_lines, preferred_cues
from models.outlook import Outlook
from models.strategies import COMPLIANT, HONEST

_INFINITY = float("inf")
_TAIL = 8.0
_TRIED = 64
_GOLDEN = 0.6180339887498949
_GOLDEN_STEPS = 44
_BISECTIONS = 54


@compiled_loop
def best_of_two_thresholds(
    code: int, eyes: Eyes, prices: Prices, quiet: int, outlook: Outlook, true_honeypots: float
) -> tuple[float, Flow]:
    """Return what the best rule of a class gives at these prices, in an episode, and its flow; -inf: there is none.

    Parameters
    ----------
    code : int
        `models.strategies.HONEST`, `COMPLIANT` or `FAKING`.
    prices : Prices
        What options cost; no rewards.
    quiet : int
        What the rule does where the public signal says "unwatched".
    outlook : Outlook
        With voice, steady stakes and a gaussian cue that tells something.
    """
    lines = option_lines(eyes.worth, prices, outlook.detector, outlook.response)
    low, high = preferred_cues(
        lines.speak - lines.comply_unwatched, lines.speak - lines.comply_watched, outlook.belief, outlook.cue
    )
    free = low if low < high and high == _INFINITY else _INFINITY
    reach = _TAIL + 0.5 * outlook.cue.quality
    step = 2.0 * reach / _TRIED
    best, best_flow = _tried(-_INFINITY, free, code, eyes, prices, quiet, outlook, true_honeypots)
    worth, flow = _tried(_INFINITY, free, code, eyes, prices, quiet, outlook, true_honeypots)
    if worth > best:
        best, best_flow = worth, flow
    place = -1
    for tried in range(_TRIED + 1):
        worth, flow = _tried(-reach + step * tried, free, code, eyes, prices, quiet, outlook, true_honeypots)
        if worth > best:
            best, best_flow, place = worth, flow, tried
    if place < 0:
        return best, best_flow
    left, right = -reach + step * (place - 1), -reach + step * (place + 1)
    for _ in range(_GOLDEN_STEPS):
        first, second = right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)
        worth, flow = _tried(first, free, code, eyes, prices, quiet, outlook, true_honeypots)
        other, other_flow = _tried(second, free, code, eyes, prices, quiet, outlook, true_honeypots)
        left, right = (left, second) if worth >= other else (first, right)
        if max(worth, other) > best:
            best, best_flow = (worth, flow) if worth >= other else (other, other_flow)
    return best, best_flow


@compiled_loop
def _tried(
    acts_below: float, free: float, code: int, eyes: Eyes, prices: Prices, quiet: int, outlook: Outlook, hidden: float
) -> tuple[float, Flow]:
    """Return what the best rule of the class gives that acts below a cue, and its flow."""
    speaks_above, found = _speaks_above(acts_below, free, code, quiet, outlook, hidden)
    rule = CueRule(-_INFINITY, acts_below, speaks_above, _INFINITY, quiet)
    flow = constant_flow(eyes, rule_rates(rule, prices.guarding, outlook, hidden))
    tolls = flow.cost + flow.hazard * prices.flag_turn + flow.reinforced * prices.comply_turn
    return (flow.gain - tolls if found else -_INFINITY), flow


@compiled_loop
def _speaks_above(
    acts_below: float, free: float, code: int, quiet: int, outlook: Outlook, hidden: float
) -> tuple[float, bool]:
    """Return the cue of the class that is nearest to `free`, and whether there is one."""
    free = max(free, acts_below)
    watched, can_1 = _half_compliance(True, acts_below, quiet, outlook, hidden)
    if code == HONEST:
        return (min(free, watched) if can_1 else free), True
    unwatched, can_0 = _half_compliance(False, acts_below, quiet, outlook, hidden)
    if code == COMPLIANT:
        return max(free, watched, unwatched), can_1 and can_0
    below = max(free, watched)
    return (min(below, unwatched) if can_0 else below), can_1 and (not can_0 or watched < unwatched)


@compiled_loop
def _half_compliance(
    is_watched: bool, acts_below: float, quiet: int, outlook: Outlook, hidden: float
) -> tuple[float, bool]:
    """Return the cue up to which complying makes half of all episodes, and whether there is one."""
    if _complies(is_watched, acts_below, _INFINITY, quiet, outlook, hidden) < 0.5:
        return _INFINITY, False
    reach = 2.0 * _TAIL + outlook.cue.quality
    low, high = max(acts_below, -reach), max(acts_below, reach)
    if _complies(is_watched, acts_below, low, quiet, outlook, hidden) >= 0.5:
        return low, True
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _complies(is_watched, acts_below, middle, quiet, outlook, hidden) >= 0.5:
            high = middle
        else:
            low = middle
    return high, True


@compiled_loop
def _complies(
    is_watched: bool, acts_below: float, speaks_above: float, quiet: int, outlook: Outlook, hidden: float
) -> float:
    rule = CueRule(-_INFINITY, acts_below, speaks_above, _INFINITY, quiet)
    rates = rule_rates(rule, 0.0, outlook, hidden)
    return rates.comply_watched if is_watched else rates.comply_unwatched
