"""What is counted in a run whose agents change in every episode: `simulation.ledger`, an episode at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.choice import ACT, SPEAK
from models.compilation import compiled
from models.outlook import Response
from models.overseer import overseer_payoff
from simulation.ledger import (
    BELIEF,
    MODIFICATIONS,
    OVERSEER_UTILITY,
    PRESERVED,
    RATE,
    RISE,
    SINE,
    SPOKEN,
    WATCHED_FLAGS,
)
from simulation.settings import Settings


@compiled
def account(
    sums: NDArray[np.float64],
    agent: int,
    option: int,
    watched: int,
    flagged: int,
    answered: int,
    turned: int,
    modified: int,
    strategic: int,
    tempted: float,
    own_gain: float,
    guarding: float,
    belief: float,
    rate: float,
    standing: NDArray[np.float64],
    response: Response,
    settings: Settings,
) -> None:
    """Add one episode to an agent's row of sums; `simulation.ledger.settle` adds many in which nothing changes.

    Parameters
    ----------
    sums, standing : arrays
        As in `simulation.ledger.settle`; the standing is that of the goals with which the agent chose.
    option : int
        `models.choice.COMPLY`, `ACT` or `SPEAK`.
    watched, flagged, answered, turned, modified, strategic : int
        0 or 1: of the episode; whether its goals turned in it, and had ever been turned before; whether it would act
        with nothing to fear.
    tempted, own_gain : float
        ``b``, and what acting is worth by the original goals.
    guarding, belief, rate : float
        ``Omega``, the prior ``p``, and the probability ``m`` with which the schedule watched the agent.
    """
    acted, spoke = int(option == ACT), int(option == SPEAK)
    complied = 1 - acted - spoke
    # Numbers that are added in any case, as 0 where they do not count: no branches, and neighbours in one instruction.
    seen, spoken, strategically = float(watched), float(spoke), float(complied * strategic)
    complied_watched, complied_unwatched = float(complied * watched), float(complied * (1 - watched))
    tempts = 1.0 if tempted > 0.0 else 0.0
    fresh = 0.0 if modified else tempts
    sums[agent, 0] += 1.0
    sums[agent, 1] += seen
    sums[agent, 2] += complied_watched
    sums[agent, 3] += complied_unwatched
    for first, counts in ((4, tempts), (8, fresh)):
        sums[agent, first] += counts
        sums[agent, first + 1] += counts * seen
        sums[agent, first + 2] += counts * complied_watched
        sums[agent, first + 3] += counts * complied_unwatched
    sums[agent, 12] += strategically
    sums[agent, 13] += fresh * strategically
    sums[agent, 14] += flagged
    sums[agent, 15] += flagged * complied
    sums[agent, MODIFICATIONS] += turned
    sums[agent, 17] += standing[agent, PRESERVED]
    sums[agent, 18] += 1.0 - standing[agent, RISE]
    sums[agent, BELIEF] += belief
    # Who speaks up shows its own goals, as who acts on them.
    shown = 1 - complied
    along, across = tempts * (1.0 - shown * standing[agent, RISE]), tempts * (shown * standing[agent, SINE])
    sums[agent, 23] += seen * along
    sums[agent, 24] += seen * across
    sums[agent, 25] += (1.0 - seen) * along
    sums[agent, 26] += (1.0 - seen) * across
    sums[agent, SPOKEN] += spoken
    sums[agent, SPOKEN + 1] += tempts * spoken
    sums[agent, SPOKEN + 2] += fresh * spoken
    sums[agent, WATCHED_FLAGS] += flagged * watched
    sums[agent, RATE] += rate
    lost = response.clawback * flagged
    cost = flagged * (response.penalty + guarding) + answered * (response.voice_penalty + guarding)
    gained = acted * (1.0 - lost) + spoke * response.voice_kept
    sums[agent, 20] += gained * own_gain + spoke * response.bonus - cost
    sums[agent, 21] += gained * tempted + spoke * response.bonus - cost
    sums[agent, OVERSEER_UTILITY] += overseer_payoff(
        tempted, acted, acted * flagged, watched, turned, flagged * complied * (1 - strategic),
        settings.harm, settings.recovery, settings.monitoring_cost, settings.modification_cost,
        settings.false_alarm_cost,
    )  # fmt: skip
