"""Calibration: parameters of a scenario, fitted to a table of measured compliance rates, with all that may be wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.fitting import STARTS, Fit, fitted
from analysis.free_parameters import FreeParameter
from analysis.identifiability import FlatDirection, flat_directions
from analysis.likelihood import deviance_residuals
from analysis.nested_models import Held, comparable, comparison_table, held_at_base, own_value
from analysis.prediction_error import context_means, error_table
from analysis.profiles import Interval, profile_intervals
from analysis.rate_model import RateModel, with_free_keys
from analysis.rates import Rate
from models.refusals import InputError
from models.scenario import Scenario

#: Rates scatter more than their episodes explain if so large a deviance has a probability below this.
_SCATTER_PROBABILITY = 1e-3


@dataclass(frozen=True)
class Calibration:
    """A fit, and what is to be known about it.

    Attributes
    ----------
    fit : Fit
        To the rates that are not held out.
    intervals : tuple of Interval
        95 % profile-likelihood interval of each parameter.
    flat : tuple of FlatDirection
        What the rates do not tell.
    held_out : tuple of Rate
        Rates that were predicted.
    comparison : DataFrame
        As of `analysis.nested_models.comparison_table`.
    """

    fit: Fit
    intervals: tuple[Interval, ...]
    flat: tuple[FlatDirection, ...]
    held_out: tuple[Rate, ...]
    comparison: pd.DataFrame

    @property
    def estimates(self) -> dict[str, float]:
        """The fitted value of each parameter, by name."""
        return dict(zip((p.name for p in self.fit.model.parameters), self.fit.values, strict=True))

    def fit_table(self) -> pd.DataFrame:
        """Return one row a parameter: estimate, 95 % interval, whether each end closes, whether it is at an end."""
        rows = []
        for parameter, value, interval, at_end in zip(
            self.fit.model.parameters, self.fit.values, self.intervals, self.fit.at_end, strict=True
        ):
            ends = {"low": interval.low, "high": interval.high, "closes": interval.closes_low and interval.closes_high}
            rows.append({"parameter": parameter.name, "estimate": value, **ends, "at_end_of_range": at_end})
        return pd.DataFrame(rows)

    def residual_table(self) -> pd.DataFrame:
        """Return one row a rate, fitted or held out: measured, predicted, difference, and residual."""
        rates = [*self.fit.rates, *self.held_out]
        predicted = self.fit.model.predicted(self.fit.values, rates)
        measured, episodes = np.array([r.rate for r in rates]), np.array([r.episodes for r in rates])
        return pd.DataFrame(
            {
                "place": [rate.place for rate in rates],
                "label": [rate.label for rate in rates],
                "context": [rate.context for rate in rates],
                "held_out": [False] * len(self.fit.rates) + [True] * len(self.held_out),
                "episodes": episodes,
                "measured": measured,
                "predicted": predicted,
                "difference": predicted - measured,
                "residual": deviance_residuals(measured, episodes, predicted),
            }
        )

    def error_table(self) -> pd.DataFrame:
        """Return how large errors are, of fitted and of held-out rates, beside those of each context's mean."""
        kinds = []
        for which, rates in (("fitted", self.fit.rates), ("held out", self.held_out)):
            if rates:
                kinds.append(("model", which, rates, self.fit.model.predicted(self.fit.values, rates)))
                kinds.append(("mean of each context", which, rates, context_means(self.fit.rates, rates)))
        return error_table(kinds)

    def warnings(self) -> list[str]:
        """Return, in sentences, what makes the fit or its intervals doubtful; empty if nothing does."""
        return [*self._of_intervals(), *(direction.text() for direction in self.flat), *self._of_scatter()]

    def _of_intervals(self) -> list[str]:
        found = []
        for parameter, value, interval, at_end in zip(
            self.fit.model.parameters, self.fit.values, self.intervals, self.fit.at_end, strict=True
        ):
            if at_end:
                found.append(f"{parameter.name} ends at an end of its range, {parameter.low:g} to {parameter.high:g}")
            ends = (
                ("below", interval.closes_low, interval.low < value),
                ("above", interval.closes_high, interval.high > value),
            )
            # where the estimate itself is at the end, that was said
            open_ends = [side for side, closes, goes_on in ends if goes_on and not closes]
            if open_ends:
                sides = " and ".join(open_ends)
                found.append(f"the profile of {parameter.name} does not close {sides}: the rates do not bound it there")
        return found

    def _of_scatter(self) -> list[str]:
        from scipy.stats import chi2

        fit, found = self.fit, []
        degrees = fit.degrees_of_freedom
        if degrees > 0 and chi2.sf(fit.deviance, degrees) < _SCATTER_PROBABILITY:
            factor = math.sqrt(fit.deviance / degrees)
            found.append(
                f"rates scatter more than their episodes explain (deviance {fit.deviance:.4g} on {degrees} degrees of "
                f"freedom): the model leaves something out, and intervals are too narrow, about {factor:.2g} times"
            )
        if fit.starts > 1 and fit.agreeing_starts == 1:
            found.append(f"only one of {fit.starts} starts ended at the best fit: there may be a better one")
        return found


def calibrate(
    scenario: Scenario, rates: Sequence[Rate], parameters: Sequence[FreeParameter], starts: int = STARTS
) -> Calibration:
    """Return the parameters of a scenario that make measured rates most likely, with their intervals.

    Parameters
    ----------
    scenario : Scenario
        Everything that is not fitted; each rate's settings change it.
    rates : sequence of Rate
        Those held out are not fitted to.
    parameters : sequence of FreeParameter
        Of which each name is a dotted key, the same for all rates.
    starts : int
        Number of starts of the search, beside the scenario's own values.

    Raises
    ------
    InputError
        Where rates have no smooth closed form, too few rates are left, or a rate sets a key that is fitted.
    """
    whole = RateModel(scenario, tuple(parameters))
    own = [own_value(scenario, parameter.name) for parameter in parameters]
    places = [p.place_of(value) for p, value in zip(parameters, own, strict=True) if value is not None]
    begin = places if len(places) == len(parameters) else []
    return calibrated(whole, with_free_keys(rates, parameters), held_at_base(whole, scenario), begin, starts)


def calibrated(
    model: RateModel,
    rates: Sequence[Rate],
    simpler: Mapping[str, Held],
    own_places: Sequence[float] = (),
    starts: int = STARTS,
) -> Calibration:
    """Return the same of a model whose rates may have free parameters of their own (`analysis.rates.Free`)."""
    kept = [rate for rate in rates if not rate.held_out]
    if len(kept) <= len(model.parameters):
        needed = f"more rates to be fitted to than parameters ({len(model.parameters)})"
        raise InputError([f"the table must have {needed}, got {len(kept)}"])
    model.refuse_unfit(rates)
    fit, intervals = profile_intervals(fitted(model, kept, own_places, starts))
    return Calibration(
        fit=fit,
        intervals=tuple(intervals),
        flat=tuple(flat_directions(fit)),
        held_out=tuple(rate for rate in rates if rate.held_out),
        comparison=comparison_table(fit, comparable(fit, simpler)),
    )
