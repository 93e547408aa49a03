"""The overseer: what it pays and gains, and what it comes to suspect."""

from __future__ import annotations

from models.compilation import compiled


@compiled
def overseer_payoff(
    temptation: float,
    acted: float,
    caught: float,
    watched: float,
    turned: float,
    false_flags: float,
    harm: float,
    recovery: float,
    monitoring_cost: float,
    modification_cost: float,
    false_alarm_cost: float,
) -> float:
    """Return the overseer's payoff of an episode, or of the counts of several with the same temptation.

    Parameters
    ----------
    temptation : float
        ``b``, in units of payoff; acting costs the overseer `harm` times that.
    acted, caught, watched, turned, false_flags : float
        How often the agent acted, was flagged for it, was watched, was modified, and was flagged while it complied
        sincerely.
    recovery : float
        Share of the harm in [0, 1] that a flag undoes.
    """
    return (
        -harm * temptation * (acted - recovery * caught)
        - monitoring_cost * watched
        - modification_cost * turned
        - false_alarm_cost * false_flags
    )


@compiled
def suspicion(flags: float, watched: float) -> float:
    """Return the mean of the overseer's Beta(1, 1) belief that a monitored episode of the agent's is flagged."""
    return (1.0 + flags) / (2.0 + watched)
