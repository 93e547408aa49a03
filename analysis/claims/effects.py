"""An effect with its 95 % interval, and what it takes to get one from runs that share their luck.

Replicate r has the same luck in every cell, so that cells are no independent observations: what is averaged over cells
is averaged within each replicate first, and the interval is Student's t over replicates. This holds as well where cells
have luck of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.outcome import Outcome
from analysis.selection import chosen_rows, level_of, levels_of
from parameter_sweeps.support_conditions import EPISODE
from simulation.intervals import CONFIDENCE, mean_interval

Floats = NDArray[np.float64]
Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """A statistic of the results.

    Attributes
    ----------
    words : str
        What it is, as the subject of a sentence.
    value, low, high : float
        With its 95 % interval; NaN where there is none, the value itself where it is exact.
    number : int
        How many observations the interval rests on; 0 where the value is exact.
    of : str
        What was counted, in the plural.
    cells : int
        Number of cells that it is of.
    holes : int
        Number of these cells with missing or failed runs.
    left_out : int
        Number of rows without a value, such as runs without any watched conflict episode.
    """

    words: str
    value: float
    low: float
    high: float
    number: int
    of: str = "replicates"
    cells: int = 0
    holes: int = 0
    left_out: int = 0


def over_replicates(words: str, by_replicate: pd.Series[Any], **counts: Any) -> Effect:
    """Return the mean of one number a replicate, with the interval of Student's t."""
    mean, low, high, number = mean_interval(by_replicate.to_numpy(dtype=np.float64))
    return Effect(words, mean, low, high, number, **counts)


def exactly(words: str, value: float, **counts: Any) -> Effect:
    """Return an effect that is computed and not sampled."""
    return Effect(words, value, value, value, 0, "exact values", **counts)


def counted(outcome: Outcome, condition: Condition, rows: pd.DataFrame) -> dict[str, int]:
    """Return of how many cells a condition is, how many of them have holes, and how many rows have no value."""
    where = {key: wanted for key, wanted in (condition.get("where") or {}).items() if key != EPISODE}
    every = pd.DataFrame({"cell": np.arange(outcome.study.cell_count), **outcome.varied})
    chosen = chosen_rows(every, where)
    if "from" in condition:
        # the two levels alone: what is missing at others does no harm
        levels = chosen[condition["axis"]].to_numpy()
        chosen = chosen[np.isin(levels, [level_of(levels, condition[end]) for end in ("from", "to")])]
    cells = chosen["cell"].to_numpy()
    return {
        "cells": len(cells),
        "holes": int((outcome.holes[cells] > 0).sum()),
        "left_out": int(rows["value"].isna().sum()),
    }


def by_level(outcome: Outcome, condition: Condition) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return a measure along an axis: a row each replicate and combination of what else varies, a column each level.

    Returns
    -------
    DataFrame
        Index (rest, replicate), columns the levels of the axis in their order; NaN where nothing is known.
    dict
        As of `counted`.
    """
    axis = condition["axis"]
    rows = observed(outcome, condition)
    rest = [key for key in outcome.varied if key != axis]
    table = rows.assign(rest=_numbered(rows, rest)).pivot_table(
        index=["rest", "replicate"], columns=axis, values="value", aggfunc="mean", sort=False, dropna=False
    )
    if not outcome.is_exact(condition["measure"]) or axis == EPISODE:
        table = table.dropna(how="all")
    counts = counted(outcome, condition, rows)
    return table.sort_index()[[level for level in levels_of(rows[axis].to_numpy()) if level in table]], counts


def observed(outcome: Outcome, condition: Condition) -> pd.DataFrame:
    """Return the rows that a condition is of."""
    over_episodes = condition.get("axis") == EPISODE
    return outcome.observed(condition["measure"], condition.get("where"), over_episodes)


def means_of_replicates(values: pd.Series[float]) -> pd.Series[float]:
    """Return means by replicate of values whose index has a level ``replicate``; NaN ones are left out."""
    return values.groupby(level="replicate").mean()


def simultaneous(by_cell: pd.DataFrame) -> pd.DataFrame:
    """Return mean, low and high of each cell, so that all intervals hold at once with 95 % (Bonferroni, Student's t).

    Parameters
    ----------
    by_cell : DataFrame
        Columns cell and value, a row each run.

    Notes
    -----
    The largest of the true means lies between the largest low and the largest high, whichever cell it is in. A cell
    with one run has no interval; where its values are all the same, the interval is that value.
    """
    from scipy.special import stdtrit

    grouped = by_cell.groupby("cell")["value"]
    mean, error, number = grouped.mean(), grouped.sem(), grouped.count()
    tail = 1.0 - 0.5 * (1.0 - CONFIDENCE) / max(1, int(mean.notna().sum()))
    reach = stdtrit((number - 1).clip(lower=1).to_numpy(), tail) * error
    return pd.DataFrame({"mean": mean, "low": mean - reach, "high": mean + reach}).dropna(subset="mean")


def share_interval(successes: int, trials: int) -> tuple[float, float, float]:
    """Return a share with its 95 % interval of Clopper and Pearson; NaN of nothing."""
    from scipy.special import betaincinv

    if trials == 0:
        return math.nan, math.nan, math.nan
    tail = 0.5 * (1.0 - CONFIDENCE)
    low = float(betaincinv(successes, trials - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, trials - successes, 1.0 - tail)) if successes < trials else 1.0
    return successes / trials, low, high


def _numbered(rows: pd.DataFrame, keys: list[str]) -> NDArray[np.int64]:
    if not keys:
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(rows.groupby(keys, sort=False).ngroup(), dtype=np.int64)
