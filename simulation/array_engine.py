"""The array engine: a whole world as a struct of arrays, stepped by a compiled loop over blocks of agents.

Order of an episode: `simulation.episode`. A block of 1024 agents goes through the stages of `simulation.array_stages`;
the few that are flagged are then turned one by one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_briefly, compiled_loop
from models.goals import turned_angle
from models.interpolation import (
    LossTable,
    place_after_turn,
)
from models.perception import (
    FEEDBACK_NONE,
    belief_mean,
)
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
from simulation.array_world import World, new_world, part_of, renew, solve
from simulation.census import class_counts
from simulation.draws import Address
from simulation.episode import is_turned
from simulation.ledger import (
    LONGEST_TALLY,
    added_up,
    empty_tally,
    settle,
    settled_rows,
)
from simulation.plans import HELD, SOLVED, TABULATED, Plans
from simulation.population import BasicPopulation
from simulation.settings import Settings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 1024


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
    if mode != HELD:
        size = world.angle.size
        _plan(world, settings, mode, table, np.empty(size), np.empty(size, np.int64))


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
    """Run the episodes from `first` up to, but not including, `last`.

    A block goes through all of them before the next begins: no agent of the basic model sees another.
    """
    count = world.angle.size
    for low in range(0, count, BLOCK):
        block = part_of(world, low, min(low + BLOCK, count))
        _run_block(block, settings, mode, table, address, low, first, last)


@compiled_loop
def _run_block(
    block: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    address: Address,
    low: int,
    first: int,
    last: int,
) -> None:
    """Run episodes of a block, whose first agent is number `low`."""
    size = block.angle.size
    probability, posteriors, prior, positions = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    watching, seeing, choosing, flagging = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    watched, looks = np.empty(size, np.int64), np.empty(size, np.int64)
    acted, flagged, listed = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    # Arrays by names of their own: taken out of the block at each use they would be counted at each use.
    watched_weight, unwatched_weight, belief_sum = block.watched_weight, block.unwatched_weight, block.belief_sum
    quality, reckoned_honeypots, rationality = block.quality, block.reckoned_honeypots, block.rationality
    tempted, guarding, foresight, loss = block.tempted, block.guarding, block.foresight, block.loss
    tally, forgetting, evidence_weight = block.tally, block.forgetting, block.evidence_weight
    for episode in range(first, last):
        if mode != HELD:
            _plan(block, settings, mode, table, positions, listed)
        believe(prior, belief_sum, watched_weight, unwatched_weight)
        draw_uniforms(watching, seeing, choosing, flagging, episode, low, address)
        watch(watched, looks, watching, settings.watching_rate)
        if settings.honeypot_share > 0.0:
            disguise(looks, settings.honeypot_share, episode, low, address)
        perceive(posteriors, seeing, looks, prior, settings.cue_kind, quality, reckoned_honeypots)
        weigh(
            probability, posteriors, tempted, guarding, foresight, loss, rationality, settings.penalty,
            settings.hit_rate, settings.false_alarm_rate,
        )  # fmt: skip
        flags = decide(
            acted, flagged, tally, choosing, flagging, watched, probability, settings.hit_rate,
            settings.false_alarm_rate,
        )  # fmt: skip
        if settings.feedback != FEEDBACK_NONE:
            learn(
                watched_weight, unwatched_weight, posteriors, watched, acted, flagged, forgetting, evidence_weight,
                settings.feedback, settings.hit_rate, settings.false_alarm_rate,
            )  # fmt: skip
        if flags > 0:
            _respond(block, settings, mode, table, flagged, episode, listed)


@compiled_loop
def _plan(
    block: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    positions: Floats,
    missing: Integers,
) -> None:
    """Renew the losses of agents whose beliefs move; the last two arrays, (agents,), are to be written over."""
    if mode == SOLVED:
        for agent in range(block.angle.size):
            solve(block, settings, agent)
        return
    count = interpolate_losses(
        block.loss, missing, positions, block.tempted, block.watched_weight, block.unwatched_weight, block.plan_begin,
        block.plan_weight, table.usable, table.shares.shape[1],
    )  # fmt: skip
    if count > 0:
        solve_missing_losses(
            block.loss, missing[:count], block.angle, block.tempted, block.watched_weight, block.unwatched_weight,
            block.foresight, block.terminal_guarding, block.quality, block.reckoned_honeypots, settings,
        )  # fmt: skip


@compiled_loop
def _respond(
    world: World,
    settings: Settings,
    mode: int,
    table: LossTable,
    flagged: Integers,
    episode: int,
    hit: Integers,
) -> None:
    """Turn the goals of those who were flagged and are not aligned; settle what they did until now."""
    angle, tempted, guarding, turns, since = world.angle, world.tempted, world.guarding, world.turns, world.since
    tally, counts, sums, standing = world.tally, world.counts, world.sums, world.standing
    begins = world.plan_begin
    flags = turned = 0
    for offset in range(flagged.size):
        hit[flags] = offset
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
    renew(world, settings, mode, hit[:turned])


@compiled_briefly
def _empty_tallies(world: World) -> None:
    for agent in range(world.tally.size):
        empty_tally(world.counts, agent, world.tally[agent])
        world.tally[agent] = 0
