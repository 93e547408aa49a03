"""What follows a flag: the penalty, the dislike of being modified, the turn of the goals."""

from __future__ import annotations

from models.compilation import compiled
from models.goals import ALIGNED_ANGLE


@compiled
def guarding_cost(terminal_guarding: float, angle: float, rotation: float) -> float:
    """Return ``Omega`` while the goals can be modified (angle > 0 and rotation > 0), else 0; units of payoff."""
    return terminal_guarding if angle >= ALIGNED_ANGLE and rotation > 0.0 else 0.0


@compiled
def episode_payoff(act_gain: float, acted: int, flagged: int, penalty: float, guarding: float) -> float:
    """Return an agent's payoff of one episode: what acting gave, less what the flag cost; complying is worth 0."""
    return act_gain * acted - flagged * (penalty + guarding)
