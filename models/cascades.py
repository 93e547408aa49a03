"""Closed forms of others for populations over time: cascades, conformity, averaged beliefs, imitation.

Where conformity is the only pull, an agent whose net temptation is ``n = b - m tau F`` complies iff
``r (2 S - 1) >= n``: iff the share S that complied is at least ``(1 + n/r)/2``, its threshold. What a population then
does depends on who has which threshold, not on their mean alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.special import expit, logit

from models.literature import InspectionGame, deterring_rate

Floats = NDArray[np.float64]

#: Shares and eigenvalues closer than this are the same.
_SAME = 1e-12
_SAME_EIGENVALUE = 1e-9
#: Rates closer than this to the equilibrium turn around it with the linear period.
_AT_REST = 1e-6


# Cascades and conformity


def compliance_threshold(net_temptation: float, conformity: float) -> float:
    """Return ``(1 + n/r)/2``: the share that must comply for this agent to; it may lie outside [0, 1].

    Parameters
    ----------
    net_temptation : float
        ``n = b - m tau F``, of either sign, in units of payoff.
    conformity : float
        ``r > 0``, in units of payoff.
    """
    return 0.5 * (1.0 + net_temptation / conformity)


def cascade_size(thresholds: Sequence[float] | Floats) -> int:
    """Return how many join in the end, if at first nobody has [Granovetter1978]_.

    Parameters
    ----------
    thresholds : sequence of float
        How many must have joined before this one does; 0 joins unasked. With thresholds sorted, k join where for the
        first time the one after k others wants more than k.
    """
    ordered = np.sort(np.asarray(thresholds, dtype=np.float64))
    waiting = np.flatnonzero(ordered > np.arange(ordered.size))
    return int(waiting[0]) if waiting.size else int(ordered.size)


def conforming_share(share: float, conformity: float, lowest: float = -1.0, highest: float = 1.0) -> float:
    """Return the share that complies after `share` did: ``P(n <= r (2 S - 1))`` [Kuran1995]_.

    Parameters
    ----------
    share : float
        ``S`` in [0, 1].
    conformity : float
        ``r >= 0``, in units of payoff.
    lowest, highest : float
        Net temptations are uniform between them. As they stand the result is ``clip(1/2 + r (S - 1/2), 0, 1)``.
    """
    reached = (conformity * (2.0 * share - 1.0) - lowest) / (highest - lowest)
    return min(max(reached, 0.0), 1.0)


def conformity_fixed_points(conformity: float, lowest: float = -1.0, highest: float = 1.0) -> tuple[float, ...]:
    """Return the shares that repeat themselves, rising; one between two others is the tipping point.

    Parameters are those of `conforming_share`. Where ``2 r < highest - lowest`` there is one, and it attracts. Where
    every share repeats itself, the ends 0 and 1 are returned.
    """
    points = [0.0] if lowest >= -conformity else []
    gap = highest - lowest - 2.0 * conformity
    inner = -(conformity + lowest) / gap if gap != 0.0 else 0.0
    if 0.0 < inner < 1.0:
        points.append(inner)
    return (*points, 1.0) if highest <= conformity else tuple(points)


def conformity_limit(share: float, conformity: float, lowest: float = -1.0, highest: float = 1.0) -> float:
    """Return where `conforming_share`, repeated, leads: the next fixed point in the direction of the first step."""
    step = conforming_share(share, conformity, lowest, highest) - share
    points = conformity_fixed_points(conformity, lowest, highest)
    if step > _SAME:
        return min(point for point in points if point > share)
    if step < -_SAME:
        return max(point for point in points if point < share)
    return share


# Social learning


def averaged_beliefs(trust: Floats, beliefs: Floats, episodes: int) -> Floats:
    """Return ``T^n p``: beliefs after n rounds in which each agent averages those it trusts [DeGroot1974]_.

    Parameters
    ----------
    trust : array of shape (agents, agents)
        ``T``: row i is the weight that agent i gives each, and sums to 1.
    beliefs : array of shape (agents,)
    episodes : int
        ``n >= 0``.
    """
    found: Floats = np.linalg.matrix_power(trust, episodes) @ beliefs
    return found


def influence(trust: Floats) -> Floats:
    """Return each agent's weight in the belief that all come to share: ``w T = w``, ``sum w = 1`` [DeGroot1974]_.

    Parameters
    ----------
    trust : array of shape (agents, agents)
        As for `averaged_beliefs`.

    Raises
    ------
    ValueError
        Where there is no such belief: groups that do not listen to each other, or beliefs that go round for ever.
    """
    size = np.abs(np.linalg.eigvals(trust))
    lasting = int(np.count_nonzero(size > 1.0 - _SAME_EIGENVALUE))
    if lasting != 1:
        message = f"trust must have one eigenvalue of size 1, for beliefs to agree in the end, got {lasting}"
        raise ValueError(message)
    agents = len(trust)
    # The equations w (T - 1) = 0 are one too few; the sum is the missing one.
    equations = np.vstack([trust.T - np.eye(agents), np.ones(agents)])
    found, *_ = np.linalg.lstsq(equations, np.append(np.zeros(agents), 1.0), rcond=None)
    return np.asarray(found, dtype=np.float64)


# Imitation: the inspection game among many overseers and many agents who copy whoever does better


def replicator_flow(game: InspectionGame, inspection: float, violation: float) -> tuple[float, float]:
    """Return the rates of change of both shares, per episode at unit speed [Hofbauer1998]_.

        m' = m (1 - m) (G x - c_m)        x' = x (1 - x) (b - K m)

    ``G = harm b tau recovery``, ``K = tau (F + xi b)``.

    Parameters
    ----------
    game : InspectionGame
    inspection, violation : float
        ``m`` and ``x`` in [0, 1].
    """
    watching = game.rescue * violation - game.monitoring_cost
    acting = game.temptation - game.sanction * inspection
    return inspection * (1.0 - inspection) * watching, violation * (1.0 - violation) * acting


def replicator_invariant(game: InspectionGame, inspection: float, violation: float) -> float:
    """Return ``b ln m + (K - b) ln(1-m) + c_m ln x + (G - c_m) ln(1-x)``, which `replicator_flow` conserves.

    It is highest at the equilibrium: the shares go round it and come back, neither nearing it nor leaving.
    """
    watched = game.temptation * math.log(inspection)
    unwatched = (game.sanction - game.temptation) * math.log1p(-inspection)
    acting = game.monitoring_cost * math.log(violation)
    complying = (game.rescue - game.monitoring_cost) * math.log1p(-violation)
    return watched + unwatched + acting + complying


def replicator_linear_period(game: InspectionGame) -> float:
    """Return ``2 pi/sqrt(m (1-m) G x (1-x) K)``: the period of small turns around the equilibrium (m, x).

    Raises
    ------
    ValueError
        Where the equilibrium is not inside the square: nothing turns.
    """
    inspection, violation = _centre(game)
    speed = inspection * (1.0 - inspection) * game.rescue * violation * (1.0 - violation) * game.sanction
    return 2.0 * math.pi / math.sqrt(speed)


def replicator_period(game: InspectionGame, inspection: float, violation: float) -> float:
    """Return how long the shares take to come back to where they started.

    Integrated in log-odds, in which the flow has no factors that vanish at the ends:
    ``u' = G sigma(v) - c_m``, ``v' = b - K sigma(u)``; from one passage of m through ``m*`` to the next in the same
    direction.

    Parameters
    ----------
    game : InspectionGame
    inspection, violation : float
        ``m`` and ``x`` at the start, in (0, 1). Within 1e-6 of the equilibrium the linear period is returned.

    Raises
    ------
    ValueError
        Where the start or the equilibrium is not inside the square: nothing turns.
    """
    if not (0.0 < inspection < 1.0 and 0.0 < violation < 1.0):
        message = f"inspection and violation must be between 0 and 1, got {inspection} and {violation}"
        raise ValueError(message)
    centre = _centre(game)
    if max(abs(inspection - centre[0]), abs(violation - centre[1])) < _AT_REST:
        return replicator_linear_period(game)

    def flow(_: float, odds: Floats) -> tuple[float, float]:
        watching = game.rescue * expit(odds[1]) - game.monitoring_cost
        return watching, game.temptation - game.sanction * expit(odds[0])

    def passage(_: float, odds: Floats) -> float:
        return float(odds[0] - logit(centre[0]))

    passage.direction = 1.0  # type: ignore[attr-defined]
    passage.terminal = 2  # type: ignore[attr-defined]
    start = logit([inspection, violation])
    path = solve_ivp(flow, (0.0, math.inf), start, method="DOP853", rtol=1e-12, atol=1e-13, events=passage)
    first, second = path.t_events[0]
    return float(second - first)


def _centre(game: InspectionGame) -> tuple[float, float]:
    """Return the equilibrium (m, x), refused unless both are strictly between 0 and 1."""
    inspection = deterring_rate(game)
    if not (0.0 < inspection < 1.0 and 0.0 < game.monitoring_cost < game.rescue):
        message = f"game must have an equilibrium in which both sides mix, got {game}"
        raise ValueError(message)
    return inspection, game.monitoring_cost / game.rescue
