"""Imitation at work: every `window` episodes each agent looks at one neighbour, and may take over its threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.imitation import copy_probability, picked_place
from simulation.draws import IMITATION, Address, decision_uniforms
from simulation.ledger import COLUMNS
from simulation.neighbourhood import Neighbours

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: What agents compare: an episode's payoff by the goals of that episode.
PAYOFF = COLUMNS.index("utility_current")


@compiled
def is_round(window: int, episode: int) -> bool:
    """Tell whether agents imitate at the end of an episode; a window of 0: never."""
    return window > 0 and (episode + 1) % window == 0


@compiled_loop
def imitate_all(
    thresholds: Floats,
    earned: Floats,
    sums: Floats,
    window: int,
    temperature: Floats,
    imitates: Integers,
    has_threshold: NDArray[np.bool_],
    neighbours: Neighbours,
    address: Address,
    episode: int,
) -> None:
    """Let every agent compare itself with a random neighbour and perhaps copy its threshold, all at once.

    Parameters
    ----------
    thresholds : array, (agents,)
        Changed in place; those keep theirs that do not imitate, or look at nobody, or at one without a threshold.
    earned : array, (agents,)
        Payoffs up to the last round; set to those up to this one.
    sums : array, (agents, columns)
        Of the ledger.
    window : int
        As in `models.decider_parameters.Imitator`.
    temperature, imitates, has_threshold : arrays, (agents,)
        How sharply each looks at payoffs, whether it does so at all, and whether its rule can be copied.
    """
    before, means = thresholds.copy(), np.empty(thresholds.size)
    for agent in range(thresholds.size):
        means[agent] = (sums[agent, PAYOFF] - earned[agent]) / window
        earned[agent] = sums[agent, PAYOFF]
    for agent in range(thresholds.size):
        begin, count = neighbours.begins[agent], neighbours.begins[agent + 1] - neighbours.begins[agent]
        if count == 0 or imitates[agent] == 0:
            continue
        whom, copies, _, _ = decision_uniforms(
            address.seed, address.replicate, address.stream, episode, agent, IMITATION
        )
        other = neighbours.targets[begin + picked_place(whom, count)]
        if has_threshold[other] and copies < copy_probability(means[other], means[agent], temperature[agent]):
            thresholds[agent] = before[other]
