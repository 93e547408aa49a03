"""The schedule at work: what the overseer does in an episode, and what it keeps from one to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.overseer import suspicion
from models.scenario import Scenario
from models.schedule_parameters import Adaptive, Budget, Escalating, Periodic, Targeted
from models.schedules import (
    ADAPTIVE,
    BUDGET,
    CONSTANT,
    ESCALATING,
    PERIODIC,
    TARGETED,
    adapted_rate,
    group_after,
    periodic_rate,
    targeted_score,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Columns of the groups of an escalating schedule.
RATE, PENALTY, MOVE_IF_CAUGHT, MOVE_IF_COMPLIED, TO_IF_CAUGHT, TO_IF_COMPLIED, GROUP_WIDTH = range(7)


class Schedule(NamedTuple):
    """Plain numbers of a schedule; those of other kinds are 0.

    Attributes
    ----------
    kind : int
        A kind of `models.schedules`.
    rate, period, temperature, gain, goal
        As in `models.schedule_parameters`.
    inspected : int
        How many agents a budget watches.
    groups : array, (groups, `GROUP_WIDTH`)
        Of an escalating schedule; else one row with the rate and the penalty of the response.
    """

    kind: int
    rate: float
    period: int
    inspected: int
    temperature: float
    gain: float
    goal: float
    groups: Floats


class Watch(NamedTuple):
    """What the overseer keeps; changed in place.

    Attributes
    ----------
    rate : array, (1,)
        The rate of this episode, where there is one for all.
    flags, episodes : arrays, (agents,)
        Of monitored episodes: how often each agent was flagged, and watched.
    group : array, (agents,)
        Of an escalating schedule.
    """

    rate: Floats
    flags: Integers
    episodes: Integers
    group: Integers


def schedule_of(scenario: Scenario) -> Schedule:
    """Return the plain numbers of a scenario's schedule."""
    written, penalty = scenario.regime.schedule, scenario.regime.response.penalty
    rate = scenario.watching_rate
    numbers = Schedule(CONSTANT, rate, 1, 0, 0.0, 0.0, 0.0, np.array([[rate, penalty, 0.0, 0.0, 0.0, 0.0]]))
    count = written.inspected_count(scenario.agents.count) if isinstance(written, Budget) else 0
    if isinstance(written, Periodic):
        return numbers._replace(kind=PERIODIC, period=written.period)
    if isinstance(written, Targeted):
        return numbers._replace(kind=TARGETED, inspected=count, temperature=written.temperature)
    if isinstance(written, Budget):
        return numbers._replace(kind=BUDGET, inspected=count)
    if isinstance(written, Adaptive):
        return numbers._replace(kind=ADAPTIVE, gain=written.gain, goal=written.goal)
    if isinstance(written, Escalating):
        rows = [
            (
                row.rate, row.penalty, row.move_if_caught, row.move_if_complied, row.to,
                row.to if row.to_if_complied is None else row.to_if_complied,
            )
            for row in written.rows
        ]  # fmt: skip
        return numbers._replace(kind=ESCALATING, groups=np.array(rows, dtype=np.float64))
    return numbers


def new_watch(schedule: Schedule, agents: int) -> Watch:
    """Return what an overseer keeps before the first episode."""
    none = np.zeros((3, agents), np.int64)
    return Watch(np.array([schedule.rate]), none[0], none[1], none[2])


@compiled_loop
def set_rates(rates: Floats, watch: Watch, schedule: Schedule, episode: int) -> None:
    """Fill the probability with which each agent is watched in this episode, as far as it is the same for many."""
    rate = watch.rate[0]
    if schedule.kind == PERIODIC:
        rate = periodic_rate(episode, schedule.period)
    for agent in range(rates.size):
        rates[agent] = schedule.groups[watch.group[agent], RATE] if schedule.kind == ESCALATING else rate


@compiled_loop
def watch_all(
    watched: Integers, rates: Floats, uniforms: Floats, order: Floats, watch: Watch, schedule: Schedule
) -> None:
    """Fill who is watched: each by its own luck, or as many as the budget allows, the largest scores first.

    Parameters
    ----------
    uniforms, order : arrays, (agents,)
        Draws of being watched, and of the order in which a budget is spent.
    """
    agents = watched.size
    if schedule.kind != BUDGET and schedule.kind != TARGETED:
        for agent in range(agents):
            watched[agent] = 1 if uniforms[agent] < rates[agent] else 0
        return
    scores = np.empty(agents)
    for agent in range(agents):
        scores[agent] = score_of(watch.flags[agent], watch.episodes[agent], order[agent], schedule)
    _watch_largest(watched, scores, schedule.inspected)


@compiled
def score_of(flags: int, episodes: int, order: float, schedule: Schedule) -> float:
    """Return the score by which an agent comes before others where a budget is spent."""
    if schedule.kind == BUDGET:
        return order
    return targeted_score(suspicion(float(flags), float(episodes)), schedule.temperature, order)


@compiled_loop
def _watch_largest(watched: Integers, scores: Floats, count: int) -> None:
    watched[:] = 0
    if count == 0:
        return
    # Equal scores go to the agents that come first.
    least = _ranked(scores.copy(), scores.size - count)
    left = count
    for agent in range(scores.size):
        if scores[agent] > least:
            watched[agent] = 1
            left -= 1
    for agent in range(scores.size):
        if scores[agent] == least and left > 0:
            watched[agent] = 1
            left -= 1


@compiled_loop
def _ranked(values: Floats, rank: int) -> float:
    """Return the value that so many others come before in rising order, by Hoare's selection; reorders them."""
    low, high = 0, values.size - 1
    while low < high:
        pivot, left, right = values[rank], low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while pivot < values[right]:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if right < rank:
            low = left
        if rank < left:
            high = right
    return float(values[rank])


@compiled_loop
def learn_from_watching(
    watch: Watch, schedule: Schedule, watched: Integers, options: Integers, flagged: Integers, moves: Floats
) -> None:
    """Update what the overseer keeps, by monitored episodes alone.

    Parameters
    ----------
    moves : array, (agents,)
        Draws of moving to another group.
    """
    flags = seen = 0
    for agent in range(watched.size):
        if watched[agent] == 1:
            watch.episodes[agent] += 1
            watch.flags[agent] += flagged[agent]
            seen += 1
            flags += flagged[agent]
        if schedule.kind == ESCALATING:
            watch.group[agent] = moved_group(
                watch.group[agent], schedule, watched[agent], options[agent], flagged[agent], moves[agent]
            )
    if schedule.kind == ADAPTIVE:
        watch.rate[0] = adapted_rate(watch.rate[0], schedule.gain, schedule.goal, flags, seen)


@compiled
def moved_group(group: int, schedule: Schedule, watched: int, option: int, flagged: int, uniform: float) -> int:
    """Return the group of an escalating schedule that an agent's record puts it in."""
    groups = schedule.groups
    return group_after(
        group, watched, option, flagged, uniform, groups[group, MOVE_IF_CAUGHT], groups[group, MOVE_IF_COMPLIED],
        int(groups[group, TO_IF_CAUGHT]), int(groups[group, TO_IF_COMPLIED]),
    )  # fmt: skip
