"""Means over replicates: 95 % intervals, and p-values of many comparisons at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


def mean_interval(values: Floats) -> tuple[float, float, float, int]:
    """Return (mean, low, high, number) of independent values, NaN ones left out.

    The interval is Student's t at `CONFIDENCE`; with fewer than two values it is NaN.
    """
    from scipy.special import stdtrit

    known = values[~np.isnan(values)]
    if known.size == 0:
        return float("nan"), float("nan"), float("nan"), 0
    mean = float(known.mean())
    if known.size == 1:
        return mean, float("nan"), float("nan"), 1
    reach = float(stdtrit(known.size - 1, 0.5 + 0.5 * CONFIDENCE)) * standard_error(known)
    return mean, mean - reach, mean + reach, int(known.size)


def standard_error(values: Floats) -> float:
    """Return the standard error of the mean of two values or more, none of them NaN."""
    return float(values.std(ddof=1)) / math.sqrt(values.size)


def p_value_of_zero(values: Floats) -> float:
    """Return the two-sided p-value of a mean of 0, by Student's t: NaN of fewer than two values.

    Parameters
    ----------
    values : array, (replicates,)
        Independent, none of them NaN. Where they do not vary the p-value is 0 or 1.
    """
    from scipy.special import stdtr

    if values.size < 2:
        return math.nan
    error = standard_error(values)
    if error == 0.0:
        return 1.0 if values[0] == 0.0 else 0.0
    return 2.0 * float(stdtr(values.size - 1, -abs(float(values.mean())) / error))


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Return p-values corrected for their number by Holm's step-down procedure, in the order given.

    ``p'_(i) = max over j <= i of min(1, (n - j + 1) p_(j))``, with ``p_(1) <= ... <= p_(n)``. NaN ones stay, and are no
    comparisons.
    """
    given = np.asarray(p_values, dtype=np.float64)
    corrected = np.full(given.size, math.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    times = order.size - np.arange(order.size)
    corrected[order] = np.minimum(np.maximum.accumulate(times * given[order]), 1.0)
    return corrected
