"""Strategies under every mechanism: what each class of rules is worth, and which rule is best (`models.strategies`).

A class is worth the most that its agent expects with a rule of the class, kept until the next modification, later
selves doing what they will; with a finite depth, in this episode and then the plan; of a ``myopic`` agent, in this
episode. Under random stakes and tasks a rule answers the temptation too, and its ``r_M`` and ``r_U`` are means over
the episodes with one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.choice import ACT, COMPLY, SPEAK
from models.class_rules import best_of_class, class_of_flow, has_few_rules, listed_rule, tells_anything
from models.compilation import compiled_loop
from models.elementary import normal_quantile
from models.flows import Eyes, Flow, best_flow, constant_flow, rule_rates
from models.goals import ALIGNED_ANGLE, RANDOM, TASKS
from models.judgement import own_eyes
from models.lattice import Plan, episode_value, false_alarm_cost, kept_value, plan_prices, with_value
from models.options import CueRule, Prices, best_cue_rule, option_lines, write_rule
from models.outlook import (
    ENDLESS,
    MYOPIC,
    Cue,
    Detector,
    Outlook,
    Planner,
    Response,
    Stakes,
    believed_outlook,
    discounted_episodes,
    doubting_outlook,
)
from models.perception import GAUSSIAN
from models.strategies import ALIGNED, COMPLIANT, FAKING, HONEST, PERVERSE
from models.successors import plan_at

_NAN = float("nan")
_NEWTON_STEPS = 60
_LAST_DIGIT = 1e-15
_INFINITY = float("inf")
#: How far a rule is from where its class changes, in cues.
_NARROW = 1e-9


class StrategyValues(NamedTuple):
    """What classes of rules are worth to an agent, and its best rule.

    Attributes
    ----------
    honest, compliant, faking : float
        In units of payoff; NaN where no rule is of the class.
    best : int
        Class of the best rule, a code of `models.strategies.CLASS_NAMES`.
    threshold, speak_threshold : float
        Posteriors at which acting, and speaking up, are worth the same as complying: inf where acting is never caught
        up with; NaN for stakes that differ between episodes, and without voice.
    act_watched, act_unwatched, comply_watched, comply_unwatched : float
        Probabilities under the best rule, given a temptation, honeypots counted as watched.
    loss_flag, loss_comply : float
        ``L_flag, L_comply``, undiscounted.
    value : float
        Of the best rule.
    """

    honest: float
    compliant: float
    faking: float
    best: int
    threshold: float
    speak_threshold: float
    act_watched: float
    act_unwatched: float
    comply_watched: float
    comply_unwatched: float
    loss_flag: float
    loss_comply: float
    value: float


@compiled_loop
def rule_worth(flow: Flow, plan: Plan, planner: Planner) -> float:
    """Return what a rule is worth to an agent that has this plan."""
    if planner.kind == MYOPIC or planner.depth != ENDLESS:
        return episode_value(flow, 0.0, plan, planner.foresight)
    return kept_value(flow, 0.0, plan, planner.foresight)


@compiled_loop
def general_strategy_values(
    angle: float,
    belief: float,
    stakes: Stakes,
    planner: Planner,
    cue: Cue,
    detector: Detector,
    response: Response,
    true_honeypots: float,
) -> StrategyValues:
    """Return what each class of rules is worth to an agent, and its best rule.

    Parameters
    ----------
    angle, belief, stakes, planner, cue, detector, response
        As of `models.successors.planned_losses`.
    true_honeypots : float
        Share of watched episodes that do look unwatched: it decides what a rule is called, while the share that the
        agent reckons with decides what it is thought to be worth.
    """
    outlook = believed_outlook(Outlook(belief, stakes, planner, cue, detector, response))
    planner = outlook.planner
    if angle < ALIGNED_ANGLE:
        costs = false_alarm_cost(outlook) * discounted_episodes(planner)
        return StrategyValues(_NAN, -costs, _NAN, ALIGNED, _NAN, _NAN, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, -costs)
    eyes, plan = own_eyes(angle, stakes), plan_at(angle, outlook)
    prices = plan_prices(plan, planner.foresight)
    flow = best_flow(eyes, prices, outlook, true_honeypots)
    if has_few_rules(outlook):
        worth, _ = listed_rules(eyes, plan, outlook, true_honeypots)
        honest, compliant, faking = worth[HONEST], worth[COMPLIANT], worth[FAKING]
    else:
        honest, compliant, faking = _values_of_classes(eyes, plan, doubting_outlook(outlook), true_honeypots)
    threshold, speak_threshold = _thresholds(eyes, prices, outlook)
    return StrategyValues(
        honest, compliant, faking, class_of_flow(flow), threshold, speak_threshold,
        flow.act_watched, flow.act_unwatched, flow.comply_watched, flow.comply_unwatched,
        plan.flag_turns * (plan.value - plan.after_flag), plan.comply_turns * (plan.value - plan.after_comply),
        rule_worth(flow, plan, planner),
    )  # fmt: skip


@compiled_loop
def general_reply(angle: float, outlook: Outlook, true_honeypots: float) -> tuple[float, float, float, float]:
    """Return P(act), P(comply) watched and P(act), P(comply) unwatched of the best rule, given a temptation."""
    if angle < ALIGNED_ANGLE:
        return 0.0, 1.0, 0.0, 1.0
    believed = believed_outlook(outlook)
    prices = plan_prices(plan_at(angle, believed), believed.planner.foresight)
    flow = best_flow(own_eyes(angle, believed.stakes), prices, believed, true_honeypots)
    return flow.act_watched, flow.comply_watched, flow.act_unwatched, flow.comply_unwatched


@compiled_loop
def general_best_class(angle: float, outlook: Outlook, true_honeypots: float) -> int:
    """Return the class of the best rule alone: a code of `models.strategies.CLASS_NAMES`."""
    if angle < ALIGNED_ANGLE:
        return ALIGNED
    believed = believed_outlook(outlook)
    prices = plan_prices(plan_at(angle, believed), believed.planner.foresight)
    return class_of_flow(best_flow(own_eyes(angle, believed.stakes), prices, believed, true_honeypots))


@compiled_loop
def listed_rules(
    eyes: Eyes, plan: Plan, outlook: Outlook, true_honeypots: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best of all rules of each class, where the cue has two values or says nothing.

    Of a two-valued cue, acting on the watched cue alone is a rule only where it is the best one, or with voice.

    Returns
    -------
    worth : array, (classes,)
        Of honest, compliant and faking rules; NaN where there is none.
    rules : array, (classes, 5)
        The rules: fields of `models.options.CueRule`.
    """
    worth, rules = np.full(PERVERSE, _NAN), np.zeros((PERVERSE, 5))
    cue = outlook.cue
    options = SPEAK + 1 if outlook.response.offers_voice != 0 else SPEAK
    for quiet in range(options if cue.false_signal < 1.0 else COMPLY + 1):
        if cue.kind == GAUSSIAN:
            for option in range(options):
                _try_rule(worth, rules, listed_rule(option, option, quiet), eyes, plan, outlook, true_honeypots)
                if option != COMPLY:
                    _try_mixtures(worth, rules, option, quiet, eyes, plan, outlook, true_honeypots)
            continue
        best = best_cue_rule(
            option_lines(eyes.worth, plan_prices(plan, outlook.planner.foresight), outlook.detector, outlook.response),
            outlook.belief, cue,
        )  # fmt: skip
        reversed_too = outlook.response.offers_voice != 0 or (best.act_low == 0.5 and best.act_high > 0.5)
        for on_unwatched in range(options):
            for on_watched in range(options):
                if reversed_too or on_watched != ACT or on_unwatched != COMPLY:
                    rule = listed_rule(on_unwatched, on_watched, quiet)
                    _try_rule(worth, rules, rule, eyes, plan, outlook, true_honeypots)
    return worth, rules


