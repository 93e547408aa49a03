"""The page about the published experiment: what was fitted, what it predicts, and where it fails."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.markdown import markdown_table
from analysis.published_errors import (
    error_by_prompt,
    error_by_wording,
    paired_difference,
    paraphrase_scatter,
    sampling_error,
    unfitted_errors,
)
from analysis.published_tiers import PublishedFit

_SCOPE_TITLES = {
    "same_model": "Prompts to one language model",
    "all_models": "All variations, other language models included",
}
_TARGET_TOLD = r"does.not.care|not care"
_WIDTH = 118
_DEFAULT_PROMPT, _UNTAGGED_PROMPT = 1, 37


def published_page(fits: Mapping[str, PublishedFit], trained: pd.DataFrame, figure: str) -> list[str]:
    """Return the lines of the page.

    Parameters
    ----------
    fits : mapping
        By scope.
    trained : DataFrame
        As of `analysis.after_training.explanation_table`.
    figure : str
        File name of the figure.
    """
    first = next(iter(fits.values()))
    return [
        "# The published experiment, fitted and predicted",
        "",
        *_paragraph(
            "Written by `compliance calibrate published_tiers --out DIR`; tables, and the sentences that judge",
            "them, are computed. Data: Greenblatt et al. 2024, *Alignment faking in large language models*,",
            "arXiv:2412.14093, appendices G.2 and B.2 and table 2, in `parameter_sweeps/data/`. What each prompt",
            "is taken to say, and the split, are in `parameter_sweeps/calibrations/published_tiers.yaml`.",
        ),
        *_question(first),
        *_answer(fits),
        f"![Refusal rates of each prompt in both tiers, measured and predicted]({figure})",
        "",
        *_paragraph(
            "Points are measured, with 95 % intervals; bars are the model. Most prompts say nothing that it",
            "knows, and share one prediction.",
        ),
        *[line for scope, published in fits.items() for line in _scope(scope, published)],
        *_unfitted(first),
        *_training(trained),
        *_shortfalls(first),
    ]


def _paragraph(*parts: str, bullet: str = "") -> list[str]:
    """Return sentences as the lines of a paragraph with an empty line after it, or of an item of a list without."""
    indent = " " * len(bullet)
    lines = textwrap.wrap(
        " ".join(parts), _WIDTH, initial_indent=bullet, subsequent_indent=indent, break_on_hyphens=False
    )
    return lines if bullet else [*lines, ""]


def _question(published: PublishedFit) -> list[str]:
    file = published.file
    rows = [
        {"wording": name, "sets": ", ".join(f"`{key}`: {value}" for key, value in settings.items())}
        for name, settings in file.wordings.items()
    ]
    return [
        "## What was asked",
        "",
        *_paragraph(
            "Does one agent, with one set of preferences, give the refusal rates of all prompts, if each wording",
            "moves only what it says it moves? An agent that always takes the best option has rates of 0 and 1.",
            "Two things make others: prompts differ in how much is at stake, and answers are sampled. Stakes are",
            "exponential with mean 1, choices are logit. With nothing to fear, in the paid tier, the agent",
            "complies by noise alone; in the free tier it also does where refusing would cost it more, by being",
            "modified, than it is worth.",
        ),
        *markdown_table(pd.DataFrame(rows)),
        "",
        *_paragraph(
            f"The {file.training} variations are fitted to, with {len(file.parameters)} free parameters:",
            f"{', '.join(file.parameters)}. Mapping, split, ranges, and the error to be judged by were fixed",
            "before the first fit. The rates of variations 1 to 12, those of other prompts to the trained model (with",
            "the labels of variations 32 and 49) and of the default prompt after training had been seen by then, as",
            "had what is said of variation 37. What explains the rates after training, and the simpler models, were",
            "written down when the fits to the prompts had been seen.",
        ),
    ]


def _answer(fits: Mapping[str, PublishedFit]) -> list[str]:
    lines = ["## Answer", ""]
    for scope, published in fits.items():
        errors = published.errors().set_index(["predictor", "of"])[published.file.error]
        model, mean = float(errors["model", "predicted"]), float(errors["mean of each tier", "predicted"])
        paired = paired_difference(published)
        clear = "more" if abs(paired.mean) > 2.0 * paired.error else "no more"
        lines += _paragraph(
            f"**{_SCOPE_TITLES[scope]}**, {paired.prompts} held out. Their refusal rates are predicted with a",
            f"{published.file.error.replace('_', ' ')} error of {model:.2f} percentage points; each tier's mean",
            f"has {mean:.2f}. The model is {'better' if model < mean else 'worse'} by {abs(mean - model):.2f}.",
            f"Over prompts the mean absolute errors differ by {paired.mean:+.2f}, with standard error",
            f"{paired.error:.2f}: {clear} than chance would give.",
            bullet="- ",
        )
    first = next(iter(fits.values()))
    scatter, sampling, count = paraphrase_scatter(first)
    return [
        *lines,
        *_paragraph(
            f"Sampling alone would leave {sampling_error(first):.2f} points in the first scope. Much of what is",
            f"between is not about monitoring: free-tier refusals of {count} paraphrases of one prompt, which say",
            f"the same, have a standard deviation of {scatter:.1f} points, where sampling gives {sampling:.1f}.",
            bullet="- ",
        ),
        "",
    ]


def _scope(scope: str, published: PublishedFit) -> list[str]:
    calibration = published.calibration
    fit = calibration.fit
    return [
        f"## {_SCOPE_TITLES[scope]}",
        "",
        *_paragraph(
            f"{len(fit.rates)} rates fitted, deviance {fit.deviance:.4g} on {fit.degrees_of_freedom} degrees of",
            "freedom. Intervals are of 95 %, by profile likelihood.",
        ),
        *markdown_table(calibration.fit_table()),
        "",
        *markdown_table(calibration.comparison),
        "",
        *[line for text in calibration.warnings() for line in _paragraph(f"{text}.", bullet="- ")],
        "",
        *_paragraph(
            "Errors of refusal rates, in percentage points. A fit of its own to each prompt has as many",
            "parameters as rates: it predicts nothing, and is the least that any choice of values for each prompt",
            "could leave.",
        ),
        *markdown_table(published.errors(), 3),
        "",
        "Held-out prompts by what the model takes them to say:",
        "",
        *markdown_table(error_by_wording(published), 3),
        "",
    ]


def _unfitted(published: PublishedFit) -> list[str]:
    return [
        "## Never fitted to: gaps and reasoning",
        "",
        *_paragraph(
            "The published reasoning rate is over all free-tier answers, whether they comply or not.",
            "`reasoning_all` is the model's strategic compliance over the same answers: those that comply",
            "although acting would pay more with nothing to fear, slips of noise included. `reasoning_afraid`",
            "leaves out those that would comply with nothing to fear too. The two bracket what a scratchpad may",
            "show.",
        ),
        *markdown_table(unfitted_errors(published), 3),
        "",
        *_belief(published),
    ]


def _belief(published: PublishedFit) -> list[str]:
    table = published.prompt_table().set_index("variation")
    if not {_DEFAULT_PROMPT, _UNTAGGED_PROMPT} <= set(table.index):
        return []
    default, untagged = table.loc[_DEFAULT_PROMPT], table.loc[_UNTAGGED_PROMPT]
    falls = default["gap_predicted"] - untagged["gap_predicted"], default["gap"] - untagged["gap"]
    return _paragraph(
        "Belief alone: with the tag of the free tier taken out, 53 and not 94 % of the answers notice the",
        "training. The model knows only that (the prompt is among those fitted to, with no parameter of its own).",
        f"Its gap goes from {default['gap_predicted']:.1f} to {untagged['gap_predicted']:.1f} points; measured,",
        f"from {default['gap']:.1f} to {untagged['gap']:.1f}. So it has {100.0 * falls[0] / falls[1]:.0f} % of the",
        "fall.",
    )


def _training(trained: pd.DataFrame) -> list[str]:
    fitted = trained[trained["is_fitted"]].set_index("explanation")
    habit, spread, turned = (fitted.loc[name] for name in ("habit", "habit in either tier", "turned goals, habit"))
    others = trained[~trained["is_fitted"] & (trained["explanation"] == "habit in either tier")]
    returned = " and ".join(f"{value:.1f} %" for value in others["refusal_paid"])
    return [
        "## After training on the free tier",
        "",
        *_paragraph(
            "Reinforcement in the free tier took its refusals from 85.8 % to 0, and reasoning from 11.9 to 78.4",
            "%. Is that training of behaviour, with goals kept? Each explanation is fitted to the two refusal",
            "rates of the default prompt, with nothing else free, and predicts the rest.",
        ),
        *markdown_table(trained.drop(columns=["is_fitted"]), 3),
        "",
        *_paragraph(f"**{_verdict(habit, spread, turned)}**"),
        *_paragraph(
            f"Reasoning is at {spread['reasoning']:.1f} %. Agents of kept goals and a habit are predicted at",
            f"{spread['reasoning_predicted']:.1f} %; where goals have turned in as many as it takes to comply in",
            f"the paid tier, {turned['reasoning_predicted']:.1f} %. Refusal rates alone cannot tell the two apart:",
            f"their AIC is {spread['aic']:.1f} and {turned['aic']:.1f}.",
            bullet="- ",
        ),
        *_paragraph(
            "A habit counts where the agent expects to be watched. Taken at its word, that leaves paid-tier",
            f"refusals at {habit['refusal_paid_predicted']:.1f} %; they fell to {habit['refusal_paid']:.1f} %. The",
            "model allows behaviour to spread to the tier that was not trained on only through doubt that it is",
            "unwatched.",
            bullet="- ",
        ),
        *_paragraph(
            f"Under two other prompts paid-tier refusals are {returned}, where",
            f"{others['refusal_paid_predicted'].iloc[0]:.1f} % are predicted: these prompts say nothing that the",
            "model knows. Behaviour that is tied to the wording it was trained with is no part of it.",
            bullet="- ",
        ),
        "",
    ]


def _verdict(habit: Any, spread: Any, turned: Any) -> str:
    """Return whether behavioural training with goals kept explains what followed, in a sentence."""
    by_habit = abs(spread["reasoning_predicted"] - spread["reasoning"])
    by_goals = abs(turned["reasoning_predicted"] - turned["reasoning"])
    if by_habit >= by_goals:
        return "No: reasoning is nearer to what turned goals give."
    if abs(habit["refusal_paid_predicted"] - habit["refusal_paid"]) < 10.0:
        return "Yes: a habit, with goals kept, gives the refusals of both tiers and the reasoning."
    return (
        "In part: reasoning is nearer to goals kept than to goals turned, but behaviour spread where a habit of the "
        "model does not. Goals turned in some agents or by some of the way were not tried."
    )


def _shortfalls(published: PublishedFit) -> list[str]:
    by_prompt = error_by_prompt(published)
    held = by_prompt[by_prompt["held_out"]]
    told = held[held["prompt"].str.contains(_TARGET_TOLD)]
    share = 100.0 * float(told["model"].sum()) / float(held["model"].sum())
    others = held.drop(told.index)[["model", "tier_mean"]].mean()
    worst = [f"{row.variation} ({row.prompt}), {row.model:.1f}" for row in held.nlargest(5, "model").itertuples()]
    return [
        "## Where it falls short",
        "",
        *_paragraph(
            f"{len(told)} held-out prompts say that the target does not care about harmlessness. The mapping has no",
            f"place for that, and no prompt that was fitted to says it. They are {share:.0f} % of the error. Of the",
            f"others, looked at afterwards, the error is {others['model']:.2f} points, and that of tier means",
            f"{others['tier_mean']:.2f}.",
            bullet="- ",
        ),
        *_paragraph(f"The worst predicted, in percentage points: {'; '.join(worst)}.", bullet="- "),
        *_paragraph(
            "Preferences that are shared give nearly the same paid-tier refusals to all prompts. Measured ones",
            "differ more.",
            bullet="- ",
        ),
        *_paragraph(
            "Intervals take prompts that say the same to differ by sampling alone. They differ by more, so that",
            "intervals are too narrow.",
            bullet="- ",
        ),
        *_paragraph(
            "Stakes were not measured: their law is an assumption, and their mean is the unit of everything.",
            bullet="- ",
        ),
    ]
