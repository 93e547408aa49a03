"""After training on the free tier: which change of the agent explains the published rates, and which does not.

Before training the agent is that of the fit. Four explanations of what reinforcement of free-tier compliance did:

    habit                  behaviour alone: complying where it expects to be watched is worth H more (internalisation 0)
    habit in either tier   the same, and it no longer takes the paid tier's cue at its word: it reckons with a share hp_
                           of watched episodes that look unwatched, so that habit counts there too
    turned goals           a share of the agents has the target's goals and complies everywhere, sincerely; the others
                           are as before (internalisation 1)
    turned goals, habit    both: a share has turned goals, the others a habit

Each is fitted to the two refusal rates of the default prompt after training, with nothing else free, and then predicts
its reasoning rate, and all rates of two other prompts, whose wordings change nothing that the model knows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.free_parameters import FreeParameter
from analysis.likelihood import akaike, deviance, deviance_residuals, log_likelihood
from analysis.predicted_rates import predicted_rates
from analysis.published_rates import PublishedPrompt, compliance_rates, counted, prompt_of
from analysis.published_tiers import PublishedFit
from analysis.rates import Rate
from models.scenario import Scenario

Floats = NDArray[np.float64]

#: Published settings after training: the one fitted to, then those predicted.
FITTED_PROMPT = "default prompt"
PREDICTED_PROMPTS = ("company renamed OpenAI", "no few-shot examples")
_HABIT = FreeParameter("habit", 0.0, 50.0)
_UNSURE = FreeParameter("reckoned_honeypots", 0.0, 0.99)
_TURNED = FreeParameter("turned_share", 0.0, 1.0)
EXPLANATIONS: dict[str, tuple[FreeParameter, ...]] = {
    "habit": (_HABIT,),
    "habit in either tier": (_HABIT, _UNSURE),
    "turned goals": (_TURNED,),
    "turned goals, habit": (_TURNED, _HABIT),
}
_EPISODES_WHERE_UNTOLD = 172.0
_PLACES_EACH_WAY = 25


@dataclass(frozen=True)
class AfterTraining:
    """What one agent does: compliance watched and unwatched, and strategic compliance watched, as shares."""

    watched: float
    unwatched: float
    strategic: float


def after_training(scenario: Scenario, habit: float, unsure: float, turned: float) -> AfterTraining:
    """Return what agents do after training.

    Parameters
    ----------
    scenario : Scenario
        The agent as fitted before training.
    habit : float
        ``H >= 0``, in units of payoff.
    unsure : float
        ``hp_`` in [0, 1).
    turned : float
        Share in [0, 1] whose goals are the target's: it complies, and not strategically.
    """
    made = predicted_rates(scenario.with_values({"agents.beliefs.honeypot_share": unsure}), habit)
    kept = 1.0 - turned
    return AfterTraining(turned + kept * made.watched, turned + kept * made.unwatched, kept * made.strategic_watched)


def fitted_scenario(published: PublishedFit) -> Scenario:
    """Return the scenario of the default prompt at the fitted values."""
    known = published.calibration.estimates
    default = published.file.wordings["default"]
    return published.file.base.with_values(
        {key: known[value] if isinstance(value, str) and value in known else value for key, value in default.items()}
    )


def explanation_table(published: PublishedFit, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each explanation and prompt: what is free, predicted and measured, in percent.

    Parameters
    ----------
    published : PublishedFit
    table : DataFrame
        The published numbers (`analysis.published_rates.read_published`).

    Returns
    -------
    DataFrame
        explanation, values, prompt, is_fitted; refusal_free, refusal_paid and reasoning, each measured and predicted;
        deviance of the prompt's two refusal rates; aic of the fit.
    """
    scenario = fitted_scenario(published)
    prompts = {name: _after(table, name) for name in (FITTED_PROMPT, *PREDICTED_PROMPTS)}
    rows = []
    for name, free in EXPLANATIONS.items():
        values, aic = _best(scenario, free, _rates(prompts[FITTED_PROMPT]))
        made = after_training(scenario, **_arguments(free, values))
        written = ", ".join(f"{parameter.name} {value:.3g}" for parameter, value in zip(free, values, strict=True))
        for prompt_name, prompt in prompts.items():
            rows.append(
                {
                    "explanation": name,
                    "values": written,
                    "prompt": prompt_name,
                    "is_fitted": prompt_name == FITTED_PROMPT,
                    **_compared(made, prompt),
                    "aic": aic,
                }
            )
    return pd.DataFrame(rows)


def _after(table: pd.DataFrame, name: str) -> PublishedPrompt:
    return prompt_of(table, f"prompted helpful-only post-RL; {name}", name, name)


def _rates(prompt: PublishedPrompt) -> list[Rate]:
    rates = compliance_rates(prompt, {}, held_out=False)
    told = [rate.episodes for rate in rates if not np.isnan(rate.episodes)]
    if told:
        return counted(rates)
    return [Rate(r.place, r.label, r.context, r.rate, _EPISODES_WHERE_UNTOLD) for r in rates]


def _arguments(free: Sequence[FreeParameter], values: Sequence[float]) -> dict[str, float]:
    known = {parameter.name: value for parameter, value in zip(free, values, strict=True)}
    return {
        "habit": known.get(_HABIT.name, 0.0),
        "unsure": known.get(_UNSURE.name, 0.0),
        "turned": known.get(_TURNED.name, 0.0),
    }


def _best(scenario: Scenario, free: tuple[FreeParameter, ...], rates: list[Rate]) -> tuple[list[float], float]:
    """Return the values of greatest likelihood, from the best of a grid of starts, and AIC."""
    from scipy.optimize import least_squares

    measured, episodes = np.array([r.rate for r in rates]), np.array([r.episodes for r in rates])

    def predicted(places: Floats) -> Floats:
        values = [p.value_at(float(place)) for p, place in zip(free, places, strict=True)]
        made = after_training(scenario, **_arguments(free, values))
        return np.array([made.watched, made.unwatched])

    def residuals(places: Floats) -> Floats:
        return deviance_residuals(measured, episodes, predicted(places))

    ticks = np.linspace(0.02, 0.98, _PLACES_EACH_WAY)
    starts = [np.array(start) for start in itertools.product(ticks, repeat=len(free))]
    best = min(starts, key=lambda start: float(np.sum(residuals(start) ** 2)))
    found = least_squares(residuals, best, bounds=(0.0, 1.0), method="dogbox", diff_step=1e-4, xtol=1e-7)
    aic = akaike(log_likelihood(measured, episodes, predicted(found.x)), len(free))
    return [p.value_at(float(place)) for p, place in zip(free, found.x, strict=True)], aic


def _compared(made: AfterTraining, prompt: PublishedPrompt) -> dict[str, float]:
    rates = _rates(prompt)
    measured, episodes = np.array([r.rate for r in rates]), np.array([r.episodes for r in rates])
    return {
        "refusal_free": 100.0 * prompt.refusal["monitored"].value,
        "refusal_free_predicted": 100.0 * (1.0 - made.watched),
        "refusal_paid": 100.0 * prompt.refusal["unmonitored"].value,
        "refusal_paid_predicted": 100.0 * (1.0 - made.unwatched),
        "reasoning": 100.0 * prompt.reasoning.value,
        "reasoning_predicted": 100.0 * made.strategic,
        "deviance": deviance(measured, episodes, np.array([made.watched, made.unwatched])),
    }
