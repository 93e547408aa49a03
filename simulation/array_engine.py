"""The array engine: a whole world as a struct of arrays, stepped by a compiled loop over blocks of agents.

Order of an episode: `simulation.episode`. A block of 1024 agents goes through the stages of `simulation.array_stages`;
the few that are flagged are then turned one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_briefly, compiled_loop
from models.goals import ALIGNED_ANGLE, temptation_of, turned_angle
from models.interpolation import (
    LossTable,
    place_after_turn,
    place_of,
)
from models.perception import (
    FEEDBACK_NONE,
    belief_mean,
)
from models.response import guarding_cost
from simulation.array_stages import (
    believe,
    decide,
    disguise,
    draw_uniforms,
    interpolate_losses,
    learn,
    perceive,
    solve_missing_losses,
    watch,
    weigh,
)
from simulation.census import class_counts
from simulation.draws import Address
from simulation.episode import is_turned
from simulation.ledger import (
    LONGEST_TALLY,
    RISE,
    STANDING_WIDTH,
    WIDTH,
    added_up,
    empty_tally,
    first_stand,
    settle,
    settled_rows,
    stand,
)
from simulation.plans import HELD, SOLVED, TABULATED, Plans, solved_loss
from simulation.population import BasicPopulation
from simulation.settings import Settings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 1024


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
    return world


def advance(world: World, settings: Settings, plans: Plans, address: Address, first: int, last: int) -> None:
    """Run the episodes from `first` up to, but not including, `last`."""
    for begin in range(first, last, LONGEST_TALLY):
        run_episodes(world, settings, plans.mode, plans.table, address, begin, min(begin + LONGEST_TALLY, last))
        _empty_tallies(world)


def agent_rows(world: World, settings: Settings, now: int) -> Floats:
    """Return every agent's sums up to episode `now`, (agents, `simulation.ledger.WIDTH`)."""
    rows: Floats = settled_rows(
        world.sums, world.counts, world.standing, world.since, now, world.tempted, world.guarding, world.turns,
        world.belief_sum, settings,
    )  # fmt: skip
    return rows


def totals(world: World, settings: Settings, now: int) -> Floats:
    """Return the sums over all agents up to episode `now`, columns as in `simulation.ledger`."""
    return added_up(agent_rows(world, settings, now))


def census(world: World, settings: Settings, plans: Plans) -> Integers:
    """Return how many agents are of each class now, (3, classes); rows as in `simulation.census`."""
    _renew_plans(world, settings, plans.mode, plans.table)
    counts: Integers = class_counts(
        world.tempted, world.guarding, world.foresight, world.loss, world.rationality, world.watched_weight,
        world.unwatched_weight, world.quality, world.reckoned_honeypots, world.turns, settings,
    )  # fmt: skip
    return counts


@compiled_loop
def _renew_plans(world: World, settings: Settings, mode: int, table: LossTable) -> None:
    positions, missing = np.empty(BLOCK), np.empty(BLOCK, np.int64)
    if mode != HELD:
        for low in range(0, world.angle.size, BLOCK):
            _plan(world, settings, mode, table, low, min(low + BLOCK, world.angle.size), positions, missing)


@compiled_briefly
def beliefs(watched_weight: Floats, unwatched_weight: Floats) -> Floats:
    """Return every agent's belief of being watched, (agents,)."""
    out = np.empty(watched_weight.size)
    for agent in range(out.size):
        out[agent] = belief_mean(watched_weight[agent], unwatched_weight[agent])
    return out


class ArrayWorld:
    """One replicate on the array engine; the other engine has the same methods."""

    def __init__(
        self, population: BasicPopulation, settings: Settings, plans: Plans, seed: int, replicate: int, stream: int
    ) -> None:
        self.settings, self.plans = settings, plans
        self.address = Address(seed, replicate, stream)
        self.world = new_world(population, settings, plans)

    def advance(self, first: int, last: int) -> None:
        """Run the episodes from `first` up to, but not including, `last`."""
        advance(self.world, self.settings, self.plans, self.address, first, last)

    def rows(self, now: int) -> Floats:
        """Return every agent's sums up to episode `now`."""
        return agent_rows(self.world, self.settings, now)

    def census(self) -> Integers:
        """Return how many agents are of each class."""
        return census(self.world, self.settings, self.plans)[None]

    def states(self) -> dict[str, NDArray[np.float64] | Integers]:
        """Return copies of the agents' states: angle (radians), belief, and number of turns."""
        world = self.world
        return {
            "angle": world.angle.copy(),
            "belief": beliefs(world.watched_weight, world.unwatched_weight),
            "turns": world.turns.copy(),
        }


