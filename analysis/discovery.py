"""Scenario discovery: where among the varied values a condition holds, as a few rules in words.

A shallow decision tree splits the cells of a study by their varied values. Each leaf is a rule with its density (in
which share of its cells the condition holds) and its coverage (which share of all cells where it holds are its own),
as in scenario discovery [BryantLempert2010]_. How deep the tree is, cross-validation decides: the shallowest whose
error is within one standard error of the least. Whether anything was found at all, it decides too: the squared error of
predicted probabilities must be less than that of the base rate by three standard errors, which luck alone gives in
no more than about one of 700 studies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.rules import Split, between, in_words, selected
from models.refusals import InputError

Floats = NDArray[np.float64]

DEPTH = 3
FOLDS = 5
SEED = 1
#: Standard errors by which the error must be less than that of the base rate.
ENOUGH = 3.0
#: Fewest cells of each kind, and the least share of cells in a leaf.
_FEWEST, _LEAST_SHARE = 10, 0.02


@dataclass(frozen=True)
class Discovery:
    """Where a condition holds.

    Attributes
    ----------
    rules : DataFrame
        A row a leaf, the densest first: rule (in words), holds (whether the condition holds in more than half of its
        cells), density with its 95 % interval (Wilson), coverage, cells, and cells_where (those in which it holds).
    splits : list of tuples of Split
        The rules, in the same order, as they select cells.
    base_rate : float
        Share of all cells in which it holds.
    accuracy, base_accuracy : float
        Share of cells predicted right in cross-validation, by the tree and by the more frequent answer.
    skill, z : float
        By which share the tree's squared error is less than that of the base rate in cross-validation, and the
        difference in standard errors.
    depth, cells, left_out : int
        Depth of the tree; cells that were split; cells without an outcome, which were left out.
    """

    rules: pd.DataFrame
    splits: list[tuple[Split, ...]]
    base_rate: float
    accuracy: float
    base_accuracy: float
    skill: float
    z: float
    depth: int
    cells: int
    left_out: int

    @property
    def is_found(self) -> bool:
        """Whether the rules say more than the base rate does."""
        return self.z > ENOUGH


def discovered(
    varied: pd.DataFrame,
    holds: Floats,
    depth: int = DEPTH,
    seed: int = SEED,
    groups: NDArray[np.int64] | None = None,
) -> Discovery:
    """Return where among varied values a condition holds.

    Parameters
    ----------
    varied : DataFrame
        A row a cell, a column a varied key: numbers, which may be infinite, or words.
    holds : array, (cells,)
        1 where the condition holds, 0 where not, NaN where that is not known.
    depth : int
        Most splits of a rule, in [1, 6].
    seed : int
        Of the folds of cross-validation.
    groups : array, (cells,)
        Number of the group of each cell; cells of a group, such as those made of one point, are in the same fold, and
        count as one where it is judged whether anything was found. By default each is of its own.

    Raises
    ------
    InputError
        Without scikit-learn; without varied values; if the condition holds in fewer than 10 cells, or does not hold in
        fewer than 10.
    """
    if not 1 <= depth <= 6:
        raise InputError([f"depth must be a whole number in [1, 6], got {depth}"])
    known = ~np.isnan(holds)
    varied, truth = varied[known].reset_index(drop=True), holds[known] > 0.0
    _refuse_too_few(varied, truth)
    group = np.unique(np.arange(len(holds)) if groups is None else groups, return_inverse=True)[1][known]
    folds = _folds(group, seed)
    columns = _coded(varied)
    coded = np.column_stack([column for _, _, column in columns])
    predicted = {number: _predictions(coded, truth, number, folds) for number in range(depth + 1)}
    best = _shallowest({number: (values - truth) ** 2 for number, values in predicted.items() if number}, group)
    splits = _leaves(_tree(best).fit(coded, truth), columns)
    table = _rule_table(splits, varied, truth)
    order = table.sort_values(["density", "coverage", "rule"], ascending=[False, False, True], kind="stable").index
    gain = (predicted[0] - truth) ** 2 - (predicted[best] - truth) ** 2
    error = _standard_error(gain, group)
    return Discovery(
        rules=table.loc[order].reset_index(drop=True),
        splits=[splits[place] for place in order],
        base_rate=float(truth.mean()),
        accuracy=float(((predicted[best] > 0.5) == truth).mean()),
        base_accuracy=float(max(truth.mean(), 1.0 - truth.mean())),
        skill=float(gain.mean() / ((predicted[0] - truth) ** 2).mean()),
        z=float(gain.mean()) / error if error > 0.0 else 0.0,
        depth=best,
        cells=len(truth),
        left_out=int((~known).sum()),
    )


def _refuse_too_few(varied: pd.DataFrame, truth: NDArray[np.bool_]) -> None:
    if not len(varied.columns):
        raise InputError(["vary must be given for rules about varied values, got nothing"])
    counts = int(truth.sum()), int((~truth).sum())
    if min(counts) < _FEWEST:
        needed = f"the condition must hold in {_FEWEST} cells or more and fail in as many"
        raise InputError([f"{needed}, got {counts[0]} of {len(truth)} cells in which it holds"])


def _coded(varied: pd.DataFrame) -> list[tuple[str, Any, Floats]]:
    """Return columns to split on: key, its distinct numbers or one of its words, and ranks, or 1 at that word."""
    columns: list[tuple[str, Any, Floats]] = []
    for key, column in varied.items():
        if pd.api.types.is_numeric_dtype(column):
            # ranks, since a tree knows only order, and infinity is a value like others
            values, ranks = np.unique(column.to_numpy(dtype=np.float64), return_inverse=True)
            columns.append((str(key), values, ranks.astype(np.float64)))
        else:
            words = column.astype(str)
            columns += [(str(key), word, (words == word).to_numpy(dtype=np.float64)) for word in sorted(words.unique())]
    return columns


def _tree(depth: int) -> Any:
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        advice = "pip install 'strategic-compliance[science]'"
        raise InputError([f"scenario discovery must have scikit-learn, got none installed: {advice}"]) from None
    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=_LEAST_SHARE, random_state=0)


def _folds(group: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the fold of each cell, the same for all cells of a group."""
    number = int(group.max()) + 1
    return (np.random.default_rng(seed).permutation(number) % FOLDS)[group]


