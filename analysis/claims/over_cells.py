"""Statistics over cells: means, extremes, distances from closed forms, agreement with theory, and shares of cells."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.effects import (
    Condition,
    Effect,
    counted,
    exactly,
    observed,
    over_replicates,
    share_interval,
    simultaneous,
)
from analysis.comparisons import AGREEMENT, SIDES
from analysis.outcome import Outcome
from analysis.references import reference_values
from analysis.selection import chosen_rows
from analysis.wording import level_words, words_of
from models.refusals import InputError


def value(outcome: Outcome, condition: Condition) -> Effect:
    """Return the mean of a measure over the chosen cells."""
    rows = observed(outcome, condition)
    words, counts = f"mean {words_of(condition['measure'])}", counted(outcome, condition, rows)
    if outcome.is_exact(condition["measure"]):
        return exactly(words, float(rows["value"].mean()), **counts)
    return over_replicates(words, rows.groupby("replicate")["value"].mean(), **counts)


def maximum(outcome: Outcome, condition: Condition) -> Effect:
    """Return the largest mean of a measure in any chosen cell, with an interval that allows for the choice."""
    rows = observed(outcome, condition)
    return _extreme(outcome, condition, rows, f"the largest {words_of(condition['measure'])} in any cell")


def minimum(outcome: Outcome, condition: Condition) -> Effect:
    """Return the smallest mean of a measure in any chosen cell, with an interval that allows for the choice."""
    rows = observed(outcome, condition)
    rows["value"] = -rows["value"]
    found = _extreme(outcome, condition, rows, f"the smallest {words_of(condition['measure'])} in any cell")
    return replace(found, value=-found.value, low=-found.high, high=-found.low)


def bound(outcome: Outcome, condition: Condition) -> Effect:
    """Return the largest excess of a measure over a closed form in any chosen cell; negative if it stays below."""
    rows = _excess(outcome, condition)
    words = f"the largest excess of {words_of(condition['measure'])} over {condition['reference'].replace('_', ' ')}"
    return _extreme(outcome, condition, rows, words)


def deviation(outcome: Outcome, condition: Condition) -> Effect:
    """Return the largest distance of a measure from a closed form, the exact one unless another is named.

    Of the sampled means, not of their expectations: finite populations deviate, and this says by how much at most they
    did, so that it has no interval of its own.
    """
    rows = _excess(outcome, condition)
    means = rows.groupby("cell")["value"].mean().abs()
    words = f"the largest distance of {words_of(condition['measure'])} from the closed form in any cell"
    found = float(means.max()) if means.notna().any() else math.nan
    counts = counted(outcome, condition, rows)
    return Effect(words, found, found, found, len(means), "cells", counts["cells"], counts["holes"], counts["left_out"])


def agreement(outcome: Outcome, condition: Condition) -> Effect:
    """Return the share of cells in which simulated compliance agrees with the exact one, watched and unwatched.

    ``of: within``: of deviations that can be judged, those below two standard errors. ``of: same_side``: of cells,
    those in which both lie on the same side of 1/2. The interval is that of Clopper and Pearson, as if cells had luck
    of their own; ``independent: true`` makes it so.
    """
    table = outcome.cells
    if "z_watched" not in table:
        raise InputError(["supports_if.statistic must be one that the study has, got agreement without an exact map"])
    table = chosen_rows(table, condition.get("where") or {})
    counts: dict[str, Any] = {"cells": len(table), "holes": int((table["holes"] > 0).sum())}
    if condition.get("of", "within") == "same_side":
        simulated, exact = (table[[f"{kind}compliance_{side}" for side in SIDES]].to_numpy() for kind in ("", "exact_"))
        known = ~np.isnan(simulated).any(axis=1)
        agrees = ((simulated >= 0.5) == (exact >= 0.5)).all(axis=1)[known]
        words, of = "the share of cells in which simulated and exact compliance lie on the same side of 1/2", "cells"
    else:
        size = np.abs(table[[f"z_{side}" for side in SIDES]].to_numpy()).ravel()
        agrees = size[~np.isnan(size)] < AGREEMENT
        words, of = f"the share of deviations from theory below {AGREEMENT:g} standard errors", "deviations"
    share, low, high = share_interval(int(agrees.sum()), len(agrees))
    return Effect(words, share, low, high, len(agrees), of, **counts)


def share_of_cells(outcome: Outcome, condition: Condition) -> Effect:
    """Return the share of the chosen cells in which a class is best, or a measure exceeds a level."""
    if "class" in condition:
        return _share_of_class(outcome, condition)
    rows = observed(outcome, condition)
    level = float(condition["level"])
    words = f"the share of cells with {words_of(condition['measure'])} above {level_words(level)}"
    counts = counted(outcome, condition, rows)
    known = rows.dropna(subset="value")
    shares = (known["value"] > level).groupby(known["replicate"]).mean()
    if outcome.is_exact(condition["measure"]):
        return exactly(words, float(shares.mean()), **counts)
    return over_replicates(words, shares, **counts)


def _share_of_class(outcome: Outcome, condition: Condition) -> Effect:
    if outcome.exact is None:
        raise InputError(["supports_if.class must be that of an exact map, got a study without one"])
    best = outcome.cells_of_map["best"].astype(str)
    rows = pd.DataFrame({"cell": np.arange(len(best)), "value": (best == condition["class"]).astype(np.float64)})
    rows = chosen_rows(rows.assign(**outcome.varied), condition.get("where") or {})
    words = f"the share of cells in which {condition['class'].replace('_', '-')} is best"
    return exactly(words, float(rows["value"].mean()), cells=len(rows))


def _excess(outcome: Outcome, condition: Condition) -> pd.DataFrame:
    rows = observed(outcome, condition)
    form = reference_values(outcome, condition.get("reference", "exact"), condition["measure"])
    rows["value"] = rows["value"] - form[rows["cell"].to_numpy()]
    return rows


def _extreme(outcome: Outcome, condition: Condition, rows: pd.DataFrame, words: str) -> Effect:
    counts: dict[str, Any] = counted(outcome, condition, rows)
    if outcome.is_exact(condition["measure"]):
        return exactly(words, float(rows["value"].max()), **counts)
    cells = simultaneous(rows)
    if cells.empty:
        return Effect(words, math.nan, math.nan, math.nan, 0, **counts)
    low, high = (float(cells[end].max()) if cells[end].notna().all() else math.nan for end in ("low", "high"))
    number = int(rows["replicate"].nunique())
    return Effect(words, float(cells["mean"].max()), low, high, number, **counts)
