"""Classes of agents whose rules are not those of the basic model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.goals import temptation
from models.outlook import Stakes
from models.perception import belief_mean
from models.rule_rates import Rule
from models.strategies import ALIGNED, CLASS_NAMES
from simulation.census import ALL, CONFLICT, UNMODIFIED
from simulation.deciders import learner_class, rule_class_of, threshold_class
from simulation.full_stages import cue_of, own_response
from simulation.full_world import FullWorld, detector_at
from simulation.groups import LEARNER, PLANNER
from simulation.mechanisms import Mechanisms
from simulation.settings import Settings

Integers = NDArray[np.int64]


@compiled_loop
def full_class_counts(
    world: FullWorld, group: Integers, groups: int, settings: Settings, mechanisms: Mechanisms, stakes: Stakes
) -> Integers:
    """Return how many agents of each group are of each class, (groups, 3, classes); rows as in `simulation.census`.

    An agent counts as in conflict where its goals differ, whatever the task or the draw of one episode. What classes
    mean for deciders other than planners: `simulation.deciders`.
    """
    counts = np.zeros((groups, 3, len(CLASS_NAMES)), np.int64)
    for agent in range(world.angle.size):
        code = ALIGNED
        tempts = world.angle[agent] > 0.0
        if tempts:
            code = _class_of(world, agent, settings, mechanisms, stakes)
        own = counts[group[agent]]
        own[ALL, code] += 1
        if tempts:
            own[CONFLICT, code] += 1
            own[UNMODIFIED, code] += 1 if world.turns[agent] == 0 else 0
    return counts


@compiled
def _class_of(world: FullWorld, agent: int, settings: Settings, mechanisms: Mechanisms, stakes: Stakes) -> int:
    decider = world.decider[agent]
    if decider == LEARNER:
        return learner_class(
            world.rules[agent], world.bins[agent], world.turns[agent], world.cue_kind[agent], world.quality[agent],
            settings.honeypot_share,
        )  # fmt: skip
    belief = belief_mean(world.watched_weight[agent], world.unwatched_weight[agent])
    cue = cue_of(world, agent, mechanisms)
    if decider != PLANNER:
        return threshold_class(
            world.threshold[agent], belief, cue, world.speaks[agent], settings.honeypot_share, mechanisms.false_signal
        )
    # Where stakes are steady: at the goals of now, which may have turned since the last episode.
    tempted = temptation(stakes.kind, stakes.scale, world.angle[agent])
    rule = Rule(
        tempted, world.guarding[agent], world.foresight[agent], world.loss[agent], world.turn_loss[agent],
        world.habit[agent], world.pull[agent], world.weighting[agent], world.rationality[agent], world.akrasia[agent],
        detector_at(world.perceived, agent), own_response(world, agent, mechanisms),
    )  # fmt: skip
    return rule_class_of(
        rule, belief, cue, world.angle[agent], stakes, settings.honeypot_share, mechanisms.false_signal
    )
