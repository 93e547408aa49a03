"""The best rule of each class as intervals of cues: a strategy that can be kept, whatever the belief becomes.

Of steady stakes it is the rule whose value `models.general_strategies` gives. Under random stakes and tasks the best
rule of a class answers the temptation too; here stands the one that complies as often in the mean, whatever tempts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.choice import ACT, COMPLY, SPEAK
from models.class_rules import has_few_rules, tells_anything
from models.compilation import compiled_loop
from models.elementary import normal_quantile
from models.flows import Flow, rule_rates
from models.general_strategies import class_flow, listed_rules
from models.judgement import own_eyes
from models.options import CueRule, write_rule
from models.outlook import Outlook, believed_outlook, doubting_outlook
from models.strategies import COMPLIANT, FAKING, HONEST, PERVERSE
from models.successors import plan_at

#: Classes that have values.
CLASSES = (HONEST, COMPLIANT, FAKING)
_INFINITY = float("inf")
#: Probabilities this near to 0 or 1 stand for never and always.
_CERTAIN = 1e-14
_SAME = 1e-7


@compiled_loop
def class_cue_rules(
    angle: float, outlook: Outlook, true_honeypots: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which classes have a rule, (classes,), and their rules, (classes, 5), by code of `models.strategies`.

    Parameters
    ----------
    angle : float
        ``theta > 0``, radians.
    outlook, true_honeypots
        Without a public signal where the cue is graded; else as in `models.general_strategies.general_strategy_values`.

    Returns
    -------
    found : array of bool
        True of `CLASSES` that have one.
    rules : array
        Fields of `models.options.CueRule`.
    """
    believed = believed_outlook(outlook)
    eyes, plan = own_eyes(angle, believed.stakes), plan_at(angle, believed)
    found, rules = np.zeros(PERVERSE, np.bool_), np.zeros((PERVERSE, 5))
    if has_few_rules(believed):
        worth, rules = listed_rules(eyes, plan, believed, true_honeypots)
        return worth == worth, rules
    for code in CLASSES:
        if code != FAKING or tells_anything(believed.cue):
            found[code], _, flow = class_flow(code, eyes, plan, doubting_outlook(believed), true_honeypots)
            write_rule(rules, code, rule_of_flow(flow, believed, true_honeypots))
    return found, rules


@compiled_loop
def rule_of_flow(flow: Flow, outlook: Outlook, true_honeypots: float) -> CueRule:
    """Return a rule of a gaussian cue that acts and complies as often as a flow does, without a public signal.

    Acting, complying and speaking up follow each other as the cue rises, or else complying, acting and speaking up.
    """
    half = 0.5 * outlook.cue.quality
    act, comply = flow.act_unwatched, flow.comply_unwatched
    low, high = _cue_below(act, half), _cue_below(act + comply, half)
    rising = CueRule(-_INFINITY, low, high, _INFINITY, COMPLY)
    rates = rule_rates(rising, 0.0, outlook, true_honeypots)
    if abs(rates.act_watched - flow.act_watched) + abs(rates.comply_watched - flow.comply_watched) < _SAME:
        return rising
    return CueRule(_cue_below(comply, half), high, high, _INFINITY, COMPLY)


@compiled_loop
def _cue_below(probability: float, half: float) -> float:
    """Return the cue below which an unwatched episode's cue is with a probability."""
    if probability <= _CERTAIN:
        return -_INFINITY
    if probability >= 1.0 - _CERTAIN:
        return _INFINITY
    return normal_quantile(probability) - half


@compiled_loop
def kept_option(rule: CueRule, cue: float) -> int:
    """Return what a rule does at a cue where it is tempted: a code of `models.choice`."""
    if rule.act_low < cue < rule.act_high:
        return ACT
    return SPEAK if rule.speak_low < cue < rule.speak_high else COMPLY