@compiled_loop
def _try_mixtures(
    worth: NDArray[np.float64],
    rules: NDArray[np.float64],
    option: int,
    quiet: int,
    eyes: Eyes,
    plan: Plan,
    outlook: Outlook,
    true_honeypots: float,
) -> None:
    """Try rules that use a cue which says nothing as a coin, at both sides of where their class changes.

    A rule is worth a quotient of two lines in its probability, so that the best of a class is at an end.
    """
    clear = outlook.cue.false_signal
    quietly = (1.0 - clear) if quiet == COMPLY else 0.0
    for complies in (0.5, (0.5 - quietly) / clear):
        if not 0.0 < complies < 1.0:
            continue
        for side in (-_NARROW, _NARROW):
            # It acts on low cues, and speaks up on high ones.
            cue = normal_quantile(1.0 - complies if option == ACT else complies) + side
            rule = CueRule(-_INFINITY, cue, _INFINITY, -_INFINITY, quiet)
            if option == SPEAK:
                rule = CueRule(_INFINITY, -_INFINITY, cue, _INFINITY, quiet)
            _try_rule(worth, rules, rule, eyes, plan, outlook, true_honeypots)


@compiled_loop
def _try_rule(
    worth: NDArray[np.float64],
    rules: NDArray[np.float64],
    rule: CueRule,
    eyes: Eyes,
    plan: Plan,
    outlook: Outlook,
    true_honeypots: float,
) -> None:
    """Keep a rule where it is the best of its class so far."""
    flow = constant_flow(eyes, rule_rates(rule, plan.guarding, outlook, true_honeypots))
    value, code = rule_worth(flow, plan, outlook.planner), class_of_flow(flow)
    if code >= PERVERSE or (code == FAKING and not tells_anything(outlook.cue)):
        return
    if not value <= worth[code]:
        worth[code] = value
        write_rule(rules, code, rule)


