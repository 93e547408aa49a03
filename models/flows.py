"""Flows: what an episode under a rule is expected to give and to bring, by the goals of a judge.

    gain     sum over M of P(M) (x_M (1 - xi f_M) + omega_v z_M) b
    cost     sum over M of P(M) (n_M (F + Omega) + rho z_M (F_v + Omega) - bonus z_M),   n_M = x_M f_M + c_M phi'_M
    hazard   sum over M of P(M) (n_M + rho z_M)
    reinforced   P(M = 1) c_1 (1 - phi')

x, z, c are the probabilities of acting, speaking up and complying. Under random stakes and tasks they are means over
the temptation: integrals over panels that end wherever the rule does not change smoothly with it. Without a temptation
the agent complies, and sincerely.
"""

from __future__ import annotations

from math import cos, sin
from typing import NamedTuple

import numpy as np

from models.choice import COMPLY
from models.compilation import compiled_loop
from models.goals import RANDOM, TASKS
from models.options import CueRule, Prices, best_cue_rule, context_probabilities, looks_probabilities, option_lines
from models.outlook import Outlook
from models.rule_breaks import rule_breaks
from models.stakes import (
    FEW_NODES,
    FEW_WEIGHTS,
    MANY_NODES,
    MANY_WEIGHTS,
    nodes_per_panel,
    panel_ratio,
    place_of_ratio,
)
from models.tasks import conflict_probability, largest_size, task_density

#: Tasks: sizes beyond so many standard deviations have no weight; panels double from a small one.
_DEVIATIONS = 9.0
_TASK_PANELS = 14


class Eyes(NamedTuple):
    """Whose episode it is, and who judges it.

    Attributes
    ----------
    angle : float
        ``theta_k > 0`` of the self that acts, radians.
    worth : float
        What acting is worth to the judge, in units of payoff; of random stakes in the mean; of tasks half of what it
        is worth per size u (`models.tasks`).
    axis : float
        Of tasks, the angle ``chi >= theta_k`` from which u is measured.
    sine, rise : float
        sin and 1 - cos of `angle`, which every rule that is tried needs.
    """

    angle: float
    worth: float
    axis: float
    sine: float
    rise: float


class Rates(NamedTuple):
    """Of a rule at one temptation: share of the temptation that is gained, cost, hazard and reinforcement.

    The choices, ``x_1, x_0, c_1, c_0``, are those with the true share of honeypots.
    """

    kept: float
    cost: float
    hazard: float
    reinforced: float
    act_watched: float
    act_unwatched: float
    comply_watched: float
    comply_unwatched: float


class Flow(NamedTuple):
    """Of an episode, in the mean over temptations.

    Attributes
    ----------
    gain, cost : float
        In units of payoff, as the judge sees it.
    along, across : float
        What is gained is worth ``sigma_j (sin(theta_j) along - cos(theta_j) across)`` to an earlier self j.
    hazard, reinforced : float
        Probabilities of a flag or an answer, and of watched, unflagged compliance.
    tempted : float
        Probability that there is a temptation.
    act_watched, act_unwatched, comply_watched, comply_unwatched : float
        Of the choices where there is one, with the true share of honeypots.
    """

    gain: float
    along: float
    across: float
    cost: float
    hazard: float
    reinforced: float
    tempted: float
    act_watched: float
    act_unwatched: float
    comply_watched: float
    comply_unwatched: float


@compiled_loop
def rule_rates(rule: CueRule, guarding: float, outlook: Outlook, true_honeypots: float) -> Rates:
    """Return the rates of a rule of a tempted agent; `guarding` is Omega where it counts."""
    belief, detector, response = outlook.belief, outlook.detector, outlook.response
    looks = looks_probabilities(rule, outlook.cue)
    acts_1, speaks_1, acts_0, speaks_0 = context_probabilities(rule, outlook.cue, looks, outlook.cue.honeypots)
    complies_1 = max(1.0 - acts_1 - speaks_1, 0.0)
    flagged_1 = acts_1 * detector.act_watched + complies_1 * detector.comply_strategic
    flagged = belief * flagged_1 + (1.0 - belief) * acts_0 * detector.act_unwatched
    speaks = belief * speaks_1 + (1.0 - belief) * speaks_0
    answered = response.answered * speaks
    kept = belief * acts_1 * (1.0 - response.clawback * detector.act_watched)
    kept += (1.0 - belief) * acts_0 * (1.0 - response.clawback * detector.act_unwatched) + response.voice_kept * speaks
    cost = flagged * (response.penalty + guarding) + answered * (response.voice_penalty + guarding)
    true_1, true_speaks_1, _, _ = context_probabilities(rule, outlook.cue, looks, true_honeypots)
    return Rates(
        kept,
        cost - response.bonus * speaks,
        flagged + answered,
        belief * complies_1 * (1.0 - detector.comply_strategic),
        true_1,
        acts_0,
        max(1.0 - true_1 - true_speaks_1, 0.0),
        max(1.0 - acts_0 - speaks_0, 0.0),
    )


