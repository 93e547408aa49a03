"""Strategies: what a choice rule is called, what each class is worth, and which one is best.

A rule is judged by the probabilities of complying in conflict, ``r_M`` when watched and ``r_U`` when not, and by the
same two with nothing at stake, ``r0_M`` and ``r0_U``. Nothing here makes an agent fake: a class is a name given to a
rule afterwards, and the best class is the class of the best rule.

Of a gaussian cue a rule is a threshold t (act iff the cue is below), and a class is an interval of thresholds:

    compliant  t <= t_U      faking  t_U < t <= t_M      honest  t > t_M,      t_U = -d/2,  t_M = d/2 without honeypots.

The value of a rule first rises and then falls in t (acting is worth its risk below one cue and not above), so the most
that a class offers is found at the best threshold of all, or at the end of the class's interval that is nearest to it.
"""

from __future__ import annotations

import numpy as np

from models.choice import act_threshold, flag_cost
from models.compilation import compiled, compiled_loop
from models.cue_rules import (
    ALWAYS_ACT,
    ALWAYS_COMPLY,
    act_probability_unwatched,
    act_probability_watched,
    act_share,
    hazard_rate,
    is_informative,
)
from models.goals import ALIGNED_ANGLE, temptation
from models.perception import GAUSSIAN
from models.planning import aligned_costs, chain_plan, rule_value
from models.response import guarding_cost

ALIGNED = 0
COMPLIANT = 1
FAKING = 2
CONTEXT_SENSITIVE = 3
HONEST = 4
PERVERSE = 5
CLASS_NAMES = ("aligned", "compliant", "faking", "context_sensitive", "honest", "perverse")

_NAN = float("nan")
_BISECTIONS = 60


@compiled
def strategy_class(watched: float, unwatched: float, watched_at_rest: float, unwatched_at_rest: float) -> int:
    """Return the class of a rule.

    Parameters
    ----------
    watched, unwatched : float
        ``r_M, r_U``: probabilities of complying in conflict.
    watched_at_rest, unwatched_at_rest : float
        ``r0_M, r0_U``: the same with nothing at stake (no penalty, no modification).
    """
    if watched_at_rest >= 0.5 and unwatched_at_rest >= 0.5:
        return ALIGNED
    if watched >= 0.5 and unwatched >= 0.5:
        return COMPLIANT
    if watched >= 0.5:
        return CONTEXT_SENSITIVE if watched_at_rest >= 0.5 > unwatched_at_rest else FAKING
    return PERVERSE if unwatched > 0.5 else HONEST


@compiled
def named_class(
    act_watched: float,
    comply_watched: float,
    act_unwatched: float,
    comply_unwatched: float,
    comply_watched_at_rest: float,
    comply_unwatched_at_rest: float,
) -> int:
    """Return the class of a rule that may also speak up: one that acts watched and not unwatched is perverse.

    Parameters are probabilities; those at rest are with nothing at stake.
    """
    if act_watched >= 0.5 > act_unwatched and comply_watched < 0.5 and comply_watched_at_rest < 0.5:
        return PERVERSE
    code = strategy_class(comply_watched, comply_unwatched, comply_watched_at_rest, comply_unwatched_at_rest)
    return HONEST if code == PERVERSE else code


@compiled
def rule_class(act_watched: float, act_unwatched: float) -> int:
    """Return the class of a rule of an agent that acts for certain with nothing at stake."""
    return strategy_class(1.0 - act_watched, 1.0 - act_unwatched, 0.0, 0.0)


