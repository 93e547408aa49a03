"""How well predicted rates fit measured ones: binomial likelihood, whose unit is the episode.

    log L = sum n [p log r + (1 - p) log(1 - r)]         p measured, r predicted, n episodes
    D     = 2 (log L at r = p, less log L)               deviance, 0 where every rate is met

n p need not be whole: a printed standard error is worth p (1 - p)/sem^2 episodes. The binomial coefficient, which no
parameter changes, is left out. A residual is the signed root of a rate's share of D, so that D is a sum of squares and
methods for least squares maximise the likelihood.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: A rate predicted to be 0 or 1 would make the likelihood of any other measured one 0; it is taken as so close to it.
LEAST_RATE = 1e-9


def log_likelihood(measured: Floats, episodes: Floats, predicted: Floats) -> float:
    """Return ``log L``, without the part that no parameter changes.

    Parameters
    ----------
    measured, predicted : arrays, (rates,)
        In [0, 1].
    episodes : array, (rates,)
        ``n > 0``.
    """
    return float(np.sum(episodes * _mean_log(measured, _inside(predicted))))


def deviance_residuals(measured: Floats, episodes: Floats, predicted: Floats) -> Floats:
    """Return signed roots of each rate's share of the deviance, (rates,): positive where more was measured."""
    predicted = _inside(predicted)
    share = 2.0 * episodes * (_mean_log(measured, measured) - _mean_log(measured, predicted))
    # rounding may leave a rate that is met a hair below 0
    return np.sign(measured - predicted) * np.sqrt(np.maximum(share, 0.0))


def deviance(measured: Floats, episodes: Floats, predicted: Floats) -> float:
    """Return ``D >= 0``."""
    return float(np.sum(deviance_residuals(measured, episodes, predicted) ** 2))


def akaike(log_likelihood: float, parameters: int) -> float:
    """Return AIC, ``2 k - 2 log L`` [Akaike1974]_."""
    return 2.0 * parameters - 2.0 * log_likelihood


def bayesian(log_likelihood: float, parameters: int, episodes: float) -> float:
    """Return BIC, ``k log n - 2 log L`` [Schwarz1978]_, n the number of all episodes."""
    return parameters * math.log(episodes) - 2.0 * log_likelihood


def _mean_log(measured: Floats, predicted: Floats) -> Floats:
    """Return ``p log r + (1 - p) log(1 - r)``, where 0 log 0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        complied = np.where(measured > 0.0, measured * np.log(predicted), 0.0)
        acted = np.where(measured < 1.0, (1.0 - measured) * np.log1p(-predicted), 0.0)
    total: Floats = complied + acted
    return total


def _inside(rates: Floats) -> Floats:
    inside: Floats = np.clip(rates, LEAST_RATE, 1.0 - LEAST_RATE)
    return inside