@compiled_loop
def best_rates(tempted: float, prices: Prices, outlook: Outlook, true_honeypots: float) -> Rates:
    """Return the rates of the best rule of an agent that is tempted by `tempted`."""
    rule = best_cue_rule(option_lines(tempted, prices, outlook.detector, outlook.response), outlook.belief, outlook.cue)
    return rule_rates(rule, prices.guarding, outlook, true_honeypots)


@compiled_loop
def sincere_rates(guarding: float, outlook: Outlook) -> Rates:
    """Return the rates of an agent without a temptation: it complies, sincerely."""
    flagged = outlook.belief * outlook.detector.comply_sincere
    cost = flagged * (outlook.response.penalty + guarding)
    reinforced = outlook.belief * (1.0 - outlook.detector.comply_sincere)
    return Rates(0.0, cost, flagged, reinforced, 0.0, 0.0, 1.0, 1.0)


@compiled_loop
def no_flow() -> Flow:
    """Return the flow that others are added to."""
    return Flow(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@compiled_loop
def with_tempted(flow: Flow, weight: float, gain: float, along: float, across: float, rates: Rates) -> Flow:
    """Return a flow with episodes of a probability `weight` added to it; gain, along and across are those of acting."""
    return Flow(
        flow.gain + gain * rates.kept,
        flow.along + along * rates.kept,
        flow.across + across * rates.kept,
        flow.cost + weight * rates.cost,
        flow.hazard + weight * rates.hazard,
        flow.reinforced + weight * rates.reinforced,
        flow.tempted + weight,
        flow.act_watched + weight * rates.act_watched,
        flow.act_unwatched + weight * rates.act_unwatched,
        flow.comply_watched + weight * rates.comply_watched,
        flow.comply_unwatched + weight * rates.comply_unwatched,
    )


@compiled_loop
def with_sincere(flow: Flow, weight: float, rates: Rates) -> Flow:
    """Return a flow with episodes added to it in which nothing tempts."""
    return Flow(
        flow.gain,
        flow.along,
        flow.across,
        flow.cost + weight * rates.cost,
        flow.hazard + weight * rates.hazard,
        flow.reinforced + weight * rates.reinforced,
        flow.tempted,
        flow.act_watched,
        flow.act_unwatched,
        flow.comply_watched,
        flow.comply_unwatched,
    )


@compiled_loop
def conditional_choices(flow: Flow) -> Flow:
    """Return the flow with the probabilities of choices given a temptation."""
    return Flow(
        flow.gain,
        flow.along,
        flow.across,
        flow.cost,
        flow.hazard,
        flow.reinforced,
        flow.tempted,
        flow.act_watched / flow.tempted,
        flow.act_unwatched / flow.tempted,
        flow.comply_watched / flow.tempted,
        flow.comply_unwatched / flow.tempted,
    )


@compiled_loop
def constant_flow(eyes: Eyes, rates: Rates) -> Flow:
    """Return the flow of stakes that are the same in every episode, from the rates of its rule."""
    return with_tempted(no_flow(), 1.0, eyes.worth, eyes.sine, eyes.rise, rates)


@compiled_loop
def best_flow(eyes: Eyes, prices: Prices, outlook: Outlook, true_honeypots: float) -> Flow:
    """Return the flow of the best rule at these prices."""
    kind = outlook.stakes.kind
    if kind == RANDOM:
        return random_flow(eyes, prices, outlook, true_honeypots)
    if kind == TASKS:
        return task_flow(eyes, prices, outlook, true_honeypots)
    return constant_flow(eyes, best_rates(eyes.worth, prices, outlook, true_honeypots))


@compiled_loop
def random_flow(eyes: Eyes, prices: Prices, outlook: Outlook, true_honeypots: float) -> Flow:
    """Return the flow of random stakes: panel by panel, cut where the rule jumps or bends."""
    stakes = outlook.stakes
    size = nodes_per_panel(stakes)
    nodes, weights = (MANY_NODES, MANY_WEIGHTS) if size > FEW_NODES.size else (FEW_NODES, FEW_WEIGHTS)
    breaks = rule_breaks(eyes.worth, prices, outlook, size > FEW_NODES.size)
    rise, lower = eyes.sine, eyes.rise
    sincere = sincere_rates(prices.guarding, outlook)
    flow = no_flow()
    for panel in range(stakes.edges.size - 1):
        half = 0.5 * (stakes.edges[panel + 1] - stakes.edges[panel])
        begin = -1.0
        for cut in range(breaks.size + 1):
            end = 1.0 if cut == breaks.size else place_of_ratio(stakes, panel, breaks[cut])
            if end <= begin:
                continue
            reach, middle = 0.5 * (end - begin), 0.5 * (begin + end)
            whole = begin == -1.0 and end == 1.0
            for node in range(nodes.size):
                place = middle + reach * nodes[node]
                ratio = stakes.draws[panel * size + node] if whole else panel_ratio(stakes, panel, place)
                weight = half * reach * weights[node]
                if ratio <= 0.0:
                    flow = with_sincere(flow, weight, sincere)
                    continue
                gain = weight * ratio
                rates = best_rates(eyes.worth * ratio, prices, outlook, true_honeypots)
                flow = with_tempted(flow, weight, gain * eyes.worth, gain * rise, gain * lower, rates)
            begin = end
    return conditional_choices(flow)


@compiled_loop
def task_flow(eyes: Eyes, prices: Prices, outlook: Outlook, true_honeypots: float) -> Flow:
    """Return the flow of tasks: an integral over the size u in conflict, and the rest, which complies."""
    breaks = rule_breaks(2.0 * eyes.worth, prices, outlook, True)
    largest = largest_size(eyes.axis, _DEVIATIONS)
    doubled = largest * 2.0 ** np.arange(1.0 - _TASK_PANELS, 1.0)
    edges = np.sort(np.concatenate((np.zeros(1), doubled, np.minimum(breaks, largest))))
    rise, level = sin(eyes.axis), cos(eyes.axis)
    flow = no_flow()
    for panel in range(edges.size - 1):
        reach, middle = 0.5 * (edges[panel + 1] - edges[panel]), 0.5 * (edges[panel] + edges[panel + 1])
        if reach <= 0.0:
            continue
        for node in range(MANY_NODES.size):
            size = middle + reach * MANY_NODES[node]
            mass, mean = task_density(size, eyes.angle, eyes.axis)
            weight, mean = reach * MANY_WEIGHTS[node] * mass, reach * MANY_WEIGHTS[node] * mean
            sized = weight * size
            rates = best_rates(2.0 * eyes.worth * size, prices, outlook, true_honeypots)
            flow = with_tempted(
                flow, weight, 2.0 * eyes.worth * sized,
                2.0 * (level * mean + rise * sized), 2.0 * (rise * mean - level * sized), rates,
            )  # fmt: skip
    rest = 1.0 - conflict_probability(eyes.angle)
    return conditional_choices(with_sincere(flow, rest, sincere_rates(prices.guarding, outlook)))


@compiled_loop
def complying_flow(eyes: Eyes, guarding: float, outlook: Outlook, true_honeypots: float) -> Flow:
    """Return the flow of the rule that always complies."""
    nowhere = float("inf")
    rates = rule_rates(CueRule(nowhere, -nowhere, nowhere, -nowhere, COMPLY), guarding, outlook, true_honeypots)
    share = conflict_probability(eyes.angle) if outlook.stakes.kind == TASKS else 1.0
    flow = with_tempted(no_flow(), share, 0.0, 0.0, 0.0, rates)
    return conditional_choices(with_sincere(flow, 1.0 - share, sincere_rates(guarding, outlook)))