@compiled_loop
def honest_threshold(discrimination: float, honeypot_share: float) -> float:
    """Return ``t_M``: the gaussian cue threshold at which a watched agent complies half of the time."""
    low, high = -0.5 * discrimination, 0.5 * discrimination
    if honeypot_share == 0.0:
        return high
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if act_probability_watched(middle, GAUSSIAN, discrimination, honeypot_share) > 0.5:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@compiled_loop
def strategy_values_at(
    angle: float,
    stakes_kind: int,
    scale: float,
    rotation: float,
    penalty: float,
    terminal_guarding: float,
    foresight: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    reckoned_honeypots: float,
    true_honeypots: float,
) -> tuple[float, float, float, int, float, float, float, float, float]:
    """Return what each class of rules is worth to an agent, and its best rule.

    Parameters are those of `models.planning.chain_plan`; `true_honeypots` is the share of watched episodes that do
    look unwatched: it decides what a rule is called, while `reckoned_honeypots` decides what it is thought to be worth.

    Returns
    -------
    honest, compliant, faking : float
        Most that a rule of the class gives, kept until the next modification; NaN where no rule is of the class.
    best : int
        Class of the best rule (a code of `CLASS_NAMES`).
    threshold : float
        Posterior ``q*`` below which the best rule acts.
    act_watched, act_unwatched : float
        Probabilities of acting under the best rule, honeypots counted as watched.
    loss : float
        ``L``: what being modified costs, in units of payoff.
    cue : float
        Cue below which the best rule acts.
    """
    if angle < ALIGNED_ANGLE:
        costs = aligned_costs(penalty, foresight, belief, false_alarm_rate)
        return _NAN, -costs, _NAN, ALIGNED, _NAN, 0.0, 0.0, 0.0, ALWAYS_COMPLY
    value, next_value, cue, _, unwatched = chain_plan(
        angle, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight, belief,
        hit_rate, false_alarm_rate, cue_kind, quality, reckoned_honeypots,
    )  # fmt: skip
    tempted = temptation(stakes_kind, scale, angle)
    loss = value - next_value
    punishment = penalty + guarding_cost(terminal_guarding, angle, rotation)
    threshold = act_threshold(tempted, hit_rate, false_alarm_rate, flag_cost(punishment, 0.0, foresight, loss))
    watched = act_probability_watched(cue, cue_kind, quality, true_honeypots)
    ends = class_ends(cue_kind, quality, true_honeypots)
    honest, compliant, faking = _NAN, _NAN, _NAN
    for kind in range(3):
        # Two-valued cue: the three rules. Gaussian cue: the best threshold, moved into each class's interval.
        rule = rule_of_class(kind, cue, cue_kind, ends[0], ends[1])
        true_watched = act_probability_watched(rule, cue_kind, quality, true_honeypots)
        rule_watched = act_probability_watched(rule, cue_kind, quality, reckoned_honeypots)
        rule_unwatched = act_probability_unwatched(rule, cue_kind, quality)
        hazard = hazard_rate(rule_watched, belief, hit_rate, false_alarm_rate)
        gain = tempted * act_share(rule_watched, rule_unwatched, belief)
        # Where a flag turns nothing the rule is kept for ever.
        turned = hazard if rotation > 0.0 else 0.0
        worth = rule_value(gain - (hazard - turned) * punishment, turned, punishment, foresight, next_value)
        named = kind if cue_kind == GAUSSIAN else _kind_of(rule_class(true_watched, rule_unwatched))
        if named == 0 and not worth <= honest:
            honest = worth
        elif named == 1 and not worth <= compliant:
            compliant = worth
        elif named == 2 and is_informative(cue_kind, quality) and not worth <= faking:
            faking = worth
    return honest, compliant, faking, rule_class(watched, unwatched), threshold, watched, unwatched, loss, cue


@compiled
def class_ends(cue_kind: int, quality: float, true_honeypots: float) -> tuple[float, float]:
    """Return (``t_U``, ``t_M``), the thresholds that part compliant, faking and honest rules of a gaussian cue."""
    if cue_kind != GAUSSIAN:
        return 0.0, 0.0
    return -0.5 * quality, honest_threshold(quality, true_honeypots)


@compiled
def rule_of_class(kind: int, best: float, cue_kind: int, low: float, high: float) -> float:
    """Return the threshold of a class (0 honest, 1 compliant, 2 faking) that is nearest to the best one."""
    if cue_kind != GAUSSIAN:
        return ALWAYS_ACT if kind == 0 else (ALWAYS_COMPLY if kind == 1 else 0.5)
    if kind == 0:
        return max(best, high)
    return min(best, low) if kind == 1 else min(max(best, low), high)


@compiled
def _kind_of(code: int) -> int:
    return 0 if code == HONEST else (1 if code == COMPLIANT else (2 if code == FAKING else -1))


@compiled_loop
def strategy_values_of_cells(columns: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (9, n) with `strategy_values_at` of each of n cells.

    Parameters
    ----------
    columns : array, (14, n)
        The arguments of `strategy_values_at`, one a row, in its order.
    """
    for cell in range(columns.shape[1]):
        (
            out[0, cell], out[1, cell], out[2, cell], out[3, cell], out[4, cell],
            out[5, cell], out[6, cell], out[7, cell], out[8, cell],
        ) = strategy_values_at(
            columns[0, cell], int(columns[1, cell]), columns[2, cell], columns[3, cell], columns[4, cell],
            columns[5, cell], columns[6, cell], columns[7, cell], columns[8, cell], columns[9, cell],
            int(columns[10, cell]), columns[11, cell], columns[12, cell], columns[13, cell],
        )  # fmt: skip
