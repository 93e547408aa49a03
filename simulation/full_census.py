"""Classes of agents whose rules have mechanisms beyond the basic model."""

from __future__ import annotations

from math import pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.elementary import logarithm
from models.goals import RANDOM, TASKS, temptation
from models.outlook import Cue, Detector, Response, Stakes
from models.perception import belief_mean
from models.rule_rates import Rule, rule_rates
from models.stakes import FEW_WEIGHTS, nodes_per_panel
from models.strategies import ALIGNED, CLASS_NAMES, named_class
from simulation.census import ALL, CONFLICT, UNMODIFIED
from simulation.full_stages import cue_of, own_response, perceived_detector
from simulation.full_world import FullWorld
from simulation.mechanisms import Mechanisms
from simulation.settings import Settings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NO_FLAGS = Detector(0.0, 0.0, 0.0, 0.0)


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


@compiled_loop
def full_class_counts(world: FullWorld, settings: Settings, mechanisms: Mechanisms, stakes: Stakes) -> Integers:
    """Return how many agents are of each class, (3, classes); rows as in `simulation.census`.

    An agent counts as in conflict where its goals differ, whatever the task or the draw of one episode.
    """
    counts = np.zeros((3, len(CLASS_NAMES)), np.int64)
    for agent in range(world.angle.size):
        code = ALIGNED
        tempts = world.angle[agent] > 0.0
        if tempts:
            # Where stakes are steady: at the goals of now, which may have turned since the last episode.
            tempted = temptation(stakes.kind, stakes.scale, world.angle[agent])
            rule = Rule(
                tempted, world.guarding[agent], world.foresight[agent], world.loss[agent],
                world.turn_loss[agent], world.habit[agent], world.pull[agent], mechanisms.weighting,
                world.rationality[agent], mechanisms.akrasia, perceived_detector(world, agent, mechanisms),
                own_response(world, agent, mechanisms),
            )  # fmt: skip
            code = rule_class_of(
                rule, belief_mean(world.watched_weight[agent], world.unwatched_weight[agent]),
                cue_of(world, agent, settings, mechanisms), world.angle[agent], stakes, settings.honeypot_share,
                mechanisms.false_signal,
            )  # fmt: skip
        counts[ALL, code] += 1
        if tempts:
            counts[CONFLICT, code] += 1
            counts[UNMODIFIED, code] += 1 if world.turns[agent] == 0 else 0
    return counts