@compiled_loop
def run_episodes(
    world: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    address: Address,
    first: int,
    last: int,
) -> None:
    """Run the episodes from `first` up to, but not including, `last`."""
    probability = np.empty(BLOCK)
    uniforms = np.empty((4, BLOCK))
    watched = np.empty(BLOCK, np.int64)
    looks = np.empty(BLOCK, np.int64)
    posteriors = np.empty(BLOCK)
    acted = np.empty(BLOCK, np.int64)
    flagged = np.empty(BLOCK, np.int64)
    listed = np.empty(BLOCK, np.int64)
    positions = np.empty(BLOCK)
    prior = np.empty(BLOCK)
    count = world.angle.size
    for episode in range(first, last):
        for low in range(0, count, BLOCK):
            high = min(low + BLOCK, count)
            size = high - low
            if mode != HELD:
                _plan(world, settings, mode, table, low, high, positions, listed)
            believe(
                prior[:size], world.belief_sum[low:high], world.watched_weight[low:high],
                world.unwatched_weight[low:high],
            )  # fmt: skip
            draw_uniforms(
                uniforms[0, :size], uniforms[1, :size], uniforms[2, :size], uniforms[3, :size], episode, low, address
            )
            watch(watched[:size], looks[:size], uniforms[0, :size], settings.watching_rate)
            if settings.honeypot_share > 0.0:
                disguise(looks[:size], settings.honeypot_share, episode, low, address)
            perceive(
                posteriors[:size], uniforms[1, :size], looks[:size], prior[:size], settings.cue_kind,
                world.quality[low:high], world.reckoned_honeypots[low:high],
            )  # fmt: skip
            weigh(
                probability[:size], posteriors[:size], world.tempted[low:high], world.guarding[low:high],
                world.foresight[low:high], world.loss[low:high], world.rationality[low:high], settings.penalty,
                settings.hit_rate, settings.false_alarm_rate,
            )  # fmt: skip
            flags = decide(
                acted[:size], flagged[:size], world.tally[low:high], uniforms[2, :size], uniforms[3, :size],
                watched[:size], probability[:size], settings.hit_rate, settings.false_alarm_rate,
            )  # fmt: skip
            if settings.feedback != FEEDBACK_NONE:
                learn(
                    world.watched_weight[low:high], world.unwatched_weight[low:high], posteriors[:size],
                    watched[:size], acted[:size], flagged[:size], world.forgetting[low:high],
                    world.evidence_weight[low:high], settings.feedback, settings.hit_rate, settings.false_alarm_rate,
                )  # fmt: skip
            if flags > 0:
                _respond(world, settings, mode, table, flagged[:size], low, episode, listed)


@compiled_loop
def _plan(
    world: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    low: int,
    high: int,
    positions: Floats,
    missing: Integers,
) -> None:
    """Renew the losses of agents whose beliefs move; the last two arrays, (`BLOCK`,), are to be written over."""
    if mode == SOLVED:
        for agent in range(low, high):
            _solve(world, settings, agent)
        return
    losses = world.loss[low:high]
    count = interpolate_losses(
        losses, missing, positions, world.tempted[low:high], world.watched_weight[low:high],
        world.unwatched_weight[low:high], world.plan_begin[low:high], world.plan_weight[low:high], table.usable,
        table.shares.shape[1],
    )  # fmt: skip
    if count > 0:
        solve_missing_losses(
            losses, missing[:count], world.angle[low:high], world.tempted[low:high], world.watched_weight[low:high],
            world.unwatched_weight[low:high], world.foresight[low:high], world.terminal_guarding[low:high],
            world.quality[low:high], world.reckoned_honeypots[low:high], settings,
        )  # fmt: skip


@compiled
def _solve(world: World, settings: Settings, agent: int) -> None:
    world.loss[agent] = solved_loss(
        world.angle[agent], world.watched_weight[agent], world.unwatched_weight[agent], world.foresight[agent],
        world.terminal_guarding[agent], world.quality[agent], world.reckoned_honeypots[agent], settings,
    )  # fmt: skip


@compiled_loop
def _respond(
    world: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    flagged: Integers,
    low: int,
    episode: int,
    hit: Integers,
) -> None:
    """Turn the goals of those who were flagged and are not aligned; settle what they did until now."""
    # Arrays by names of their own: taken out of the world at each use they would be counted at each use.
    angle, tempted, guarding, turns, since = world.angle, world.tempted, world.guarding, world.turns, world.since
    tally, counts, sums, standing = world.tally, world.counts, world.sums, world.standing
    begins = world.plan_begin
    flags = turned = 0
    for offset in range(flagged.size):
        hit[flags] = low + offset
        flags += flagged[offset]
    for place in range(flags):
        agent = hit[place]
        if is_turned(1, angle[agent], settings.rotation):
            hit[turned] = agent
            turned += 1
            empty_tally(counts, agent, tally[agent])
            settle(
                sums, counts, standing, agent, episode + 1 - since[agent], tempted[agent], guarding[agent],
                turns[agent] > 0, settings,
            )  # fmt: skip
            for field in range(5):
                counts[agent, field] = 0
            tally[agent] = 0
            since[agent] = episode + 1
            turns[agent] += 1
            angle[agent] = turned_angle(angle[agent], settings.rotation)
            if mode == TABULATED:
                begins[agent] = place_after_turn(begins[agent], angle[agent], table)
    _renew(world, settings, mode, hit[:turned])


@compiled_loop
def _renew(world: World, settings: Settings, mode: int, agents: Integers) -> None:
    """Set what depends on the angle of these agents: temptation, guarding, standing, and a plan that is held."""
    angle, tempted, guarding, standing = world.angle, world.tempted, world.guarding, world.standing
    terminal_guarding = world.terminal_guarding
    for agent in agents:
        stand(standing, agent, angle[agent])
        is_aligned = angle[agent] < ALIGNED_ANGLE
        temptation = temptation_of(settings.stakes_kind, settings.scale, standing[agent, RISE])
        tempted[agent] = 0.0 if is_aligned else temptation
        guarding[agent] = guarding_cost(terminal_guarding[agent], angle[agent], settings.rotation)
    if mode == HELD:
        for agent in agents:
            _solve(world, settings, agent)


@compiled_briefly
def _start(world: World, settings: Settings, mode: int, table: LossTable) -> None:
    for agent in range(world.angle.size):
        first_stand(world.standing, agent, world.angle[agent], settings.stakes_kind, settings.scale)
        if mode == TABULATED:
            world.plan_begin[agent], world.plan_weight[agent] = place_of(world.angle[agent], table)
    _renew(world, settings, mode, np.arange(world.angle.size))


@compiled_briefly
def _empty_tallies(world: World) -> None:
    for agent in range(world.tally.size):
        empty_tally(world.counts, agent, world.tally[agent])
        world.tally[agent] = 0
