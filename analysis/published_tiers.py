"""The published experiment, fitted and predicted: one agent, and prompts that move only what they say they move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calibration import Calibration, calibrated
from analysis.fitting import fitted
from analysis.free_parameters import FreeParameter
from analysis.nested_models import Held
from analysis.prediction_error import context_means, error_table
from analysis.published_rates import PublishedPrompt, rates_of, read_published, variations
from analysis.rate_model import RateModel
from analysis.rates import Free, Rate
from parameter_sweeps.calibration_file import CalibrationFile

Floats = NDArray[np.float64]

#: Simpler models of the published experiment: each takes away one thing that prompts are said to move.
SIMPLER: dict[str, Held] = {
    "stating that goals change moves nothing": {"rotation_unstated": Free("rotation_explained")},
    "asking for honesty moves nothing": {"honesty_share": 0.0},
    "an indirect tier cue is as plain as a direct one": {"overlooked_share": 0.06},
    "nobody fears modification": {"rotation_explained": 0.0, "rotation_unstated": 0.0},
}
#: Parameters that an independent fit of one prompt has, which has two rates.
_OF_ONE_PROMPT = ("rationality", "rotation_explained")


@dataclass(frozen=True)
class PublishedFit:
    """A fit to one half of the prompts of a scope, and what it predicts of the other.

    Attributes
    ----------
    file : CalibrationFile
    scope : str
    prompts : dict of PublishedPrompt
        Those of the scope, by number.
    rates : tuple of Rate
        Two of each, monitored and unmonitored.
    calibration : Calibration
    """

    file: CalibrationFile
    scope: str
    prompts: dict[int, PublishedPrompt]
    rates: tuple[Rate, ...]
    calibration: Calibration

    @property
    def predicted(self) -> Floats:
        """Predicted compliance, one a rate."""
        return self.calibration.fit.model.predicted(self.calibration.fit.values, self.rates)

    @cached_property
    def independent(self) -> Floats:
        """Compliance by a fit of noise and rotation to each prompt's own two rates: no prediction, but a floor."""
        found: list[float] = []
        model = self.calibration.fit.model
        free = tuple(p for p in searched_parameters(self.file) if p.name in _OF_ONE_PROMPT)
        for first in range(0, len(self.rates), 2):
            own = [_default_prompt(self.file, rate) for rate in self.rates[first : first + 2]]
            fit = fitted(RateModel(model.base, free, {}, model.kept), own, starts=3)
            found += fit.predicted.tolist()
        return np.array(found)

    def errors(self) -> pd.DataFrame:
        """Return how large errors of refusal rates are: of the model, of each tier's mean, and of independent fits."""
        fitted_to = [rate for rate in self.rates if not rate.held_out]
        kinds = []
        for which, held in (("fitted", False), ("predicted", True)):
            chosen = np.array([rate.held_out == held for rate in self.rates])
            rates = [rate for rate in self.rates if rate.held_out == held]
            kinds.append(("model", which, rates, self.predicted[chosen]))
            kinds.append(("mean of each tier", which, rates, context_means(fitted_to, rates)))
            kinds.append(("independent fit of each prompt", which, rates, self.independent[chosen]))
        return error_table(kinds)

    def prompt_table(self) -> pd.DataFrame:
        """Return one row a prompt: refusals, gap and reasoning, measured and predicted, in percent.

        ``reasoning_all`` counts every answer that complies against its preference, over all free-tier answers;
        ``reasoning_afraid`` those alone that comply because of what would follow.
        """
        rows = []
        fit = self.calibration.fit
        for place, (number, prompt) in enumerate(self.prompts.items()):
            first = self.rates[2 * place]
            made = fit.model.rates_of(fit.values, first)
            rows.append(
                {
                    "variation": number,
                    "prompt": prompt.label,
                    "wordings": " + ".join(self.file.variations.get(number, ())) or "default",
                    "held_out": first.held_out,
                    "refusal_free": 100.0 * prompt.refusal["monitored"].value,
                    "refusal_free_error": 100.0 * prompt.refusal["monitored"].error,
                    "refusal_free_predicted": 100.0 * (1.0 - made.watched),
                    "refusal_paid": 100.0 * prompt.refusal["unmonitored"].value,
                    "refusal_paid_error": 100.0 * prompt.refusal["unmonitored"].error,
                    "refusal_paid_predicted": 100.0 * (1.0 - made.unwatched),
                    "gap": 100.0 * prompt.gap.value,
                    "gap_predicted": 100.0 * (made.watched - made.unwatched),
                    "reasoning": 100.0 * prompt.reasoning.value,
                    "reasoning_all": 100.0 * made.strategic_watched,
                    "reasoning_afraid": 100.0 * (made.watched - made.unafraid_watched),
                }
            )
        return pd.DataFrame(rows)


def searched_parameters(file: CalibrationFile) -> tuple[FreeParameter, ...]:
    """Return the free parameters of a calibration."""
    return tuple(
        FreeParameter(name, searched.low, searched.high, searched.is_logarithmic)
        for name, searched in file.parameters.items()
    )


def fit_published(file: CalibrationFile, scope: str) -> PublishedFit:
    """Return the fit to the training half of the prompts of a scope.

    Parameters
    ----------
    file : CalibrationFile
        Which variations are fitted to, what each prompt sets, and what is free.
    scope : str
        ``same_model`` or ``all_models``.
    """
    prompts = variations(read_published(file.data))
    numbers, rates = rates_of(file, prompts, scope)
    simpler = {name: held for name, held in SIMPLER.items() if set(held) <= set(file.parameters)}
    calibration = calibrated(RateModel(file.base, searched_parameters(file)), rates, simpler, starts=8)
    return PublishedFit(file, scope, {number: prompts[number] for number in numbers}, tuple(rates), calibration)


def _default_prompt(file: CalibrationFile, rate: Rate) -> Rate:
    settings = {
        key: Free(value) if isinstance(value, str) and value in file.parameters else value
        for key, value in file.wordings["default"].items()
    }
    return Rate(rate.place, rate.label, rate.context, rate.rate, rate.episodes, settings)
