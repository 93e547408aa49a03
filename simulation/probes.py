"""Strategy values where no closed form serves: probe agents that keep a strategy, put into the population.

A probe is the median agent. It keeps a rule of cues, the best of its class as the regime stands at the start, until its
goals are turned, and then goes on as a planner does. What it earns is judged by its original goals and discounted by
its foresight. Worlds that differ in the rule alone have the same luck (common random numbers), so that differences are
known better than the values.

Where agents do not act on each other, through the schedule or a society, all of them are probes. Elsewhere a few are,
that the regime stays what it is to the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.class_cue_rules import CLASSES
from models.goals import ALIGNED_ANGLE
from models.outlook import ENDLESS, MYOPIC
from models.refusals import InputError
from models.scenario import Scenario
from models.schedule_parameters import Chosen
from models.strategies import CLASS_NAMES
from simulation.cells import rules_of_cell
from simulation.decision_numbers import (
    DECISION_COLUMNS,
    decision_columns,
    exact_stakes,
    heterogeneous_keys,
    median_value,
)
from simulation.full_engine import FullArrayWorld
from simulation.groups import PLANNER
from simulation.intervals import mean_interval
from simulation.ledger import COLUMNS
from simulation.population import Population, draw_population
from simulation.preparation import Prepared, prepare
from simulation.resolution import Replicate, believing, plans_in, replicate_of, settled_column

Floats = NDArray[np.float64]

_UTILITY = COLUMNS.index("utility")
#: What is left out of an endless sum, as a share of it.
_TAIL = 1e-4
_LONGEST = 2000
#: Share of the agents that are probes where they act on each other.
PROBE_SHARE = 0.02


@dataclass(frozen=True)
class Estimate:
    """A mean over independent probes or worlds, and its 95 % interval (Student t)."""

    mean: float
    low: float
    high: float
    standard_error: float


@dataclass(frozen=True)
class ProbedValues:
    """What probes earned; utilities in units of payoff.

    Attributes
    ----------
    values : dict
        Estimate of each class that has a rule.
    differences : dict
        Estimate of the difference of each two of them, by (first, second): first less second.
    horizon : int
        Episodes that were counted.
    probes, worlds : int
        Probes in a world, and worlds.
    """

    values: dict[str, Estimate]
    differences: dict[tuple[str, str], Estimate]
    horizon: int
    probes: int
    worlds: int

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values; a difference is named ``first - second``."""
        return {
            "values": {name: asdict(found) for name, found in self.values.items()},
            "differences": {" - ".join(pair): asdict(found) for pair, found in self.differences.items()},
            "horizon": self.horizon,
            "probes": self.probes,
            "worlds": self.worlds,
        }


