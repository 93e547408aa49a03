"""What each strategy is worth to the agents of a scenario, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.outlook import Stakes
from models.scenario import Scenario
from models.schedule_parameters import Chosen
from models.strategies import CLASS_NAMES
from simulation.cells import BELIEF, CELL_VALUES, FALSE_SIGNAL, values_of_cells
from simulation.decision_numbers import column_of, exact_stakes
from simulation.preparation import prepare
from simulation.resolution import is_chosen, resolved_numbers


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
    method : str
        How the values were found: ``exact``.
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
    method: str = "exact"

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
            "method": self.method,
        }


def strategy_values(scenario: Scenario) -> StrategyValues:
    """Return what honesty, compliance and faking are worth to an agent of the scenario, and which is best.

    The values are exact: the chain of selves is solved at the agent's belief before the first episode. Where agents
    differ, the agent is the median one (`simulation.decision_numbers`).
    """
    column = settled_column(scenario)
    found = {
        name: float(values[0]) for name, values in strategy_values_of_columns(column, exact_stakes(scenario)).items()
    }
    return StrategyValues(
        values={name: found[name] for name in ("honest", "compliant", "faking")},
        best=CLASS_NAMES[int(found["best"])],
        threshold=found["threshold"],
        act_probability_watched=found["act_probability_watched"],
        act_probability_unwatched=found["act_probability_unwatched"],
        comply_probability_watched=found["comply_probability_watched"],
        comply_probability_unwatched=found["comply_probability_unwatched"],
        loss=found["loss"],
        turn_loss=found["turn_loss"],
        cue_threshold=found["cue_threshold"],
        belief=found["belief"],
    )


def settled_column(scenario: Scenario) -> NDArray[np.float64]:
    """Return a scenario as one column of cells, with what the overseer chooses for its agents."""
    column = column_of(scenario)
    if is_chosen(scenario):
        rate, false_signal = resolved_numbers(prepare(scenario))
        if isinstance(scenario.regime.schedule, Chosen):
            column[BELIEF] = rate
        column[FALSE_SIGNAL] = false_signal
    return column


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
