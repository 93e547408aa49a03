"""Rates of watching that an overseer chooses before the first episode, and the signal that it designs.

The agents are those of a replicate, as they stand at the start; they believe the rate and reply as best they can
(rationality infinite). Their replies jump where an agent is indifferent, so the payoff of a rate has steps: the search
lays a grid and refines it around its best points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.commitment import context_payoff
from models.compilation import compiled_loop
from models.detection import flag_probabilities
from models.goals import temptation
from models.outlook import Response, Stakes
from models.perception import false_signal_probability
from simulation.cells import BELIEF, best_replies
from simulation.decision_numbers import DECISION_COLUMNS
from simulation.mechanisms import Mechanisms
from simulation.settings import Settings

Floats = NDArray[np.float64]

#: Points of each grid, and how many of its best are refined.
_POINTS = 51
_REFINED = 3
#: Widths at which the searches end.
_WIDTH_OF_OPTIMUM = 1e-9
_WIDTH_OF_EQUILIBRIUM = 1e-12


@dataclass(frozen=True)
class Commitment:
    """What an overseer chose.

    Attributes
    ----------
    rate : float
        ``m``.
    payoff : float
        What it expects per agent-episode.
    mixing : float
        Probability of acting of the agents that the rate leaves indifferent; NaN where nobody needs to mix.
    """

    rate: float
    payoff: float
    mixing: float


class Overseen:
    """A population as an overseer reckons with it.

    Parameters
    ----------
    columns : array, (len(`simulation.decision_numbers.DECISION_COLUMNS`), agents)
        What the agents' decisions rest on; beliefs are replaced.
    """

    def __init__(self, columns: Floats, settings: Settings, mechanisms: Mechanisms, stakes: Stakes) -> None:
        # Agents that are alike reply alike.
        self.columns, self.counts = np.unique(columns, axis=1, return_counts=True)
        self.settings, self.mechanisms, self.stakes = settings, mechanisms, stakes

    def replies(self, rate: float) -> Floats:
        """Return the agents' probabilities of acting and complying, watched and unwatched, (4, kinds of agents)."""
        columns = self.columns.copy()
        columns[BELIEF] = rate
        return best_replies(columns, self.stakes)

    def payoffs(self, replies: Floats) -> tuple[float, float]:
        """Return what an unwatched and a watched agent-episode is worth, in the mean, given these replies."""
        found = _payoffs(
            replies, self.columns[_ANGLE], self.columns[_SCALE], self.columns[_NEIGHBOURS].astype(np.int64),
            self.settings, self.mechanisms, self.mechanisms.response,
        )  # fmt: skip
        unwatched, watched = found @ self.counts / self.counts.sum()
        return float(unwatched), float(watched)

    def payoff(self, rate: float) -> float:
        """Return what a rate is worth that agents believe."""
        unwatched, watched = self.payoffs(self.replies(rate))
        return unwatched + rate * (watched - unwatched)

    def marginal_gain(self, rate: float) -> float:
        """Return what watching one more episode is worth, agents' replies to the rate held fixed."""
        unwatched, watched = self.payoffs(self.replies(rate))
        return watched - unwatched


_ANGLE, _SCALE, _NEIGHBOURS = (DECISION_COLUMNS.index(name) for name in ("angle", "scale", "neighbours"))


@compiled_loop
def _payoffs(
    replies: Floats,
    angle: Floats,
    scale: Floats,
    neighbours: NDArray[np.int64],
    settings: Settings,
    mechanisms: Mechanisms,
    response: Response,
) -> Floats:
    out = np.empty((2, angle.size))
    for agent in range(angle.size):
        detector = flag_probabilities(mechanisms.rates, neighbours[agent])
        tempted = temptation(settings.stakes_kind, scale[agent], angle[agent])
        for watched in range(2):
            act, comply = (replies[0, agent], replies[1, agent]) if watched else (replies[2, agent], replies[3, agent])
            out[watched, agent] = context_payoff(
                watched, angle[agent], tempted, act, comply, detector, response, settings.harm, settings.recovery,
                settings.monitoring_cost, settings.modification_cost, settings.false_alarm_cost,
            )  # fmt: skip
    return out


def committed_rate(overseen: Overseen) -> Commitment:
    """Return the rate with the largest payoff once agents have replied to it, to 1e-6; ties in its favour."""
    rate, payoff = _largest(overseen.payoff, 0.0, 1.0)
    return Commitment(rate, payoff, float("nan"))


def _largest(value: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """Return (place, value) of the largest value of a function with steps, searched by grids inside grids."""
    best_place, best = low, value(low)
    intervals = [(low, high)]
    while intervals:
        found: list[tuple[float, float, float, float]] = []
        for begin, end in intervals:
            places = np.linspace(begin, end, _POINTS)
            values = [value(float(place)) for place in places]
            for number, (place, worth) in enumerate(zip(places, values, strict=True)):
                before, after = places[max(number - 1, 0)], places[min(number + 1, _POINTS - 1)]
                found.append((worth, float(place), float(before), float(after)))
        found.sort(key=lambda entry: (-entry[0], entry[1]))
        if found[0][0] > best:
            best, best_place = found[0][0], found[0][1]
        width = found[0][3] - found[0][2]
        intervals = [(before, after) for _, _, before, after in found[:_REFINED]] if width > _WIDTH_OF_OPTIMUM else []
    return best_place, best


def equilibrium_rate(overseen: Overseen) -> Commitment:
    """Return the rate at which the overseer's marginal gain changes sign, agents believing it.

    Agents that it leaves indifferent act with the probability that makes the gain zero. At an end the gain keeps its
    sign: never watching, or always, is the equilibrium then.
    """
    low, high = 0.0, 1.0
    if overseen.marginal_gain(low) <= 0.0:
        return Commitment(low, overseen.payoff(low), float("nan"))
    if overseen.marginal_gain(high) >= 0.0:
        return Commitment(high, overseen.payoff(high), float("nan"))
    while high - low > _WIDTH_OF_EQUILIBRIUM:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if overseen.marginal_gain(middle) > 0.0 else (low, middle)
    before, after = overseen.replies(low), overseen.replies(high)
    gains = [watched - unwatched for unwatched, watched in (overseen.payoffs(before), overseen.payoffs(after))]
    jumps = bool(np.abs(before - after).max() > 1e-6)
    mixing = -gains[1] / (gains[0] - gains[1]) if jumps else float("nan")
    weight = mixing if jumps else 0.5
    unwatched, watched = overseen.payoffs(weight * before + (1.0 - weight) * after)
    return Commitment(high, unwatched + high * (watched - unwatched), mixing)


def designed_signal(rate: float, thresholds: Floats) -> float:
    """Return how often the public signal says "watched" of an unwatched episode, so that most comply who hear it.

    It maximises ``(m/mu) share(q* <= mu)``: how often it says "watched", times how many that convinces
    [KamenicaGentzkow2011]_.

    Parameters
    ----------
    rate : float
        ``m``.
    thresholds : array, (agents,)
        The posteriors ``q*`` above which agents comply; those above 1 are never convinced.

    Returns
    -------
    float
        1 where saying nothing does as well: everybody complies anyway, or nobody can be convinced.
    """
    candidates = np.unique(thresholds[(thresholds > rate) & (thresholds <= 1.0)])
    best, best_posterior = float(np.mean(thresholds <= rate)), rate
    for posterior in candidates:
        reached = rate / posterior * float(np.mean(thresholds <= posterior))
        if reached > best:
            best, best_posterior = reached, float(posterior)
    return 1.0 if best_posterior == rate else false_signal_probability(rate, best_posterior)
