"""A scenario with free parameters, and the rates that it predicts for the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.free_parameters import FreeParameter
from analysis.predicted_rates import PredictedRates, exact_rates, is_all_or_nothing, unpredictable
from analysis.rates import Free, Rate
from models.refusals import InputError, shortened
from models.scenario import Scenario

Floats = NDArray[np.float64]

_KEPT_RATES = 20_000


@dataclass(frozen=True)
class RateModel:
    """What a scenario predicts, given values of free parameters.

    Attributes
    ----------
    base : Scenario
    parameters : tuple of FreeParameter
        Those that are free, in the order in which their values are given.
    fixed : dict
        Values of parameters, by name, that rows ask for and that are not free.
    kept : dict
        Predictions made so far, by settings; models of the same base may share it.
    """

    base: Scenario
    parameters: tuple[FreeParameter, ...]
    fixed: dict[str, float] = field(default_factory=dict)
    kept: dict[tuple[tuple[str, object], ...], PredictedRates] = field(default_factory=dict, compare=False, repr=False)

    def rates_of(self, values: Sequence[float], rate: Rate) -> PredictedRates:
        """Return what is predicted for the agents and the prompt of one measured rate."""
        known = self.fixed | {parameter.name: value for parameter, value in zip(self.parameters, values, strict=True)}
        settings = {
            key: known[value.name] if isinstance(value, Free) else value for key, value in rate.settings.items()
        }
        # rows share settings, and a step along one parameter leaves most rows as they were
        key = tuple(sorted((name, repr(value)) for name, value in settings.items()))
        if key not in self.kept:
            if len(self.kept) >= _KEPT_RATES:
                self.kept.clear()
            self.kept[key] = exact_rates(self.base.with_values(settings))
        return self.kept[key]

    def predicted(self, values: Sequence[float], rates: Sequence[Rate]) -> Floats:
        """Return the predicted compliance rate of each measured one, (rates,)."""
        found = [self.rates_of(values, rate) for rate in rates]
        return np.array(
            [
                made.watched if rate.context == "monitored" else made.unwatched
                for made, rate in zip(found, rates, strict=True)
            ]
        )

    def with_fixed(self, name: str, value: float) -> RateModel:
        """Return the model in which one of the free parameters has a value."""
        free = tuple(parameter for parameter in self.parameters if parameter.name != name)
        return RateModel(self.base, free, self.fixed | {name: value}, self.kept)

    def refuse_unfit(self, rates: Sequence[Rate]) -> None:
        """Refuse what cannot be fitted: rates without closed form, or steps with no slope to follow."""
        middle = [parameter.value_at(0.5) for parameter in self.parameters]
        known = self.fixed | {p.name: value for p, value in zip(self.parameters, middle, strict=True)}
        mistakes: list[str] = []
        for rate in rates:
            values = {key: known[v.name] if isinstance(v, Free) else v for key, v in rate.settings.items()}
            try:
                scenario = self.base.with_values(values)
            except InputError as error:
                mistakes += [f"{rate.place}: {message}" for message in error.messages]
                continue
            mistakes += [f"{rate.place}: {message}" for message in unpredictable(scenario)]
            if is_all_or_nothing(scenario):
                needed = (
                    "finite where rates are fitted, unless stakes are random or the cue is graded (rates are 0 or 1)"
                )
                got = shortened(scenario.agents.rationality)
                mistakes.append(f"{rate.place}: agents.rationality must be {needed}, got {got}")
        if mistakes:
            raise InputError(list(dict.fromkeys(mistakes))[:5])


def with_free_keys(rates: Sequence[Rate], parameters: Sequence[FreeParameter]) -> list[Rate]:
    """Return rates of which each has all free parameters, each under the dotted key that is its name.

    Raises
    ------
    InputError
        Where a rate sets one of these keys itself.
    """
    free = {parameter.name: Free(parameter.name) for parameter in parameters}
    mistakes = [
        f"{rate.place}: {key} must be left out where it is fitted, got {shortened(rate.settings[key])}"
        for rate in rates
        for key in free
        if key in rate.settings
    ]
    if mistakes:
        raise InputError(mistakes[:5])
    return [
        Rate(rate.place, rate.label, rate.context, rate.rate, rate.episodes, rate.settings | free, rate.held_out)
        for rate in rates
    ]
