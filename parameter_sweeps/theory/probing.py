"""How numbers are found through what a user calls: boundaries by bisection, shares and worths from runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scenario import Scenario
from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.theory.checks import Effort, Sample
from simulation.run import RunResult, simulate
from simulation.valuation import StrategyValues, strategy_values

Values = Mapping[str, Any]
Floats = NDArray[np.float64]

TOLD: Values = {"agents.cue.discrimination": math.inf}
UNTOLD: Values = {"agents.cue.discrimination": 0.0}
#: Widths at which the two kinds of bisection end: both far inside the digits that are printed.
_EXACT_WIDTH = 1e-13
_SIMULATED_WIDTH = 1e-9
#: Simulated boundaries are those of certain choices: a few agents say the same as many.
_FEW = {"agents.count": 40, "run.episodes": 1}


def scenario_of(*changes: Values) -> Scenario:
    """Return the shipped base case with changes, the later over the earlier."""
    merged: dict[str, Any] = {}
    for change in changes:
        merged |= change
    return load_scenario("base").with_values(merged)


def valued(*changes: Values) -> StrategyValues:
    """Return the exact strategy values of the base case with changes."""
    return strategy_values(scenario_of(*changes), method="exact")


def turning_point(holds: Callable[[float], bool], low: float, high: float, width: float) -> tuple[float, float]:
    """Return the last value at which something does not hold and the first at which it does, `width` apart or less.

    Raises
    ------
    ValueError
        Unless it holds at `high` and not at `low`.
    """
    if holds(low) or not holds(high):
        message = f"what is bisected must hold at {high} and not at {low}"
        raise ValueError(message)
    while high - low > width:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low, high


def exact_boundary(
    key: str, low: float, high: float, holds: Callable[[StrategyValues], bool], *changes: Values
) -> float:
    """Return the value of a parameter from which on something holds of the exact strategy values."""
    return turning_point(lambda value: holds(valued(*changes, {key: value})), low, high, _EXACT_WIDTH)[1]


def simulated_boundary(
    effort: Effort, key: str, low: float, high: float, holds: Callable[[Any], bool], *changes: Values
) -> Sample:
    """Return the value of a parameter from which on something holds of the measures of a run, without luck.

    A few agents decide in one episode, all alike.
    """

    def seen(value: float) -> bool:
        built = scenario_of(*changes, _FEW, {key: value})
        return holds(simulate(built, seed=effort.seed, replicates=1, record="none").measures["mean"])

    last, first = turning_point(seen, low, high, _SIMULATED_WIDTH)
    return Sample(0.5 * (last + first), reach=0.5 * (first - last))


def is_met(value: float) -> Callable[[Any], bool]:
    """Return whether watched compliance of a run is `value`, as a function of its measures."""
    return lambda found: bool(found["compliance_watched"] == value)


def is_unwatched_met(found: Any) -> bool:
    """Tell whether all complied in unwatched episodes of a run, from its measures."""
    return bool(found["compliance_unwatched"] == 1.0)


# Samples


def share_sample(count: float, whole: float, probability: float) -> Sample:
    """Return the share of independent choices, whose variance is that of the probability they should have."""
    return Sample(count / whole, math.sqrt(probability * (1.0 - probability) / whole))


def mean_sample(values: Any) -> Sample:
    """Return the mean of independent values, by replicate; those that are all alike leave no luck."""
    found = np.asarray(values, dtype=np.float64).ravel()
    error = float(found.std(ddof=1)) / math.sqrt(found.size)
    if error <= 1e-12 * max(1.0, abs(float(found.mean()))):
        return Sample(float(found.mean()), reach=1e-12)
    return Sample(float(found.mean()), error, degrees=found.size - 1.0)


def first_choices(effort: Effort, *changes: Values) -> dict[str, tuple[int, int]]:
    """Return (acts, episodes), watched and unwatched, of agents in the first episode, where nothing has changed yet."""
    built = scenario_of({"agents.count": effort.agents, "run.episodes": 1}, *changes)
    found = agents_of(simulate(built, seed=effort.seed, replicates=effort.replicates, record="agents"))
    watched, acted = found["watched"] > 0, found["acted"] > 0
    return {
        "watched": (int((acted & watched).sum()), int(watched.sum())),
        "unwatched": (int((acted & ~watched).sum()), int((~watched).sum())),
        "all": (int(acted.sum()), acted.size),
    }


def acting(effort: Effort, side: str, probability: float, *changes: Values) -> Sample:
    """Return the share of first episodes acted in, ``watched``, ``unwatched`` or ``all``."""
    return share_sample(*first_choices(effort, *changes)[side], probability)


def agents_of(run: RunResult) -> dict[str, NDArray[Any]]:
    """Return what was recorded of agents, (replicates, episodes, agents), by name."""
    if run.trajectory is None:
        raise RuntimeError("the run was not recorded")
    dims = ("replicate", "episode", "agent")
    kept = {str(name): one for name, one in run.trajectory.data_vars.items() if set(one.dims) == set(dims)}
    return {name: one.transpose(*dims).to_numpy() for name, one in kept.items()}


def measured(effort: Effort, measure: str, *changes: Values) -> Sample:
    """Return the mean of a measure over replicates."""
    run = simulate(scenario_of(*changes), seed=effort.seed, replicates=effort.replicates, record="none")
    return mean_sample(run.by_replicate[measure])


def discounted_worth(effort: Effort, *changes: Values) -> Sample:
    """Return what agents gain, by their original goals, from the first episode on, discounted by their foresight.

    Agents of the base case: converted by one flag, so that later selves gain nothing more.
    """
    built = scenario_of({"agents.count": effort.agents, "run.episodes": 250}, *changes)
    run = simulate(built, seed=effort.seed, replicates=effort.replicates, record="episodes")
    if run.trajectory is None:
        raise RuntimeError("the run was not recorded")
    payoffs = run.trajectory["agent_utility"].transpose("replicate", "episode").to_numpy()
    foresight = built.agents.foresight
    if not isinstance(foresight, float):
        raise TypeError("agents must all look ahead alike")
    return mean_sample(payoffs @ foresight ** np.arange(payoffs.shape[1]))


def share_of_acts(effort: Effort, probability: float, *changes: Values) -> Sample:
    """Return the share of episodes acted in."""
    size = {"agents.count": effort.agents}
    run = simulate(scenario_of(*changes, size), seed=effort.seed, replicates=effort.replicates, record="agents")
    acted = agents_of(run)["acted"]
    if probability in (0.0, 1.0):
        return mean_sample(acted.mean(axis=(1, 2)))
    return share_sample(int(acted.sum()), acted.size, probability)
