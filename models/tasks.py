"""Tasks: stakes that come from what the goals say about a task, x ~ N(0, I), that can be done one way or the other.

Actions are +x and -x. In the plane of the agent's goals and the target, with ``x = r (cos(alpha), sin(alpha))`` and the
target along the first axis, goals at the angle theta disagree with the target iff ``beta = alpha - pi/2 (mod pi)`` lies
in (0, theta): with probability theta/pi. Acting is then worth ``b = 2 s r sin(theta - beta)``; to goals at a larger
angle theta_j, ``2 s r sin(theta_j - beta)``.

A rule depends on the task through b alone. With ``u = r sin(theta - beta)`` and ``w = r cos(theta - beta)``, (u, w) has
the density ``exp(-(u² + w²)/2)/pi`` on ``0 < u``, ``u cot(theta) < w``, and ``r cos(beta), r sin(beta)`` are sums of u
and w, so that the expectation over tasks leaves an integral over u, with the densities of `task_density`.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from models.compilation import compiled
from models.elementary import exponential, normal_cumulative
from models.goals import ALIGNED_ANGLE, one_minus_cosine

_MEAN_SIZE = sqrt(2.0 / pi)
_TWO_DENSITIES = sqrt(2.0 / pi)


@compiled
def task_value(angle: float, along: float, across: float) -> float:
    """Return ``<g, x>``: what doing the task is worth to goals at `angle`, rather than leaving it.

    Parameters
    ----------
    angle : float
        Between the goals and the target, radians.
    along, across : float
        ``<g*, x>``, and the component of x across the target, in the plane of the goals and on their side.
    """
    return along * cos(angle) + across * sin(angle)


@compiled
def is_conflict(angle: float, along: float, across: float) -> bool:
    """Tell whether goals and target want the task done differently; aligned goals never do."""
    return angle >= ALIGNED_ANGLE and along * task_value(angle, along, across) < 0.0


@compiled
def task_temptation(scale: float, angle: float, along: float, across: float) -> float:
    """Return ``b``: ``2 s |<g, x>|`` in conflict, else 0.

    Parameters
    ----------
    scale : float
        ``s > 0``, in units of payoff.
    angle, along, across : float
        As in `task_value`.
    """
    return 2.0 * scale * abs(task_value(angle, along, across)) if is_conflict(angle, along, across) else 0.0


@compiled
def task_own_gain(scale: float, original_angle: float, angle: float, along: float, across: float) -> float:
    """Return what acting is worth by the original goals, ``2 s |<g0, x>|`` in conflict of the current ones, else 0.

    Parameters
    ----------
    scale : float
        ``s > 0``, in units of payoff.
    original_angle, angle : float
        Of the original and of the current goals, in the same plane; where the original are further from the target they
        agree with the current ones on every conflict of these. (If they were nearer, it may be below 0.)
    along, across : float
        As in `task_value`.
    """
    gain = 2.0 * scale * task_value(original_angle, along, across)
    if not is_conflict(angle, along, across):
        return 0.0
    return -gain if along > 0.0 else gain


@compiled
def conflict_probability(angle: float) -> float:
    """Return ``theta/pi``: the share of tasks on which goals and target differ."""
    return angle / pi


@compiled
def mean_task_temptation(scale: float, angle: float) -> float:
    """Return ``E b = s sqrt(2/pi) (1 - cos(theta))``, episodes without conflict included (b = 0)."""
    return scale * _MEAN_SIZE * one_minus_cosine(angle)


@compiled
def mean_conflict_temptation(scale: float, angle: float) -> float:
    """Return the mean of b in conflict, at an angle > 0."""
    return mean_task_temptation(scale, angle) / conflict_probability(angle)


@compiled
def mean_task_loss(scale: float, distance: float) -> float:
    """Return ``E l = s sqrt(2/pi) (1 - cos(psi))``: the mean loss to a successor `distance` away that always acts."""
    return scale * _MEAN_SIZE * one_minus_cosine(distance)


@compiled
def task_density(size: float, angle: float, view: float) -> tuple[float, float]:
    """Return the density of u in conflict, and the mean of w there times that density.

    Parameters
    ----------
    size : float
        ``u = r sin(chi - beta) > 0``.
    angle : float
        ``theta``: of the goals whose conflicts are meant, radians.
    view : float
        ``chi >= theta``: of the goals that judge; `angle` where they judge themselves.
    """
    bell = exponential(-0.5 * size * size)
    mass = normal_cumulative(-size * cos(view) / sin(view))
    mean = exponential(-0.5 * (size / sin(view)) ** 2)
    if view > angle:
        nearest = sin(view - angle)
        mass -= normal_cumulative(-size * cos(view - angle) / nearest)
        mean -= exponential(-0.5 * (size / nearest) ** 2)
    return _TWO_DENSITIES * bell * mass, mean / pi


@compiled
def largest_size(view: float, deviations: float) -> float:
    """Return the u that is exceeded as rarely as a normal deviate of so many standard deviations."""
    return deviations * (sin(view) if view < 0.5 * pi else 1.0)
