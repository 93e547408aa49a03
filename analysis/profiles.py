"""Profile-likelihood intervals: how far a parameter can go while the others make the best of it.

An interval holds the values at which the deviance, least over all other parameters, is at most 3.84 (the 95 % point of
chi-squared with one degree of freedom) above the least of all. Where it is still below that at the end of the range,
the profile does not close: the rates do not bound the parameter on that side.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.fitting import SAME_DEVIANCE, Fit, Measured, descent, fitted
from analysis.identifiability import information

Floats = NDArray[np.float64]

#: 95 % point of chi-squared with one degree of freedom.
CUTOFF = 3.841458820694124
#: Of the distance from the estimate to the end of an interval.
_TOLERANCE = 2e-3
#: Where a parabola through the fit would end, and a little more; or so far, where the likelihood is flat.
_FIRST_STEP, _LONGEST_FIRST_STEP = 1.1, 0.2
_GROWTH = 1.8
_MOST_RESTARTS = 3


class Interval(NamedTuple):
    """A 95 % interval of one parameter, in its own unit; whether each end is where the profile closes."""

    low: float
    high: float
    closes_low: bool
    closes_high: bool


class _BetterFit(Exception):  # noqa: N818
    def __init__(self, places: Floats) -> None:
        super().__init__()
        self.places = places


def profile_intervals(fit: Fit) -> tuple[Fit, list[Interval]]:
    """Return the fit and the interval of each parameter; a better fit, where a profile comes across one."""
    for _ in range(_MOST_RESTARTS):
        try:
            slopes = np.diag(information(fit)) if len(fit.places) else np.zeros(0)
            return fit, [_interval(fit, index, float(slope)) for index, slope in enumerate(slopes)]
        except _BetterFit as better:
            fit = fitted(fit.model, fit.rates, better.places.tolist(), starts=0)
    raise RuntimeError("profiles keep finding better fits: the likelihood is too rough to be fitted")


def profile_deviance(fit: Fit, name: str, value: float) -> float:
    """Return by how much the least deviance rises where one parameter is held at a value."""
    names = [parameter.name for parameter in fit.model.parameters]
    index = names.index(name)
    place = fit.model.parameters[index].place_of(value)
    return _Profile(fit, index).rise(place)


def _interval(fit: Fit, index: int, slope: float) -> Interval:
    """Return the interval; with all other parameters held, deviance rises as `slope` times distance squared."""
    parameter = fit.model.parameters[index]
    step = _LONGEST_FIRST_STEP
    if slope > 0.0:
        step = min(step, _FIRST_STEP * math.sqrt(CUTOFF / slope))
    low, closes_low = _end(fit, index, -1.0, step)
    high, closes_high = _end(fit, index, 1.0, step)
    return Interval(parameter.value_at(low), parameter.value_at(high), closes_low, closes_high)


def _end(fit: Fit, index: int, side: float, step: float) -> tuple[float, bool]:
    """Return the place where the profile passes the cutoff on one side, or the end of the range and False."""
    from scipy.optimize import brentq

    profile, inside = _Profile(fit, index), float(fit.places[index])
    limit = 0.0 if side < 0.0 else 1.0
    if inside == limit:
        return limit, False

    def beyond(place: float) -> float:
        # the root of the rise is nearly a straight line, whose end is found in few steps
        return math.sqrt(profile.rise(place)) - math.sqrt(CUTOFF)

    while True:
        place = inside + side * step
        place = limit if (place - limit) * side >= 0.0 else place
        if beyond(place) > 0.0:
            tolerance = max(_TOLERANCE * abs(place - float(fit.places[index])), 1e-7)
            return float(brentq(beyond, inside, place, xtol=tolerance)), True
        if place == limit:
            return limit, False
        inside, step = place, step * _GROWTH


class _Profile:
    """The least deviance at places of one parameter; each search starts from the last one's end."""

    def __init__(self, fit: Fit, index: int) -> None:
        self._fit, self._index = fit, index
        self._measured = Measured.of(fit.rates)
        self._others = np.delete(fit.places, index)

    def rise(self, place: float) -> float:
        parameter = self._fit.model.parameters[self._index]
        if place == self._fit.places[self._index]:
            return 0.0
        model = self._fit.model.with_fixed(parameter.name, parameter.value_at(place))
        if not model.parameters:
            least = float(np.sum(self._measured.residuals(model, np.zeros(0)) ** 2))
        else:
            self._others, least = descent(model, self._measured, self._others)
        rise = least - self._fit.deviance
        if rise < -SAME_DEVIANCE * (1.0 + math.sqrt(self._fit.deviance)):
            raise _BetterFit(np.insert(self._others, self._index, place))
        return max(rise, 0.0)
