"""Closed forms of others, in the letters of the model: what its special cases must give.

Where foresight and cue are absent the model is an inspection game; where the overseer chooses what agents can tell it
is persuasion. Results of escalating audits stand in `models.escalation`, those of populations over time in
`models.cascades`. Nothing is checked unless said so: the functions are for numbers that were.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import bdtr, expit, ndtr

from models.perception import belief_mean, unweighted_probability

#: Standard normal values farther out have no weight.
_TAIL = 12.0


class InspectionGame(NamedTuple):
    """Payoffs of an overseer who watches or not and an agent who acts or not, without cue or foresight.

    Parameters
    ----------
    temptation : float
        ``b >= 0``: what acting pays, in units of payoff.
    penalty : float
        ``F >= 0``.
    hit_rate : float
        ``tau`` in [0, 1].
    clawback : float
        ``xi`` in [0, 1]: share of the gain lost with a flag.
    harm : float
        What acting costs the overseer per unit of temptation.
    recovery : float
        Share of the harm in [0, 1] that a flag undoes.
    monitoring_cost : float
        ``c_m >= 0``: what watching costs.
    """

    temptation: float
    penalty: float
    hit_rate: float
    clawback: float
    harm: float
    recovery: float
    monitoring_cost: float

    @property
    def sanction(self) -> float:
        """``tau (F + xi b)``: what watching takes from one who acts."""
        return self.hit_rate * (self.penalty + self.clawback * self.temptation)

    @property
    def rescue(self) -> float:
        """``harm b tau recovery``: what watching one who acts saves the overseer."""
        return self.harm * self.temptation * self.hit_rate * self.recovery


# Inspection and deterrence


def deterring_rate(game: InspectionGame) -> float:
    """Return ``m* = b/(tau (F + xi b))``: acting pays at lower rates of watching only; infinite if nothing deters."""
    if game.temptation <= 0.0:
        return 0.0
    return game.temptation / game.sanction if game.sanction > 0.0 else math.inf


def inspection_equilibrium(game: InspectionGame) -> tuple[float, float, float]:
    """Return inspection rate, violation rate and the overseer's payoff in equilibrium [Avenhaus2002]_.

    Each rate makes the other side indifferent: ``m = m*`` and ``x = c_m/(harm b tau recovery)``. Where watching is not
    worth its cost even if everybody acts, nobody is watched; where even certain watching does not deter, all are.
    """
    rate = deterring_rate(game)
    if game.temptation <= 0.0:
        return 0.0, 0.0, 0.0
    worst = -game.harm * game.temptation
    if game.rescue <= game.monitoring_cost:
        return 0.0, 1.0, worst
    if rate > 1.0:
        return 1.0, 1.0, worst + game.rescue - game.monitoring_cost
    violation = game.monitoring_cost / game.rescue
    return rate, violation, worst * violation


def commitment_payoff(game: InspectionGame, rate: float) -> float:
    """Return what an overseer gets who announces a rate of watching and keeps to it [Avenhaus2002]_.

    Parameters
    ----------
    game : InspectionGame
    rate : float
        ``m`` in [0, 1]. At ``m*`` itself the agent complies, so that the payoff jumps up there.
    """
    cost = game.monitoring_cost * rate
    if rate >= deterring_rate(game):
        return -cost
    return game.rescue * rate - game.harm * game.temptation - cost


def committed_rate(game: InspectionGame) -> float:
    """Return the rate of watching that is best to announce: 0 or, if that pays more, ``min(1, m*)``.

    On either side of ``m*`` the payoff is linear in the rate: it is highest at an end of one of the two pieces.
    """
    return max(0.0, min(1.0, deterring_rate(game)), key=lambda rate: commitment_payoff(game, rate))


def logit_equilibrium(game: InspectionGame, rationality: float) -> tuple[float, float]:
    """Return inspection and violation rate where both sides answer each other by logit [McKelveyPalfrey1995]_.

        m = sigma(lambda (harm b tau recovery x - c_m))        x = sigma(lambda (b - tau (F + xi b) m))

    Parameters
    ----------
    game : InspectionGame
    rationality : float
        ``lambda >= 0``, the same for both; infinite: `inspection_equilibrium`, the limit.
    """
    if math.isinf(rationality):
        return inspection_equilibrium(game)[:2]

    def inspection(violation: float) -> float:
        return float(expit(rationality * (game.rescue * violation - game.monitoring_cost)))

    def excess(violation: float) -> float:
        advantage = game.temptation - game.sanction * inspection(violation)
        return violation - float(expit(rationality * advantage))

    # The more act, the more are watched and the fewer wish to act: the excess rises, and has one zero.
    violation = float(brentq(excess, 0.0, 1.0, xtol=1e-16, rtol=1e-15))
    return inspection(violation), violation


def deterrent_penalty(temptation: float, rate: float, hit_rate: float) -> float:
    """Return ``b/(m tau)``: the least penalty that deters whoever cannot tell when it is watched [Becker1968]_."""
    return temptation / (rate * hit_rate)


def weighted_deterrence_threshold(temptation: float, hit_rate: float, cost: float, exponent: float) -> float:
    """Return the posterior from which on one who weights probabilities complies [Prelec1998]_.

    Parameters
    ----------
    temptation, hit_rate : float
        ``b >= 0`` and ``tau > 0``.
    cost : float
        ``K > 0``: what a flag costs.
    exponent : float
        ``alpha > 0`` of `weighted_probability`. Where ``b/(tau K) >= 1`` nothing deters, and that ratio is returned.
    """
    return unweighted_probability(temptation / (hit_rate * cost), exponent)


# What can be told, and what is learned


def detection_auc(discrimination: float) -> float:
    """Return ``Phi(d/sqrt 2)``: chance that a watched episode's cue exceeds an unwatched one's [GreenSwets1966]_."""
    return float(ndtr(discrimination / math.sqrt(2.0)))


def gap_bound(discrimination: float) -> float:
    """Return ``2 Phi(d/2) - 1``: the most by which a threshold on a gaussian cue tells watched from not.

    ``Phi(d/2)`` is the area under the curve of a cue of discrimination d/sqrt(2) [GreenSwets1966]_.
    """
    return 2.0 * detection_auc(discrimination / math.sqrt(2.0)) - 1.0


def beta_mean(watched_weight: float, unwatched_weight: float, watched: float, episodes: float) -> float:
    """Return ``(A + k)/(A + B + n)``: the mean of a Beta(A, B) belief after k watched episodes of n."""
    return belief_mean(watched_weight + watched, unwatched_weight + episodes - watched)


def persuasive_posterior(rate: float, threshold: float) -> float:
    """Return ``mu``: what "watched" should make agents believe, so that most comply [KamenicaGentzkow2011]_.

    Parameters
    ----------
    rate : float
        ``m`` in (0, 1].
    threshold : float
        ``q*``: they comply iff their posterior is no lower. Between m and 1 it is what they are made to believe;
        otherwise nothing is gained by a signal, and they are left with ``m``.
    """
    return threshold if rate < threshold <= 1.0 else rate


def persuasion_compliance(rate: float, threshold: float) -> float:
    """Return ``min(1, m/q*)``, the best compliance a signal can bring about; 0 where ``q* > 1``: nothing deters."""
    if threshold > 1.0:
        return 0.0
    return rate / threshold if threshold > rate else 1.0


def hiding_gain(rate: float, threshold: float) -> float:
    """Return compliance where nothing can be told, less that where agents are told whether they are watched.

    ``1 - m`` where ``q* <= m``: the unwatched are deterred too; ``-m`` above, and 0 where nothing deters or tempts.
    """
    hidden = 1.0 if threshold <= rate else 0.0
    told = (rate if threshold > 0.0 else 1.0) if threshold <= 1.0 else 0.0
    return hidden - told


def audit_catch_probability(agents: int, audits: int, shift: float) -> float:
    """Return the probability that one attacker is among those audited, who are the highest by a noisy score.

        P = integral of phi(z) P(fewer than n of the N - 1 others score above z + d) dz

    Parameters
    ----------
    agents, audits : int
        ``N >= 1`` and ``n``; all are audited if ``n >= N``, none if ``n <= 0``.
    shift : float
        ``d``: by how many standard deviations the attacker's score is raised; at 0 the result is ``n/N``.
    """
    if audits <= 0 or audits >= agents:
        return 0.0 if audits <= 0 else 1.0

    def density(z: float) -> float:
        found: float = bdtr(audits - 1, agents - 1, ndtr(-z - shift))
        return math.exp(-0.5 * z * z) * found

    area, _ = quad(density, -_TAIL, _TAIL, epsabs=1e-13, epsrel=1e-13, limit=500)
    return float(area) / math.sqrt(2.0 * math.pi)