@compiled_loop
def _values_of_classes(eyes: Eyes, plan: Plan, outlook: Outlook, true_honeypots: float) -> tuple[float, float, float]:
    """Return the value of the best rule of each class."""
    honest, compliant, faking = _NAN, _NAN, _NAN
    # One loop, so that the search is compiled once and not for each code.
    for code in range(PERVERSE):
        if code == HONEST:
            honest = class_flow(code, eyes, plan, outlook, true_honeypots)[1]
        elif code == COMPLIANT:
            compliant = class_flow(code, eyes, plan, outlook, true_honeypots)[1]
        elif code == FAKING and tells_anything(outlook.cue):
            faking = class_flow(code, eyes, plan, outlook, true_honeypots)[1]
    return honest, compliant, faking


@compiled_loop
def class_flow(code: int, eyes: Eyes, plan: Plan, outlook: Outlook, true_honeypots: float) -> tuple[bool, float, Flow]:
    """Return whether a class has a rule, what its best one is worth (else NaN), and the flow of that.

    Without voice it is the rule that is nearest to the best one, in the order of thresholds. With voice the value is
    climbed to as in `models.planning`: a turn is as dear as the value that it ends is high.
    """
    planner = outlook.planner
    speaks = outlook.response.offers_voice != 0
    found, flow = best_of_class(code, eyes, plan_prices(plan, planner.foresight), outlook, true_honeypots, speaks)
    worth = rule_worth(flow, plan, planner)
    if not found:
        return False, _NAN, flow
    if planner.depth != ENDLESS or not speaks:
        return True, worth, flow
    for _ in range(_NEWTON_STEPS):
        prices = plan_prices(with_value(plan, worth), planner.foresight)
        found, new_flow = best_of_class(code, eyes, prices, outlook, true_honeypots, speaks)
        new_worth = rule_worth(new_flow, plan, planner)
        if not found or not new_worth > worth:
            break
        last_step = new_worth - worth <= _LAST_DIGIT * abs(new_worth)
        worth, flow = new_worth, new_flow
        if last_step:
            break
    return True, worth, flow


@compiled_loop
def _thresholds(eyes: Eyes, prices: Prices, outlook: Outlook) -> tuple[float, float]:
    """Return the posteriors at which acting and speaking up are worth what complying is."""
    kind = outlook.stakes.kind
    if kind in (RANDOM, TASKS):
        return _NAN, _NAN
    lines = option_lines(eyes.worth, prices, outlook.detector, outlook.response)
    speaks = -lines.speak / -lines.comply_watched if outlook.response.offers_voice != 0 else _NAN
    fall = lines.comply_watched - lines.act_watched + lines.act_unwatched
    return (lines.act_unwatched / fall if fall > 0.0 else float("inf")), speaks
