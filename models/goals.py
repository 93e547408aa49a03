"""Goals and stakes: how far an agent's goals are from the overseer's target, and what that is worth to it.

Goals are unit vectors. All that a payoff needs of them is an angle: ``theta`` between the agent's goals and the target,
``psi`` between the goals of one self and those of a successor. Modification turns the goals toward the target in the
plane of the two, by a fraction ``eta`` of the angle that is left: ``theta' = (1 - eta) theta``.

With stakes ``s``, acting on one's own goals pays ``b`` more than complying (the temptation), and an episode in which a
successor ``psi`` away acts is worth ``b - l(psi)``, l the successor loss. Both kinds of stakes have

    b - l(psi) = sigma (cos(psi) - cos(theta)),    sigma = s                    (proportional)
                                                   sigma = s / (1 - cos(theta)) (fixed)

which the planner uses: it makes a value linear in (cos(theta), sin(theta)).
"""

from __future__ import annotations

from math import sin

from models.compilation import compiled

PROPORTIONAL = 0
FIXED = 1
RANDOM = 2
TASKS = 3

#: Below this angle (radians) goals count as aligned.
ALIGNED_ANGLE = 1e-9


@compiled
def one_minus_cosine(angle: float) -> float:
    """Return ``1 - cos(angle)`` as ``2 sin²(angle/2)``, which keeps its digits at small angles."""
    half = sin(0.5 * angle)
    return 2.0 * half * half


@compiled
def payoff_scale(stakes_kind: int, scale: float, angle: float) -> float:
    """Return ``sigma``: what one unit of ``cos(psi) - cos(theta)`` is worth to an agent ``angle`` from the target.

    Parameters
    ----------
    stakes_kind : int
        `PROPORTIONAL` or `FIXED`.
    scale : float
        ``s > 0``, in units of payoff.
    angle : float
        ``theta`` in [0, pi], radians; 0 gives 0: nothing tempts an aligned agent.
    """
    if angle < ALIGNED_ANGLE:
        return 0.0
    return scale if stakes_kind == PROPORTIONAL else scale / one_minus_cosine(angle)


@compiled
def temptation(stakes_kind: int, scale: float, angle: float) -> float:
    """Return ``b >= 0``: what acting on its own goals pays the agent more than complying, in units of payoff."""
    return temptation_of(stakes_kind, scale, one_minus_cosine(angle)) if angle >= ALIGNED_ANGLE else 0.0


@compiled
def temptation_of(stakes_kind: int, scale: float, rise: float) -> float:
    """Return the temptation of goals that are not aligned, given `rise`, ``1 - cos(theta)``."""
    return scale * rise if stakes_kind == PROPORTIONAL else scale


@compiled
def successor_loss(stakes_kind: int, scale: float, angle: float, distance: float) -> float:
    """Return ``l(psi)``: what an episode in which a successor acts costs a self, in units of payoff.

    Parameters
    ----------
    angle : float
        ``theta`` of the self that judges, radians.
    distance : float
        ``psi``, the angle between its goals and the successor's, radians.
    """
    return payoff_scale(stakes_kind, scale, angle) * one_minus_cosine(distance)


@compiled
def turned_angle(angle: float, rotation: float) -> float:
    """Return the angle to the target after a turn by the fraction `rotation` (eta, in [0, 1]); 0 once aligned."""
    turned = (1.0 - rotation) * angle
    return 0.0 if turned < ALIGNED_ANGLE else turned
