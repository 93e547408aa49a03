"""What the cells, the conditions and the measures of a study come to, as short tables for a paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.judgement import Judgement
from analysis.comparisons import AGREEMENT, agreement
from analysis.figures.regime_map import grid_of
from analysis.outcome import Outcome
from analysis.selection import levels_of
from analysis.thresholds import Boundaries, contour_distances, zero_lines
from models.strategies import CLASS_NAMES
from parameter_sweeps.factors import REGIME
from parameter_sweeps.study import Study
from simulation.intervals import mean_interval

Floats = NDArray[np.float64]

#: Columns of a table of results that are no measures.
_NO_MEASURES = ("cell", "replicate", "seed", "stage", "error", "traceback", "holes", "value")


def summary_table(table: pd.DataFrame, distances: Floats) -> pd.DataFrame:
    """Return what a table of cells comes to: shares of the classes, and agreement where there are results."""
    shares = class_shares_of(table)
    rows: list[tuple[str, Any]] = [("cells", len(table))]
    rows += [(f"{name.replace('_', '-')} best, share of cells", share) for name, share in shares.items()]
    if "compliance_watched" in table:
        found = agreement(table)
        rows += [
            ("cells with missing or failed runs", found["holes"]),
            ("cells compared", found["compared"]),
            ("simulated and exact on the same side of 1/2, share", found["same_side_share"]),
            ("deviations judged", found["judged"]),
            (f"of them with |z| < {AGREEMENT:g}", found["within"]),
            ("largest |z|", found["largest_z"]),
            ("largest deviation of compliance", found["largest_difference"]),
        ]
        if distances.size:
            rows += [
                ("mean distance of the contours at 1/2, share of the axes", float(distances.mean())),
                ("largest distance of the contours at 1/2, share of the axes", float(distances.max())),
            ]
    return pd.DataFrame([(name, _short(value)) for name, value in rows], columns=["quantity", "value"])


def contour_deviation(study: Study, table: pd.DataFrame, boundaries: Boundaries | None) -> Floats:
    """Return how far points on the simulated contours at 1/2 are from the exact ones, in shares of the axes' ranges."""
    if boundaries is None or "compliance_watched" not in table:
        return np.empty(0)
    first, second, grid = grid_of(study, table)
    scale = np.array([np.ptp(first), np.ptp(second)])
    exact = boundaries.lines()
    return np.concatenate(
        [
            contour_distances(zero_lines(first, second, grid(f"compliance_{side}") - 0.5), lines, scale)
            for side, lines in exact.items()
        ]
    )


def claim_table(judgement: Judgement) -> pd.DataFrame:
    """Return one row a condition: what it is of, effect, 95 % interval, n, bound and verdict."""
    words = {True: "holds", False: "does not hold", None: "not judged"}
    rows = [
        (
            verdict.effect.words, verdict.effect.value, verdict.effect.low, verdict.effect.high,
            verdict.effect.number, verdict.effect.of, verdict.effect.cells, verdict.bound, words[verdict.holds],
        )
        for verdict in judgement.verdicts
    ]  # fmt: skip
    columns = ["effect", "value", "low", "high", "n", "of", "cells", "bound", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def measure_table(outcome: Outcome) -> pd.DataFrame:
    """Return mean and 95 % interval over replicates of each measure, under each regime, or over all cells.

    What varies besides is averaged within each replicate. Columns: regime (*all cells* where there are none), measure,
    mean, low, high, replicates.
    """
    if outcome.results is None:
        return pd.DataFrame()
    well = outcome.results[outcome.results["error"] == ""]
    measures = [name for name in well.columns if name not in (*_NO_MEASURES, *outcome.varied)]
    levels = levels_of(outcome.varied[REGIME]) if REGIME in outcome.varied else [None]
    rows = []
    for level in levels:
        part = well if level is None else well[well[REGIME] == level]
        means = part.groupby("replicate")[measures].mean()
        for name in measures:
            found = mean_interval(means[name].to_numpy(dtype=np.float64))
            rows.append(("all cells" if level is None else level, name, *found))
    return pd.DataFrame(rows, columns=["regime", "measure", "mean", "low", "high", "replicates"])


def class_shares_of(table: pd.DataFrame) -> dict[str, float]:
    """Return the share of cells in which each class is best; empty without an exact map."""
    if "best" not in table:
        return {}
    counts = table["best"].value_counts()
    return {name: float(counts[name]) / len(table) for name in CLASS_NAMES if name in counts}


def _short(value: float) -> str:
    """Return a whole number in full, another to 4 digits, and a dash for none."""
    return str(value) if isinstance(value, int) else "--" if math.isnan(value) else f"{value:.4g}"
