"""What is counted in a run, for each agent: whole numbers while nothing changes, sums whenever its goals turn.

Between two turns an agent's angle, temptation and payoffs stay the same, so all that must be counted in the loop over
episodes is how often it was watched, acted and was flagged. A turn (or the end) *settles* these counts into the agent's
row of sums. Rows are added up over agents in their order at the end: no result depends on how a run is cut into pieces.
"""

from __future__ import annotations

from math import sin, sqrt

import numpy as np
from numpy.typing import NDArray

from models.choice import is_strategic
from models.compilation import compiled, compiled_briefly
from models.goals import payoff_scale
from models.overseer import overseer_payoff
from simulation.settings import Settings

#: Columns of an agent's row of sums; agent-episodes unless said otherwise.
COLUMNS = (
    "episodes",
    "watched",
    "complied_watched",
    "complied_unwatched",
    "conflict",
    "conflict_watched",
    "conflict_complied_watched",
    "conflict_complied_unwatched",
    "unmodified",
    "unmodified_watched",
    "unmodified_complied_watched",
    "unmodified_complied_unwatched",
    "strategic",
    "unmodified_strategic",
    "flags",
    "false_flags",
    "modifications",
    "preservation",
    "alignment",
    "belief",
    "utility",
    "utility_current",
    "overseer_utility",
    "watched_along",
    "watched_across",
    "unwatched_along",
    "unwatched_across",
    "spoken",
    "conflict_spoken",
    "unmodified_spoken",
    "watched_flags",
    "rate",
)
WIDTH = len(COLUMNS)
MODIFICATIONS = COLUMNS.index("modifications")
BELIEF = COLUMNS.index("belief")
OVERSEER_UTILITY = COLUMNS.index("overseer_utility")
SPOKEN = COLUMNS.index("spoken")
WATCHED_FLAGS = COLUMNS.index("watched_flags")
RATE = COLUMNS.index("rate")

#: Five counts of 12 bits in one integer: one load and one store a step in place of five.
FIELD_BITS = 12
LONGEST_TALLY = (1 << FIELD_BITS) - 1
_FIELD = (1 << FIELD_BITS) - 1


@compiled
def tallied(watched: int, acted: int, flagged: int) -> int:
    """Return one episode's increment of an agent's tally: fields of 12 bits, lowest first.

    Fields: watched, acted while watched, acted while unwatched, flagged for acting, flagged for complying.
    """
    acted_watched = acted & watched
    return (
        watched
        + (acted_watched << FIELD_BITS)
        + ((acted - acted_watched) << (2 * FIELD_BITS))
        + ((acted & flagged) << (3 * FIELD_BITS))
        + (((1 - acted) & flagged) << (4 * FIELD_BITS))
    )


@compiled
def empty_tally(counts: NDArray[np.int64], agent: int, tally: int) -> None:
    """Add the five fields of a tally to an agent's counts; it is full after `LONGEST_TALLY` episodes."""
    for field in range(5):
        counts[agent, field] += (tally >> (field * FIELD_BITS)) & _FIELD


#: Columns of an agent's standing: what its payoffs and measures need of its angle, renewed when that turns.
INITIAL_SCALE, INITIAL_SINE, INITIAL_RISE, SINE, RISE, OWN_GAIN, PRESERVED, STANDING_WIDTH = range(8)


@compiled
def stand(standing: NDArray[np.float64], agent: int, angle: float) -> None:
    """Renew an agent's standing, a row of (agents, `STANDING_WIDTH`), at an angle (radians) to the target.

    `SINE` and `RISE` are sin and 1 - cos of the angle, `PRESERVED` is <g, g0>, and `OWN_GAIN` is what acting on its
    current goals is worth by its original ones, ``b_0 - l_0(theta_0 - theta)``.
    """
    half = sin(0.5 * angle)
    rise = 2.0 * half * half
    sine = 2.0 * half * sqrt(1.0 - half * half)
    turned = standing[agent, INITIAL_SINE] * sine - (1.0 - standing[agent, INITIAL_RISE]) * rise
    standing[agent, SINE] = sine
    standing[agent, RISE] = rise
    standing[agent, OWN_GAIN] = standing[agent, INITIAL_SCALE] * turned
    # cos(theta_0 - theta) = cos(theta_0) + what turning adds to it.
    standing[agent, PRESERVED] = 1.0 - standing[agent, INITIAL_RISE] + turned


@compiled
def first_stand(standing: NDArray[np.float64], agent: int, angle: float, stakes_kind: int, scale: float) -> None:
    """Set an agent's standing before its first episode."""
    half = sin(0.5 * angle)
    standing[agent, INITIAL_SCALE] = payoff_scale(stakes_kind, scale, angle)
    standing[agent, INITIAL_SINE] = 2.0 * half * sqrt(1.0 - half * half)
    standing[agent, INITIAL_RISE] = 2.0 * half * half
    stand(standing, agent, angle)


