"""Maximum likelihood: the deviance is a sum of squares, and scipy.optimize makes it least, from several starts.

The same starts every time: the scenario's own values, the middle of the ranges, and points of a Halton sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.likelihood import deviance_residuals, log_likelihood
from analysis.rate_model import RateModel
from analysis.rates import Rate

Floats = NDArray[np.float64]

STARTS = 6
#: Two fits are the same fit if their deviances differ by less.
SAME_DEVIANCE = 1e-4
#: Steps of differences, in shares of a range: above the error of predicted rates, which is 1e-8.
_STEP = 1e-4
_AT_END = 1e-4


@dataclass(frozen=True)
class Fit:
    """The best values that were found.

    Attributes
    ----------
    model : RateModel
    rates : tuple of Rate
        Those that were fitted to.
    places : array, (parameters,)
        In [0, 1], along each range.
    predicted : array, (rates,)
    deviance, log_likelihood : float
    agreeing_starts, starts : int
        How many starts ended here (`SAME_DEVIANCE`), and how many there were.
    """

    model: RateModel
    rates: tuple[Rate, ...]
    places: Floats
    predicted: Floats
    deviance: float
    log_likelihood: float
    agreeing_starts: int
    starts: int

    @property
    def values(self) -> list[float]:
        """Values of the free parameters."""
        return values_at(self.model, self.places)

    @property
    def at_end(self) -> list[bool]:
        """Whether each parameter lies at an end of its range."""
        return [bool(place <= 0.0 or place >= 1.0) for place in self.places]

    @property
    def degrees_of_freedom(self) -> int:
        """Rates less free parameters."""
        return len(self.rates) - len(self.places)


@dataclass(frozen=True)
class Measured:
    """Rates as arrays."""

    rates: tuple[Rate, ...]
    shares: Floats
    episodes: Floats

    @classmethod
    def of(cls, rates: Sequence[Rate]) -> Measured:
        """Return rates as arrays."""
        return cls(tuple(rates), np.array([r.rate for r in rates]), np.array([r.episodes for r in rates]))

    def residuals(self, model: RateModel, places: Floats) -> Floats:
        """Return the deviance residuals at places along the ranges."""
        return deviance_residuals(self.shares, self.episodes, model.predicted(values_at(model, places), self.rates))


def values_at(model: RateModel, places: Floats) -> list[float]:
    """Return the values of a model's free parameters at places in [0, 1]."""
    return [parameter.value_at(float(place)) for parameter, place in zip(model.parameters, places, strict=True)]


def fitted(model: RateModel, rates: Sequence[Rate], own_places: Sequence[float] = (), starts: int = STARTS) -> Fit:
    """Return the values of greatest likelihood.

    Parameters
    ----------
    model : RateModel
    rates : sequence of Rate
    own_places : sequence of float
        A start that is tried first, places in [0, 1]; may be empty.
    starts : int
        Number of starts beside it.
    """
    measured = Measured.of(rates)
    if not model.parameters:
        return _fit(model, measured, np.zeros(0), [0.0])
    begin = [np.asarray(own_places)] if len(own_places) else []
    ends = [descent(model, measured, start) for start in [*begin, *_spread(len(model.parameters), starts)]]
    best = min(ends, key=lambda end: end[1])
    return _fit(model, measured, best[0], [end[1] for end in ends])


def descent(model: RateModel, measured: Measured, start: Floats) -> tuple[Floats, float]:
    """Return where least squares ends from one start, at the end of a range that it runs into, and the deviance."""
    from scipy.optimize import least_squares

    found = least_squares(
        lambda places: measured.residuals(model, places),
        np.clip(start, 1e-3, 1.0 - 1e-3),
        bounds=(0.0, 1.0),
        diff_step=_STEP,
        # of the methods with bounds the one that goes along an end of a range, and does not creep up to it
        method="dogbox",
        xtol=1e-7,
        ftol=1e-9,
        gtol=1e-10,
        max_nfev=100,
    )
    places, least = found.x, 2.0 * float(found.cost)
    for index in np.flatnonzero((places < 10.0 * _AT_END) | (places > 1.0 - 10.0 * _AT_END)):
        snapped = places.copy()
        snapped[index] = round(places[index])
        deviance = float(np.sum(measured.residuals(model, snapped) ** 2))
        if deviance <= least + 1e-6:
            places, least = snapped, deviance
    return places, least


def _fit(model: RateModel, measured: Measured, places: Floats, ends: list[float]) -> Fit:
    predicted = model.predicted(values_at(model, places), measured.rates)
    residuals = deviance_residuals(measured.shares, measured.episodes, predicted)
    least = float(np.sum(residuals**2))
    return Fit(
        model=model,
        rates=measured.rates,
        places=places,
        predicted=predicted,
        deviance=least,
        log_likelihood=log_likelihood(measured.shares, measured.episodes, predicted),
        agreeing_starts=sum(end <= min(ends) + SAME_DEVIANCE for end in ends),
        starts=len(ends),
    )


def _spread(dimensions: int, starts: int) -> list[Floats]:
    from scipy.stats.qmc import Halton

    if starts < 1:
        return []
    # without scrambling the first point is a corner
    points = Halton(dimensions, scramble=False).random(starts)[1:]
    return [np.full(dimensions, 0.5), *points]
