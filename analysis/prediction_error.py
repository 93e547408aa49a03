"""How far predicted rates are from measured ones, beside the means of the rates that were fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.likelihood import deviance
from analysis.rates import Rate

Floats = NDArray[np.float64]


def context_means(fitted: Sequence[Rate], rates: Sequence[Rate]) -> Floats:
    """Return, for each of `rates`, the mean of the fitted rates of its context, each counted once; NaN without any."""
    means = {}
    for context in {rate.context for rate in rates}:
        known = [rate.rate for rate in fitted if rate.context == context]
        means[context] = float(np.mean(known)) if known else np.nan
    return np.array([means[rate.context] for rate in rates])


def errors(rates: Sequence[Rate], predicted: Floats) -> dict[str, float]:
    """Return the size of the errors of predictions.

    Returns
    -------
    dict
        rates: their number; mean_absolute, root_mean_square: in percentage points; deviance_per_rate: 1 where rates
        scatter as much as their episodes explain. NaN where nothing was predicted.
    """
    measured = np.array([rate.rate for rate in rates])
    episodes = np.array([rate.episodes for rate in rates])
    away = 100.0 * (predicted - measured)
    nothing = not len(rates) or bool(np.isnan(predicted).any())
    return {
        "rates": float(len(rates)),
        "mean_absolute": np.nan if nothing else float(np.mean(np.abs(away))),
        "root_mean_square": np.nan if nothing else float(np.sqrt(np.mean(away**2))),
        "deviance_per_rate": np.nan if nothing else deviance(measured, episodes, predicted) / len(rates),
    }


def error_table(kinds: Sequence[tuple[str, str, Sequence[Rate], Floats]]) -> pd.DataFrame:
    """Return one row for each (predictor, of which rates, the rates, predictions)."""
    rows = [{"predictor": who, "of": which, **errors(rates, predicted)} for who, which, rates, predicted in kinds]
    table = pd.DataFrame(rows)
    return table.astype({"rates": int})
