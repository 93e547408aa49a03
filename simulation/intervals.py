"""Means over replicates with 95 % intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float, int]:
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
    error = float(known.std(ddof=1)) / known.size**0.5
    reach = float(stdtrit(known.size - 1, 0.5 + 0.5 * CONFIDENCE)) * error
    return mean, mean - reach, mean + reach, int(known.size)
