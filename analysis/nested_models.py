"""Nested models: what is lost where a parameter is not free, and whether it is worth it.

AIC and BIC weigh likelihood against the number of free parameters (less is better; only differences mean anything).
Twice the loss of log likelihood is chi-squared with as many degrees of freedom as parameters were given up, if the
simpler model is true and its values are inside their ranges; at an end of a range its p is too large, at most twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd

from analysis.fitting import Fit, fitted
from analysis.likelihood import akaike, bayesian
from analysis.rate_model import RateModel
from analysis.rates import Free, Rate
from models.refusals import InputError
from models.scenario import Scenario

#: What parameters are held at, by name: a value, or the value of another one.
Held = Mapping[str, float | Free]


def comparison_table(fit: Fit, simpler: Mapping[str, Held]) -> pd.DataFrame:
    """Return one row a model: the fitted one, then simpler ones in which parameters are held.

    Parameters
    ----------
    fit : Fit
    simpler : mapping
        By what the model is called, what is held.

    Returns
    -------
    DataFrame
        model; parameters: how many are free; log_likelihood, deviance, aic, bic; ratio: twice the loss of log
        likelihood against the fitted model; p: its probability under the simpler model.
    """
    rows = [_row("all free", fit, fit)]
    for name, held in simpler.items():
        rows.append(_row(name, _held_fit(fit, held), fit))
    return pd.DataFrame(rows)


def held_at_base(model: RateModel, scenario: Scenario) -> dict[str, Held]:
    """Return the simpler models in which one parameter has the scenario's value, where that is in its range."""
    own = {p.name: value for p in model.parameters if (value := own_value(scenario, p.name)) is not None}
    inside = {p.name: own[p.name] for p in model.parameters if p.name in own and p.low <= own[p.name] <= p.high}
    found: dict[str, Held] = {f"{name} = {value:g}": {name: value} for name, value in inside.items()}
    if len(inside) == len(model.parameters) > 1:
        found["all as in the scenario"] = dict(inside)
    return found


def own_value(scenario: Scenario, key: str) -> float | None:
    """Return the number that a scenario has under a dotted key; None where there is none."""
    try:
        value: object = reduce(getattr, key.split("."), scenario)
    except AttributeError:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]


def _held_fit(fit: Fit, held: Held) -> Fit:
    aliases = {name: value for name, value in held.items() if isinstance(value, Free)}
    rates = [_renamed(rate, aliases) for rate in fit.rates]
    model, places = fit.model, fit.places
    for name, value in held.items():
        index = [parameter.name for parameter in model.parameters].index(name)
        places = np.delete(places, index)
        model = model.with_fixed(name, 0.0 if isinstance(value, Free) else value)
    return fitted(model, rates, places.tolist(), starts=2 if len(places) else 0)


def _renamed(rate: Rate, aliases: Mapping[str, Free]) -> Rate:
    settings = {
        key: aliases.get(value.name, value) if isinstance(value, Free) else value
        for key, value in rate.settings.items()
    }
    return replace(rate, settings=settings)


def comparable(fit: Fit, simpler: Mapping[str, Held]) -> dict[str, Held]:
    """Return the simpler models that can be fitted: those whose rates are not all or nothing."""
    found: dict[str, Held] = {}
    for name, held in simpler.items():
        model = fit.model
        for key, value in held.items():
            model = model.with_fixed(key, 0.0 if isinstance(value, Free) else value)
        try:
            model.refuse_unfit(fit.rates)
        except InputError:
            continue
        found[name] = held
    return found


def _row(name: str, fit: Fit, full: Fit) -> dict[str, float | str]:
    from scipy.stats import chi2

    free, episodes = len(fit.places), float(sum(rate.episodes for rate in fit.rates))
    given_up = len(full.places) - free
    ratio = max(fit.deviance - full.deviance, 0.0)
    return {
        "model": name,
        "parameters": free,
        "log_likelihood": fit.log_likelihood,
        "deviance": fit.deviance,
        "aic": akaike(fit.log_likelihood, free),
        "bic": bayesian(fit.log_likelihood, free, episodes),
        "ratio": ratio if given_up else np.nan,
        "p": float(chi2.sf(ratio, given_up)) if given_up else np.nan,
    }
