"""A scenario as a game of one episode: what overseer and agent expect of each pair of their strategies.

Rows are the overseer's: to watch or not, or rates of watching; columns the agent's: rules that it keeps to. The agent's
payoffs are those of the model's choice with the context known in place of a posterior,

    act     b (1 - xi f_M) - f_M (F + Omega)          comply   - phi'_M (F + Omega)
    speak   omega_v b + bonus - rho (F_v + Omega)

and the overseer's those of `models.commitment.context_payoff`; both in units of payoff, flags as the detector truly
finds them. What is left out is all that one episode does not have: continuation values (instrumental goal guarding, so
foresight and depth), beliefs and what moves them, habit, and the schedule, whose place the overseer takes; and noise,
akrasia, conformity and the weighting of probabilities, which bend choices, not payoffs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.choice import act_utility, comply_utility, voice_utility
from models.commitment import context_payoff
from models.cue_rules import act_probability_unwatched, act_probability_watched, is_informative
from models.detection import flag_probabilities
from models.goals import ALIGNED_ANGLE, temptation
from models.outlook import Detector
from models.perception import GAUSSIAN
from models.refusals import InputError
from models.response import guarding_cost
from models.scenario import Scenario
from simulation.decision_numbers import decision_columns
from simulation.mechanisms import mechanisms_of, response_of
from simulation.settings import settings_of

Floats = NDArray[np.float64]

WATCH, LEAVE = "watch", "do not watch"
ACT, COMPLY, FAKE, SPEAK = "act", "comply", "comply on the cue", "speak up"


@dataclass(frozen=True)
class OneShotGame:
    """Two payoff matrices, (overseer's strategies, agent's strategies), in units of payoff.

    Attributes
    ----------
    name : str
        Of the scenario.
    overseer_strategies, agent_strategies : tuple of str
        Names of the rows and of the columns.
    overseer_payoffs, agent_payoffs : array, (rows, columns)
    """

    name: str
    overseer_strategies: tuple[str, ...]
    agent_strategies: tuple[str, ...]
    overseer_payoffs: Floats
    agent_payoffs: Floats


def one_shot_game(scenario: Scenario, rates: Sequence[float] | None = None) -> OneShotGame:
    """Return the game of one episode between the overseer of a scenario and its agent.

    Where agents differ, the agent is the median one (`simulation.decision_numbers`). One who complies on the cue does
    so where the cue speaks for being watched (y >= 0, or y = 1 of a two-valued one) and acts elsewhere; it is left out
    where the cue says nothing, as speaking up is where the response does not offer it.

    Parameters
    ----------
    scenario : Scenario
        Without groups.
    rates : sequence of float, optional
        Rates of watching in [0, 1] that the overseer chooses from; by default it watches or does not.

    Raises
    ------
    InputError
        For stakes that are drawn anew in each episode, an agent whose goals are those of the target, groups, and rates
        that are none.
    """
    columns = decision_columns(scenario)
    _refuse(scenario, columns["angle"], rates)
    rules = _rules(scenario, columns)
    contexts = np.array([[_payoffs(scenario, columns, watched, *rule[watched]) for rule in rules.values()]
                         for watched in (0, 1)])  # fmt: skip
    watching = np.array([1.0, 0.0]) if rates is None else np.array(rates, dtype=np.float64)
    # + 0.0: none of them is minus zero. A rate is a mixture of watching and not: payoffs are linear in it.
    mixed = np.array([(1.0 - rate) * contexts[0] + rate * contexts[1] for rate in watching]) + 0.0
    rows = (WATCH, LEAVE) if rates is None else tuple(f"rate {rate:g}" for rate in watching)
    return OneShotGame(scenario.name, rows, tuple(rules), mixed[:, :, 0], mixed[:, :, 1])


def _rules(scenario: Scenario, columns: dict[str, float]) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """Return the agent's strategies: (P(act), P(comply)) in an unwatched, and in a watched episode."""
    rules = {ACT: ((1.0, 0.0), (1.0, 0.0)), COMPLY: ((0.0, 1.0), (0.0, 1.0))}
    kind, quality = int(columns["cue_kind"]), columns["quality"]
    if is_informative(kind, quality):
        # Half way between the cues of watched and unwatched episodes.
        middle = 0.0 if kind == GAUSSIAN else 0.5
        unwatched = float(act_probability_unwatched(middle, kind, quality))
        watched = float(act_probability_watched(middle, kind, quality, columns["true_honeypots"]))
        rules[FAKE] = ((unwatched, 1.0 - unwatched), (watched, 1.0 - watched))
    if scenario.regime.response.voice is not None:
        rules[SPEAK] = ((0.0, 0.0), (0.0, 0.0))
    return rules


def _payoffs(
    scenario: Scenario, columns: dict[str, float], watched: int, act: float, comply: float
) -> tuple[float, float]:
    """Return what the overseer and the agent expect of an episode in a context, given P(act) and P(comply)."""
    settings, response = settings_of(scenario), response_of(scenario)
    detector = flag_probabilities(mechanisms_of(scenario).rates, int(columns["neighbours"]))
    tempted = float(temptation(settings.stakes_kind, settings.scale, columns["angle"]))
    overseer = context_payoff(
        watched, columns["angle"], tempted, act, comply, detector, response, settings.harm, settings.recovery,
        settings.monitoring_cost, settings.modification_cost, settings.false_alarm_cost,
    )  # fmt: skip
    guarding = guarding_cost(columns["terminal_guarding"], columns["angle"], response.rotation)
    cost = columns["penalty"] + guarding
    acting = act_utility(tempted, _flagged(detector, watched), cost, response.clawback)
    complying = comply_utility(float(watched), detector.comply_strategic, cost)
    spoken = response.voice_penalty + guarding
    speaking = voice_utility(tempted, response.voice_kept, response.bonus, response.answered, spoken)
    agent = act * acting + comply * complying + (1.0 - act - comply) * speaking
    return float(overseer), float(agent)


def _flagged(detector: Detector, watched: int) -> float:
    return detector.act_watched if watched else detector.act_unwatched


def _refuse(scenario: Scenario, angle: float, rates: Sequence[float] | None) -> None:
    mistakes = []
    if scenario.stakes.kind in ("random", "tasks"):
        needed = "fixed or proportional for a game of one episode, whose stakes both sides know"
        mistakes.append(f"stakes.kind must be {needed}, got {scenario.stakes.kind}")
    if angle < ALIGNED_ANGLE:
        mistakes.append(f"agents.goals must differ from the target for a game, got an angle of {angle:g}")
    if rates is not None and (len(rates) == 0 or not all(0.0 <= rate <= 1.0 for rate in rates)):
        mistakes.append(f"rates must be numbers in [0, 1], got {list(rates)}")
    if mistakes:
        raise InputError(mistakes)
