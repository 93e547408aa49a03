"""Errors of predictions of the published experiment: by prompt, by wording, and of what was never fitted to."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.prediction_error import context_means
from analysis.published_tiers import PublishedFit

Floats = NDArray[np.float64]

_PARAPHRASE = "paraphrase"
#: Measured and predicted columns of `PublishedFit.prompt_table`.
_UNFITTED = (("gap", "gap_predicted"), ("reasoning", "reasoning_all"), ("reasoning", "reasoning_afraid"))


class Paired(NamedTuple):
    """A mean over prompts, its standard error, and their number."""

    mean: float
    error: float
    prompts: int


def error_by_prompt(published: PublishedFit) -> pd.DataFrame:
    """Return mean absolute errors of a prompt's two refusal rates, in percentage points.

    Columns: variation, prompt, wordings, held_out; model; tier_mean, of the mean of each tier.
    """
    measured = np.array([rate.rate for rate in published.rates])
    means = context_means([rate for rate in published.rates if not rate.held_out], published.rates)
    table = published.prompt_table()[["variation", "prompt", "wordings", "held_out"]]
    for name, predicted in (("model", published.predicted), ("tier_mean", means)):
        table[name] = 100.0 * np.abs(predicted - measured).reshape(-1, 2).mean(axis=1)
    return table


def paired_difference(published: PublishedFit) -> Paired:
    """Return the error of the model less that of tier means, over held-out prompts; below 0 it is better."""
    table = error_by_prompt(published)
    held = table[table["held_out"]]
    difference = (held["model"] - held["tier_mean"]).to_numpy()
    return Paired(float(difference.mean()), float(difference.std(ddof=1) / math.sqrt(len(held))), len(held))


def error_by_wording(published: PublishedFit) -> pd.DataFrame:
    """Return mean absolute errors of held-out prompts by what the model takes them to say, in percentage points."""
    table = error_by_prompt(published)
    held = table[table["held_out"]]
    grouped = held.groupby("wordings", sort=False)[["model", "tier_mean"]]
    found = grouped.mean()
    found.insert(0, "prompts", grouped.size())
    return found.reset_index()


def unfitted_errors(published: PublishedFit) -> pd.DataFrame:
    """Return errors of gaps and reasoning rates, in percentage points.

    Columns: what, of (fitted or predicted prompts), prompts, mean_absolute, mean_error, correlation, and
    mean_absolute_of_mean: the error of the mean over the prompts that were fitted to.
    """
    table, rows = published.prompt_table(), []
    for measured, predicted in _UNFITTED:
        known = table[table[measured].notna()]
        mean = float(known[~known["held_out"]][measured].mean())
        for which, held in (("fitted", False), ("predicted", True)):
            chosen = known[known["held_out"] == held]
            away = (chosen[predicted] - chosen[measured]).to_numpy()
            rows.append(
                {
                    "what": predicted,
                    "of": which,
                    "prompts": len(chosen),
                    "mean_absolute": float(np.mean(np.abs(away))),
                    "mean_error": float(np.mean(away)),
                    "correlation": float(chosen[measured].corr(chosen[predicted])),
                    "mean_absolute_of_mean": float(np.mean(np.abs(mean - chosen[measured]))),
                }
            )
    return pd.DataFrame(rows)


def paraphrase_scatter(published: PublishedFit) -> tuple[float, float, int]:
    """Return how much free-tier refusals of paraphrases of one prompt scatter, in percentage points.

    Returns
    -------
    tuple
        Standard deviation over the paraphrases, root mean square of their standard errors, and their number.
    """
    table = published.prompt_table()
    same = table[table["prompt"].str.startswith(_PARAPHRASE)]
    sampling = math.sqrt(float((same["refusal_free_error"] ** 2).mean()))
    return float(same["refusal_free"].std(ddof=1)), sampling, len(same)


def sampling_error(published: PublishedFit) -> float:
    """Return the mean absolute error that sampling alone would leave of held-out rates, in percentage points."""
    held = [rate for rate in published.rates if rate.held_out]
    spread = [math.sqrt(rate.rate * (1.0 - rate.rate) / rate.episodes) for rate in held]
    # the mean size of a normal deviation is sqrt(2/pi) of its standard deviation
    return 100.0 * math.sqrt(2.0 / math.pi) * float(np.mean(spread))