def _predictions(coded: Floats, truth: NDArray[np.bool_], depth: int, folds: NDArray[np.int64]) -> Floats:
    """Return the probability of each cell that is found without its fold: by a tree, or for depth 0 the base rate."""
    predicted = np.empty(len(truth))
    for fold in range(FOLDS):
        out = folds == fold
        rate = float(truth[~out].mean())
        if depth == 0 or rate in (0.0, 1.0):
            predicted[out] = rate
        elif out.any():
            predicted[out] = _tree(depth).fit(coded[~out], truth[~out]).predict_proba(coded[out])[:, 1]
    return predicted


def _shallowest(errors: dict[int, Floats], group: NDArray[np.int64]) -> int:
    """Return the least depth whose error is at most one standard error above the least error of all."""
    least = min(errors.values(), key=lambda error: float(error.mean()))
    limit = float(least.mean()) + _standard_error(least, group)
    return min(depth for depth, error in errors.items() if error.mean() <= limit)


def _standard_error(values: Floats, group: NDArray[np.int64]) -> float:
    """Return the standard error of a mean over cells, of which those of a group go together."""
    sums = np.bincount(group, weights=values - values.mean())
    present = np.bincount(group) > 0
    number = int(present.sum())
    return math.sqrt(float((sums[present] ** 2).sum()) * number / (number - 1)) / len(values)


def _leaves(fitted: Any, columns: list[tuple[str, Any, Floats]]) -> list[tuple[Split, ...]]:
    """Return the splits on the way to each leaf of a tree."""
    tree, found = fitted.tree_, []
    waiting: list[tuple[int, tuple[Split, ...]]] = [(0, ())]
    while waiting:
        node, way = waiting.pop()
        if tree.children_left[node] < 0:
            found.append(way)
            continue
        key, values, _ = columns[tree.feature[node]]
        if isinstance(values, str):
            value: float | str = values
        else:
            rank = math.floor(tree.threshold[node])
            value = between(float(values[rank]), float(values[rank + 1]))
        waiting.append((tree.children_right[node], (*way, Split(key, value, is_at_most=False))))
        waiting.append((tree.children_left[node], (*way, Split(key, value, is_at_most=True))))
    return found


def _rule_table(splits: list[tuple[Split, ...]], varied: pd.DataFrame, truth: NDArray[np.bool_]) -> pd.DataFrame:
    rows = []
    for way in splits:
        inside = selected(way, varied)
        cells, where = int(inside.sum()), int(truth[inside].sum())
        low, high = _wilson(where, cells)
        rows.append(
            {
                "rule": in_words(way), "holds": 2 * where > cells, "density": where / cells, "low": low, "high": high,
                "coverage": where / int(truth.sum()), "cells": cells, "cells_where": where,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _wilson(where: int, cells: int) -> tuple[float, float]:
    from scipy.special import ndtri

    z = float(ndtri(0.975))
    share, scale = where / cells, 1.0 + z * z / cells
    middle = (share + z * z / (2 * cells)) / scale
    reach = z * math.sqrt(share * (1.0 - share) / cells + z * z / (4 * cells * cells)) / scale
    return max(0.0, middle - reach), min(1.0, middle + reach)
