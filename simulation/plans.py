"""How the agents of a scenario come by their loss L: what being modified costs them.

Beliefs that never move need one plan a turn. Moving beliefs need one a step: interpolated in a table where agents share
their planning parameters and L is smooth enough (a gaussian cue), and solved anew elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.agent_parameters import GaussianCue
from models.compilation import compiled_loop
from models.distributions import Distribution
from models.goal_parameters import AngleGoals, GivenGoals, ScatteredGoals
from models.goals import ALIGNED_ANGLE
from models.interpolation import LossTable
from models.perception import GAUSSIAN, belief_mean
from models.planning import LONGEST_CHAIN, chain_length, chain_plan
from models.scenario import Scenario
from models.tabulation import loss_table
from simulation.settings import Settings

HELD = 0
TABULATED = 1
SOLVED = 2
#: A table with a larger share of cells that may not be interpolated is not used.
MOST_ROUGH_CELLS = 0.2

_NOTHING = np.zeros((4, 4), np.float32)
_NO_TABLE = LossTable(1.0, 1.0, 1, True, _NOTHING, _NOTHING.ravel(), 0.0)


@dataclass(frozen=True)
class Plans:
    """Where L comes from: `HELD` between turns, `TABULATED`, or `SOLVED` each step; and the table."""

    mode: int
    table: LossTable


NO_PLANS = Plans(HELD, _NO_TABLE)

#: Kept for the next cell of a sweep, which often plans alike: solving one takes as long as a hundred runs of a small
#: population. A few, because each takes about 5 MB.
_kept_table = lru_cache(maxsize=8)(loss_table)


@compiled_loop
def solved_loss(
    angle: float,
    watched_weight: float,
    unwatched_weight: float,
    foresight: float,
    guarding: float,
    quality: float,
    honeypot_share: float,
    settings: Settings,
) -> float:
    """Return ``L`` of an agent, in units of payoff: the chain solved at its angle (radians) and its belief."""
    if angle < ALIGNED_ANGLE:
        return 0.0
    value, next_value, _, _, _ = chain_plan(
        angle, settings.stakes_kind, settings.scale, settings.rotation, settings.penalty, guarding, foresight,
        belief_mean(watched_weight, unwatched_weight), settings.hit_rate, settings.false_alarm_rate,
        settings.cue_kind, quality, honeypot_share,
    )  # fmt: skip
    return value - next_value


def plans_of(scenario: Scenario, settings: Settings) -> Plans:
    """Return how the agents of a scenario plan; a table is solved here, once for all replicates."""
    agents = scenario.agents
    if agents.beliefs.feedback == "none" or agents.beliefs.strength == float("inf") or settings.rotation == 0.0:
        return NO_PLANS
    lowest, highest = _angles(agents.goals)
    shared = [agents.foresight, agents.terminal_guarding, agents.beliefs.honeypot_share, _discrimination(scenario)]
    same = [value for value in shared if isinstance(value, float)]
    if settings.cue_kind != GAUSSIAN or len(same) < len(shared) or same[3] == 0.0:
        return Plans(SOLVED, _NO_TABLE)
    if highest < ALIGNED_ANGLE or chain_length(highest, settings.rotation) >= LONGEST_CHAIN:
        return Plans(SOLVED, _NO_TABLE)
    foresight, guarding, honeypots, discrimination = same
    table = _kept_table(
        highest, lowest == highest, settings.stakes_kind, settings.scale, settings.rotation,
        settings.penalty, guarding, foresight, settings.hit_rate, settings.false_alarm_rate, discrimination, honeypots,
    )  # fmt: skip
    # Where kinks stand this close together a cubic may cross one unseen.
    if table.rough_share > MOST_ROUGH_CELLS:
        return Plans(SOLVED, _NO_TABLE)
    return Plans(TABULATED, table)


def _angles(goals: AngleGoals | ScatteredGoals | GivenGoals) -> tuple[float, float]:
    """Return the least and the largest angle to the target that an agent's goals may have, radians."""
    if isinstance(goals, GivenGoals):
        return float(goals.angles.min()), float(goals.angles.max())
    if isinstance(goals, ScatteredGoals):
        return 0.0, np.pi
    angle = goals.angle
    return (angle, angle) if isinstance(angle, float) else (angle.support()[0], min(angle.support()[1], np.pi))


def _discrimination(scenario: Scenario) -> float | Distribution:
    """Return the cue's d; 0 for a two-valued cue, whose L jumps as that of an uninformative one does."""
    cue = scenario.cue
    return cue.discrimination if isinstance(cue, GaussianCue) else 0.0
