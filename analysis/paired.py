"""Differences between the levels of an axis, pair by pair: runs of the same cell and replicate, but for that axis.

Replicate r has the same luck in every cell, so that a difference within a replicate is free of most luck. For the same
reason the cells of one replicate go together: they are no independent observations. So the pairs of a replicate are
averaged first, over the cells, which are given and not drawn, and the R means are what is judged: by Student's t with
R - 1 degrees of freedom, and by percentiles of a bootstrap over replicates. The bootstrap asks nothing of the form of
the distribution, but of few replicates its interval is too short, by about (R - 1)/R in variance; `low` and `high` are
those of Student. That p-values of many comparisons are right together, Holm's correction sees to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.refusals import InputError, nearest_key, shortened
from simulation.intervals import CONFIDENCE, holm, mean_interval, p_value_of_zero

Floats = NDArray[np.float64]

RESAMPLES = 2000
SEED = 1
#: A difference has a direction if its corrected p-value is below this.
LEVEL = 1.0 - CONFIDENCE


def paired_differences(
    table: pd.DataFrame,
    axis: str,
    against: object,
    measures: Sequence[str],
    partial: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return how each level of an axis differs from one of them, in each measure.

    Parameters
    ----------
    table : DataFrame
        Results as of `parameter_sweeps.loading.load_results`, in any order of the rows.
    axis : str
        A varied key, or ``regime``.
    against : object
        The level that the others are compared with.
    measures : sequence of str
        Columns of the table.
    partial : bool
        Whether pairs that miss a run, or a run's value, are left out and counted; else they are refused. What is then
        compared are cells that have a pair in every replicate.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row a measure and level: level, measure, difference (mean of level less against), low and high (95 %, Student
        t over replicates), bootstrap_low and bootstrap_high (95 %, percentiles), p_value (two-sided, of no
        difference), p_holm (corrected for all rows of the table), direction (``higher``, ``lower`` or ``undecided``),
        n_pairs, replicates, and holes (pairs left out). Of one replicate there is neither interval nor p-value.

    Raises
    ------
    InputError
        For an unknown axis, level or measure, for a run that stands twice, and for holes unless `partial`.
    """
    keys = _varied_keys(table)
    base = _level_of(table, keys, axis, against)
    _refuse_unknown(table, measures)
    others = [key for key in keys if key != axis]
    if table.duplicated([axis, *others, "replicate"]).any():
        raise InputError(["results must hold each run once, got one again: pairs are found by varied values"])
    levels = [level for level in table.sort_values("cell", kind="stable")[axis].unique() if level != base]
    rows = [
        {"level": level, "measure": measure, **_compared(table, axis, (level, base), others, measure, resamples, seed)}
        for measure in measures
        for level in levels
    ]
    found = pd.DataFrame(rows)
    if not partial:
        _refuse_holes(found)
    found.insert(8, "p_holm", holm(found["p_value"].to_numpy()))
    found.insert(9, "direction", _directions(found))
    return found


def replicate_differences(
    table: pd.DataFrame, axis: str, levels: tuple[object, object], others: Sequence[str], measure: str
) -> tuple[Floats, int, int]:
    """Return differences between two levels, a mean over cells for each replicate, the number of pairs, and of holes.

    Only cells with a pair in every replicate count.
    """
    values = table[measure].where(table["error"].fillna("") == "")
    pair = table.groupby(list(others)).ngroup() if others else pd.Series(0, index=table.index)
    runs = pd.DataFrame({"pair": pair, "replicate": table["replicate"], "value": values})
    first, second = (
        runs[(table[axis] == level).to_numpy()].pivot(index="pair", columns="replicate", values="value")
        for level in levels
    )
    # in both, so that a run that only one level has is a hole
    first, second = first.align(second)
    differences = (first - second).to_numpy(dtype=np.float64)
    whole = ~np.isnan(differences).any(axis=1)
    means = differences[whole].mean(axis=0) if whole.any() else np.empty(0)
    return means, int(differences[whole].size), int(differences[~whole].size)


def _compared(
    table: pd.DataFrame,
    axis: str,
    levels: tuple[object, object],
    others: Sequence[str],
    measure: str,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    means, pairs, holes = replicate_differences(table, axis, levels, others, measure)
    difference, low, high, number = mean_interval(means)
    bootstrap = _percentiles(means, resamples, seed)
    return {
        "difference": difference, "low": low, "high": high, "bootstrap_low": bootstrap[0],
        "bootstrap_high": bootstrap[1], "p_value": p_value_of_zero(means), "n_pairs": pairs, "replicates": number,
        "holes": holes,
    }  # fmt: skip


def _percentiles(means: Floats, resamples: int, seed: int) -> tuple[float, float]:
    if means.size < 2:
        return math.nan, math.nan
    drawn = np.random.default_rng(seed).integers(means.size, size=(resamples, means.size))
    tail = 50.0 * LEVEL
    low, high = np.percentile(means[drawn].mean(axis=1), [tail, 100.0 - tail])
    return float(low), float(high)


def _refuse_holes(found: pd.DataFrame) -> None:
    for row in found.to_dict("records"):
        if holes := row["holes"]:
            counted = f"{holes} of {holes + row['n_pairs']} pairs of {row['level']} without {row['measure']}"
            raise InputError(
                [f"results must be whole to be compared, got {counted}: --partial leaves cells with them out"]
            )


def _directions(found: pd.DataFrame) -> list[str]:
    return [
        "undecided" if not p < LEVEL else "higher" if difference > 0.0 else "lower"
        for p, difference in zip(found["p_holm"], found["difference"], strict=True)
    ]


def _varied_keys(table: pd.DataFrame) -> list[str]:
    names = [str(name) for name in table]
    return names[names.index("cell") + 1 : names.index("replicate")]


def _level_of(table: pd.DataFrame, keys: list[str], axis: str, against: object) -> object:
    """Return the level of an axis that is meant; text may stand for a number."""
    if axis not in keys:
        raise InputError([f"axis must be {' or '.join(keys) or 'varied'}, got {shortened(axis)}"])
    levels = list(table[axis].unique())
    for level in levels:
        if level == against or (isinstance(against, str) and _is_number(against, level)):
            if len(levels) < 2:
                raise InputError([f"{axis} must have two levels or more to be compared, got {level} alone"])
            return level
    listed = ", ".join(str(level) for level in levels[:10]) + (", ..." if len(levels) > 10 else "")
    raise InputError([f"against must be a level of {axis} ({listed}), got {shortened(against)}"])


def _is_number(text: str, level: object) -> bool:
    try:
        return not isinstance(level, str) and float(text) == level
    except ValueError:
        return False


def _refuse_unknown(table: pd.DataFrame, measures: Sequence[str]) -> None:
    names = [str(name) for name in table]
    known = [
        name for name in names[names.index("replicate") + 1 :] if name not in ("seed", "stage", "error", "traceback")
    ]
    mistakes = []
    for measure in measures:
        if measure not in known:
            nearest = nearest_key(measure, known)
            advice = f"; did you mean {nearest}?" if nearest else f"; there are {', '.join(known)}"
            mistakes.append(f"measure {measure} is not among the results{advice}")
    if mistakes or not measures:
        raise InputError(mistakes or ["measures must be given, got none"])