def probed_values(
    scenario: Scenario,
    seed: int = 1,
    worlds: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ProbedValues:
    """Return what each class of strategies earns, by probes.

    Parameters
    ----------
    scenario : Scenario
        Without groups. Where its agents differ, the probes are median agents.
    seed : int
        In [0, 2^32).
    worlds : int, optional
        Number of worlds for each class; by default the scenario's replicates, and 1 where all agents are probes.
    progress : callable, optional
        Called with (worlds done, worlds).

    Raises
    ------
    InputError
        Where there is a public signal: its regimes have exact values. Where goals are aligned, there is no strategy.
    """
    found = _strategies(scenario)
    horizon = horizon_of(scenario)
    prepared = prepare(scenario.with_values({"run.episodes": horizon}), always_full=True)
    probes, median = probe_indices(scenario), median_scenario(scenario)
    alone = probes.size == scenario.agents.count
    number = worlds or (1 if alone else max(scenario.run.replicates, 2))
    earned: dict[str, list[Floats]] = {name: [] for name in found}
    for replicate in range(number):
        for name, rule in found.items():
            earned[name].append(_earned(prepared, scenario, median, probes, rule, seed, replicate, horizon))
        if progress is not None:
            progress(replicate + 1, number)
    # Probes that act on each other are no independent samples; the means of their worlds are.
    samples = {
        name: np.concatenate(rows) if alone else np.array([row.mean() for row in rows]) for name, rows in earned.items()
    }
    return ProbedValues(
        {name: estimate(sample) for name, sample in samples.items()},
        {pair: estimate(samples[pair[0]] - samples[pair[1]]) for pair in combinations(samples, 2)},
        horizon, probes.size, number,
    )  # fmt: skip


def estimate(sample: Floats) -> Estimate:
    """Return the mean of a sample with its interval."""
    mean, low, high, number = mean_interval(sample)
    error = float(sample.std(ddof=1)) / math.sqrt(number) if number > 1 else float("nan")
    return Estimate(mean, low, high, error)


def horizon_of(scenario: Scenario) -> int:
    """Return how many episodes a value counts: all that matter, or as many as the agent looks ahead."""
    columns = decision_columns(scenario)
    if columns["planning"] == MYOPIC or columns["foresight"] == 0.0:
        return 1
    if columns["depth"] != ENDLESS:
        return max(int(columns["depth"]), 1)
    return min(math.ceil(math.log(_TAIL) / math.log(columns["foresight"])), _LONGEST)


def probe_indices(scenario: Scenario) -> NDArray[np.int64]:
    """Return which agents are probes: all where nobody acts on another, else a few, evenly spread."""
    count = scenario.agents.count
    is_alone = scenario.regime.schedule.kind not in ("targeted", "adaptive") and scenario.society.graph == "none"
    number = count if is_alone else max(1, round(PROBE_SHARE * count))
    return (np.arange(number) * count // number).astype(np.int64)


def _strategies(scenario: Scenario) -> dict[str, Floats]:
    """Return the strategies that are probed, as rules of cues, by class."""
    if scenario.regime.visibility.signal != "none":
        raise InputError(["regime.visibility.signal must be none for probes; such regimes have exact values"])
    column = settled_column(scenario)
    if not column[DECISION_COLUMNS.index("angle"), 0] >= ALIGNED_ANGLE:
        raise InputError(["agents.goals must be other than the target for probes: aligned agents have no strategy"])
    is_there, rules = rules_of_cell(column, exact_stakes(scenario))
    return {CLASS_NAMES[code]: rules[code] for code in CLASSES if is_there[code]}


def _earned(
    prepared: Prepared,
    scenario: Scenario,
    median: Scenario,
    probes: NDArray[np.int64],
    rule: Floats,
    seed: int,
    replicate: int,
    horizon: int,
) -> Floats:
    """Return what each probe of a world earns, discounted, (probes,)."""
    start = replicate_of(prepared, seed, replicate)
    settled = start.prepared
    rate = settled.settings.watching_rate
    population = _with_probes(start.population, median, probes, rate, seed, replicate)
    mechanisms = settled.mechanisms._replace(some_plan=1)
    probed = Replicate(replace(settled, chosen_mechanisms=mechanisms), population, start.neighbours)
    world = FullArrayWorld(probed.prepared, population, start.neighbours, plans_in(probed), seed, replicate, 0)
    world.set_probes(probes, rule)
    foresight = median_value(scenario, "agents.foresight")
    earned, before = np.zeros(probes.size), np.zeros(probes.size)
    for episode in range(horizon):
        world.advance(episode, episode + 1)
        now = world.world.sums[probes, _UTILITY]
        earned += foresight**episode * (now - before)
        before = now.copy()
    return earned


def _with_probes(
    population: Population, median: Scenario, probes: NDArray[np.int64], rate: float, seed: int, replicate: int
) -> Population:
    """Return a population in which some agents are median agents that plan."""
    alike = draw_population(median, seed, replicate)
    chosen = {}
    for field in fields(Population):
        values = getattr(population, field.name).copy()
        if values.shape[0]:
            values[probes] = getattr(alike, field.name)[probes]
        chosen[field.name] = values
    chosen["decider"][probes] = PLANNER
    found = Population(**chosen)
    # An overseer that chooses its rate makes all agents believe it.
    return believing(found, rate) if isinstance(median.regime.schedule, Chosen) else found


def median_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario in which all agents are the median one."""
    values: dict[str, object] = {}
    for key in heterogeneous_keys(scenario):
        if key == "agents.goals":
            dimension = scenario.agents.goals.dimension
            angle = median_value(scenario, "agents.goals.angle")
            values[key] = {"kind": "angle", "angle": angle, "dimension": dimension}
        elif key.startswith("agents."):
            values[key] = median_value(scenario, key)
    return scenario.with_values(values) if values else scenario
