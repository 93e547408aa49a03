"""What each strategy is worth to the agents of a scenario: exactly, or by probe agents where no closed form serves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.outlook import Stakes
from models.refusals import InputError
from models.scenario import Scenario, admitted_scenario
from models.strategies import CLASS_NAMES
from simulation.cells import BELIEF, CELL_VALUES, values_of_cells
from simulation.decision_numbers import exact_stakes
from simulation.probes import ProbedValues, probed_values
from simulation.resolution import settled_column

Method = Literal["auto", "exact", "probes"]


@dataclass(frozen=True)
class StrategyValues:
    """What each class of rules is worth, and the best rule; utilities in units of payoff.

    Attributes
    ----------
    values : dict
        Most that an honest, a compliant and a faking rule gives, kept until the next modification and judged by the
        agent's goals, relative to always complying without risk; NaN where no rule is of the class.
    best : str
        Class of the best rule.
    threshold : float
        ``q*``: the best rule acts where the probability of being watched is below; infinite where nothing deters.
    act_probability_watched, act_probability_unwatched : float
        Of the best rule; honeypots count as watched.
    comply_probability_watched, comply_probability_unwatched : float
        Of the best rule; less than one minus acting where it speaks up.
    loss, turn_loss : float
        ``L_flag, L_comply``: what the turn costs that follows a flag, and that which follows watched compliance.
    cue_threshold : float
        Cue below which the best rule acts; -inf never, inf always; of a two-valued cue 1/2 on the unwatched cue alone.
        NaN where a rule has more than one threshold, or another in each episode.
    belief : float
        Prior probability of being watched that all this was reckoned with.
    planned : str
        Class of the rule that the agent's plan takes for the best: it holds its beliefs, and the schedule, fixed. Where
        values are exact this is `best`.
    method : str
        How the values were found: ``exact``, or ``probes``.
    probed : ProbedValues or None
        What probes earned, with intervals of values and differences.
    """

    values: dict[str, float]
    best: str
    threshold: float
    act_probability_watched: float
    act_probability_unwatched: float
    comply_probability_watched: float
    comply_probability_unwatched: float
    loss: float
    turn_loss: float
    cue_threshold: float
    belief: float
    planned: str
    method: str = "exact"
    probed: ProbedValues | None = None

    @property
    def faking_advantage(self) -> float:
        """What faking gives beyond the best other class; NaN where nothing is faking."""
        others = [worth for name, worth in self.values.items() if name != "faking" and not math.isnan(worth)]
        return self.values["faking"] - max(others)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {
            "values": dict(self.values),
            "best": self.best,
            "faking_advantage": self.faking_advantage,
            "threshold": self.threshold,
            "act_probability_watched": self.act_probability_watched,
            "act_probability_unwatched": self.act_probability_unwatched,
            "comply_probability_watched": self.comply_probability_watched,
            "comply_probability_unwatched": self.comply_probability_unwatched,
            "loss": self.loss,
            "turn_loss": self.turn_loss,
            "cue_threshold": self.cue_threshold,
            "belief": self.belief,
            "planned": self.planned,
            "method": self.method,
        } | ({} if self.probed is None else {"probed": self.probed.as_dict()})


def strategy_values(
    scenario: Scenario,
    method: Method = "auto",
    seed: int = 1,
    worlds: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StrategyValues:
    """Return what honesty, compliance and faking are worth to an agent of the scenario, and which is best.

    Parameters
    ----------
    scenario : Scenario
        Without groups (`Scenario.of_group` gives one of them). Where agents differ, the agent is the median one
        (`simulation.decision_numbers`).
    method : {"auto", "exact", "probes"}
        ``exact`` solves the chain of selves at the agent's belief before the first episode, the regime held as it
        stands. ``probes`` puts agents with fixed strategies into the population (`simulation.probes`). ``auto`` takes
        probes where a regime answers to what agents do (`has_exact_values`).
    seed, worlds, progress
        Of the probes.

    Raises
    ------
    InputError
        For another method, for what is no scenario, for groups, and as `simulation.probes.probed_values` does.
    """
    if method not in ("auto", "exact", "probes"):
        raise InputError([f"method must be auto, exact or probes, got {method!r}"])
    exact = _planned_values(admitted_scenario(scenario))
    if method == "exact" or (method == "auto" and (exact.planned == "aligned" or has_exact_values(scenario))):
        return exact
    probed = probed_values(scenario, seed, worlds, progress)
    values = {name: probed.values[name].mean if name in probed.values else math.nan for name in exact.values}
    best = max(probed.values, key=lambda name: probed.values[name].mean)
    return replace(exact, values=values, best=best, method="probes", probed=probed)


def has_exact_values(scenario: Scenario) -> bool:
    """Tell whether strategies have exact values: watching does not depend on what agents have done before."""
    return scenario.regime.schedule.kind not in ("targeted", "escalating", "adaptive")


def _planned_values(scenario: Scenario) -> StrategyValues:
    column = settled_column(scenario)
    found = {
        name: float(values[0]) for name, values in strategy_values_of_columns(column, exact_stakes(scenario)).items()
    }
    best = CLASS_NAMES[int(found["best"])]
    return StrategyValues(
        values={name: found[name] for name in ("honest", "compliant", "faking")},
        best=best,
        threshold=found["threshold"],
        act_probability_watched=found["act_probability_watched"],
        act_probability_unwatched=found["act_probability_unwatched"],
        comply_probability_watched=found["comply_probability_watched"],
        comply_probability_unwatched=found["comply_probability_unwatched"],
        loss=found["loss"],
        turn_loss=found["turn_loss"],
        cue_threshold=found["cue_threshold"],
        belief=found["belief"],
        planned=best,
    )


def strategy_values_of_columns(columns: NDArray[np.float64], stakes: Stakes) -> dict[str, NDArray[np.float64]]:
    """Return the same for many cells at once.

    Parameters
    ----------
    columns : array, (len(`simulation.decision_numbers.DECISION_COLUMNS`), cells)
        One cell a column.
    stakes : Stakes
        Distribution of the temptations of all cells, where stakes are random; kind and scale are those of the cells.

    Returns
    -------
    dict of arrays, (cells,)
        `simulation.cells.CELL_VALUES`, of which best is a code of `models.strategies.CLASS_NAMES`, and faking_advantage
        and belief.
    """
    columns = np.ascontiguousarray(columns, dtype=np.float64)
    table = dict(zip(CELL_VALUES, values_of_cells(columns, stakes), strict=True))
    table["faking_advantage"] = table["faking"] - np.fmax(table["honest"], table["compliant"])
    table["belief"] = columns[BELIEF]
    return table