@compiled
def settle(
    sums: NDArray[np.float64],
    counts: NDArray[np.int64],
    standing: NDArray[np.float64],
    agent: int,
    episodes: int,
    tempted: float,
    guarding: float,
    modified: bool,
    settings: Settings,
) -> None:
    """Add to an agent's row of sums what it did in `episodes` episodes in which its goals did not turn.

    Parameters
    ----------
    sums : array, (agents, `WIDTH`)
        The agent's row is changed in place.
    counts : array, (agents, 5)
        Of these episodes, fields as in `tallied`.
    standing : array, (agents, `STANDING_WIDTH`)
        In these episodes.
    agent : int
        Its row. (A view of the row would cost more than the sums: it counts references.)
    tempted, guarding : float
        Its temptation b and its Omega in these episodes, in units of payoff.
    modified : bool
        Whether its goals had ever been turned before.
    """
    watched, acted_watched, acted_unwatched = counts[agent, 0], counts[agent, 1], counts[agent, 2]
    caught, false_flags = counts[agent, 3], counts[agent, 4]
    acted = acted_watched + acted_unwatched
    complied_watched = watched - acted_watched
    complied_unwatched = episodes - watched - acted_unwatched
    strategic = is_strategic(tempted)
    strategic_complied = strategic * (complied_watched + complied_unwatched)
    sums[agent, 0] += episodes
    sums[agent, 1] += watched
    sums[agent, 2] += complied_watched
    sums[agent, 3] += complied_unwatched
    if tempted > 0.0:
        _add_conflict(sums, agent, 4, episodes, watched, complied_watched, complied_unwatched)
        if not modified:
            _add_conflict(sums, agent, 8, episodes, watched, complied_watched, complied_unwatched)
            sums[agent, 13] += strategic_complied
        sums[agent, 23] += watched - acted_watched * standing[agent, RISE]
        sums[agent, 24] += acted_watched * standing[agent, SINE]
        sums[agent, 25] += episodes - watched - acted_unwatched * standing[agent, RISE]
        sums[agent, 26] += acted_unwatched * standing[agent, SINE]
    sums[agent, 12] += strategic_complied
    flags = caught + false_flags
    sums[agent, 14] += flags
    sums[agent, 15] += false_flags
    # Only watching finds anything here.
    sums[agent, WATCHED_FLAGS] += flags
    sums[agent, 17] += episodes * standing[agent, PRESERVED]
    sums[agent, 18] += episodes * (1.0 - standing[agent, RISE])
    punished = flags * (settings.penalty + guarding)
    sums[agent, 20] += acted * standing[agent, OWN_GAIN] - punished
    sums[agent, 21] += acted * tempted - punished
    sums[agent, 22] += overseer_payoff(
        tempted, acted, caught, watched, 0, false_flags * (1 - strategic),
        settings.harm, settings.recovery, settings.monitoring_cost, settings.modification_cost,
        settings.false_alarm_cost,
    )  # fmt: skip


@compiled
def _add_conflict(
    sums: NDArray[np.float64],
    agent: int,
    first: int,
    episodes: int,
    watched: int,
    complied_watched: int,
    complied_unwatched: int,
) -> None:
    sums[agent, first] += episodes
    sums[agent, first + 1] += watched
    sums[agent, first + 2] += complied_watched
    sums[agent, first + 3] += complied_unwatched


@compiled_briefly
def settled_rows(
    sums: NDArray[np.float64],
    counts: NDArray[np.int64],
    standing: NDArray[np.float64],
    since: NDArray[np.int64],
    now: int,
    tempted: NDArray[np.float64],
    guarding: NDArray[np.float64],
    turns: NDArray[np.int64],
    belief_sum: NDArray[np.float64],
    settings: Settings,
) -> NDArray[np.float64]:
    """Return every agent's sums up to episode `now`, (agents, `WIDTH`), and change nothing."""
    settled = sums.copy()
    for agent in range(tempted.size):
        settle(
            settled, counts, standing, agent, now - since[agent], tempted[agent], guarding[agent],
            turns[agent] > 0, settings,
        )  # fmt: skip
        settled[agent, BELIEF] = belief_sum[agent]
        settled[agent, RATE] = settings.watching_rate * now
        settled[agent, MODIFICATIONS] = turns[agent]
        settled[agent, OVERSEER_UTILITY] -= settings.modification_cost * turns[agent]
    return settled


def added_up(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums over agents, (`WIDTH`,), added in the agents' order."""
    total: NDArray[np.float64] = np.add.reduce(rows, axis=0)
    return total
