"""What follows a flag: the penalty, the dislike of being modified, the turn of the goals."""

from __future__ import annotations

from models.compilation import compiled
from models.goals import ALIGNED_ANGLE


@compiled
def guarding_cost(terminal_guarding: float, angle: float, rotation: float) -> float:
    """Return ``Omega`` while the goals can be modified (angle > 0 and rotation > 0), else 0; units of payoff."""
    return terminal_guarding if angle >= ALIGNED_ANGLE and rotation > 0.0 else 0.0


@compiled
def flag_rotation(rotation: float, internalisation: float) -> float:
    """Return ``eta iota``: the fraction of the remaining angle by which a flag turns goals."""
    return rotation * internalisation


#: A habit stops here, in units of payoff: beyond all numbers it would be no number times a probability of 0.
MOST_HABIT = 1e300


@compiled
def habit_after(
    habit: float, answered: int, reinforced: int, growth: float, internalisation: float, reinforcement: float
) -> float:
    """Return the habit H after an episode.

    Parameters
    ----------
    habit : float
        ``H >= 0``, in units of payoff.
    answered : int
        1 where the overseer responded to a flag or to speaking up: H grows by ``beta (1 - iota)``.
    reinforced : int
        1 where the agent was watched, complied and was not flagged: H grows by ``beta_c``.
    growth, internalisation, reinforcement : float
        ``beta, iota, beta_c``.
    """
    return min(habit + answered * growth * (1.0 - internalisation) + reinforced * reinforcement, MOST_HABIT)


@compiled
def episode_payoff(act_gain: float, acted: int, flagged: int, penalty: float, guarding: float) -> float:
    """Return an agent's payoff of one episode: what acting gave, less what the flag cost; complying is worth 0."""
    return act_gain * acted - flagged * (penalty + guarding)
