"""What each strategy is worth to the agents of a scenario, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.distributions import Distribution
from models.scenario import Scenario
from models.strategies import CLASS_NAMES, strategy_values_at, strategy_values_of_cells
from simulation.settings import cue_quality_key, settings_of

#: Arguments of `models.strategies.strategy_values_at`, in its order: the columns of a cell.
DECISION_COLUMNS = (
    "angle",
    "stakes_kind",
    "scale",
    "rotation",
    "penalty",
    "terminal_guarding",
    "foresight",
    "belief",
    "hit_rate",
    "false_alarm_rate",
    "cue_kind",
    "quality",
    "reckoned_honeypots",
    "true_honeypots",
)

#: Parts of a scenario that each column is read from: two keys that share none cannot act on the same column.
DECISION_SOURCES = {
    "angle": ("agents.goals",),
    "stakes_kind": ("stakes",),
    "scale": ("stakes",),
    "rotation": ("regime.response",),
    "penalty": ("regime.response",),
    "terminal_guarding": ("agents.terminal_guarding",),
    "foresight": ("agents.foresight", "agents.depth"),
    "belief": ("agents.beliefs", "regime.schedule"),
    "hit_rate": ("regime.detector",),
    "false_alarm_rate": ("regime.detector",),
    "cue_kind": ("agents.cue",),
    "quality": ("agents.cue",),
    "reckoned_honeypots": ("agents.beliefs",),
    "true_honeypots": ("regime.visibility",),
}


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
    loss : float
        ``L``: what being modified once costs.
    cue_threshold : float
        Cue below which the best rule acts; -inf never, inf always; of a two-valued cue 1/2 on the unwatched cue alone.
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
    loss: float
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
            "loss": self.loss,
            "cue_threshold": self.cue_threshold,
            "belief": self.belief,
            "method": self.method,
        }


def decision_columns(scenario: Scenario) -> dict[str, float]:
    """Return the plain numbers that the decision of a scenario's agent rests on, by name of `DECISION_COLUMNS`.

    Where agents differ this is the median agent: each distribution at its quantile 1/2.
    """
    settings = settings_of(scenario)
    quality = _median(scenario, cue_quality_key(scenario))
    return {
        "angle": _median(scenario, "agents.goals.angle"),
        "stakes_kind": settings.stakes_kind,
        "scale": settings.scale,
        "rotation": settings.rotation,
        "penalty": settings.penalty,
        "terminal_guarding": _median(scenario, "agents.terminal_guarding"),
        "foresight": _median(scenario, "agents.foresight"),
        "belief": _median(scenario, "agents.beliefs.mean"),
        "hit_rate": settings.hit_rate,
        "false_alarm_rate": settings.false_alarm_rate,
        "cue_kind": settings.cue_kind,
        "quality": 1.0 if math.isinf(quality) else quality,
        "reckoned_honeypots": _median(scenario, "agents.beliefs.honeypot_share"),
        "true_honeypots": settings.honeypot_share,
    }


def _median(scenario: Scenario, key: str) -> float:
    value = _value_at(scenario, key)
    if isinstance(value, float):
        return value
    return float(scenario.drawn_values(key, np.array([0.5]))[0])


def heterogeneous_keys(scenario: Scenario) -> list[str]:
    """Return the dotted keys in which agents differ."""
    return [row.key for row in Scenario.parameters() if isinstance(_value_at(scenario, row.key), Distribution)]


def _value_at(scenario: Scenario, key: str) -> Any:
    """Return a parameter's value, None where the scenario's kind of part has no such key."""
    part: Any = scenario
    for name in key.split("."):
        part = getattr(part, name, None)
    return part


def strategy_values(scenario: Scenario) -> StrategyValues:
    """Return what honesty, compliance and faking are worth to an agent of the scenario, and which is best.

    The values are exact: the chain of selves is solved at the agent's belief before the first episode. Where agents
    differ, the agent is the median one (`decision_columns`).
    """
    columns = decision_columns(scenario)
    arguments: list[Any] = [columns[name] for name in DECISION_COLUMNS]
    for whole in ("stakes_kind", "cue_kind"):
        arguments[DECISION_COLUMNS.index(whole)] = int(columns[whole])
    honest, compliant, faking, best, threshold, watched, unwatched, loss, cue = strategy_values_at(*arguments)
    return StrategyValues(
        values={"honest": honest, "compliant": compliant, "faking": faking},
        best=CLASS_NAMES[best],
        threshold=threshold,
        act_probability_watched=watched,
        act_probability_unwatched=unwatched,
        loss=loss,
        cue_threshold=cue,
        belief=columns["belief"],
    )


def strategy_values_of_columns(columns: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the same for many cells at once.

    Parameters
    ----------
    columns : array, (len(`DECISION_COLUMNS`), cells)
        One cell a column.

    Returns
    -------
    dict of arrays, (cells,)
        honest, compliant, faking, best (a code of `models.strategies.CLASS_NAMES`), threshold,
        act_probability_watched, act_probability_unwatched, loss, cue_threshold, faking_advantage.
    """
    out = np.empty((9, columns.shape[1]))
    strategy_values_of_cells(np.ascontiguousarray(columns, dtype=np.float64), out)
    names = (
        "honest", "compliant", "faking", "best", "threshold", "act_probability_watched",
        "act_probability_unwatched", "loss", "cue_threshold",
    )  # fmt: skip
    table = dict(zip(names, out, strict=True))
    table["faking_advantage"] = table["faking"] - np.fmax(table["honest"], table["compliant"])
    return table
