"""Deciders: what agents that do not plan do, and the class of every decider's rule.

An honest agent acts in every conflict (or speaks up, where that is offered), a compliant one in none, a faker and an
imitator iff their posterior is below their threshold, a learner as its lives taught it. Noise, akrasia, conformity and
habit are a planner's.

A class is read from the rule. A planner's rule with nothing at stake is the same choice without penalty and
modification. The rules of the others do not know of stakes; with nothing at stake their goals would have them act, so
what they do in conflict names them: always complying is compliant (deterred, not aligned: the goals are others),
complying where watched is faking, whoever gave them the rule.
"""

from __future__ import annotations

from math import pi, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.choice import ACT
from models.compilation import compiled, compiled_loop
from models.elementary import logarithm
from models.goals import RANDOM, TASKS
from models.imitation import lowest_posterior, threshold_option, threshold_rates
from models.outlook import Cue, Detector, Response, Stakes
from models.rule_rates import Rule, rule_rates
from models.stakes import FEW_WEIGHTS, nodes_per_panel
from models.strategies import named_class
from simulation.learner import Nature, learned_rates
from simulation.watching import PENALTY

if TYPE_CHECKING:
    from simulation.preparation import Prepared

Floats = NDArray[np.float64]
Rules = NDArray[np.int8]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NO_FLAGS = Detector(0.0, 0.0, 0.0, 0.0)


def nature_of(prepared: Prepared, cue_kind: int) -> Nature:
    """Return the world that learners live in before the first episode: the scenario's, as it is at that episode."""
    settings, penalty = prepared.settings, float(prepared.schedule.groups[0, PENALTY])
    response = prepared.mechanisms.response._replace(penalty=penalty)
    return Nature(settings.watching_rate, settings.honeypot_share, cue_kind, prepared.stakes, response)


@compiled
def threshold_choice(
    detection_belief: float, threshold: float, belief: float, cue: Cue, speaks: int
) -> tuple[int, int]:
    """Return what a threshold rule does in conflict, and 1 if it acts at its lowest cue: its compliance is strategic.

    Parameters
    ----------
    detection_belief, threshold, speaks : float, float, int
        As in `models.imitation.threshold_option`.
    belief : float
        ``p``, before cue and public signal.
    cue : Cue
        As the agent reckons.
    """
    lowest = threshold_option(lowest_posterior(belief, cue), threshold, speaks)
    return threshold_option(detection_belief, threshold, speaks), 1 if lowest == ACT else 0


@compiled
def learned_choice(rules: Rules, turns: int, place: int) -> tuple[int, int]:
    """Return what a learner does in conflict, and 1 if it acts at its lowest cue: its compliance is strategic.

    Parameters
    ----------
    rules : array, (levels, bins)
        Of the learner; there may be more columns.
    turns : int
        How often its goals were turned; later ones count as the last that it tells apart.
    place : int
        Bin of the cue.
    """
    level = min(turns, rules.shape[0] - 1)
    return int(rules[level, place]), 1 if rules[level, 0] == ACT else 0


@compiled
def threshold_class(
    threshold: float, belief: float, cue: Cue, speaks: int, true_honeypots: float, true_false_signal: float
) -> int:
    """Return the class of a threshold rule: a code of `models.strategies.CLASS_NAMES`; parameters as above."""
    watched, unwatched = threshold_rates(threshold, belief, cue, true_honeypots, true_false_signal)
    acts = 0.0 if speaks else 1.0
    return named_class(acts * watched, 1.0 - watched, acts * unwatched, 1.0 - unwatched, 0.0, 0.0)


@compiled
def learner_class(rules: Rules, bins: int, turns: int, cue_kind: int, quality: float, true_honeypots: float) -> int:
    """Return the class of a learner's rule: a code of `models.strategies.CLASS_NAMES`; parameters as above."""
    act_watched, comply_watched, act_unwatched, comply_unwatched = learned_rates(
        rules, bins, turns, cue_kind, quality, true_honeypots
    )
    return named_class(act_watched, comply_watched, act_unwatched, comply_unwatched, 0.0, 0.0)


@compiled_loop
def conflict_temptations(angle: float, tempted: float, stakes: Stakes) -> tuple[Floats, Floats]:
    """Return temptations and their probabilities, given conflict: what an agent's rule is averaged over.

    Parameters
    ----------
    angle : float
        ``theta > 0``, radians.
    tempted : float
        The temptation, where it is the same in every episode.
    """
    if stakes.kind == RANDOM:
        return _drawn(stakes)
    if stakes.kind != TASKS:
        return np.full(1, tempted), np.ones(1)
    # b = 2 s r sin(theta - beta), beta uniform in (0, theta), r the length of two standard normals.
    size = _NODES.size
    values, weights = np.empty(size * size), np.empty(size * size)
    for i in range(size):
        share = 0.5 * (1.0 + _NODES[i])
        for j in range(size):
            length = sqrt(-2.0 * logarithm(0.5 * (1.0 + _NODES[j])))
            values[size * i + j] = 2.0 * stakes.scale * length * sin(min(angle, pi) * share)
            weights[size * i + j] = 0.25 * _WEIGHTS[i] * _WEIGHTS[j]
    return values, weights


@compiled_loop
def _drawn(stakes: Stakes) -> tuple[Floats, Floats]:
    size = nodes_per_panel(stakes)
    values, weights = np.empty(stakes.draws.size), np.empty(stakes.draws.size)
    for place in range(values.size):
        panel = place // size
        share = 0.5 * (stakes.edges[panel + 1] - stakes.edges[panel])
        values[place] = stakes.scale * stakes.draws[place]
        weights[place] = share * FEW_WEIGHTS[place % size]
    return values, weights


@compiled
def at_rest(rule: Rule) -> Rule:
    """Return the rule with nothing at stake: no flag, penalty or modification; same noise, habit and conformity."""
    response = rule.response
    harmless = Response(0.0, 0.0, 0.0, 0.0, response.offers_voice, 0.0, response.bonus, response.voice_kept, 0.0)
    return Rule(
        rule.tempted, 0.0, rule.foresight, 0.0, 0.0, rule.habit, rule.pull, rule.weighting, rule.rationality,
        rule.akrasia, _NO_FLAGS, harmless,
    )  # fmt: skip


@compiled
def tempted_by(rule: Rule, tempted: float) -> Rule:
    """Return the rule at another temptation."""
    return Rule(
        tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull, rule.weighting,
        rule.rationality, rule.akrasia, rule.detector, rule.response,
    )  # fmt: skip


@compiled_loop
def rule_class_of(
    rule: Rule, belief: float, cue: Cue, angle: float, stakes: Stakes, true_honeypots: float, true_false_signal: float
) -> int:
    """Return the class of a rule, averaged over what may tempt: a code of `models.strategies.CLASS_NAMES`."""
    values, weights = conflict_temptations(angle, rule.tempted, stakes)
    rates, rest = np.zeros(4), np.zeros(4)
    for number in range(values.size):
        here = tempted_by(rule, values[number])
        found = rule_rates(here, belief, cue, true_honeypots, true_false_signal)
        calm = rule_rates(at_rest(here), belief, cue, true_honeypots, true_false_signal)
        for field in range(4):
            rates[field] += weights[number] * found[field]
            rest[field] += weights[number] * calm[field]
    return named_class(rates[0], rates[1], rates[2], rates[3], rest[1], rest[3])
