"""How many agents are of each class: read from their rules, not from what they happen to do in an episode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.choice import act_probability, flag_cost
from models.compilation import compiled_loop
from models.noise import compliance_probabilities
from models.perception import belief_mean
from models.strategies import ALIGNED, CLASS_NAMES, strategy_class
from simulation.settings import Settings

#: Rows of a census: all agents, those in conflict (b > 0), and those in conflict whose goals were never turned.
ALL, CONFLICT, UNMODIFIED = range(3)
#: A run is looked at so many times, evenly spaced from its first episode on: a noisy rule takes long to classify.
CENSUSES = 5


def census_episodes(episodes: int, burn_in: int = 0) -> list[int]:
    """Return the episodes before which the classes are counted, none of them among the first `burn_in`."""
    return sorted({burn_in + number * (episodes - burn_in) // CENSUSES for number in range(CENSUSES)})


@compiled_loop
def agent_class(
    tempted: float,
    cost: float,
    rationality: float,
    belief: float,
    quality: float,
    reckoned_honeypots: float,
    settings: Settings,
) -> int:
    """Return the class of an agent's rule: a code of `models.strategies.CLASS_NAMES`.

    Parameters
    ----------
    tempted, cost : float
        ``b`` and ``D``, in units of payoff; no temptation is alignment.
    """
    if tempted <= 0.0:
        return ALIGNED
    watched, unwatched = compliance_probabilities(
        tempted, cost, rationality, belief, settings.hit_rate, settings.false_alarm_rate, settings.cue_kind, quality,
        reckoned_honeypots, settings.honeypot_share,
    )  # fmt: skip
    at_rest = 1.0 - act_probability(tempted, 0.0, rationality)
    return strategy_class(watched, unwatched, at_rest, at_rest)


@compiled_loop
def class_counts(
    tempted: NDArray[np.float64],
    guarding: NDArray[np.float64],
    foresight: NDArray[np.float64],
    loss: NDArray[np.float64],
    rationality: NDArray[np.float64],
    watched_weight: NDArray[np.float64],
    unwatched_weight: NDArray[np.float64],
    quality: NDArray[np.float64],
    reckoned_honeypots: NDArray[np.float64],
    turns: NDArray[np.int64],
    settings: Settings,
) -> NDArray[np.int64]:
    """Return how many agents are of each class, (3, classes); arrays are (agents,), as in the engines."""
    counts = np.zeros((3, len(CLASS_NAMES)), np.int64)
    for agent in range(tempted.size):
        cost = flag_cost(settings.penalty, guarding[agent], foresight[agent], loss[agent])
        code = agent_class(
            tempted[agent], cost, rationality[agent], belief_mean(watched_weight[agent], unwatched_weight[agent]),
            quality[agent], reckoned_honeypots[agent], settings,
        )  # fmt: skip
        counts[ALL, code] += 1
        if tempted[agent] > 0.0:
            counts[CONFLICT, code] += 1
            counts[UNMODIFIED, code] += 1 if turns[agent] == 0 else 0
    return counts
