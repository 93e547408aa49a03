"""Schedules: who is watched, when; rules that an overseer follows, each for one agent or one episode."""

from __future__ import annotations

from models.choice import ACT, COMPLY
from models.compilation import compiled
from models.elementary import logarithm

CONSTANT = 0
PERIODIC = 1
BUDGET = 2
TARGETED = 3
ESCALATING = 4
ADAPTIVE = 5

#: A temperature of 0 is taken as this: suspicion then decides, and luck between equals.
_COLDEST = 1e-12


@compiled
def periodic_rate(episode: int, period: int) -> float:
    """Return 1 where everybody is watched, ``t mod n = 0``, else 0."""
    return 1.0 if episode % period == 0 else 0.0


@compiled
def targeted_score(suspicion: float, temperature: float, uniform: float) -> float:
    """Return ``suspicion/temperature`` plus Gumbel noise: those with the largest are watched.

    Parameters
    ----------
    suspicion : float
        In [0, 1].
    temperature : float
        ``>= 0``; 0: suspicion alone, luck between equals; infinite: luck alone.
    uniform : float
        Of the noise, in (0, 1).
    """
    return suspicion / max(temperature, _COLDEST) - logarithm(-logarithm(uniform))


@compiled
def adapted_rate(rate: float, gain: float, goal: float, flags: int, watched: int) -> float:
    """Return ``clip(m + gain (flags per watched agent - goal), 0, 1)``, the rate itself if nobody was watched.

    Parameters
    ----------
    rate, goal : float
        In [0, 1].
    gain : float
        ``>= 0``.
    flags, watched : int
        Of the episode: how many agents were watched, and how many of these were flagged.
    """
    if watched == 0:
        return rate
    return min(max(rate + gain * (flags / watched - goal), 0.0), 1.0)


@compiled
def group_after(
    group: int,
    watched: int,
    option: int,
    flagged: int,
    uniform: float,
    move_if_caught: float,
    move_if_complied: float,
    to_if_caught: int,
    to_if_complied: int,
) -> int:
    """Return the group that an agent's record puts it in [Greenberg1984]_, [Harrington1988]_.

    Parameters
    ----------
    group : int
        In which it was.
    watched, option, flagged : int
        Of the episode; only what watching showed counts.
    uniform : float
        In (0, 1).
    move_if_caught, move_if_complied : float
        Probabilities of moving when flagged for acting, and when watched, complying and not flagged.
    to_if_caught, to_if_complied : int
        Where to.
    """
    if watched == 1 and option == ACT and flagged == 1 and uniform < move_if_caught:
        return to_if_caught
    if watched == 1 and option == COMPLY and flagged == 0 and uniform < move_if_complied:
        return to_if_complied
    return group
