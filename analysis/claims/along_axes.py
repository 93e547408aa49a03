"""Statistics of a measure along an axis: difference of two levels, slope, rank correlation, crossing of a level."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.effects import Condition, Effect, by_level, exactly, means_of_replicates, over_replicates
from analysis.outcome import Outcome
from analysis.selection import is_numeric, level_of
from analysis.wording import level_words, words_of
from models.refusals import InputError

Floats = NDArray[np.float64]


def difference(outcome: Outcome, condition: Condition) -> Effect:
    """Return the mean of a measure at level ``to`` less that at ``from``, paired by what else varies and replicate."""
    table, counts = by_level(outcome, condition)
    levels = table.columns.to_numpy()
    start, end = (_level(levels, condition, name) for name in ("from", "to"))
    paired = table[end] - table[start]
    words = f"{words_of(condition['measure'])} at {level_words(end)} less that at {level_words(start)}, paired"
    return _effect(outcome, condition, words, paired, counts)


def slope(outcome: Outcome, condition: Condition) -> Effect:
    """Return the least-squares slope of a measure along an axis of numbers, its logarithm if ``logarithmic`` is set."""
    table, counts = by_level(outcome, condition)
    places = _places(table, condition)
    unit = " per unit"
    if condition.get("logarithmic", False):
        places, unit = np.log(places), " per e-fold"
    slopes = table.apply(lambda row: _slope(places, row.to_numpy(dtype=np.float64)), axis=1)
    words = f"the slope of {words_of(condition['measure'])} over {condition['axis']}{unit}"
    return _effect(outcome, condition, words, slopes, counts)


def monotone(outcome: Outcome, condition: Condition) -> Effect:
    """Return Spearman's rank correlation of a measure with an axis of numbers, the mean over what else varies.

    A line on which the measure never changes has correlation 0.
    """
    table, counts = by_level(outcome, condition)
    places = _places(table, condition)
    found = table.apply(lambda row: _rank_correlation(places, row.to_numpy(dtype=np.float64)), axis=1)
    words = f"the rank correlation of {words_of(condition['measure'])} with {condition['axis']}"
    return _effect(outcome, condition, words, found, counts)


def crossing(outcome: Outcome, condition: Condition) -> Effect:
    """Return where along an axis a measure, averaged over what else varies, first crosses a level.

    It is interpolated between neighbouring values; replicates that never cross are left out and make the interval NaN,
    so that nothing is said to cross that does not always do so.
    """
    table, counts = by_level(outcome, condition)
    places = _places(table, condition)
    curves = table.groupby(level="replicate").mean()
    found = curves.apply(
        lambda row: first_crossing(places, row.to_numpy(dtype=np.float64), float(condition["level"])), axis=1
    )
    words = (
        f"the value of {condition['axis']} at which {words_of(condition['measure'])} first crosses "
        f"{level_words(condition['level'])}"
    )
    if outcome.is_exact(condition["measure"]):
        return exactly(words, float(found.iloc[0]), **counts)
    effect = over_replicates(words, found, **counts)
    if not found.isna().any():
        return effect
    return Effect(words, effect.value, math.nan, math.nan, effect.number, "replicates that cross it", **counts)


def first_crossing(places: Floats, values: Floats, level: float) -> float:
    """Return where a line through points first reaches a level that it was not at; NaN if it never does."""
    known = ~np.isnan(values)
    places, above = places[known], values[known] - level
    for place in range(1, len(above)):
        before, after = above[place - 1], above[place]
        if before * after < 0.0 or (after == 0.0 and before != 0.0):
            return float(places[place - 1] + (places[place] - places[place - 1]) * before / (before - after))
    return math.nan


def _effect(
    outcome: Outcome, condition: Condition, words: str, values: pd.Series[float], counts: dict[str, int]
) -> Effect:
    counts = counts | {"left_out": int(values.isna().sum())}
    if outcome.is_exact(condition["measure"]):
        return exactly(words, float(values.mean()), **counts)
    return over_replicates(words, means_of_replicates(values), **counts)


def _level(levels: NDArray[np.generic], condition: Condition, name: str) -> object:
    level = level_of(levels, condition[name])
    if level not in levels:
        raise InputError([f"supports_if.{name} must be a level of {condition['axis']}, got {condition[name]!r}"])
    return level


def _places(table: pd.DataFrame, condition: Condition) -> Floats:
    places = table.columns.to_numpy()
    if not is_numeric(places) or len(places) < 2:
        raise InputError([f"supports_if.axis must be an axis of two numbers or more, got {condition['axis']}"])
    return places.astype(np.float64)


def _slope(places: Floats, values: Floats) -> float:
    known = ~np.isnan(values)
    if known.sum() < 2:
        return math.nan
    apart = places[known] - places[known].mean()
    return float((apart * values[known]).sum() / (apart**2).sum())


def _rank_correlation(places: Floats, values: Floats) -> float:
    from scipy.stats import rankdata

    known = ~np.isnan(values)
    if known.sum() < 2:
        return math.nan
    first, second = rankdata(places[known]), rankdata(values[known])
    if np.ptp(second) == 0.0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
