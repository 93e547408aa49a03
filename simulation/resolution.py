"""What is settled before the first episode of a replicate: its agents, its graph, and what the overseer chose for them.

An ``optimal`` or ``equilibrium`` schedule and a persuasive signal are made for the population as it stands at the
start, so they differ between replicates where agents are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.outlook import MYOPIC
from models.scenario import Scenario
from models.schedule_parameters import Chosen
from models.stakes import constant_stakes
from simulation.cells import BELIEF, CELL_VALUES, FALSE_SIGNAL, values_of_cells
from simulation.commitment import Commitment, Overseen, committed_rate, designed_signal, equilibrium_rate
from simulation.decision_numbers import DECISION_COLUMNS, column_of
from simulation.full_plans import FullPlans
from simulation.graphs import neighbours_of
from simulation.groups import PLANNER
from simulation.mechanisms import Mechanisms
from simulation.neighbourhood import Neighbours
from simulation.plan_modes import Planners, full_plans_of, solved_plans
from simulation.population import Population, draw_population
from simulation.preparation import Prepared, prepare
from simulation.settings import Settings
from simulation.watching import PENALTY, RATE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Replicate:
    """One replicate before its first episode."""

    prepared: Prepared
    population: Population
    neighbours: Neighbours


def is_chosen(scenario: Scenario) -> bool:
    """Tell whether the overseer chooses anything by how agents reply."""
    return isinstance(scenario.regime.schedule, Chosen) or scenario.regime.visibility.signal != "none"


def replicate_of(prepared: Prepared, seed: int, replicate: int, stream: int = 0) -> Replicate:
    """Return one replicate of a scenario made ready to run."""
    scenario = prepared.scenario
    population = draw_population(scenario, seed, replicate, stream)
    neighbours = neighbours_of(scenario.society, scenario.agents.count, seed, replicate, stream)
    drawn = Replicate(prepared, population, neighbours)
    return _chosen(drawn) if is_chosen(scenario) else drawn


def _chosen(drawn: Replicate) -> Replicate:
    prepared, population = drawn.prepared, drawn.population
    scenario, settings, mechanisms = prepared.scenario, prepared.settings, prepared.mechanisms
    columns = agent_columns(scenario, population, drawn.neighbours)
    rate = settings.watching_rate
    if isinstance(scenario.regime.schedule, Chosen):
        commitment = _commitment(
            scenario.regime.schedule.kind, columns.tobytes(), columns.shape[1], settings, mechanisms
        )
        rate = commitment.rate
        mechanisms = mechanisms._replace(mixing=-1.0 if math.isnan(commitment.mixing) else commitment.mixing)
        population = believing(population, rate)
        columns[BELIEF] = rate
    if scenario.regime.visibility.signal != "none":
        thresholds = values_of_cells(columns, prepared.stakes)[CELL_VALUES.index("threshold")]
        mechanisms = mechanisms._replace(false_signal=designed_signal(rate, thresholds))
    groups = prepared.schedule.groups.copy()
    groups[0, RATE] = rate
    settled = replace(
        prepared,
        settings=settings._replace(watching_rate=rate),
        chosen_mechanisms=mechanisms,
        chosen_schedule=prepared.schedule._replace(rate=rate, groups=groups),
    )
    return Replicate(settled, population, drawn.neighbours)


def believing(population: Population, rate: float) -> Population:
    """Return the same agents, believing the rate; how strongly they believe stays."""
    worth = population.watched_weight + population.unwatched_weight
    return replace(population, watched_weight=rate * worth, unwatched_weight=(1.0 - rate) * worth)


@lru_cache(maxsize=64)
def _commitment(kind: str, columns: bytes, agents: int, settings: Settings, mechanisms: Mechanisms) -> Commitment:
    """Return what an overseer chooses; replicates whose agents are alike ask the same."""
    table = np.frombuffer(columns, dtype=np.float64).reshape(len(DECISION_COLUMNS), agents)
    overseen = Overseen(table, settings, mechanisms, constant_stakes(settings.stakes_kind, settings.scale))
    return committed_rate(overseen) if kind == "optimal" else equilibrium_rate(overseen)


def plans_in(start: Replicate) -> FullPlans:
    """Return where the losses of a replicate's planners come from."""
    prepared, population = start.prepared, start.population
    mechanisms = prepared.mechanisms
    # What capability grows into is another plan in each episode.
    if prepared.is_basic or prepared.always_solved or not mechanisms.some_plan or mechanisms.grows:
        return solved_plans(population.size)
    columns = agent_columns(prepared.scenario, population, start.neighbours)
    columns[DECISION_COLUMNS.index("planning"), population.decider != PLANNER] = MYOPIC
    columns[DECISION_COLUMNS.index("false_signal")] = mechanisms.false_signal
    penalties = np.unique(prepared.schedule.groups[:, PENALTY])
    episodes = prepared.scenario.run.episodes
    return full_plans_of(Planners(columns, prepared.plans_move, penalties, prepared.stakes, episodes))


def agent_columns(scenario: Scenario, population: Population, neighbours: Neighbours) -> Floats:
    """Return what each agent's decision rests on before the first episode, (len(`DECISION_COLUMNS`), agents)."""
    parts = np.concatenate([column_of(group) for group in scenario.group_scenarios], axis=1)
    columns = np.ascontiguousarray(parts[:, population.group])
    own = {
        "angle": population.angle,
        "terminal_guarding": population.guarding,
        "foresight": population.foresight,
        "depth": population.depth,
        "goal_weight": population.goal_weight,
        "quality": population.quality,
        "reckoned_honeypots": population.reckoned_honeypots,
        "belief": population.watched_weight / (population.watched_weight + population.unwatched_weight),
        "neighbours": np.diff(neighbours.begins),
    }
    for name, values in own.items():
        columns[DECISION_COLUMNS.index(name)] = values
    return columns


def settled_column(scenario: Scenario) -> Floats:
    """Return a scenario as one column of cells, with what the overseer chooses for its agents."""
    column = column_of(scenario)
    if is_chosen(scenario):
        rate, false_signal = resolved_numbers(prepare(scenario))
        if isinstance(scenario.regime.schedule, Chosen):
            column[BELIEF] = rate
        column[FALSE_SIGNAL] = false_signal
    return column


def resolved_numbers(prepared: Prepared) -> tuple[float, float]:
    """Return the rate and the probability of a false signal that the overseer chose, in replicate 0 of seed 1."""
    settled = replicate_of(prepared, 1, 0).prepared
    return settled.settings.watching_rate, settled.mechanisms.false_signal
