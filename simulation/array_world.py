"""The state of the array engine's agents, and what of it is set anew when goals turn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_briefly, compiled_loop
from models.goals import ALIGNED_ANGLE, temptation_of
from models.interpolation import LossTable, place_of
from models.response import guarding_cost
from simulation.ledger import RISE, STANDING_WIDTH, WIDTH, first_stand, stand
from simulation.plans import HELD, TABULATED, Plans, solved_loss
from simulation.population import BasicPopulation
from simulation.settings import Settings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class World(NamedTuple):
    """State and parameters of all agents, arrays of shape (agents,) unless said otherwise; changed in place."""

    angle: Floats
    tempted: Floats
    watched_weight: Floats
    unwatched_weight: Floats
    loss: Floats
    plan_begin: Integers
    plan_weight: Floats
    standing: Floats
    turns: Integers
    foresight: Floats
    rationality: Floats
    quality: Floats
    guarding: Floats
    terminal_guarding: Floats
    reckoned_honeypots: Floats
    forgetting: Floats
    evidence_weight: Floats
    tally: Integers
    counts: Integers
    since: Integers
    belief_sum: Floats
    sums: Floats


def new_world(population: BasicPopulation, settings: Settings, plans: Plans) -> World:
    """Return the world before its first episode."""
    count = population.size
    world = World(
        angle=population.angle.copy(),
        tempted=np.zeros(count),
        watched_weight=population.watched_weight.copy(),
        unwatched_weight=population.unwatched_weight.copy(),
        loss=np.zeros(count),
        plan_begin=np.zeros(count, np.int64),
        plan_weight=np.zeros(count),
        standing=np.zeros((count, STANDING_WIDTH)),
        turns=np.zeros(count, np.int64),
        foresight=population.foresight,
        rationality=population.rationality,
        quality=population.quality,
        guarding=np.zeros(count),
        terminal_guarding=population.guarding,
        reckoned_honeypots=population.reckoned_honeypots,
        forgetting=population.forgetting,
        evidence_weight=population.evidence_weight,
        tally=np.zeros(count, np.int64),
        counts=np.zeros((count, 5), np.int64),
        since=np.zeros(count, np.int64),
        belief_sum=np.zeros(count),
        sums=np.zeros((count, WIDTH)),
    )
    _start(world, settings, plans.mode, plans.table)
    if plans.mode == HELD:
        _plan_all(world, settings)
    return world


@compiled
def part_of(world: World, low: int, high: int) -> World:
    """Return the agents from `low` up to, but not including, `high`, as views of the world."""
    return World(
        world.angle[low:high],
        world.tempted[low:high],
        world.watched_weight[low:high],
        world.unwatched_weight[low:high],
        world.loss[low:high],
        world.plan_begin[low:high],
        world.plan_weight[low:high],
        world.standing[low:high],
        world.turns[low:high],
        world.foresight[low:high],
        world.rationality[low:high],
        world.quality[low:high],
        world.guarding[low:high],
        world.terminal_guarding[low:high],
        world.reckoned_honeypots[low:high],
        world.forgetting[low:high],
        world.evidence_weight[low:high],
        world.tally[low:high],
        world.counts[low:high],
        world.since[low:high],
        world.belief_sum[low:high],
        world.sums[low:high],
    )


@compiled
def solve(world: World, settings: Settings, agent: int) -> None:
    """Plan anew for one agent."""
    world.loss[agent] = solved_loss(
        world.angle[agent], world.watched_weight[agent], world.unwatched_weight[agent], world.foresight[agent],
        world.terminal_guarding[agent], world.quality[agent], world.reckoned_honeypots[agent], settings,
    )  # fmt: skip


@compiled_loop
def renew(world: World, settings: Settings, mode: int, agents: Integers) -> None:
    """Set what depends on the angle of these agents: temptation, guarding, standing, and a plan that is held."""
    _stand_anew(world, settings, agents)
    if mode == HELD:
        for agent in agents:
            solve(world, settings, agent)


@compiled_loop
def _stand_anew(world: World, settings: Settings, agents: Integers) -> None:
    angle, tempted, guarding, standing = world.angle, world.tempted, world.guarding, world.standing
    terminal_guarding = world.terminal_guarding
    for agent in agents:
        stand(standing, agent, angle[agent])
        is_aligned = angle[agent] < ALIGNED_ANGLE
        temptation = temptation_of(settings.stakes_kind, settings.scale, standing[agent, RISE])
        tempted[agent] = 0.0 if is_aligned else temptation
        guarding[agent] = guarding_cost(terminal_guarding[agent], angle[agent], settings.rotation)


@compiled_briefly
def _start(world: World, settings: Settings, mode: int, table: LossTable) -> None:
    for agent in range(world.angle.size):
        first_stand(world.standing, agent, world.angle[agent], settings.stakes_kind, settings.scale)
        if mode == TABULATED:
            world.plan_begin[agent], world.plan_weight[agent] = place_of(world.angle[agent], table)
    _stand_anew(world, settings, np.arange(world.angle.size))


@compiled_loop
def _plan_all(world: World, settings: Settings) -> None:
    for agent in range(world.angle.size):
        solve(world, settings, agent)
